"""What comes out of the virtual machine: paper, and sound."""

import array
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from tests.drivers.paper import ASK_PAPER, PAPER

_WAV_HEADER_BYTES = 44
_RATE, _CHANNELS = 44100, 2
"""As qemu writes a WAV file unless told otherwise, in 16 bits."""
_WINDOW = _RATE // 50
_ESC_POS_CODE = re.compile(rb"\x1d\(k..\x31\x50\x30([0-9A-Z:]+)\x1d", re.DOTALL)
"""GS ( k, function 180: the characters of a QR code, that the printer draws by itself; whole once a command follows."""


class Roll:
    """A receipt printer at the far end of a serial line: has paper, says so if asked, keeps what it was sent."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._sent = b""
        self._news = threading.Condition()
        threading.Thread(target=self._serve, daemon=True).start()

    def code(self, seconds: float) -> str:
        """The newest code that was printed, waited for. Raises AssertionError."""
        with self._news:
            found = self._news.wait_for(lambda: _ESC_POS_CODE.findall(self._sent), seconds)
            assert found, f"no receipt was printed, only {self._sent!r}"
            return str(found[-1].decode())

    @property
    def text(self) -> str:
        """All that was printed, its commands as well."""
        return self._sent.decode("cp858")

    def _serve(self) -> None:
        with suppress(OSError):  # the machine ended
            while data := self._line.recv(4096):
                if ASK_PAPER in data:
                    self._line.sendall(bytes([PAPER]))
                with self._news:
                    self._sent += data.replace(ASK_PAPER, b"")
                    self._news.notify_all()


def pitches(wav: Path) -> list[int]:
    """What was heard, Hz to the nearest hundred, each as often as it began anew; silence is not in the file."""
    samples = array.array("h", wav.read_bytes()[_WAV_HEADER_BYTES:][: -_CHANNELS * 2])[::_CHANNELS]
    heard = [_pitch(samples[at : at + _WINDOW]) for at in range(0, len(samples) - _WINDOW, _WINDOW)]
    # A window in which one tone gives way to another has neither pitch.
    steady = [before for before, after in pairwise(heard) if before == after]
    return [steady[0], *_changes(steady)] if steady else []


def _pitch(window: "array.array[int]") -> int:
    middle = (min(window) + max(window)) / 2
    rises = sum(before <= middle < after for before, after in pairwise(window))
    return round(rises * _RATE / len(window) / 100) * 100


def _changes(steady: list[int]) -> Iterator[int]:
    yield from (after for before, after in pairwise(steady) if after != before)
