"""A network cable that can be pulled: one TCP relay on loopback between a terminal and what it calls.

Cut, it closes what is open and refuses what comes, as an unplugged network does. Losing replies, it carries the
request and cuts before the answer comes back: the case in which other tills charge twice.
"""

import asyncio
from contextlib import suppress
from enum import Enum

_CHUNK = 65_536


class Cable(Enum):
    """What the cable does with traffic."""

    PLUGGED = "plugged"
    CUT = "cut"
    LOSING_REPLIES = "losing replies"


class Relay:
    """Carries connections to one port of this machine, as long as its cable is plugged."""

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self.lost_replies = 0
        self.reply_lost = asyncio.Event()
        self._target_port = target_port
        self._cable = Cable.PLUGGED
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen on a free port of loopback; `port` says which."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the listener and everything that is open."""
        if self._server:
            self._server.close()
        self._cut_open()

    @property
    def cable(self) -> Cable:
        """What the cable does now."""
        return self._cable

    def set(self, cable: Cable) -> None:
        """Pull the cable, plug it in, or make it lose replies, from now on and for what is open."""
        self._cable = cable
        if cable is Cable.CUT:
            self._cut_open()

    def _cut_open(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cable is Cable.CUT:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, far_writer}
        self._open |= pair
        with suppress(ConnectionError, OSError):
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer, replies=True))
        self._open -= pair

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, replies: bool = False) -> None:
        try:
            while data := await reader.read(_CHUNK):
                if replies and self._cable is Cable.LOSING_REPLIES:
                    self.lost_replies += 1
                    self.reply_lost.set()
                    writer.transport.abort()
                    return
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()
