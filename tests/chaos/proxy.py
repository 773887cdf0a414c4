"""The network between terminals, gateways and chain: it delays, drops, cuts, doubles and garbles, as the seed says.

One request on a connection: what comes back ends with it, so nothing here has to understand HTTP beyond a request's
length. Each door has an address of its own on loopback, by which the other side tells it from the rest.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

HEAD_MAX = 64 * 1024
DELAY_SECONDS = 2.5
REPLY_SECONDS = 40.0
_LOGIN_PAGE = b"<html><body>Welcome to the free wifi of this street. Please log in.</body></html>"


class Fate(StrEnum):
    """What happens to one request."""

    CARRIED = "carried"
    DELAYED = "delayed"
    REQUEST_DROPPED = "request dropped"
    REQUEST_CUT = "request cut"
    DOUBLED = "doubled"
    REPLY_DROPPED = "reply dropped"
    REPLY_CUT = "reply cut"
    REPLY_DELAYED = "reply delayed"
    GARBLED = "garbled"
    REFUSED = "refused"
    GONE = "gone"


_UNASKED = frozenset({Fate.GONE, Fate.REFUSED, Fate.GARBLED, Fate.REQUEST_CUT, Fate.REQUEST_DROPPED})
_STORM = tuple(fate for fate in Fate if fate not in {Fate.CARRIED, Fate.REFUSED, Fate.GONE})


@dataclass(slots=True)
class Weather:
    """How the network is now: `rate` is the share of requests to which something happens."""

    rate: float = 0.0
    refuses: bool = False
    """The other side answers, and says no: an RPC endpoint beyond its quota."""
    gone: bool = False
    """Nobody is there."""


@dataclass(slots=True)
class Door:
    """One way from here to there: listens on a port and carries to any of the backends' ports."""

    chance: Random
    backends: Sequence[int]
    source: str = "127.0.0.1"
    weather: Weather = field(default_factory=Weather)
    tally: Counter[Fate] = field(default_factory=Counter)
    port: int = 0
    _server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where to call."""
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_MAX)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Listen no more."""
        if self._server:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError, TimeoutError, ValueError):
            async with asyncio.timeout(2 * REPLY_SECONDS):
                request = await _request(reader)
                fate = self._fate()
                self.tally[fate] += 1
                writer.write(await self._carry(request, fate))
                await writer.drain()
        with suppress(OSError):
            writer.close()

    def _fate(self) -> Fate:
        if self.weather.gone:
            return Fate.GONE
        if self.weather.refuses:
            return Fate.REFUSED
        return self.chance.choice(_STORM) if self.chance.random() < self.weather.rate else Fate.CARRIED

    async def _carry(self, request: bytes, fate: Fate) -> bytes:
        """What the caller gets; nothing is a connection that closes."""
        if fate in _UNASKED:
            return await self._leave_unasked(request, fate)
        if fate is Fate.DELAYED:
            await self._wait()
        if fate is Fate.DOUBLED:
            return self.chance.choice(await asyncio.gather(self._ask(request), self._ask(request)))
        reply = await self._ask(request)
        if fate is Fate.REPLY_DELAYED:
            await self._wait()
        if fate is Fate.REPLY_CUT and reply:
            return reply[: self.chance.randrange(len(reply))]
        return b"" if fate is Fate.REPLY_DROPPED else reply

    async def _leave_unasked(self, request: bytes, fate: Fate) -> bytes:
        """What the caller gets when no backend has seen the whole request."""
        match fate:
            case Fate.REFUSED:
                return self._refusal(request)
            case Fate.GARBLED:
                return _answer("200 OK", "text/html", _LOGIN_PAGE)
            case Fate.REQUEST_CUT:
                await self._ask(request[: self.chance.randrange(1, len(request))], wait=False)
            case Fate.REQUEST_DROPPED:
                await self._wait()
        return b""

    async def _wait(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, DELAY_SECONDS))

    async def _ask(self, request: bytes, *, wait: bool = True) -> bytes:
        """The reply of the first backend that is there; one that dies in between leaves half of one."""
        for port in self.chance.sample(self.backends, len(self.backends)):
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(self.source, 0))
            except OSError:
                continue
            try:
                writer.write(request)
                await writer.drain()
                async with asyncio.timeout(REPLY_SECONDS):
                    return await _whole(reader) if wait else b""
            except OSError:
                return b""
            finally:
                writer.close()
        return _answer("502 Bad Gateway", "text/html", b"<html>no gateway is there</html>")

    def _refusal(self, request: bytes) -> bytes:
        if self.chance.random() < 0.5:
            return _answer("429 Too Many Requests", "text/plain", b"slow down")
        try:
            number = json.loads(request.split(b"\r\n\r\n", 1)[1])["id"]
        except (ValueError, TypeError, KeyError):
            return _answer("503 Service Unavailable", "text/plain", b"not now")
        error = {"code": -32005, "message": "daily request count exceeded, request rate limited"}
        return _answer(
            "200 OK", "application/json", json.dumps({"jsonrpc": "2.0", "id": number, "error": error}).encode()
        )


async def _request(reader: asyncio.StreamReader) -> bytes:
    """One whole request, which asks for the connection to be closed behind the reply."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head[:-4].split(b"\r\n")
    fields = [line for line in lines[1:] if not line.lower().startswith(b"connection:")]
    length = next((int(line[15:]) for line in fields if line.lower().startswith(b"content-length:")), 0)
    body = await reader.readexactly(length)
    return b"\r\n".join([lines[0], *fields, b"Connection: close", b"", body])


async def _whole(reader: asyncio.StreamReader) -> bytes:
    """What comes until the other side closes; what came, when it dies."""
    found = bytearray()
    with suppress(OSError):
        while part := await reader.read(HEAD_MAX):
            found += part
    return bytes(found)


def _answer(status: str, kind: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
