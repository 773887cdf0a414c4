"""Files that somebody gives us, never more of them than they may have."""

from pathlib import Path

from contracts.wire.errors import Broken


def content(path: Path, bytes_max: int, what: str) -> bytes:
    """All of the file. Raises Broken when it cannot be read, or has more than such a thing has."""
    try:
        with path.open("rb") as file:
            found = file.read(bytes_max + 1)
    except OSError as error:
        raise Broken(f"{path}: cannot be read ({error.strerror})") from error
    if len(found) > bytes_max:
        raise Broken(f"{path}: {what} has at most {bytes_max} bytes")
    return found
