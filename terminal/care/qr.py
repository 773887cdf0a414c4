"""The summary as a QR: in a terminal window, or as a picture."""

import io
from pathlib import Path

import segno

from contracts.wire.errors import Broken

_PIXELS = 8
"""A module of the picture."""


def in_window(text: str) -> str:
    """Lines for a terminal window, two modules high, with the margin that a telephone needs."""
    drawn = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(drawn, compact=True)
    return drawn.getvalue()


def save(text: str, path: Path) -> None:
    """An SVG picture. Raises Broken when it cannot be written."""
    try:
        segno.make(text, error="l", micro=False).save(str(path), kind="svg", scale=_PIXELS)
    except OSError as error:
        raise Broken(f"{path}: cannot be written ({error.strerror}): name another file") from None
