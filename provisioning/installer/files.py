"""Steps that are files with a known text: what was there before is kept, and put back."""

from collections.abc import Callable, Mapping
from pathlib import Path

from provisioning.installer.host import Host
from provisioning.installer.record import Memory

Texts = Callable[[Host], Mapping[Path, str]]
"""Which files are to stand on this machine, with their texts."""


def stand(host: Host, texts: Mapping[Path, str]) -> bool:
    """Whether all of them stand there, word for word."""
    return all(host.read(path) == text for path, text in texts.items())


def put(host: Host, memory: Memory, texts: Mapping[Path, str]) -> None:
    """Write those that differ, and keep what they replace."""
    for path, text in texts.items():
        found = host.read(path)
        if found != text:
            memory.keep(str(path), found)
            memory.keep(f"folder of {path}", host.at(path.parent).is_dir())
            host.write(path, text)


def take_back(host: Host, memory: Memory) -> None:
    """Put back what was there before, and remove the folders that were made for it."""
    kept = memory.all()
    for path, text in ((Path(key), text) for key, text in kept.items() if key.startswith("/")):
        if text is None:
            host.remove(path)
            if not kept.get(f"folder of {path}", True):
                host.remove_if_empty(path.parent)
        else:
            host.write(path, text)


def has_line(host: Host, path: Path, line: str) -> bool:
    """Whether a file that is shared with others has this line."""
    return line in (host.read(path) or "").splitlines()


def add_line(host: Host, path: Path, line: str, otherwise: str = "") -> None:
    """Add a line at the end of a file that is shared with others, or of this text where there is no file."""
    if not has_line(host, path, line):
        text = host.read(path)
        kept = otherwise if text is None else text
        host.write(path, f"{kept.rstrip()}\n{line}\n" if kept.strip() else f"{line}\n")


def drop_line(host: Host, path: Path, line: str) -> None:
    """Take that line out again, and leave the others as they are."""
    if has_line(host, path, line):
        lines = (host.read(path) or "").splitlines()
        host.write(path, "".join(f"{other}\n" for other in lines if other != line))
