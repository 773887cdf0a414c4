"""What paper says, read from its pixels by a decoder, and from its text by a PDF reader that is not ours."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

pdfium: Any = pytest.importorskip("pypdfium2", reason="needs pypdfium2 to read a PDF")
zxingcpp: Any = pytest.importorskip("zxingcpp", reason="needs zxing-cpp to read a code")

DOTS = 200
"""Dots per inch: what an office's scanner or a cheap printer makes of a page."""

Locked = pdfium.PdfiumError


def opened(document: bytes, password: str | None = None) -> Iterator[Any]:
    """The pages of a document. Raises Locked when the password does not open it."""
    reader = pdfium.PdfDocument(document, password=password)
    try:
        yield from reader
    finally:
        reader.close()


def codes(document: bytes, password: str | None = None) -> list[str]:
    """Every QR on its pages that is for a till, sorted."""
    return [text for text in _read(document, password) if "://" not in text]


def links(document: bytes, password: str | None = None) -> list[str]:
    """Every QR on its pages that is for a phone's camera, sorted."""
    return [text for text in _read(document, password) if "://" in text]


def _read(document: bytes, password: str | None) -> list[str]:
    pictures = (page.render(scale=DOTS / 72).to_pil() for page in opened(document, password))
    return sorted(found.text for picture in pictures for found in zxingcpp.read_barcodes(picture))


@dataclass(frozen=True, slots=True)
class Place:
    """A QR on a page: how far from the top it begins and how wide it is, in millimetres, without its white border."""

    text: str
    top: float
    side: float


def places(document: bytes) -> Iterator[Place]:
    """Each QR of the pages, and where it is."""
    for page in opened(document):
        for found in zxingcpp.read_barcodes(page.render(scale=DOTS / 72).to_pil()):
            at, beside = found.position.top_left, found.position.top_right
            yield Place(found.text, at.y / DOTS * 25.4, (beside.x - at.x) / DOTS * 25.4)


def texts(document: bytes, password: str | None = None) -> list[str]:
    """The text of each page."""
    return [page.get_textpage().get_text_bounded() for page in opened(document, password)]


def streams(document: bytes) -> bytes:
    """The file as it is, and behind it whatever a reader without a password can unpack of it."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL)
    return b"\n".join([document, *filter(None, map(_unpacked, packed))])


def readable(document: bytes) -> list[str]:
    """The codes on the pages of a PDF for somebody without a password."""
    try:
        return codes(document) if document.startswith(b"%PDF") else []
    except Locked:
        return []


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return b""
