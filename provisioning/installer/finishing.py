"""What comes after the installation: a restart, enrolment, and the self-test."""

from collections.abc import Callable

from provisioning.installer import disks
from provisioning.installer.host import Host
from provisioning.installer.steps import readonly
from provisioning.installer.steps.units import TARGET
from terminal.places import ETC_KEPT, RELEASE_KEY
from terminal.release import fingerprint

_OTHERWISE = f"Read `systemctl status {TARGET}`, then run the same again"
_RESTART = "Restart it now (`sudo reboot`): from then on the root forgets what is written to it."
_ENROL = "The screen then asks for the sponsor's code: hold the sheet before the scanner."
_TEST = "When it sells, prove it by one cent: `sudo kindpakket terminal self-test`."


def go_on(host: Host, say: Callable[[str], None]) -> int:
    """Say what a person does next; then start the terminal, unless it is to be restarted first.

    The start comes last: enrolment takes the first console, and with it perhaps the one who installs.
    """
    key = host.read(ETC_KEPT / RELEASE_KEY.name)
    if key is not None:
        say(
            f"It takes updates made with the key {fingerprint(key.encode())}: compare that with what your supplier says."
        )
    restart = readonly.READ_ONLY.is_done(host) and not disks.is_read_only(host)
    enrolled = host.at(ETC_KEPT / "terminal.toml").exists()
    for sentence, due in ((_RESTART, restart), (_ENROL, not enrolled), (_TEST, True)):
        if due:
            say(sentence)
    if host.booted and not restart:
        host.run("systemctl", "start", "--no-block", TARGET, otherwise=_OTHERWISE)
    return 0
