"""What a process does to the files of one folder, as the kernel is asked for it: every system call that changes a disk.

The process runs under strace, so that it is the real store on the real SQLite that is recorded. What the recording
does not understand of that folder it refuses, and played back it must come to the files that are really there.
"""

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.power_cuts.disk import (
    SHARED,
    Create,
    Disk,
    Flush,
    FlushNames,
    Image,
    Link,
    Mark,
    Operation,
    Truncate,
    Unlink,
    Write,
)

CALLS = (
    "openat,pwrite64,write,ftruncate,fsync,fdatasync,linkat,unlinkat,"
    "?open,?creat,?link,?unlink,?rename,?openat2,writev,pwritev,pwritev2,truncate,fallocate,sync_file_range,syncfs,sync,"
    "?renameat,renameat2,?symlink,symlinkat,?mkdir,mkdirat,mmap,msync,copy_file_range,sendfile,splice,io_uring_setup"
)
"""All that change a file or its name, and one that would hide it. A question mark: not on every machine."""
BYTES_MAX = 2**20
"""Of one write; SQLite writes pages of 4 KB."""

_LINE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\w+)")
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)", re.DOTALL)
_ENDED = re.compile(r"\d+ +\+\+\+ exited with \d+ \+\+\+")
_HERE = re.compile(r"AT_FDCWD<[^>]*>")
"""Said before a path that is given in full, as all are that a journal uses."""
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?|<((?:\\x[0-9a-f]{2})+)>')


class Unclear(Exception):
    """The recording does not show all that happened, or strace is not here."""


def record(command: list[str], folder: Path, marks: Path, trace: Path, directory: Path) -> list[Operation]:
    """What the command does to the folder, with what it writes to `marks` in between. Raises Unclear.

    A mark is written as one number and a line end.
    """
    before = files(folder)
    run(command, trace, directory)
    return [operation for _, operation in played(trace, folder, marks, before)]


def run(command: list[str], trace: Path, directory: Path) -> None:
    """Run the command, with its system calls in the file `trace`. Raises Unclear when it fails."""
    if shutil.which("strace") is None:
        raise Unclear("this needs strace, which is not here: sudo apt install strace")
    strace = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-y",
        "-xx",
        "-s",
        str(BYTES_MAX),
        "-o",
        str(trace),
        "-e",
        f"trace={CALLS}",
    ]
    done = subprocess.run([*strace, *command], cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unclear(f"what was to be recorded failed: {done.stderr[-2000:]}")


def played(
    trace: Path, folder: Path, marks: Path, before: Image, *, in_turn: bool = False
) -> list[tuple[int, Operation]]:
    """The operations in the folder, each with its line in the trace; see `parse`. Raises Unclear."""
    with trace.open(encoding="ascii") as lines:
        operations = list(parse(lines, folder, marks, set(before), in_turn=in_turn))
    disk = Disk(before)
    for _, operation in operations:
        disk.do(operation)
    if disk.now() != files(folder):
        raise Unclear("played back, the recording does not come to the files that are there")
    return operations


def files(folder: Path) -> Image:
    """What is in the folder, but for what SQLite's connections share in memory."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != SHARED}


def parse(
    lines: Iterable[str], folder: Path, marks: Path, there: set[str], *, in_turn: bool = False
) -> Iterator[tuple[int, Operation]]:
    """The operations in strace's lines, with the lines' numbers; `there` are the names of before.

    One thread does them all, or with `in_turn` one after the other. Raises Unclear for what it cannot be.
    """
    names, workers, about = set(there), list[str](), "".join(f"\\x{byte:02x}" for byte in bytes(folder))
    for number, line in enumerate(_whole(lines)):
        found = _LINE.match(line)
        if " io_uring_setup(" in line or (about in line and not found):
            raise Unclear(f"this may hide something: {line[:200]}")
        if not found or found[4].startswith("-"):
            continue
        operations = _operations(found[2], found[3], folder, marks, names)
        is_work = any(not isinstance(operation, Mark) for operation in operations)
        if is_work and found[1] not in workers[-1:]:
            workers.append(found[1])
        if len(workers) > (len(set(workers)) if in_turn else 1):
            raise Unclear("more than one thread was at work, so the order is not certain")
        for operation in operations:
            names |= {operation.name} if isinstance(operation, Create | Link) else set()
            names -= {operation.name} if isinstance(operation, Unlink) else set()
            yield number, operation


def _whole(lines: Iterable[str]) -> Iterator[str]:
    """The lines, where strace broke off one to tell of a thread's end as if it had not."""
    begun = ""
    for line in lines:
        if begun and _ENDED.match(line):
            continue
        if begun and (rest := _RESUMED.match(line)) and begun.startswith(f"{rest[1]} "):
            yield begun + rest[2]
        elif begun:
            yield from (begun + _UNFINISHED, line)
        elif line.rstrip().endswith(_UNFINISHED):
            begun = line.rstrip().removesuffix(_UNFINISHED)
            continue
        else:
            yield line
        begun = ""
    if begun:
        yield begun + _UNFINISHED


def _operations(call: str, arguments: str, folder: Path, marks: Path, names: set[str]) -> list[Operation]:
    """What a call that succeeded did to the folder: nothing, one or two operations."""
    texts = [_decoded(match) for match in _TEXT.finditer(_HERE.sub("", arguments))]
    if call == "write" and texts[:1] == [bytes(marks)]:
        return [Mark(int(texts[1]))]
    paths = texts[:1] if call.startswith(("write", "pwrite")) else texts
    found = (_within(path, folder) for path in paths if path.startswith(b"/"))
    about = [name for name in found if name is not None and not name.endswith("-shm")]
    if not about:
        return []
    match call, about:
        case ("openat" | "open", [name]):
            return _opened(name, arguments, names)
        case "pwrite64", [name]:
            return [Write(name, int(arguments.rsplit(", ", 1)[1]), texts[1])]
        case "ftruncate", [name]:
            return [Truncate(name, int(arguments.rsplit(", ", 1)[1]))]
        case (("fsync" | "fdatasync"), [name]):
            return [Flush(name) if name else FlushNames()]
        case (("link" | "linkat"), [old, name]):
            return [Link(old, name)]
        case (("unlink" | "unlinkat"), [name]):
            return [Unlink(name)]
    raise Unclear(f"{call} of {', '.join(about)} is not understood here")


def _opened(name: str, arguments: str, names: set[str]) -> list[Operation]:
    new = "O_CREAT" in arguments and name not in names
    emptied = "O_TRUNC" in arguments and not new
    return [*([Create(name)] if new else []), *([Truncate(name, 0)] if emptied else [])]


def _decoded(text: re.Match[str]) -> bytes:
    if text[2]:
        raise Unclear(f"a write is longer than {BYTES_MAX} bytes")
    return bytes.fromhex((text[1] or text[3] or "").replace("\\x", ""))


def _within(text: bytes, folder: Path) -> str | None:
    """The file's name in the folder, empty for the folder itself; None when it is elsewhere."""
    path = Path(text.decode("utf-8", "surrogateescape"))
    if path == folder:
        return ""
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else None
