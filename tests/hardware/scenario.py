"""What is tried in the virtual machine, step by step: a shop's day with its plugs, offline, from an empty counter."""

import json
import time
from collections.abc import Callable, Iterator
from functools import partial

from contracts.wire.entry import Payment
from contracts.wire.reasons import MEANINGS, Reason
from contracts.wire.receipt import parse
from contracts.wire.units import Cents, euros
from drivers.base import Status
from drivers.tones import PATTERNS
from terminal.core.effects import Tone
from terminal.core.screen import Screen, Stage
from terminal.trial import TEST_CODE
from tests.hardware.machine import PATIENCE, Machine
from tests.hardware.outputs import Roll, pitches
from tests.hardware.shop import Devices, Shop
from tests.terminal.till import code

CABLE = "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_CABLE-1-if00-port0"
SCANNER = "/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_SCAN-1-event-kbd"
KEYPAD_BY_ID = "/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_PAD-1-event-kbd"
KEYPAD = "/dev/input/by-path/pci-0000:00:02.0-usb-0:2:1.0-event-kbd"
"""The scanners are known by who they are, in any port; the keypad is whatever keyboard is in the second port."""
PRINTER = "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_PAPER-1-if00-port0"
BUZZER = "/dev/input/by-path/platform-pcspkr-event-spkr"
CAMERA = "/dev/v4l/by-path/platform-vivid.0-video-index0"
"""The kernel's own, that shows a test picture."""
OFFICE = "/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_DESK-1-event-kbd"
"""The same make and model as the others."""
EVENT_BYTES = 24
"""struct input_event of linux/input.h on a 64-bit machine."""
READING_SECONDS = 3.0
"""What a person takes to read a sentence; here, the scanner is opened anew meanwhile, under its layout."""
SCAN_REASONS = range(Reason.SCAN_EMPTY, Reason.REQUEST_FORM)


class Scenario:
    """One day. Each step's name says what it shows; it gives back what was seen. Raises AssertionError."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._shop = Shop(machine)
        self._roll = Roll(machine.paper)
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
        yield self.learning_finds_scanner_layout_and_keypad
        yield self.with_what_was_learnt_it_sells_again
        yield self.a_german_scanner_that_presses_caps_lock_sells
        yield self.the_sale_was_heard
        yield self.the_receipt_on_paper_proves_it
        yield self.the_camera_is_pulled_out_and_comes_back
        yield self.the_journal_has_every_sale_and_no_other
        yield self.doctor_names_every_device

    def the_kernel_makes_device_nodes(self) -> str:
        self._plug_scanner()
        self._plug_keypad()
        self._plug_cable()
        self._machine.plug("printer-1", "usb-serial", 8, serial="PAPER-1", chardev="paper")
        links = (SCANNER, KEYPAD, CABLE, PRINTER, BUZZER, CAMERA)
        self._machine.run("udevadm", "wait", "--timeout=30", *links)
        nodes = "/dev/input/event* /dev/ttyUSB* /dev/video*"
        show = (
            f"uname -srv; ls -l {nodes}; for link in {' '.join(links)}; do echo $link '->' $(readlink -f $link); done"
        )
        return self._machine.run("sh", "-c", show)

    def the_daemon_reads_them_all(self) -> str:
        return self._open(self._counter("us"))

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

    def learning_finds_scanner_layout_and_keypad(self) -> str:
        self._shop.configure({"serial-scanner": self._counter("us")["serial-scanner"]})
        self._shop.learn()
        for _ in ("scanner", "keypad"):
            self._shop.told("listening to QEMU QEMU USB Keyboard")
        self._shop.type(TEST_CODE, layout="fr")
        self._shop.told("once more")
        time.sleep(READING_SECONDS)
        self._shop.type(TEST_CODE, layout="fr")
        self._shop.told("Press Enter")
        self._shop.told("listening to QEMU QEMU USB Keyboard")
        self._shop.keys("kp_enter")
        self._shop.ended()
        learnt = self._shop.configured()
        assert learnt["scanner"] == ("evdev-scanner", {"device": SCANNER, "layout": "fr"}), learnt
        assert learnt["keypad"] == ("evdev-keypad", {"device": KEYPAD_BY_ID}), learnt
        return "\n".join(f"{name}: {driver} {options}" for name, (driver, options) in learnt.items())

    def with_what_was_learnt_it_sells_again(self) -> str:
        self._shop.open()
        for name in ("scanner", "keypad", "serial-scanner"):
            self._shop.lamp(name, Status.READY)
        sold = self._sell(partial(self._shop.type, layout="fr"), 7) + "\n" + self._sell(self._shop.send, 8)
        self._shop.close()
        return sold

    def a_german_scanner_that_presses_caps_lock_sells(self) -> str:
        return self._open(self._all()) + "\n" + self._sell(partial(self._shop.type, layout="de", caps=True), 9)

    def the_sale_was_heard(self) -> str:
        wanted = [beat.hertz for tone in (Tone.SCANNED, Tone.APPROVED) for beat in PATTERNS[tone]]
        deadline = time.monotonic() + PATIENCE
        while (heard := pitches(self._machine.sound)) != wanted and time.monotonic() < deadline:
            time.sleep(0.1)  # a file that grows tells nobody
        assert heard == wanted, f"{heard} Hz and not {wanted}"
        return f"{', '.join(map(str, heard))} Hz"

    def the_receipt_on_paper_proves_it(self) -> str:
        receipt = parse(self._roll.code(PATIENCE))
        payment = receipt.verify().content
        assert isinstance(payment, Payment)
        assert (receipt.sequence, payment.amount) == (len(self._sold), self._sold[-1]), f"another one: {receipt}"
        assert euros(payment.amount) in self._roll.text
        return f"entry {receipt.sequence}: {euros(payment.amount)}"

    def the_camera_is_pulled_out_and_comes_back(self) -> str:
        for cable, status in (("unbind", Status.LOST), ("bind", Status.READY)):
            self._machine.run("sh", "-c", f"echo vivid.0 > /sys/bus/platform/drivers/vivid/{cable}")
            self._shop.lamp("camera", status)
        return self._sell(self._shop.send, 10)

    def the_journal_has_every_sale_and_no_other(self) -> str:
        listed = json.loads(self._shop.tool("terminal.journal", "list", "--json"))
        assert [entry["amount"] for entry in listed] == self._sold, f"{listed} and not {self._sold}"
        return f"{len(listed)} sales, {euros(Cents(sum(self._sold)))} together"

    def doctor_names_every_device(self) -> str:
        checks = json.loads(self._shop.tool("terminal.doctor", "--json", fine=(0, 1)))  # 1: it sees no network
        found = {check["name"]: check for check in checks}
        return "\n".join(f"{name}: {found[f'device {name}']['finding']}" for name in self._all())

    # What the steps are made of

    def _counter(self, layout: str) -> Devices:
        return {
            "usb-scanner": ("evdev-scanner", {"device": SCANNER, "layout": layout}),
            "keypad": ("evdev-keypad", {"device": KEYPAD}),
            "serial-scanner": ("serial-scanner", {"device": CABLE}),
        }

    def _all(self) -> Devices:
        return {
            **self._counter("de"),
            "printer": ("printer", {"connection": "serial", "address": PRINTER}),
            "buzzer": ("buzzer", {"device": BUZZER}),
            "camera": ("camera", {"source": f"v4l2:{CAMERA}"}),
        }

    def _open(self, devices: Devices) -> str:
        self._shop.configure(devices)
        self._shop.open()
        for name in devices:
            self._shop.lamp(name, Status.READY)
        return f"ready: {', '.join(devices)}"

    def _sell(self, scan: Callable[[str], None], family: int) -> str:
        """A whole sale of 1.50 and as many cents as the family has numbers. Not twice: the till would ask again."""
        cents = 150 + family
        self._scan(scan, family)
        self._shop.keys(*(f"kp_{digit}" for digit in str(cents)))
        return self._pay(cents)

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
