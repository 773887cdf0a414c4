"""The virtual machine from outside: its power, its USB sockets, and what is typed and sent through them."""

import json
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.hardware import image
from tests.hardware.tools import Lacking

DISPLAYS = ("keypad-display", "office-display")
"""One for each keyboard but the scanner: qemu gives a key to a display, and the display to its keyboard."""
HOLD_MILLISECONDS = 10
KEYS_AHEAD_SECONDS = 1.5
"""Fewer than the 1,024 presses, releases and pauses that qemu keeps."""
BOOT_SECONDS = 120
PATIENCE = 180.0
"""Seconds for anything that a person would see at once; without hardware's help Python is about eight times slower,
and this machine may have others to serve."""


class Silent(AssertionError):
    """What was waited for did not come."""


@dataclass(frozen=True, slots=True)
class Boot:
    """What is booted. `more` are further arguments for qemu, `seconds` how long it may take until the agent is up."""

    kernel: Path
    initramfs: Path
    disk: Path
    append: str = "console=ttyS0 panic=-1"
    more: tuple[str, ...] = ()
    seconds: float = BOOT_SECONDS


class Machine:
    """One boot of the virtual machine; leaving the block ends it as a pulled plug would."""

    def __init__(self, boot: Boot) -> None:
        self._boot = boot
        self._folder = Path(tempfile.mkdtemp(prefix="kindpakket-"))  # a Unix socket's path has at most 107 bytes
        self.console = image.CACHE / "console.log"
        self.sound = image.CACHE / "sound.wav"
        """What the machine's speaker sounded."""
        outputs = (self.console, self.sound)
        command = _command(boot, outputs, self._folder)
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self._heard: list[tuple[str, Any]] = []
        self._news = threading.Condition()
        self._gone = False
        self._typed_at = 0.0
        self._said: list[dict[str, Any]] = []
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        try:
            self._agent = self._connect("agent")  # qemu starts the machine when this line is there
            threading.Thread(target=self._listen, args=(self._agent.makefile("rb"),), daemon=True).start()
            self._monitor = self._connect("qmp").makefile("rwb")
            self._monitor.readline()  # its greeting
            self.qmp("qmp_capabilities")
            self.cable = self._connect("cable")
            """The far end of the serial cable."""
            self.paper = self._connect("paper")
            """The far end of the one to the printer."""
            self.heard("up", seconds=self._boot.seconds)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._open:
            each.close()
        self._process.kill()
        self._process.wait(PATIENCE)
        shutil.rmtree(self._folder)

    def ends(self, seconds: float = PATIENCE) -> None:
        """Wait until the guest has switched itself off. Raises subprocess.TimeoutExpired."""
        self._process.wait(seconds)

    # USB

    def qmp(self, execute: str, **arguments: Any) -> Any:
        """A command to qemu's monitor (QEMU QMP Reference Manual). Raises AssertionError with qemu's words."""
        request = {"execute": execute, "arguments": arguments}
        self._monitor.write(json.dumps(request).encode() + b"\n")
        self._monitor.flush()
        answer = self._monitor_says(lambda message: "event" not in message)
        assert "return" in answer, f"{request}: {answer}"
        return answer["return"]

    def _monitor_says(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first wanted message that was not taken before; the others are kept."""
        while not (found := [message for message in self._said if wanted(message)]):
            self._said.append(json.loads(self._monitor.readline()))
        self._said.remove(found[0])
        return found[0]

    def plug(self, name: str, driver: str, port: int, **options: Any) -> None:
        """Put a device into a socket of the USB controller."""
        self.qmp("device_add", driver=driver, id=name, bus="usb.0", port=str(port), **options)

    def unplug(self, name: str) -> None:
        """Pull the device out, whatever it was doing."""
        self.qmp("device_del", id=name)
        self._monitor_says(lambda message: message.get("data", {}).get("device") == name)  # DEVICE_DELETED: quite gone

    def send_key(self, *qcodes: str) -> None:
        """Press these keys together on the keyboard that has no display, and let them go; qemu sees to the times.

        It is told somewhat ahead, so that no pause on this side is one on the other, but not more than it can keep.
        """
        keys = [{"type": "qcode", "data": code} for code in qcodes]
        self.qmp("send-key", keys=keys, **{"hold-time": HOLD_MILLISECONDS})
        self._typed_at = max(time.monotonic(), self._typed_at) + 2 * len(qcodes) * HOLD_MILLISECONDS / 1000
        self.await_keys(KEYS_AHEAD_SECONDS)

    def await_keys(self, ahead: float = 0.0) -> None:
        """Wait until qemu has typed what it was told, but for so many seconds of it."""
        time.sleep(max(0.0, self._typed_at - ahead - time.monotonic()))

    def press(self, display: str, qcode: str) -> None:
        """Press a key on the keyboard at this display, and let it go."""
        for down in (True, False):
            key = {"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": qcode}}}
            self.qmp("input-send-event", device=display, events=[key])
            time.sleep(0.05)  # longer than between two questions of the USB controller, or it is never seen as pressed

    # The guest's agent

    def ask(self, **command: Any) -> None:
        """Give the guest's agent a command; see guest.py."""
        self._agent.sendall(json.dumps(command).encode() + b"\n")

    def run(self, *argv: str, fine: tuple[int, ...] = (0,)) -> str:
        """What the program prints in the guest. Raises AssertionError with its words when its exit code is not fine."""
        since = self.mark()
        self.ask(run=argv)
        _, ran = self.heard("ran", since=since)
        assert ran["exit"] in fine, f"{argv}: {ran['out']}{ran['err']}"
        return str(ran["out"])

    def mark(self) -> int:
        """A moment, to listen to what comes after it."""
        return len(self._heard)

    def heard(
        self, kind: str, wanted: Callable[[Any], Any] = lambda _: True, *, since: int = 0, seconds: float = PATIENCE
    ) -> tuple[int, Any]:
        """The first message of this kind, at `since` or later, that is wanted, and its moment. Raises Silent."""
        deadline, at, last = time.monotonic() + seconds, since, None
        with self._news:
            while True:
                for moment, (name, content) in enumerate(self._heard[at:], at):
                    if name == kind:
                        last = content
                        if wanted(content):
                            return moment, content
                at = len(self._heard)
                left = deadline - time.monotonic()
                if self._gone or left <= 0 or not self._news.wait(left):
                    why = "the machine has ended" if self._gone else f"not within {seconds:.0f} s"
                    raise Silent(f"no such {kind!r}: {why}; the last was {last}")

    def next(self, since: int, seconds: float = PATIENCE) -> tuple[str, Any]:
        """The message of that moment, its kind and what it says, waited for. Raises Silent."""
        with self._news:
            if not self._news.wait_for(lambda: self._gone or len(self._heard) > since, seconds):
                raise Silent(f"nothing more was said within {seconds:.0f} s")
            if len(self._heard) <= since:
                raise Silent("the machine has ended")
            return self._heard[since]

    def words(self, since: int) -> list[str]:
        """The lines that programs wrote since that moment."""
        return [str(content) for name, content in self._heard[since:] if name in {"said", "log"}]

    def has_heard(self, kind: str, *, since: int) -> bool:
        """Whether there was a message of this kind, at `since` or later."""
        return any(name == kind for name, _ in self._heard[since:])

    def complaints(self) -> str:
        """The last that the guest's kernel and programs wrote, and all that its screen showed."""
        logged = [str(content) for name, content in self._heard if name in {"log", "ended"}]
        shown = [json.loads(content)["screen"] for name, content in self._heard if name == "screen"]
        seen = [f"screen: {each['stage']} amount {each['amount']} reason {each['reason']}" for each in shown]
        return "\n".join([self.console.read_text(errors="replace")[-2000:], *logged[-30:], *seen])

    def _listen(self, lines: Any) -> None:
        with suppress(OSError):  # the machine ended
            for line in lines:
                with self._news:
                    self._heard += json.loads(line).items()
                    self._news.notify_all()
        with self._news:
            self._gone = True
            self._news.notify_all()

    def _connect(self, name: str) -> socket.socket:
        """A line to one of qemu's sockets, as soon as it listens."""
        deadline = time.monotonic() + PATIENCE
        while True:
            line = socket.socket(socket.AF_UNIX)
            try:
                line.connect(str(self._folder / name))
                line.settimeout(None if name in {"agent", "paper"} else PATIENCE)
            except OSError:
                line.close()
                assert self._process.stderr is not None
                if self._process.poll() is not None:
                    raise Lacking(f"qemu ended: {self._process.stderr.read()}") from None
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                self._open.append(line)
                return line


def _command(boot: Boot, outputs: tuple[Path, Path], folder: Path) -> list[str]:
    console, sound = outputs
    displays = [part for name in DISPLAYS for part in ("-device", f"bochs-display,id={name},romfile=")]
    return [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
        "-machine", "q35,i8042=off,pcspk-audiodev=speaker",
        "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024",
        "-kernel", str(boot.kernel), "-initrd", str(boot.initramfs), "-append", boot.append,
        "-serial", f"file:{console}",
        "-audiodev", f"wav,id=speaker,path={sound}",
        "-drive", f"if=virtio,format=raw,file={boot.disk}",
        "-qmp", f"unix:{folder}/qmp,server=on,wait=off",
        "-device", "virtio-serial-pci",
        "-chardev", f"socket,id=agent,path={folder}/agent,server=on,wait=on",
        "-device", "virtserialport,chardev=agent,name=kindpakket",
        "-chardev", f"socket,id=cable,path={folder}/cable,server=on,wait=off",
        "-chardev", f"socket,id=paper,path={folder}/paper,server=on,wait=off",
        "-device", "qemu-xhci,id=usb,p2=8,p3=0",
        *displays,
        *boot.more,
    ]  # fmt: skip
