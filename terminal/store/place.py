"""Where a journal may live: on a disk that is still there after a power cut, and in one daemon's hands."""

import fcntl
import os
import re
from pathlib import Path

from contracts.wire.errors import Broken

VOLATILE = frozenset({"tmpfs", "ramfs", "overlay", "aufs", "devtmpfs"})
"""File systems whose content may be gone after a power cut; `overlay` is what a Raspberry Pi's read-only mode uses."""

_OCTAL = re.compile(r"\\([0-7]{3})")
_LOWER = re.compile(r"(?:^|,)lowerdir=([^,:]+)")
_LOCK_BYTES_MAX = 16


def file_system(path: Path) -> str:
    """The type of the file system that the path is on, as proc(5) names it; empty when the system does not say."""
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    found, kind = Path(), ""
    for _, mount, fs_type, *_ in (line.split(" ") for line in mounts):
        point = Path(_OCTAL.sub(lambda match: chr(int(match[1], 8)), mount))
        if path.resolve().is_relative_to(point) and len(point.parts) >= len(found.parts):
            found, kind = point, fs_type  # of two on one point, the later hides the earlier
    return kind


def below_overlay(path: Path) -> Path | None:
    """Where the path lies on the disk below an overlay; None when it lies on no overlay."""
    if file_system(path.parent) != "overlay":
        return None
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        _, mount, kind, options, *_ = line.split(" ")
        lower = _LOWER.search(options)
        if (mount, kind) == ("/", "overlay") and lower:
            return Path(lower[1]) / path.relative_to("/")
    return path


def require_durable(folder: Path, *, volatile_ok: bool) -> None:
    """Raise Broken unless what is written to this folder outlives a power cut."""
    if not folder.is_dir():
        raise Broken(f"there is no folder {folder}: check `state_dir` in the configuration")
    kind = file_system(folder)
    if kind in VOLATILE and not volatile_ok:
        raise Broken(f"{folder} is on {kind}, which forgets at a power cut: set `state_dir` to a folder on a disk")


def device(path: Path) -> Path | None:
    """Where the kernel tells of the block device that the path is on; None for what is on none that it tells of."""
    number = path.stat().st_dev
    told = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}")
    return told if told.exists() else None


def require_second(folder: Path, first: Path, *, volatile_ok: bool) -> None:
    """Raise Broken unless what is written to this folder outlives a power cut, and the disk of the first one."""
    if not folder.is_dir():
        raise Broken(f"there is no folder {folder}: put the stick in, or check `mirror` in the configuration")
    if volatile_ok:
        return
    if (kind := file_system(folder)) in VOLATILE:
        raise Broken(f"{folder} is on {kind}, which forgets at a power cut: put the stick in, or check `mirror`")
    if _disk(folder) == _disk(first):
        raise Broken(f"{folder} is on the same disk as the journal: put the stick in, or check `mirror`")


def _disk(path: Path) -> str:
    """Which disk it is on, whatever the partition."""
    told = device(path)
    if told is None:
        return str(path.stat().st_dev)
    part = told.resolve()
    return str(part.parent if (part / "partition").exists() else part)


def hand_over(descriptor: int, folder: Path) -> None:
    """Give a file that root has made to whom the folder belongs: a daemon that is not root must open it."""
    owner = folder.stat()
    if os.geteuid() == 0:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


class Lock:
    """One holder at a time, until `release` or the end of the process, however it ends (flock(2)).

    Raises Broken, naming the holder, when another process has it.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._descriptor = os.open(path, flags, 0o600)
        except OSError as error:
            raise Broken(f"{path} cannot be opened ({error.strerror}): the folder must be writable") from error
        try:
            hand_over(self._descriptor, path.parent)
            self._take(path)
        except BaseException:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Let the next one have it."""
        os.close(self._descriptor)

    def _take(self, path: Path) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, _LOCK_BYTES_MAX, 0).decode("ascii", "replace").strip()
            raise Broken(
                f"another daemon (process {holder or 'unknown'}) uses this journal: stop that one first ({path})"
            ) from None
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            raise Broken(f"{path} cannot be written ({error.strerror}): free space or repair the disk") from error
