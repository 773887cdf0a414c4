"""No request takes more memory or time than it may: bodies are bounded before anything reads them."""

import asyncio
from collections import Counter
from collections.abc import Callable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.gateway.http import answers
from contracts.gateway.http.rates import place_of
from contracts.wire.reasons import Reason

BODY_BYTES_MAX = 256 * 1024
BODY_SECONDS_MAX = 10.0
HELD_BYTES_MAX = 128 * 2**20
"""Of all bodies that are in memory at a time, and a quarter of it of those from one address."""


class _NoRoom(Exception):
    """There are bodies enough in memory."""


class BoundedBodies:
    """Reads each body whole, up to 256 KiB and 10 s, before the application sees the request; else 413 or 408.

    503 when the bodies that are in hand leave no room for it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._held: Counter[str] = Counter()
        self._total = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3.0."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        place, body = place_of(scope), bytearray()

        def take(part: bytes) -> None:
            if self._held[place] > HELD_BYTES_MAX // 4 or self._total > HELD_BYTES_MAX:
                raise _NoRoom
            self._held[place] += len(part)
            self._total += len(part)
            body.extend(part)

        try:
            answer = await _read(receive, body, take) or self._app
            await answer(scope, _once(bytes(body), receive), send)
        finally:
            self._total -= len(body)
            self._held[place] -= len(body)
            if not self._held[place]:
                del self._held[place]


async def _read(receive: Receive, body: bytearray, take: Callable[[bytes], None]) -> JSONResponse | None:
    """Take in the whole body, or give the answer to one that is too long or comes too slowly."""
    try:
        await asyncio.wait_for(_parts(receive, body, take), BODY_SECONDS_MAX)
    except TimeoutError:
        return _answer(408, detail="the body came too slowly")  # no reason: worth trying again
    except _NoRoom:
        return answers.later(503, "too much comes in at once")
    if len(body) > BODY_BYTES_MAX:
        text = f"a body has at most {BODY_BYTES_MAX} bytes"
        return _answer(413, reason=Reason.REQUEST_TOO_LARGE.value, detail=text)
    return None


async def _parts(receive: Receive, body: bytearray, take: Callable[[bytes], None]) -> None:
    more = True
    while more and len(body) <= BODY_BYTES_MAX:
        message = await receive()
        take(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)


def _once(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return messages.pop() if messages else await receive()

    return next_message


def _answer(status: int, **body: int | str) -> JSONResponse:
    return JSONResponse(body, status, {"Connection": "close"})
