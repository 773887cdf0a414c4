"""What is tried in the virtual machine, step by step. Each step says what it shows, and gives back what it saw."""

from drivers.base import Status
from terminal.core.screen import Stage
from tests.hardware.machine import Machine
from tests.hardware.shop import Shop
from tests.terminal.till import code

CABLE = "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_CABLE-1-if00-port0"
SCANNER = "/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_SCAN-1-event-kbd"


class Scenario:
    """A shop's day with its plugs, from an empty counter."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._shop = Shop(machine)

    def the_kernel_makes_device_nodes(self) -> str:
        self._plug_scanner()
        self._plug_cable()
        self._machine.run("udevadm", "wait", "--timeout=30", SCANNER, CABLE)
        return self._machine.run(
            "sh", "-c", f"uname -sr; ls -lL {SCANNER} {CABLE}; ls -l /dev/input/event* /dev/ttyUSB*"
        )

    def the_daemon_finds_them(self) -> str:
        self._shop.open({"cable": ("serial-scanner", {"device": CABLE})})
        self._shop.lamp("cable", Status.READY)
        return "ready"

    def a_pass_is_read_from_the_serial_line(self) -> str:
        self._shop.send(code(1).encode() + b"\r\n")
        return self._shop.seen(Stage.AMOUNT).programme

    def the_serial_scanner_is_pulled_out_in_a_sale(self) -> str:
        self._machine.unplug("cable-1")
        lost = self._shop.lamp("cable", Status.LOST)
        assert lost.stage is Stage.AMOUNT
        self._plug_cable(port=5)
        back = self._shop.lamp("cable", Status.READY)
        assert back.stage is Stage.AMOUNT
        return "the lamp said lost, then ready; the sale stayed"

    def _plug_scanner(self) -> None:
        self._machine.plug("scanner-1", "usb-kbd", 1, serial="SCAN-1")

    def _plug_cable(self, port: int = 3) -> None:
        self._machine.plug("cable-1", "usb-serial", port, serial="CABLE-1", chardev="cable", **{"always-plugged": True})

    def steps(self):
        return (
            self.the_kernel_makes_device_nodes,
            self.the_daemon_finds_them,
            self.a_pass_is_read_from_the_serial_line,
            self.the_serial_scanner_is_pulled_out_in_a_sale,
        )
