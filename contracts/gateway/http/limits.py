"""No request takes more memory or time than it may: bodies are bounded before anything reads them."""

import asyncio

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.wire.reasons import Reason

BODY_BYTES_MAX = 256 * 1024
BODY_SECONDS_MAX = 10.0


class BoundedBodies:
    """Reads each body whole, up to 256 KiB and 10 s, before the application sees the request; else 413 or 408."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3.0."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await asyncio.wait_for(_read(receive), BODY_SECONDS_MAX)
        except TimeoutError:
            await _answer(408, detail="the body came too slowly")(scope, receive, send)  # no reason: worth trying again
            return
        if body is None:
            text = f"a body has at most {BODY_BYTES_MAX} bytes"
            await _answer(413, reason=Reason.REQUEST_TOO_LARGE.value, detail=text)(scope, receive, send)
            return
        await self._app(scope, _once(body, receive), send)


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None when it is too long."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
        if len(body) > BODY_BYTES_MAX:
            return None
    return bytes(body)


def _once(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return messages.pop() if messages else await receive()

    return next_message


def _answer(status: int, **body: int | str) -> JSONResponse:
    return JSONResponse(body, status, {"Connection": "close"})
