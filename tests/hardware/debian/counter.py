"""The installed counter as hands and eyes have it: the first console, the screen's snapshots, what systemd says."""

import re
import time
from collections.abc import Callable
from contextlib import suppress

from terminal.core.screen import Screen, Stage
from tests.hardware.machine import PATIENCE, Machine, Silent
from tests.hardware.shop import Shop

CONFIG = "/etc/kindpakket/terminal.toml"
COMMAND = "/usr/local/bin/kindpakket"
DAEMON = "kindpakket-terminal.service"
ENROL = "kindpakket-enrol.service"
SOCKET = "/run/kindpakket/screen.sock"
MOUNT = "/media/stick"
LONG_SECONDS = 900.0
"""For whatever installs packages, until it says more."""


class Counter(Shop):
    """One boot of the installed machine."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._machine = machine
        self._moment = 0

    # What a person does

    def plug_in(self) -> None:
        """Scanner and keypad, as in a shop."""
        self._machine.plug("scanner-1", "usb-kbd", 1, serial="SCAN-1")
        self._machine.plug("keypad-1", "usb-kbd", 2, serial="PAD-1", display="keypad-display")

    def put_stick(self) -> None:
        """Put the stick in, and mount it."""
        self._machine.plug("stick-1", "usb-storage", 5, drive="stick")
        by_label = "/dev/disk/by-label/STICK"
        self.shell(f"udevadm wait --timeout=30 {by_label} && mkdir -p {MOUNT} && mount -o ro {by_label} {MOUNT}")

    def does(self, *argv: str, seconds: float = LONG_SECONDS) -> tuple[int, list[str]]:
        """What a command ends with, and what it says on both outputs, each line after how many seconds."""
        begun, moment, said = time.monotonic(), self._machine.mark(), list[str]()
        self._machine.ask(start=argv)
        while (told := self._machine.next(moment, seconds))[0] != "ended":
            moment += 1
            if told[0] in {"said", "log"}:
                said.append(f"{time.monotonic() - begun:5.0f} s  {told[1]}")
        return int(told[1]), [*said, f"{time.monotonic() - begun:5.0f} s  ended with {told[1]}"]

    def manages(self, *argv: str, seconds: float = LONG_SECONDS) -> list[str]:
        """What a command says that ends well. Raises AssertionError with its words when it does not."""
        code, words = self.does(*argv, seconds=seconds)
        assert code == 0, f"{' '.join(argv)} ended with {code}:\n" + "\n".join(words[-20:])
        return words

    def is_killed_at_each_step(self, *argv: str) -> list[str]:
        """Kill the installer at the line of each of its steps, and start it again, until it ends well; those lines."""
        killed: list[str] = []
        while line := self._step_not_in(killed, argv):
            killed.append(line)
            self._machine.ask(kill=True)
            self._machine.heard("ended", since=self._moment)
        return killed

    def _step_not_in(self, killed: list[str], argv: tuple[str, ...]) -> str:
        """Start it; the first line of a step that is not among these, without its number; nothing when it ended."""
        self._moment = self._machine.mark()
        self._machine.ask(start=argv)
        while True:
            kind, content = self._machine.next(self._moment, LONG_SECONDS)
            self._moment += 1
            name = str(content).partition("] ")[2]
            if kind == "said" and str(content).startswith("[") and name not in killed:
                return name
            if kind == "ended":
                assert content == 0, f"{argv} ended with {content}: {self._machine.words(self._moment - 20)}"
                return ""

    def shell(self, line: str) -> str:
        """What a line of shell prints. Raises AssertionError."""
        return self._machine.run("sh", "-c", line)

    # What a person sees

    def console(self) -> str:
        """The first console's text, line by line."""
        columns = 160
        text = self.shell("cat /dev/vcs1")
        return "\n".join(text[at : at + columns].rstrip() for at in range(0, len(text), columns))

    def shows(self, *words: str, seconds: float = PATIENCE) -> str:
        """The console, once it has all these words. Raises AssertionError."""
        deadline = time.monotonic() + seconds
        while not all(word in (seen := self.console()) for word in words):
            if time.monotonic() > deadline:
                raise Silent(f"the console never said {words}:\n{seen}")
            time.sleep(1)  # a console tells nobody that it changed
        return seen

    def look(self, seconds: float = PATIENCE) -> None:
        """Follow the screen as the daemon tells it, from now on."""
        self.active(DAEMON, seconds)
        self._since = self._machine.mark()
        self._machine.ask(watch=SOCKET)

    def active(self, unit: str, seconds: float = PATIENCE) -> None:
        """Wait until the unit is active. Raises AssertionError with its journal."""
        deadline = time.monotonic() + seconds
        while self.shell(f"systemctl is-active {unit} || true").strip() != "active":
            if time.monotonic() > deadline:
                raise Silent(f"{unit} did not come up:\n" + self.log(unit))
            time.sleep(1)

    def holds(self, unit: str, device: str, count: int) -> None:
        """Wait until the unit's program has opened so many devices of this kind. Raises AssertionError."""
        pid = f"$(systemctl show --property=MainPID --value {unit})"
        deadline = time.monotonic() + PATIENCE
        while int(self.shell(f"ls -l /proc/{pid}/fd | grep -c {device} || true")) < count:
            assert time.monotonic() < deadline, f"{unit} does not open {count} of {device}\n" + self.log(unit)
            time.sleep(1)  # nobody tells

    def log(self, unit: str, lines: int = 25) -> str:
        """The end of the unit's journal of this boot."""
        return self.shell(f"journalctl --boot --no-pager --output=short-monotonic --lines={lines} --unit='{unit}'")

    # A sale

    def sell(self, code: str, cents: int, scan: Callable[[str], None] | None = None) -> Screen:
        """Scan (with the USB scanner if none is named), type, confirm. Raises AssertionError unless approved."""
        self._scanned(code, scan or self.type)
        self.keys(*(f"kp_{digit}" for digit in str(cents)))
        self.seen(lambda screen: (screen.stage, screen.amount) == (Stage.AMOUNT, cents))
        self.keys("kp_enter")
        return self.seen(Stage.APPROVED)

    def _scanned(self, code: str, scan: Callable[[str], None]) -> None:
        """As a person does, again when it was not read: a busy host types with pauses, and a pause ends a code."""
        for seconds in (60, 60, PATIENCE):
            scan(code)
            with suppress(Silent):
                self.seen_within(seconds, lambda screen: screen.stage is Stage.AMOUNT)
                return
        raise Silent("the pass was not read three times")

    def settled(self, seconds: float = PATIENCE) -> None:
        """Wait until nothing waits to be settled."""
        self.seen_within(seconds, lambda screen: screen.status.waiting == 0)

    # Measures

    def monotonic(self, unit: str, what: str = "ActiveEnterTimestampMonotonic") -> float:
        """When the unit came to this, seconds after the kernel's start."""
        text = self.shell(f"systemctl show --property={what} --value {unit}")
        return int(text.strip() or 0) / 1e6

    def seconds(self, line: str) -> float:
        """How long a line of shell takes, the second time, when the disk's cache has what it needs."""
        said = self.shell(f"bash -c 'TIMEFORMAT=%R; {line}; time {line}' 2>&1")
        return float(re.findall(r"[\d.]+", said)[-1])
