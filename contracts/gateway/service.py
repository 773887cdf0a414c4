"""The process: one HTTP server, one worker thread, one store."""

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
import uvicorn
from eth_account.signers.local import LocalAccount
from fastapi import FastAPI

from contracts.deployment import Deployment
from contracts.gateway.chain.node import Node
from contracts.gateway.chain.reader import Reader
from contracts.gateway.http.api import create_app
from contracts.gateway.http.gateway import Gateway
from contracts.gateway.serving.changes import Changes
from contracts.gateway.serving.register import Register
from contracts.gateway.settling.batcher import Limits
from contracts.gateway.settling.sender import Sender
from contracts.gateway.store.database import Store, forget_projection
from contracts.gateway.worker import Job, Worker
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.units import Timestamp

_ASKING_SECONDS = 3.0
_STOPPING_SECONDS = 5.0
_CONNECTIONS_MAX = 500
_log = structlog.get_logger("gateway")


@dataclass(frozen=True, slots=True)
class Settings:
    """What one gateway works with. Times are in seconds."""

    record: Deployment
    rpc_url: str
    data: Path
    account: LocalAccount
    limits: Limits
    poll: float
    rebuild: bool


class Service:
    """A gateway that is set up: run it once.

    Raises Broken when the store or the chain is not the deployment's. A node that does not answer is no reason not to
    start: terminals' entries are taken in meanwhile.
    """

    def __init__(self, settings: Settings) -> None:
        record, domain = settings.record, settings.record.domain
        asking = Node(settings.rpc_url, record, _ASKING_SECONDS)
        _check_chain(asking)
        self._store = store = Store.open(settings.data, domain, record.block)
        if settings.rebuild:
            with store.writing() as connection:
                forget_projection(connection, record.block)
        node = Node(settings.rpc_url, record)
        reader = Reader(store, node, domain, now)
        sender = Sender(store, node, settings.account, domain, now, settings.limits)
        jobs = [Job("chain", reader.step), Job("settling", sender.step)]
        self._worker = Worker(jobs, settings.poll, self._stop)
        register = Register(store, asking, now)
        self._changes = Changes(store)
        gateway = Gateway(store, domain, record.network, register, now, self._worker.why_not_ready, self._changes)
        self._server = _Server(create_app(gateway, self._lifespan), self._changes.close)

    def run(self, listener: socket.socket, ready: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT; `ready` is called once requests are answered.

        Raises what stopped the worker, if something did.
        """
        self._server.ready = ready
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)  # uvicorn raises them again when it has stopped
        try:
            self._server.run(sockets=[listener])
        finally:
            self._worker.stop(_STOPPING_SECONDS)
            self._store.close()
        if self._worker.defect is not None:
            raise self._worker.defect

    def _stop(self) -> None:
        self._server.should_exit = True

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        self._worker.start()
        looking = asyncio.create_task(self._changes.run())
        yield
        looking.cancel()
        await asyncio.to_thread(self._worker.stop, _STOPPING_SECONDS)


def _check_chain(node: Node) -> None:
    """A wrong chain is told at once; one that does not answer may be asked later."""
    try:
        node.check()
    except TryAgain as error:
        _log.warning("starting without the chain", why=str(error))


class _Server(uvicorn.Server):
    """Says when it answers, and when it stops: whoever waits is let go at once."""

    ready: Callable[[], None]

    def __init__(self, app: FastAPI, stopping: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http="h11",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=_CONNECTIONS_MAX,
            timeout_graceful_shutdown=int(_STOPPING_SECONDS),
        )
        super().__init__(config)
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets)


def now() -> Timestamp:
    """The machine's clock."""
    return Timestamp(int(time.time()))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises Broken when the port is taken or not ours to take."""
    # The protocol is named because asyncio turns Nagle's algorithm off only then: 40 ms for each answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise Broken(f"cannot listen on {host} port {port} ({error.strerror}): choose another --port") from error
    return listener
