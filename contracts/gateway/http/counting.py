"""Counts what is answered, by route and status, and how long it took. Nothing of the request itself is kept."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.gateway.operating.metrics import Metrics

_NO_ROUTE = "none"


class Counting:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3.0."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", _NO_ROUTE)
                self._metrics.answered(route, message["status"], time.monotonic() - began)
            await send(message)

        await self._app(scope, receive, counted)
