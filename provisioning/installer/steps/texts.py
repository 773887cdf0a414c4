"""Steps that only put files in place, each followed by what makes the running system read them."""

from collections.abc import Sequence

from provisioning.installer import bundle, files
from provisioning.installer.files import Texts
from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step

_RELOAD = "The files stand there: start the machine again, and they are read"


def step(name: str, sentence: str, texts: Texts, *afterwards: Sequence[str]) -> Step:
    """A step that is these files; `afterwards` are the programs to run in a system that runs, also after undoing."""

    def reread(host: Host) -> None:
        for words in afterwards if host.booted else ():
            host.run(*words, otherwise=_RELOAD)

    def do(host: Host, memory: Memory) -> None:
        files.put(host, memory, texts(host))
        reread(host)

    def undo(host: Host, memory: Memory) -> None:
        files.take_back(host, memory)
        reread(host)

    return Step(name, sentence, lambda host: files.stand(host, texts(host)), do, undo)


UDEV = step(
    "udev",
    "give the scanner and the keypad lasting names, and keep ModemManager away from them",
    lambda _: bundle.rules(),
    ("udevadm", "control", "--reload"),
    ("udevadm", "trigger", "--subsystem-match=input", "--subsystem-match=tty"),
)
JOURNALD = step(
    "journald",
    "keep the system's log small",
    lambda _: bundle.settings("journald.conf.d"),
    ("systemctl", "restart", "systemd-journald.service"),
)
WATCHDOG = step(
    "watchdog",
    "let the hardware start the machine again when it hangs",
    lambda _: bundle.settings("system.conf.d"),
    ("systemctl", "daemon-reexec"),
)
