"""A scanner on a serial line: USB-CDC, a USB-to-serial cable, or the pins of a UART (GM65 and its like). Linux.

It is found by its path (best one below /dev/serial/by-id, which stays the same in another port) or by what it is:
`vendor:product`, four hex digits each. It is opened again when it comes back, in whatever port.
"""

import asyncio
import errno
import os
import re
import termios
from collections.abc import Sequence
from pathlib import Path

import serial
from serial.tools.list_ports import comports
from serial.tools.list_ports_common import ListPortInfo

from drivers.base import Candidate, Changed, DriverMisconfigured, Emit, Status
from drivers.decode import Decoder
from drivers.framing import Framing

BAUD = 9600
"""What scanners come with."""

_OTHER_BAUDS = (115200, 38400, 19200, 57600, 4800)
"""What else they are set to, the likeliest first."""

BY_ID = Path("/dev/serial/by-id")
_CONSOLES = Path("/proc/consoles")
READ_BYTES = 4096
_RETRY_SECONDS = 1.0
_PATH = re.compile(r"/[^\0]+")
_USB_ID = re.compile("[0-9a-f]{4}:[0-9a-f]{4}")


def scanner(device: str, baud: int, prefix: str, suffix: str) -> "SerialScanner":
    """The scanner at this path, or of this `vendor:product`. Raises DriverMisconfigured for anything else.

    `prefix` and `suffix` are what it was told to put around each code; both may be empty.
    """
    if not _PATH.fullmatch(device) and not _USB_ID.fullmatch(device):
        raise DriverMisconfigured(
            f"a serial device is a path, best one in {BY_ID}, or vendor:product as 1a86:7523, but not {device!r}"
        )
    if baud not in serial.Serial.BAUDRATES:
        raise DriverMisconfigured(f"there is no baud rate {baud}; scanners come with {BAUD}, look in its manual")
    return SerialScanner(device, baud, prefix, suffix)


def candidates() -> list[Candidate]:
    """The serial ports that are here now, but for those on which the machine itself speaks."""
    consoles = {line.split()[0] for line in _CONSOLES.read_text().splitlines()} if _CONSOLES.exists() else set()
    links = {str(link.resolve()): str(link) for link in BY_ID.glob("*")}
    return [
        candidate(links.get(port.device, port.device), str(port)) for port in comports() if port.name not in consoles
    ]


def candidate(path: str, label: str) -> Candidate:
    """The scanner that may be on this line, at whatever rate it speaks."""
    variants = tuple({"baud": baud} for baud in _OTHER_BAUDS)
    return Candidate("serial-scanner", {"device": path, "baud": BAUD}, label, variants)


class SerialScanner:
    """A serial line that is read, 8 data bits, no parity, 1 stop bit, with nobody else reading along."""

    def __init__(self, device: str, baud: int, prefix: str, suffix: str) -> None:
        self._device = device
        self._baud = baud
        self._prefix = prefix
        self._suffix = suffix

    async def run(self, emit: Emit) -> None:
        """Read until cancelled. A device that is not there, or no longer, is looked for each second."""
        absent, reported = Status.NO_DEVICE, ""
        while True:
            try:
                with self._open() as port:
                    emit(Changed(Status.READY, f"reads {port.port} at {self._baud} baud"))
                    absent, reported = Status.LOST, ""
                    await _read(port.fileno(), Framing(emit, Decoder(prefix=self._prefix, suffix=self._suffix)))
            except OSError as error:
                detail = f"{self._device}: {_words(error)}"
                if detail != reported:
                    emit(Changed(absent, detail))
                reported = detail
            await asyncio.sleep(_RETRY_SECONDS)

    def look(self) -> Changed:
        """Whether its device node is there, and may be read."""
        there = [path for path in _paths(self._device) if Path(path).exists()]
        if not there:
            return self._missing(errno.ENOENT)
        if not os.access(there[0], os.R_OK | os.W_OK):
            return self._missing(errno.EACCES)
        return Changed(Status.READY, f"{there[0]} is there")

    def _missing(self, number: int) -> Changed:
        return Changed(Status.NO_DEVICE, f"{self._device}: {_words(OSError(number, ''))}")

    def _open(self) -> serial.Serial:
        """The first that is there and free, so that two scanners of one model get one each. Raises OSError."""
        fault = OSError(errno.ENODEV, "no such device")
        for path in _paths(self._device):
            try:
                return _opened(path, self._baud)
            except OSError as error:
                fault = error
        raise fault


def _opened(path: str, baud: int) -> serial.Serial:
    # VMIN is 1 with an inter-byte timeout of 0: an empty read then means that the line was hung up, and nothing else.
    # What a device without modem lines says to DTR and RTS (ENOTTY on a pty) pyserial ignores by itself.
    try:
        return serial.Serial(path, baud, timeout=0, inter_byte_timeout=0, exclusive=True)
    except termios.error as error:  # the device went while it was being set up; pyserial lets this one through
        raise OSError(*error.args) from None


async def _read(line: int, framing: Framing) -> None:
    """Give the framing whatever comes, in the order in which it comes. Raises OSError when the device has gone."""
    readable, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(line, readable.set)
    try:
        while True:
            await readable.wait()
            readable.clear()
            try:
                data = os.read(line, READ_BYTES)
            except BlockingIOError:
                continue
            if not data:
                raise OSError(errno.ENODEV, "hung up")
            framing.feed(data)
    finally:
        loop.remove_reader(line)
        framing.drop()


def _paths(device: str) -> Sequence[str]:
    """Where the device may be now. A path need not exist; a `vendor:product` gives those that are there."""
    if device.startswith("/"):
        return [device]
    return sorted(port.device for port in comports() if _usb_id(port) == device)


def _usb_id(port: ListPortInfo) -> str | None:
    return None if port.vid is None else f"{port.vid:04x}:{port.pid:04x}"


def _words(error: OSError) -> str:
    """Why the device is not read, and what to do where there is something to do."""
    match error.errno:
        case errno.ENOENT | errno.ENODEV | errno.ENXIO | errno.EIO:
            return "is not plugged in, or switched off: plug it in"
        case errno.EACCES | errno.EPERM:
            return "may not be opened by this user: add it to the group dialout, and start again"
        case errno.EAGAIN | errno.EBUSY:
            return "is in use by another program: stop that one"
        case _:
            return error.strerror or str(error)
