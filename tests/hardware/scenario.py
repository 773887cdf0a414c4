"""What is tried in the virtual machine, step by step: a shop's day with its plugs, offline, from an empty counter."""

import json
from collections.abc import Callable, Iterator
from functools import partial

from contracts.wire.reasons import MEANINGS, Reason
from contracts.wire.units import Cents, euros
from drivers.base import Status
from terminal.core.screen import Screen, Stage
from tests.hardware.machine import Machine
from tests.hardware.shop import Shop
from tests.terminal.till import code

CABLE = "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_CABLE-1-if00-port0"
SCANNER = "/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_SCAN-1-event-kbd"
KEYPAD = "/dev/input/by-path/pci-0000:00:02.0-usb-0:2:1.0-event-kbd"
"""The scanners are known by who they are, in any port; the keypad is whatever keyboard is in the second port."""
OFFICE = "/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_DESK-1-event-kbd"
"""The same make and model as the others."""
EVENT_BYTES = 24
"""struct input_event of linux/input.h on a 64-bit machine."""
SCAN_REASONS = range(Reason.SCAN_EMPTY, Reason.REQUEST_FORM)


class Scenario:
    """One day. Each step's name says what it shows; it gives back what was seen. Raises AssertionError."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._shop = Shop(machine)
        self._sold: list[Cents] = []

    def steps(self) -> Iterator[Callable[[], str]]:
        """In this order: each begins where the one before ended."""
        yield self.the_kernel_makes_device_nodes
        yield self.the_daemon_reads_them_all
        yield self.it_sells_with_a_usb_scanner_and_a_usb_keypad
        yield self.it_sells_with_a_serial_scanner
        yield self.usb_scanner_and_keypad_are_pulled_out_in_a_sale_and_it_goes_on
        yield self.the_serial_scanner_is_pulled_out_in_half_a_code
        yield self.the_keyboard_of_the_office_is_left_alone
        yield self.a_scanner_with_another_layout_is_refused_by_name
        yield self.with_that_layout_in_the_configuration_it_sells_again
        yield self.the_journal_has_every_sale_and_no_other
        yield self.doctor_names_every_device

    def the_kernel_makes_device_nodes(self) -> str:
        self._plug_scanner()
        self._plug_keypad()
        self._plug_cable()
        self._machine.run("udevadm", "wait", "--timeout=30", SCANNER, KEYPAD, CABLE)
        links = f"for link in {SCANNER} {KEYPAD} {CABLE}; do echo $link '->' $(readlink -f $link); done"
        return self._machine.run("sh", "-c", f"uname -srv; ls -l /dev/input/event* /dev/ttyUSB*; {links}")

    def the_daemon_reads_them_all(self) -> str:
        return self._open(layout="us")

    def it_sells_with_a_usb_scanner_and_a_usb_keypad(self) -> str:
        return self._sell(self._shop.type, 1)

    def it_sells_with_a_serial_scanner(self) -> str:
        return self._sell(self._shop.send, 2)

    def usb_scanner_and_keypad_are_pulled_out_in_a_sale_and_it_goes_on(self) -> str:
        self._scan(self._shop.type, 3)
        self._shop.keys("kp_1", "kp_2")
        self._shop.seen(_typed(12))
        for pull, lamp, put in (
            ("scanner-1", "usb-scanner", partial(self._plug_scanner, port=6)),
            ("keypad-1", "keypad", self._plug_keypad),
        ):
            self._machine.unplug(pull)
            assert _typed(12)(self._shop.lamp(lamp, Status.LOST)), "the sale was lost with the plug"
            put()
            assert _typed(12)(self._shop.lamp(lamp, Status.READY)), "the sale did not stay"
        self._shop.keys("kp_5", "kp_0")
        return self._pay(1250) + "\n" + self._sell(self._shop.type, 4)

    def the_serial_scanner_is_pulled_out_in_half_a_code(self) -> str:
        self._shop.send(code(5)[:20], end="")
        self._machine.unplug("cable-1")
        self._shop.lamp("serial-scanner", Status.LOST)
        self._plug_cable(port=7)
        self._shop.lamp("serial-scanner", Status.READY)
        return self._sell(self._shop.send, 5)

    def the_keyboard_of_the_office_is_left_alone(self) -> str:
        self._scan(self._shop.type, 6)
        self._machine.plug("office-1", "usb-kbd", 4, serial="DESK-1", display="office-display")
        self._machine.run("udevadm", "wait", "--timeout=30", OFFICE)
        since = self._machine.mark()
        self._machine.ask(run=["timeout", "30", "head", "-c", str(EVENT_BYTES), OFFICE])
        while not self._machine.has_heard("ran", since=since):
            self._shop.keys("9", "ret", display="office-display")
        _, read = self._machine.heard("ran", since=since)
        assert read["exit"] == 0, "the kernel gave nobody what was typed there"
        self._shop.keys("kp_7")
        amount = self._shop.seen(lambda screen: screen.stage is not Stage.AMOUNT or screen.amount).amount
        assert amount == 7, f"the office typed into the amount: {amount}"
        self._machine.unplug("office-1")
        self._shop.keys("kp_0", "kp_0")
        return self._pay(700)

    def a_scanner_with_another_layout_is_refused_by_name(self) -> str:
        self._shop.seen(Stage.READY)  # while approved is shown, junk is ignored
        self._shop.type(code(7), layout="fr")
        reason = Reason(self._shop.seen(Stage.REFUSED).reason)
        assert reason in SCAN_REASONS, f"refused as {reason.name}"
        self._shop.close()
        return f"{reason.name}: {MEANINGS[reason].en}"

    def with_that_layout_in_the_configuration_it_sells_again(self) -> str:
        self._open(layout="fr")
        return self._sell(partial(self._shop.type, layout="fr"), 7) + "\n" + self._sell(self._shop.send, 8)

    def the_journal_has_every_sale_and_no_other(self) -> str:
        listed = json.loads(self._shop.tool("terminal.journal", "list", "--json"))
        assert [entry["amount"] for entry in listed] == self._sold, f"{listed} and not {self._sold}"
        return f"{len(listed)} sales, {euros(Cents(sum(self._sold)))} together"

    def doctor_names_every_device(self) -> str:
        checks = json.loads(self._shop.tool("terminal.doctor", "--json", fine=(0, 1)))  # 1: it sees no network
        found = {check["name"]: check for check in checks}
        return "\n".join(f"{name}: {found[f'device {name}']['finding']}" for name in self._devices("fr"))

    # What the steps are made of

    def _devices(self, layout: str) -> dict[str, tuple[str, dict[str, str]]]:
        return {
            "usb-scanner": ("evdev-scanner", {"device": SCANNER, "layout": layout}),
            "keypad": ("evdev-keypad", {"device": KEYPAD}),
            "serial-scanner": ("serial-scanner", {"device": CABLE}),
        }

    def _open(self, layout: str) -> str:
        devices = self._devices(layout)
        self._shop.open(devices)
        for name in devices:
            self._shop.lamp(name, Status.READY)
        return f"ready: {', '.join(devices)}"

    def _sell(self, scan: Callable[[str], None], family: int) -> str:
        """A whole sale of 1.50 and as many cents as the family has numbers."""
        self._scan(scan, family)
        self._shop.keys("kp_1", "kp_5", f"kp_{family}")
        return self._pay(150 + family)

    def _scan(self, scan: Callable[[str], None], family: int) -> None:
        """Once: a pass is read at its first scan, whatever the daemon is busy with."""
        scan(code(family))
        self._shop.seen(Stage.AMOUNT)

    def _pay(self, cents: int) -> str:
        """Confirm what was typed, and see it approved as the next entry."""
        self._shop.seen(_typed(cents))
        self._shop.keys("kp_enter")
        approved = self._shop.seen(Stage.APPROVED)
        self._sold.append(approved.amount)
        assert (approved.sequence, approved.amount) == (len(self._sold), cents), f"approved: {approved}"
        return f"approved as entry {approved.sequence}: {euros(approved.amount)}"

    def _plug_scanner(self, port: int = 1) -> None:
        self._machine.plug("scanner-1", "usb-kbd", port, serial="SCAN-1")

    def _plug_keypad(self) -> None:
        self._machine.plug("keypad-1", "usb-kbd", 2, serial="PAD-1", display="keypad-display")

    def _plug_cable(self, port: int = 3) -> None:
        self._machine.plug("cable-1", "usb-serial", port, serial="CABLE-1", chardev="cable", **{"always-plugged": True})


def _typed(cents: int) -> Callable[[Screen], bool]:
    return lambda screen: (screen.stage, screen.amount) == (Stage.AMOUNT, cents)
