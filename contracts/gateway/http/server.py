"""The HTTP server with all its bounds, over TLS or behind a reverse proxy."""

import asyncio
import resource
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from contracts.gateway.http import protocol
from contracts.gateway.http.protocol import BoundedProtocol, Connections
from contracts.gateway.http.rates import Rates
from contracts.wire.errors import Broken

STOPPING_SECONDS = 5.0
_HANDSHAKE_SECONDS = 5.0
_OTHER_FILES = 256
"""What the process opens beside its connections: the store's, the node's."""


@dataclass(frozen=True, slots=True)
class Outside:
    """How the world reaches the gateway: with its own certificate, or through a proxy whose X-Forwarded-For counts."""

    certificate: Path | None = None
    key: Path | None = None
    proxy: str = "127.0.0.1"

    @property
    def scheme(self) -> str:
        """What its address begins with."""
        return "https" if self.certificate else "http"


class Server(uvicorn.Server):
    """Says when it answers, and when it stops: whoever waits is let go at once."""

    ready: Callable[[], None]

    def __init__(self, app: FastAPI, rates: Rates, outside: Outside, stopping: Callable[[], None]) -> None:
        self._connections = Connections(outside.proxy, lambda place: rates.failed(place, None), most=_room())
        self._stopping = stopping
        config = uvicorn.Config(
            app,
            http=_protocol(self._connections),
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=outside.proxy,
            ssl_certfile=outside.certificate,
            ssl_keyfile=outside.key,
            timeout_graceful_shutdown=int(STOPPING_SECONDS),
        )
        _load(config, outside)
        super().__init__(config)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        loop = asyncio.get_running_loop()
        if self.config.ssl is not None:  # uvicorn has no option for this, and asyncio waits a minute for a handshake
            bounded = partial(loop.create_server, ssl_handshake_timeout=_HANDSHAKE_SECONDS)
            loop.create_server = bounded  # type: ignore[method-assign]
        await super().startup(sockets)
        self._watching = asyncio.create_task(self._connections.watch())
        if self.started:
            self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what is in hand, and no more."""
        self._stopping()
        await super().shutdown(sockets)
        self._watching.cancel()


def _protocol(connections: Connections) -> type[BoundedProtocol]:
    """Uvicorn makes the protocol of each connection itself, so what they share stands in the class."""

    class Protocol(BoundedProtocol):
        shared = connections

    return Protocol


def _load(config: uvicorn.Config, outside: Outside) -> None:
    try:
        config.load()
    except (OSError, ssl.SSLError, ValueError) as error:
        files = f"{outside.certificate} and {outside.key}"
        raise Broken(f"the certificate and its key cannot be used ({error}): check {files}") from None


def _room() -> int:
    """How many connections this process may have; it is allowed as many files as the machine lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = protocol.CONNECTIONS_MAX + _OTHER_FILES
    if soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, wanted), hard))
    return min(protocol.CONNECTIONS_MAX, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _OTHER_FILES)
