"""Empties a small buffer of the kernel into a larger one, in a thread of its own. Linux.

Of a keyboard that is not read the kernel keeps 64 events (linux/drivers/input/evdev.c), which is ten characters of a
scanner, or 50 ms of a fast one; whatever else it types is lost. A loop that writes to a disk, or loads a module on a
slow machine, can look away for longer. The thread only moves bytes. When even the pipe is full (64 KiB, about seven
codes) it waits, so the kernel loses events as if nobody read, and says so.
"""

import errno
import os
import select
from contextlib import suppress
from threading import Thread

CHUNK = 4080
"""Bytes in one piece: whole events of 16 or 24 bytes, few enough to be written at once or not at all (PIPE_BUF)."""


class Pump:
    """What comes in on a descriptor that does not block, until it is taken. Only `close` lets go of that descriptor."""

    def __init__(self, source: int) -> None:
        self._kept, into = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._kept, False)
        self._thread = Thread(target=_move, args=(source, into), name="keyboard", daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        """Readable when there is something to take, or will never be again."""
        return self._kept

    def is_alive(self) -> bool:
        """Whether anything would still come."""
        return self._thread.is_alive()

    def take(self) -> bytes:
        """The next piece, never empty. Raises BlockingIOError when there is none, OSError when the source has gone."""
        data = os.read(self._kept, CHUNK)
        if not data:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return data

    def close(self) -> None:
        """Throw away what was not taken. The source is not read any more then, and may be closed."""
        os.close(self._kept)
        self._thread.join()


def _move(source: int, into: int) -> None:
    """Until the source has gone, or nobody takes what comes."""
    watch = select.poll()
    watch.register(source, select.POLLIN)
    watch.register(into, 0)  # that its other end was closed is told unasked
    try:
        with suppress(OSError):  # ENODEV: it was pulled out. EPIPE: closed, while there was no room
            while into not in dict(watch.poll()) and (data := _read(source)) is not None:
                os.write(into, data)
    finally:
        os.close(into)


def _read(source: int) -> bytes | None:
    """What is there, which may be nothing, as asking for the held keys throws away unread ones; None at its end."""
    try:
        return os.read(source, CHUNK) or None
    except BlockingIOError:
        return b""
