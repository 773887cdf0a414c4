"""What a connection may cost before there is a request, and after its answer: headers, readers and silence are bounded.

uvicorn bounds none of these: a header may come byte by byte for ever, and an answer that nobody reads stays in memory.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

from contracts.gateway.http.rates import place

CONNECTIONS_MAX = 4_096
CONNECTIONS_OF_ADDRESS_MAX = 256
HEAD_SECONDS = 10.0
READER_SECONDS = 30.0
"""So long a terminal may take to read an answer: it waits 20 s for all of it."""

_LOOK_SECONDS = 1.0
_FULL = (
    b"HTTP/1.1 %s\r\nRetry-After: 2\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
    b"Connection: close\r\n\r\n%s"
)


@dataclass
class Connections:
    """Those of one process. `failed` hears of an address that sends what is no HTTP."""

    proxy: str
    failed: Callable[[str], None]
    most: int = CONNECTIONS_MAX
    of_address_most: int = CONNECTIONS_OF_ADDRESS_MAX
    open: set["BoundedProtocol"] = field(default_factory=set)
    by_place: Counter[str] = field(default_factory=Counter)

    def enter(self, one: "BoundedProtocol") -> tuple[int, str] | None:
        """Count it; or why it is not let in, as an HTTP status and words."""
        if len(self.open) >= self.most:
            return 503, "too many connections"
        if one.place != self.proxy and self.by_place[one.place] >= self.of_address_most:
            return 429, "too many connections from there"
        self.open.add(one)
        self.by_place[one.place] += 1
        return None

    def leave(self, one: "BoundedProtocol") -> None:
        """It is closed."""
        if one in self.open:
            self.open.discard(one)
            self.by_place[one.place] -= 1
            if not self.by_place[one.place]:
                del self.by_place[one.place]

    async def watch(self) -> None:
        """Cut off whoever is too slow, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            now = asyncio.get_running_loop().time()
            for one in tuple(self.open):
                one.look(now)


class BoundedProtocol(H11Protocol):
    """One connection; those of one server share their bounds."""

    shared: ClassVar[Connections]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._asked_at = self._read_at = self.loop.time()
        self.place = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let it in, or say why not and hang up."""
        super().connection_made(transport)
        self.place = place(self.client[0]) if self.client else ""
        refusal = self.shared.enter(self)
        if refusal is not None:
            self._turn_away(*refusal)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed."""
        self.shared.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Something came: nothing more is read once it is being closed."""
        if not self.transport.is_closing():
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP."""
        self.shared.failed(self.place)
        super().send_400_response(msg)

    def on_response_complete(self) -> None:
        """It may ask again: however quickly it was answered, its patience begins anew."""
        self._asked_at = self.loop.time()
        super().on_response_complete()

    def look(self, now: float) -> None:
        """Cut it off if no request has come for too long, or its answer is not read."""
        is_read = not self.transport.get_write_buffer_size()
        if is_read:
            self._read_at = now
        if self._has_request() or not is_read:
            self._asked_at = now
        if now - self._asked_at > HEAD_SECONDS or now - self._read_at > READER_SECONDS:
            self.transport.abort()

    def _has_request(self) -> bool:
        return not getattr(self.cycle, "response_complete", True)  # there is none before the first

    def _turn_away(self, status: int, why: str) -> None:
        phrase = {429: b"429 Too Many Requests", 503: b"503 Service Unavailable"}[status]
        body = b'{"detail":"%s"}' % why.encode()
        self.transport.write(_FULL % (phrase, len(body), body))
        self.transport.close()
