"""How a camera's process comes to be: as a child of this process, or of systemd, behind a socket.

systemd's has a user and a room of its own: a camera, no network, none of this process's files
(systemd/kindpakket-camera@.service). Both speak `messages`.
"""

import asyncio
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from drivers.camera.messages import LINE_MAX, Ask, encode_ask

CONNECT_SECONDS = 5.0


class Ended(Exception):
    """The process is of no more use, or there is none; the text says why."""


class Life(Protocol):
    """A process that lives, or did."""

    said: asyncio.StreamReader
    told: asyncio.StreamWriter

    async def manner(self) -> str:
        """How it ended, once it says nothing more."""

    async def end(self) -> None:
        """See to it that it does not live on."""


Start = Callable[[], Awaitable[Life]]
"""Gives another process. Raises Ended when there is none to be had."""


class _Child:
    def __init__(self, process: Process) -> None:
        assert process.stdout is not None and process.stdin is not None  # noqa: S101, PT018 - they were asked for
        self.said, self.told, self._process = process.stdout, process.stdin, process

    async def manner(self) -> str:
        return _manner(await self._process.wait())

    async def end(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


@dataclass(frozen=True, slots=True)
class Spawn:
    """Starts this command as a child."""

    command: Sequence[str]

    async def __call__(self) -> Life:
        """The child. Raises Ended."""
        try:
            return _Child(
                await asyncio.create_subprocess_exec(
                    *self.command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=LINE_MAX
                )
            )
        except OSError as error:
            raise Ended(f"the camera's process does not start ({error.strerror})") from error


@dataclass(slots=True)
class _Served:
    said: asyncio.StreamReader
    told: asyncio.StreamWriter

    async def manner(self) -> str:
        return "or was ended by systemd: journalctl -u 'kindpakket-camera@*' says more"

    async def end(self) -> None:
        self.told.transport.abort()  # its end of input is its own end; if it hangs, its alarm clock's


@dataclass(frozen=True, slots=True)
class Connect:
    """Asks for a process at this socket."""

    socket: Path
    ask: Ask

    async def __call__(self) -> Life:
        """The process. Raises Ended."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                said, told = await asyncio.open_unix_connection(self.socket, limit=LINE_MAX)
        except OSError as error:
            why = error.strerror or "no answer"
            raise Ended(f"no camera at {self.socket} ({why}): systemctl start kindpakket-camera.socket") from error
        told.write(encode_ask(self.ask))
        return _Served(said, told)


def _manner(code: int) -> str:
    """How a process ended, by its return code, which is a signal's number below zero."""
    try:
        return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    except ValueError:  # a real-time signal has no name
        return f"by signal {-code}"
