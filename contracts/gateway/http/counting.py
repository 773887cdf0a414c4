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
        began, answered = time.monotonic(), False

        def count(status: int) -> None:
            nonlocal answered
            answered = True
            route = getattr(scope.get("route"), "path", _NO_ROUTE)
            self._metrics.answered(route, status, time.monotonic() - began)

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                count(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except Exception:
            if not answered:
                count(500)  # a defect of ours, which the framework answers outside of all that we add
            raise
