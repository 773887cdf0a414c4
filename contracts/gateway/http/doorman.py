"""Before a request is read: is whoever sends it slowed down? And afterwards: was it a failure?"""

import asyncio
import time
from contextlib import suppress

from sqlalchemy import select
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.gateway.http import answers
from contracts.gateway.http.rates import Rates, place_of
from contracts.gateway.store.database import Store
from contracts.gateway.store.tables import terminals
from contracts.wire.errors import TryAgain
from contracts.wire.units import ADDRESS_BYTES, Address, from_hex

_FAILURES = frozenset({400, 401, 403, 404, 405, 408, 413, 422})
_PREFIX = "/v1/terminals/"
_ADDRESS_LENGTH = 2 + 2 * ADDRESS_BYTES
_REFRESH_SECONDS = 5.0


class Known:
    """The registered terminals, read again when an unknown one is named, but not more than once in 5 s."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: frozenset[bytes] = frozenset()
        self._due = 0.0

    async def named(self, path: str) -> Address | None:
        """The terminal that the path names, if it is registered. A quite new one may not be known yet."""
        terminal = _terminal(path)
        if terminal is not None and terminal not in self._found and self._due <= time.monotonic():
            self._due = time.monotonic() + _REFRESH_SECONDS
            await asyncio.to_thread(self._read)
        return terminal if terminal in self._found else None

    def _read(self) -> None:
        with suppress(TryAgain), self._store.reading() as connection:
            self._found = frozenset(connection.execute(select(terminals.c.terminal)).scalars())


def _terminal(path: str) -> Address | None:
    text = path.removeprefix(_PREFIX)[:_ADDRESS_LENGTH]
    with suppress(ValueError):
        address = from_hex(text) if path.startswith(_PREFIX) else b""
        return Address(address) if len(address) == ADDRESS_BYTES else None
    return None


class Doorman:
    """Answers 429 to those who fail too often, and counts failures by what the application answers."""

    def __init__(self, app: ASGIApp, rates: Rates, known: Known) -> None:
        self._app = app
        self._rates = rates
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3.0."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        address = place_of(scope)
        if not self._rates.is_heard(address, None):
            terminal = await self._known.named(scope["path"])
            if not self._rates.is_heard(address, terminal):
                await answers.later(429, "too many requests from there failed")(scope, receive, send)
                return

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _FAILURES:
                self._rates.failed(address, await self._known.named(scope["path"]))
            await send(message)

        await self._app(scope, receive, watched)
