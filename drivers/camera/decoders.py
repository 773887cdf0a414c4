"""From a picture to the codes in it: one seam, behind which a native library stands, loaded in the camera's process.

QR codes alone are looked for: a pass is one, and a product's stripes under the lens are nobody's scan.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.camera.library import library

CODES_MAX = 4
"""Codes of one picture that are read at most."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: 8-bit grey, row by row, without padding."""

    pixels: bytes = field(repr=False)
    width: int
    height: int

    def __post_init__(self) -> None:
        if min(self.width, self.height) < 1 or self.width * self.height != len(self.pixels):
            raise ValueError(f"{len(self.pixels)} bytes are no picture of {self.width} by {self.height} pixels")


Decoder = Callable[[Frame], tuple[str, ...]]
"""The texts of the codes in a picture, in any order; none when there is none that can be read."""


def zxing_cpp() -> Decoder:
    """The decoder zxing-cpp, our default: reads straight from memory, and needs no other package."""
    zxingcpp = library("zxingcpp")
    formats, plain = zxingcpp.BarcodeFormat.QRCode, zxingcpp.TextMode.Plain

    def decode(frame: Frame) -> tuple[str, ...]:
        rows = memoryview(frame.pixels).cast("B", (frame.height, frame.width))
        return tuple(code.text for code in zxingcpp.read_barcodes(rows, formats, text_mode=plain)[:CODES_MAX])

    return decode


def pyzbar() -> Decoder:
    """The decoder zbar, to compare with. It guesses a text's encoding; pass codes are ASCII, which needs no guess."""
    zbar = library("pyzbar.pyzbar")
    symbols = [zbar.ZBarSymbol.QRCODE]

    def decode(frame: Frame) -> tuple[str, ...]:
        found = zbar.decode((frame.pixels, frame.width, frame.height), symbols)
        return tuple(code.data.decode("utf-8", "replace") for code in found[:CODES_MAX])

    return decode


TABLE: dict[str, Callable[[], Decoder]] = {"zxing-cpp": zxing_cpp, "pyzbar": pyzbar}
"""Each by its name in the configuration. Loading one raises DriverUnavailable with what to install."""
