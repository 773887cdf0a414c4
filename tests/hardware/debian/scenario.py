"""What is tried on a stock Debian, step by step: install, enrol, sell, cut, update, undo. Read this first."""

import base64
import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

from contracts.wire.receipt import parse
from contracts.wire.units import euros, to_hex
from drivers.base import Status
from terminal.core.screen import Stage
from terminal.places import DATA
from tests.hardware.debian import stick, system
from tests.hardware.debian.counter import COMMAND, CONFIG, DAEMON, ENROL, MOUNT, Counter
from tests.hardware.debian.system import System
from tests.hardware.debian.town import SHOP, Town
from tests.hardware.machine import PATIENCE, Boot, Machine, Silent
from tests.hardware.outputs import Roll
from tests.hardware.scenario import CABLE, PRINTER
from tests.terminal.till import code

APPEND = f"root={system.ROOT_DEVICE} ro console=tty0 console=ttyS0 panic=-1"
BOOT_SECONDS = 400.0
RELEASE = f"{MOUNT}/kindpakket.pyz"
INSTALL = ("python3", RELEASE, "--yes")
NOTHING_TO_DO = "nothing to do"
MORE_DEVICES = f"""
[[devices]]
name = "serial"
driver = "serial-scanner"
options = {{ device = "{CABLE}" }}

[[devices]]
name = "printer"
driver = "printer"
options = {{ connection = "serial", address = "{PRINTER}" }}
"""
TRACES = ("/etc", "/usr", "/opt", "/var/lib", "/boot")
"""Where an installation may leave something."""
NO_TRACE = (
    "/var/lib/dpkg/", "/var/lib/apt/", "/var/lib/ucf/", "/var/lib/systemd/", "/var/lib/dhcp/", "/var/lib/logrotate/",
    "/var/lib/initramfs-tools/", "/boot/initrd.img-", "/etc/resolv.conf", "/etc/ld.so.cache",
    "/etc/passwd-", "/etc/shadow-", "/etc/group-", "/etc/gshadow-", "/etc/crypttab",
    "/var/lib/kindpakket/terminal", "/var/lib/kindpakket", "/etc/fstab",
)  # fmt: skip
"""What Debian itself rewrites meanwhile (its copies of the accounts' files; cryptsetup, which overlayroot needs, leaves
its empty table when it is purged), and the journal, which stays, with the line that mounts it."""


class Install:
    """One machine's life. Each step's name says what it shows; it gives back what was seen. Raises AssertionError."""

    def __init__(self, made: System, stick_image: str, town: Town) -> None:
        self._system, self._stick, self._town = made, stick_image, town
        self._power = ExitStack()
        self.counter: Counter
        self.machine: Machine
        self._sold, self._sales = 0, 0

    def steps(self) -> Iterator[Callable[[], str]]:
        """In this order: each begins where the one before ended."""
        yield self.a_stock_debian_boots
        yield self.one_command_installs
        yield self.again_it_changes_nothing
        yield self.it_starts_again_with_a_root_that_forgets
        yield self.it_is_enrolled_by_the_sheet_before_the_scanner
        yield self.the_town_admits_it_and_it_sells
        yield self.the_plug_is_pulled_and_it_sells_again
        yield self.boot_to_ready_is_measured
        yield self.no_service_has_failed
        yield self.the_hardening_stops_no_device
        if system.LONG:
            yield self.an_update_is_refused_while_entries_wait
            yield self.an_update_that_is_not_well_returns_by_itself
            yield self.undone_it_leaves_no_trace_but_the_journal
            yield self.killed_at_each_step_it_goes_on
            yield self.undoing_killed_at_each_step_goes_on

    # Power

    def on(self) -> float:
        """Switch it on; how many seconds it takes until the agent is there."""
        begun = time.monotonic()
        system.load_again(self._system)
        boot = Boot(self._system.kernel, self._system.initrd, self._system.disk, APPEND, self._town.doors, BOOT_SECONDS)
        self.machine = self._power.enter_context(Machine(boot))
        self.counter = Counter(self.machine)
        file = {"driver": "file", "filename": self._stick, "read-only": True}
        self.machine.qmp("blockdev-add", **{"driver": "raw", "node-name": "stick", "read-only": True, "file": file})
        return time.monotonic() - begun

    def cut(self) -> None:
        """Pull the plug."""
        self._power.close()

    def off(self) -> None:
        """Switch it off as a person would."""
        self.machine.ask(run=["systemctl", "poweroff"])
        self.machine.ends(BOOT_SECONDS)
        self._power.close()

    def last_words(self) -> str:
        """What the machine shows and logs, as far as it still answers."""
        if not hasattr(self, "machine"):
            return ""
        try:
            return f"{self.counter.console()}\n{self.counter.log('kindpakket*', 60)}"
        except (AssertionError, OSError):
            return self.machine.complaints()

    # The steps

    def a_stock_debian_boots(self) -> str:
        seconds = self.on()
        self.counter.put_stick()
        return f"{seconds:.0f} s; {self.counter.shell('uname -sr; systemctl --version | head -1').strip()}"

    def one_command_installs(self) -> str:
        self.before = self._traces()
        return "\n".join(self.counter.manages(*INSTALL))

    def again_it_changes_nothing(self) -> str:
        stood = self._traces()
        said = self.counter.manages(*INSTALL)
        assert any(NOTHING_TO_DO in line for line in said), said
        assert (changed := _changed(stood, self._traces())) == {}, f"it changed {changed}"
        return said[-2]

    def it_starts_again_with_a_root_that_forgets(self) -> str:
        self.off()
        self.on()
        root = self.counter.shell("findmnt -n -o FSTYPE,OPTIONS / | cut -c1-60").strip()
        data = self.counter.shell("findmnt -n -o SOURCE,FSTYPE /var/lib/kindpakket").strip()
        assert root.startswith("overlay"), f"the root is {root}"
        return f"root: {root}\ndata: {data}"

    def it_is_enrolled_by_the_sheet_before_the_scanner(self) -> str:
        self.counter.plug_in()
        self.counter.shows("Houd het blad van de gemeente voor de scanner", "Hold the municipality's sheet", "luistert")
        self.counter.holds(ENROL, "/dev/input/event", 2)
        asked = self._scan(self._town.sheet())
        self.counter.keys("kp_enter")
        self.counter.active(DAEMON, 300)
        config = self.counter.shell(f"stat -c '%U:%G %a' {CONFIG}; ls -l /etc/kindpakket/")
        return f"{asked.strip()}\n{config}"

    def the_town_admits_it_and_it_sells(self) -> str:
        self.counter.look()
        self.counter.seen(Stage.READY)
        self._town.admit()
        self.counter.seen_within(300, lambda screen: screen.status.approves_until > 0)
        return self._sell() + "\n" + self.counter.shows(SHOP).strip()

    def the_plug_is_pulled_and_it_sells_again(self) -> str:
        self.counter.sell(code(3), 3_03)
        self._sold += 3_03
        self.cut()
        seconds = self.on()
        self.counter.plug_in()
        self.counter.look()
        self._reads("scanner", "keypad")
        return f"up after {seconds:.0f} s\n{self._sell()}"

    def boot_to_ready_is_measured(self) -> str:
        spent = self.counter.shell("systemd-analyze time").splitlines()[0]
        begun = self.counter.monotonic(DAEMON, "ExecMainStartTimestampMonotonic")
        ready = self.counter.monotonic(DAEMON)
        python = "/opt/kindpakket/current/bin/python"
        httpx = self.counter.seconds(f'{python} -c "import httpx"')
        blame = self.counter.shell("systemd-analyze blame --no-pager | head -8")
        daemon = ready - begun
        return (
            f"{spent}\nready to scan {ready:.1f} s after the kernel's start; the daemon's part {daemon:.1f} s, "
            f"{daemon / httpx:.1f} times `import httpx` ({httpx:.1f} s)\n{blame}"
        )

    def the_hardening_stops_no_device(self) -> str:
        roll = Roll(self.machine.paper)
        self.machine.plug("cable-1", "usb-serial", 3, serial="CABLE-1", chardev="cable", **{"always-plugged": True})
        self.machine.plug("printer-1", "usb-serial", 8, serial="PAPER-1", chardev="paper")
        self.counter.shell(f"udevadm wait --timeout=30 {CABLE} {PRINTER}; cat >> {CONFIG} <<'END'\n{MORE_DEVICES}END")
        self.counter.manages("systemctl", "restart", DAEMON)
        self.counter.look()
        self._reads("scanner", "keypad", "serial", "printer")
        sold = self._sell(self.counter.send)
        receipt = parse(roll.code(PATIENCE))
        payer = receipt.verify().pass_address
        return f"{sold}\nreceipt of entry {receipt.sequence} on paper, which proves that {to_hex(payer)} paid"

    def no_service_has_failed(self) -> str:
        failed = self.counter.shell("systemctl --failed --no-legend --plain | cut -d' ' -f1").split()
        assert not failed, f"{failed}:\n" + "\n".join(self.counter.log(unit) for unit in failed)
        return self.counter.shell("systemctl list-units --no-legend --plain 'kindpakket*'")

    def an_update_is_refused_while_entries_wait(self) -> str:
        self._town.street.kill_gateway()
        self.counter.sell(code(4), 4_04)
        self._sold += 4_04
        self.counter.put_stick()
        said = self._update_fails()
        assert any("wait" in line for line in said), said
        self._town.street.open_gateway()
        self.counter.settled(300)
        return said[-2]

    def an_update_that_is_not_well_returns_by_itself(self) -> str:
        said = self._update_fails()
        self.counter.look()
        return "\n".join(said[-5:]) + "\n" + self._sell()

    def undone_it_leaves_no_trace_but_the_journal(self) -> str:
        undo = ("python3", RELEASE, "--undo", "--yes")
        ended, said = self.counter.does(*undo)
        assert ended == 1, said
        assert any("restart now" in line for line in said), said
        self.off()
        self.on()
        self.counter.put_stick()
        said += self.counter.manages(*undo)
        return "\n".join(said) + "\n" + self._no_trace()

    def killed_at_each_step_it_goes_on(self) -> str:
        killed = self.counter.is_killed_at_each_step(*INSTALL)
        said = self.counter.manages(*INSTALL)
        assert any(NOTHING_TO_DO in line for line in said), said
        return "\n".join(killed)

    def undoing_killed_at_each_step_goes_on(self) -> str:
        killed = self.counter.is_killed_at_each_step("python3", RELEASE, "--undo", "--yes")
        return "\n".join(killed) + "\n" + self._no_trace()

    # What the steps are made of

    def _reads(self, *names: str) -> None:
        """Wait until the daemon has these devices: what is typed before goes to nobody."""
        for name in names:
            self.counter.lamp(name, Status.READY)

    def _scan(self, sheet: str) -> str:
        """As a person does, again when it was not read: a busy host types with pauses, and a pause ends a code."""
        for seconds in (60, 60):
            self.counter.type(sheet)
            with suppress(Silent):
                return self.counter.shows("Druk op Enter", seconds=seconds)
        self.counter.type(sheet)
        return self.counter.shows("Druk op Enter")

    def _sell(self, scan: Callable[[str], None] | None = None) -> str:
        """A sale of another amount than any before, which the till would ask about again; until it is settled."""
        self._sales += 1
        cents = 2_00 + self._sales
        approved = self.counter.sell(code(1 + self._sales % 2), cents, scan)
        self._sold += cents
        self.counter.settled(300)
        credit = self._town.street.credit()
        assert credit == self._sold, f"sold {self._sold}, credited {credit}"
        return f"approved as entry {approved.sequence}: {euros(approved.amount)}; credited {credit} cents in all"

    def _update_fails(self) -> list[str]:
        """What is said when the release with a fault is offered; the one in use stays."""
        before = self.counter.shell("readlink /opt/kindpakket/current")
        ended, said = self.counter.does(COMMAND, "terminal", "update", f"{MOUNT}/bad/kindpakket-{stick.BAD}.pyz")
        assert (ended, self.counter.shell("readlink /opt/kindpakket/current")) == (1, before), said
        return said

    def _no_trace(self) -> str:
        """The journal, which is all that is left. Raises AssertionError with what is left besides."""
        left = _changed(self.before, self._traces())
        assert (ours := [name for name in left if not name.startswith(NO_TRACE)]) == [], f"{len(ours)} left: {ours}"
        assert self.counter.shell(f"grep -v ' {DATA} ' /etc/fstab") == system.FSTAB
        return self.counter.shell("ls -l /var/lib/kindpakket/terminal")

    def _traces(self) -> dict[str, str]:
        """Every file with its size, mode and owner; a link with where it leads. A folder's size never shrinks again."""
        folder, other = "-type d -printf '%p\\t%m %u:%g d\\n'", "-printf '%p\\t%m %u:%g %y %l %s\\n'"
        found = f"find {' '.join(TRACES)} -xdev \\( {folder} -o {other} \\) | gzip -1 | base64 -w 0"
        listed = gzip.decompress(base64.b64decode(self.counter.shell(found))).decode()
        return dict(line.split("\t", 1) for line in listed.splitlines())


def _changed(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    """What came, went or is another, and how."""
    names = sorted(set(before) ^ set(after) | {name for name in before if before[name] != after.get(name)})
    return {name: f"{before.get(name, 'new')} -> {after.get(name, 'gone')}" for name in names}
