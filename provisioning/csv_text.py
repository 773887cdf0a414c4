"""A list as a spreadsheet saves it: its text, and what parts its columns."""

from pathlib import Path

from contracts.wire.errors import Broken
from provisioning import bounded

LIST_BYTES_MAX = 16 * 1024 * 1024
FAULTS_SHOWN = 10

_SEPARATORS = ";\t,"


def read(path: Path, otherwise: str) -> str:
    """The file's text: UTF-8, or else in this encoding. Raises Broken when it cannot be read or is too large."""
    content = bounded.content(path, LIST_BYTES_MAX, "a list")
    for encoding in ("utf-8-sig", otherwise):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Broken(f"{path}: neither UTF-8 nor what a spreadsheet writes: save it as CSV UTF-8")


def separator(text: str) -> str:
    """What parts the columns: the first of semicolon, tab and comma that stands in the first line."""
    first = text.partition("\n")[0]
    return next((each for each in _SEPARATORS if each in first), ",")


def require_right(path: Path, faults: list[str], nothing_was: str) -> None:
    """Raises Broken with the first faults, and how many more there are."""
    if not faults:
        return
    more = len(faults) - FAULTS_SHOWN
    shown = [*faults[:FAULTS_SHOWN], *([f"and {more} more lines"] if more > 0 else [])]
    raise Broken(f"{path}: {'; '.join(shown)}; {nothing_was}")
