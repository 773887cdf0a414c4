"""The other end of a serial line: a pty pair of the kernel, behind a link as udev keeps one below /dev/serial/by-id."""

import asyncio
import fcntl
import os
import struct
import termios
import tty
from pathlib import Path

from drivers.decode import IDLE_MS

PAUSE_SECONDS = 1.5 * IDLE_MS / 1000
PATIENCE = 45.0
"""Seconds that a loaded machine may take for what a quiet one does at once."""


class PtyRig:
    """What a serial scanner sends, and its plug."""

    def __init__(self, folder: Path, name: str = "usb-scanner") -> None:
        self.link = folder / name
        self.options: dict[str, str | int | bool] = {"device": str(self.link)}
        self._ends: list[int] = []
        self._plug()

    @property
    def port(self) -> str:
        """The device node, another one after each plugging."""
        return os.ttyname(self._line)

    async def scan(self, text: str) -> None:
        await self.write(f"{text}\r".encode("latin-1"))

    async def send(self, data: bytes) -> None:
        """These bytes, and the pause after them."""
        await self.write(data)
        await asyncio.sleep(PAUSE_SECONDS)  # this is what is sent: a pause

    async def press(self, *keys: str) -> None:
        raise NotImplementedError("a scanner has no keys")

    async def write(self, data: bytes) -> None:
        """These bytes; returns when the driver has taken them all."""
        async with asyncio.timeout(PATIENCE):
            while data:
                data = data[os.write(self._hands, data[:1024]) :]
                await self._taken()

    async def unplug(self) -> None:
        self.link.unlink()
        self.close()

    async def plug(self) -> None:
        self._plug()

    def close(self) -> None:
        """Hang up, as a scanner that is pulled out does: who reads gets EIO. Does nothing a second time."""
        while self._ends:
            os.close(self._ends.pop())

    def _plug(self) -> None:
        self._hands, self._line = os.openpty()
        self._ends = [self._hands, self._line]
        tty.setraw(self._line)
        self.link.symlink_to(self.port)

    async def _taken(self) -> None:
        while struct.unpack("I", fcntl.ioctl(self._line, termios.FIONREAD, bytes(4)))[0]:  # noqa: ASYNC110 - no event for that
            await asyncio.sleep(0.001)
