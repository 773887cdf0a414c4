"""The hands on a camera: picture files that the camera's real process takes for what lies under its lens."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import segno
from PIL import Image

from drivers.camera.process import GONE_SECONDS

FRAMES_PER_SECOND = 20
MODULE = 4
"""Pixels of one module of a drawn code."""


def draw(data: str | bytes, path: Path) -> None:
    """A clean QR code, as printed."""
    segno.make(data, micro=False).save(str(path), scale=MODULE, kind="png")


class PicturesRig:
    """Puts pictures in the camera's folder, frame by frame."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "frames"
        self.folder.mkdir()
        self._blank = folder / "blank.png"
        Image.new("L", (64, 48), 255).save(self._blank)
        self._sketch = folder / "sketch.png"
        self._shown = 0
        self.options: dict[str, str | int | bool] = {
            "source": f"pictures:{self.folder}",
            "frames_per_second": FRAMES_PER_SECOND,
        }

    async def scan(self, text: str) -> None:
        self.hold(text)
        self.take_away()

    async def send(self, data: bytes) -> None:
        self.hold(data)
        self.take_away()

    async def press(self, *keys: str) -> None:
        raise NotImplementedError("a camera has no keys")

    async def unplug(self) -> None:
        self.kill(signal.SIGKILL)

    async def plug(self) -> None:
        """A process that died is started again by itself."""

    def close(self) -> None:
        """The driver ends its process by itself."""

    def hold(self, data: str | bytes, frames: int = 1) -> None:
        """A code under the lens for so many frames."""
        draw(data, self._sketch)
        for _ in range(frames):
            self.show(self._sketch)
        self._sketch.unlink()

    def take_away(self) -> None:
        """Nothing under the lens, for as long as it takes to be sure."""
        self.show_blank(round(GONE_SECONDS * FRAMES_PER_SECOND) + 1)

    def show_blank(self, frames: int) -> None:
        for _ in range(frames):
            self.show(self._blank)

    def show(self, picture: Path) -> None:
        """One frame: a whole file at once, as it may be looked at while it is made."""
        self._shown += 1
        os.link(picture, self.folder / f"{self._shown:06}.png")

    def kill(self, number: signal.Signals) -> None:
        for pid in self.processes():
            os.kill(pid, number)

    def processes(self) -> Iterator[int]:
        """The camera processes that look into this folder, whoever started them."""
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = command.read_bytes().split(b"\0")
            except OSError:  # it ended just now
                continue
            if b"drivers.camera.process" in words and str(self.options["source"]).encode() in words:
                yield int(command.parent.name)
