"""The camera's own process: takes pictures within a budget, decodes them, and says what it reads on its stdout.

    python -m drivers.camera.process --source picamera2

The driver starts it; or systemd does, with `--asked`: then the first line says what to do. A person may too, to see
what a camera sees; it ends when its stdin ends. `pause` and `resume` on stdin stop and start the reading. It never
decides what a code means, and writes nothing but its messages.
"""

import argparse
import ctypes
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable

from drivers.base import Changed, DriverMisconfigured, DriverUnavailable, Status
from drivers.camera.decoders import TABLE, Decoder
from drivers.camera.messages import ASK_MAX, Ask, Beat, Message, decode_ask, encode, of_code
from drivers.camera.sources import Opener, Source, SourceGone, Unreadable, opener

BEAT_SECONDS = 1.0
GONE_SECONDS = 1.0
"""A code is under the lens until it was not seen for so long: single frames are lost to blur and glare."""
RETRY_SECONDS = 1.0
HANG_SECONDS = 30
"""Who says nothing for so long is ended by the kernel, as native code that hangs may let nobody else run in here."""
_PR_SET_DUMPABLE = 4
_CONTROL_MAX = 64

Say = Callable[[Message], None]


class Appearances:
    """Which codes are under the lens, so that each is read once for as long as it lies there."""

    def __init__(self, frames_to_go: int) -> None:
        self._frames_to_go = frames_to_go
        self._unseen: dict[str, int] = {}

    def new(self, texts: Iterable[str]) -> list[str]:
        """Take in one frame's codes; give back those that came with it."""
        found = dict.fromkeys(texts, 0)
        appeared = [text for text in found if text not in self._unseen]
        aged = {text: frames + 1 for text, frames in self._unseen.items() if frames < self._frames_to_go}
        self._unseen = aged | found
        return appeared


class Watch:
    """The loop over one camera, opened again for as long as it takes."""

    def __init__(self, open_source: Opener, decode: Decoder, frames_per_second: int, say: Say) -> None:
        self._open_source = open_source
        self._decode = decode
        self._interval = 1 / frames_per_second
        self._appearances = Appearances(round(GONE_SECONDS * frames_per_second))
        self._say = say
        self._last_beat = 0.0
        self._missing = Status.NO_DEVICE
        self.reading = threading.Event()
        self.reading.set()

    def run(self) -> None:
        """Read until the process ends. Raises DriverUnavailable when a package is missing."""
        while True:
            try:
                with self._open_source() as source:
                    self._say(Changed(Status.READY, source.detail))
                    self._missing = Status.LOST
                    self._read(source)
            except SourceGone as gone:
                self._say(Changed(self._missing, str(gone)))
            self._beat()
            time.sleep(RETRY_SECONDS)

    def _read(self, source: Source) -> None:
        while True:
            began = time.monotonic()
            self._beat()
            if self.reading.wait(BEAT_SECONDS):
                self._look(source)
                time.sleep(max(0.0, began + self._interval - time.monotonic()))

    def _look(self, source: Source) -> None:
        try:
            frame = source.frame()
        except Unreadable as unreadable:
            self._say(Changed(Status.READY, str(unreadable)))
            return
        for text in self._appearances.new(self._decode(frame) if frame else ()):
            if (message := of_code(text)) is not None:
                self._say(message)

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._last_beat >= BEAT_SECONDS:
            self._say(Beat())
            self._last_beat = now


def main(argv: list[str]) -> int:
    """Watch until stdin ends. Exit 1 when a package is missing, 2 for a source that does not exist."""
    parser = argparse.ArgumentParser(
        prog="python -m drivers.camera.process",
        description="Read codes with a camera and print them, one JSON object a line.",
        epilog="example: python -m drivers.camera.process --source v4l2:/dev/video0",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--source", help="picamera2, v4l2:/dev/video0 or pictures:/a/folder")
    what.add_argument("--asked", action="store_true", help="the first line of stdin says source, decoder and rate")
    parser.add_argument("--decoder", choices=sorted(TABLE), default="zxing-cpp")
    parser.add_argument("--frames-per-second", type=int, default=8, metavar="N")
    arguments = parser.parse_args(argv)
    _forbid_core_dumps()
    signal.alarm(HANG_SECONDS)
    try:
        ask = _asked() if arguments.asked else Ask(arguments.source, arguments.decoder, arguments.frames_per_second)
        source = opener(ask.source, ask.frames_per_second)
        watch = Watch(source, TABLE[ask.decoder](), ask.frames_per_second, _say)
        threading.Thread(target=_obey, args=(watch.reading,), daemon=True).start()
        if not arguments.asked:  # its unit has seen to it
            os.nice(10)  # from here on the sale goes first
        watch.run()
    except DriverMisconfigured as misconfigured:
        parser.error(misconfigured.advice)
    except DriverUnavailable as unavailable:
        _say(Changed(unavailable.status, unavailable.advice))
    return 1


def _forbid_core_dumps() -> None:
    """Keep what a crash leaves, with the codes in it, off the disk (prctl(2), core(5))."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _asked() -> Ask:
    """What the first line asks for. Raises DriverMisconfigured."""
    try:
        ask = decode_ask(sys.stdin.buffer.readline(ASK_MAX))
    except ValueError as error:
        raise DriverMisconfigured(str(error)) from None
    if ask.decoder not in TABLE or ask.frames_per_second < 1:
        raise DriverMisconfigured("there is no such decoder or rate")
    return ask


def _say(message: Message) -> None:
    signal.alarm(HANG_SECONDS)
    sys.stdout.buffer.write(encode(message))
    sys.stdout.buffer.flush()


def _obey(reading: threading.Event) -> None:
    """Do what stdin says. When it ends, so does this process, even while the camera hangs."""
    while line := sys.stdin.buffer.readline(_CONTROL_MAX):
        if line == b"pause\n":
            reading.clear()
        elif line == b"resume\n":
            reading.set()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
