"""Where the camera's pictures come from. Each source is a context that gives one grey picture at a time.

picamera2            the Raspberry Pi's own camera
v4l2:/dev/video0     any camera that the kernel knows, by its path (/dev/v4l/by-id/... stays the same)
pictures:/a/folder   picture files, played as frames: the camera's simulator
"""

import errno
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from drivers.base import DriverMisconfigured
from drivers.camera.decoders import Frame
from drivers.camera.library import library

WIDTH, HEIGHT = 640, 480
"""Pixels of a frame that are asked for: enough for a pass code that fills a sixth of the picture's height."""
PIXELS_MAX = 2**24
SIMULATOR = "pictures:"


class SourceGone(Exception):
    """There is no camera, or no longer; the text says to a person what to look at."""


class Unreadable(Exception):
    """This one picture cannot be read; the next one may."""


class Source(Protocol):
    """An open camera."""

    detail: str
    """What it is, for a person."""

    def frame(self) -> Frame | None:
        """The next picture, or None when there is nothing to see. Raises SourceGone, Unreadable."""


Opener = Callable[[], AbstractContextManager[Source]]
"""Opens the camera. Raises SourceGone when it is not there, DriverUnavailable when a package is missing."""


def opener(source: str, frames_per_second: int) -> Opener:
    """How to open this source. Raises DriverMisconfigured with the sources that there are."""
    kind, _, where = source.partition(":")
    path = Path(where)
    if source == "picamera2":
        return lambda: Picamera(frames_per_second)
    if kind == "v4l2" and path.is_absolute():
        return lambda: V4l2Camera(path, frames_per_second)
    if source.startswith(SIMULATOR) and path.is_absolute():
        return lambda: Pictures(path)
    raise DriverMisconfigured(
        f"there is no source {source!r}; there are picamera2, v4l2:/dev/video0 (a device's path) and "
        f"{SIMULATOR}/a/folder (picture files, where simulators are allowed)"
    )


class _Camera:
    """What the sources share: closing at the end of the context."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Free the camera."""


class Pictures(_Camera):
    """A folder whose picture files are played once, each as one frame, in the order of their names.

    A file that is put there later is played too, if its name comes after those played. A folder that is taken away is
    a camera unplugged.
    """

    def __init__(self, folder: Path) -> None:
        self._library = library("PIL.Image")
        self._folder = folder
        self._played = ""
        self._names()
        self.detail = f"picture files in {folder}"

    def frame(self) -> Frame | None:
        """The next file's picture. Raises SourceGone, Unreadable."""
        name = min((name for name in self._names() if name > self._played), default=None)
        if name is None:
            return None
        self._played = name
        try:
            return self._read(self._folder / name)
        except (OSError, SyntaxError, ValueError, EOFError, self._library.DecompressionBombError) as error:
            raise Unreadable(f"{name} is no picture that can be read ({type(error).__name__})") from None

    def _names(self) -> list[str]:
        try:
            return [path.name for path in self._folder.iterdir() if not path.name.startswith(".")]
        except OSError as error:
            raise SourceGone(f"cannot look into {self._folder}: {error.strerror}") from None

    def _read(self, path: Path) -> Frame:
        with self._library.open(path) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise ValueError("too many pixels")
            # Transparency is laid on white, as paper would be behind it.
            ink = picture.convert("RGBA")
        paper = self._library.new("RGBA", ink.size, "white")
        paper.alpha_composite(ink)
        return Frame(paper.convert("L").tobytes(), *paper.size)


class Picamera(_Camera):
    """The Raspberry Pi's camera by picamera2, whose low-resolution stream is read.

    Streams and formats: the Picamera2 manual, section 4.2 (lores) and appendix A (YUV420 begins with its grey plane).
    """

    def __init__(self, frames_per_second: int) -> None:
        picamera2 = library("picamera2")
        try:
            self._camera = picamera2.Picamera2()
        except (IndexError, RuntimeError) as error:  # what it raises when there is none, or when it is in use
            raise SourceGone(
                f"no camera answers ({error}): check its ribbon cable and that no other program uses it, "
                "then try rpicam-hello --list-cameras"
            ) from error
        size = {"size": (WIDTH, HEIGHT)}
        self._camera.configure(
            self._camera.create_video_configuration(
                main=size, lores={**size, "format": "YUV420"}, controls={"FrameRate": frames_per_second}
            )
        )
        if "AfMode" in self._camera.camera_controls:
            self._camera.set_controls({"AfMode": 2})  # libcamera's AfModeContinuous; fixed lenses have no such control
        self._camera.start()
        self.detail = f"the Pi's camera, {self._camera.camera_properties.get('Model', 'of an unknown model')}"

    def frame(self) -> Frame:
        """The next picture, waited for."""
        grey = self._camera.capture_array("lores")[:HEIGHT, :WIDTH]
        return Frame(grey.tobytes(), WIDTH, HEIGHT)

    def close(self) -> None:
        """Free the camera for others."""
        self._camera.close()


class V4l2Camera(_Camera):
    """A camera of the kernel's Video4Linux by linuxpy, in one of the formats that hold plain grey bytes.

    Formats: the kernel's documentation of V4L2_PIX_FMT_GREY, _YUYV, _NV12 and _YUV420.
    """

    FORMATS = ("GREY", "YUYV", "NV12", "YUV420")

    def __init__(self, path: Path, frames_per_second: int) -> None:
        video = library("linuxpy.video.device")
        self._path = path
        self._device = video.Device(str(path), blocking=True)
        # Two buffers: the one being read and the one being filled, so that no picture is older than a frame.
        self._capture = video.VideoCapture(self._device, size=2)
        try:
            self._device.open()
            self._open(video.PixelFormat, frames_per_second)
        except OSError as error:
            self.close()
            raise SourceGone(f"{path} cannot be used: {error.strerror or error}") from error
        except SourceGone:
            self.close()
            raise
        self.detail = f"{self._device.info.card} on {path}"

    def _open(self, formats: Any, frames_per_second: int) -> None:
        self._format = self._agree(formats)
        with suppress(OSError):  # a camera may have one rate only; then more is sent than is read
            self._capture.set_fps(frames_per_second)
        self._capture.open()

    def _agree(self, formats: Any) -> str:
        """Ask for one format after the other: a camera answers a wish that it cannot grant with what it would give."""
        for name in self.FORMATS:
            try:
                self._capture.set_format(WIDTH, HEIGHT, formats[name])
                self._shape = self._capture.get_format()
            except (OSError, ValueError) as error:  # some refuse; and some give what linuxpy has no name for
                if getattr(error, "errno", errno.EINVAL) != errno.EINVAL:
                    raise
            else:
                if self._shape.pixel_format == formats[name]:
                    return name
        raise SourceGone(f"{self._path} gives pictures in none of the formats {', '.join(self.FORMATS)}")

    def frame(self) -> Frame:
        """The next picture, waited for. Raises SourceGone, Unreadable."""
        try:
            data = bytes(self._capture.buffer.raw_read().data)
        except OSError as error:
            raise SourceGone(f"{self._path} is gone: {error.strerror or error}") from error
        return grey(self._format, data, self._shape.bytes_per_line, self._shape.height)

    def close(self) -> None:
        """Free the camera for others."""
        with suppress(OSError):  # it may have been pulled out
            self._capture.close()  # its buffers first: while one is mapped, the camera is in use
        with suppress(OSError):
            self._device.close()


def grey(pixel_format: str, data: bytes, bytes_per_line: int, height: int) -> Frame:
    """The grey of a picture as the kernel gives it; the padding of its lines stays on as black. Raises Unreadable."""
    size = bytes_per_line * height
    if len(data) < size:
        raise Unreadable(f"the camera sent {len(data)} bytes of {size}: try another USB port or cable")
    if pixel_format == "YUYV":
        return Frame(data[:size:2], bytes_per_line // 2, height)
    return Frame(data[:size], bytes_per_line, height)
