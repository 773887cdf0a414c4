"""The process: one HTTP server, one worker thread, one store."""

import asyncio
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from eth_account.signers.local import LocalAccount
from fastapi import FastAPI

from contracts.deployment import Deployment
from contracts.gateway.chain.ahead import LookAhead
from contracts.gateway.chain.endpoints import Endpoints
from contracts.gateway.chain.node import Node
from contracts.gateway.chain.reader import Reader
from contracts.gateway.http.api import create_app
from contracts.gateway.http.gateway import Gateway
from contracts.gateway.http.rates import Rates
from contracts.gateway.http.server import STOPPING_SECONDS, Outside, Server
from contracts.gateway.operating.asking import Nodes
from contracts.gateway.operating.metrics import Metrics
from contracts.gateway.operating.watch import EVERY_SECONDS, Watch
from contracts.gateway.serving.changes import Changes
from contracts.gateway.serving.disk import Disk
from contracts.gateway.serving.register import Register
from contracts.gateway.settling import left_behind
from contracts.gateway.settling.batcher import Limits
from contracts.gateway.settling.follower import Terms
from contracts.gateway.settling.leases import Lease, let_go_of_all
from contracts.gateway.settling.sender import Sender, Settling
from contracts.gateway.settling.wallet import Wallet
from contracts.gateway.store.database import Store, forget_projection
from contracts.gateway.store.place import folder
from contracts.gateway.worker import Job, Worker
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.units import Address, Timestamp, from_hex

_ASKING_SECONDS = 3.0
_LOOKING_SECONDS = 15.0
_LEFT_SECONDS = 60.0
_ONLY = "only"
"""Who holds the leases in a store of one process: after a restart they are its own."""

_log = structlog.get_logger("gateway")


@dataclass(frozen=True, slots=True)
class Settings:
    """What one gateway works with. Times are in seconds."""

    record: Deployment
    rpc_urls: Sequence[str]
    final_depth: int | None
    where: str | Path
    accounts: Sequence[LocalAccount]
    limits: Limits
    terms: Terms
    poll: float
    rebuild: bool
    outside: Outside


class Service:
    """A gateway that is set up: run it once.

    Raises Broken when the store or the chain is not the deployment's. A node that does not answer is no reason not to
    start: terminals' entries are taken in meanwhile.
    """

    def __init__(self, settings: Settings) -> None:
        record, domain = settings.record, settings.record.domain
        self._endpoints = endpoints = Endpoints(settings.rpc_urls, record)
        asking = Node(endpoints, _ASKING_SECONDS)
        _check_chain(asking)
        self._store = store = Store.open(settings.where, domain, record.block)
        if settings.rebuild:
            with store.writing() as connection:
                forget_projection(connection, record.block)
        self._owner = _owner(settings.where)
        self._worker = Worker(self._jobs(settings), settings.poll, self._stop)
        nodes = Nodes(settings.rpc_urls, record.chain_id, settings.terms.ceiling, settings.final_depth)
        accounts = [Address(from_hex(account.address)) for account in settings.accounts]
        watch = Watch(store, nodes, accounts, now, folder(settings.where))
        watching = Job("watching", watch.step, due=time.monotonic() + EVERY_SECONDS)
        looking = Job("nodes", Node(endpoints, _ASKING_SECONDS).look, every=_LOOKING_SECONDS)
        due = time.monotonic() + _LEFT_SECONDS  # this process has taken the leases of its own accounts by then
        left = Job("left behind", lambda: left_behind.give_up(store, now()), every=_LEFT_SECONDS, due=due)
        self._watching = Worker([watching, looking, left], EVERY_SECONDS, _go_on)
        self._changes = Changes(store)
        gateway = Gateway(
            store=store,
            domain=domain,
            network=record.network,
            register=Register(store, asking, now),
            clock=now,
            why_not_ready=self._worker.why_not_ready,
            watch=watch,
            metrics=Metrics(watch.facts, endpoints.health),
            changes=self._changes,
            rates=Rates(settings.outside.proxy),
            disk=Disk(folder(settings.where)),
        )
        app = create_app(gateway, self._lifespan)
        self._server = Server(app, gateway.rates, settings.outside, self._changes.close)

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
            self._worker.stop(STOPPING_SECONDS)
            with suppress(TryAgain):
                let_go_of_all(self._store, self._owner, now())
            self._store.close()
        if self._worker.defect is not None:
            raise self._worker.defect

    def _jobs(self, settings: Settings) -> list[Job]:
        """Reading the chain and settling from each account; one gateway of those that share a store does each."""
        store, domain = self._store, settings.record.domain
        owner = self._owner
        node = Node(self._endpoints, final_depth=settings.final_depth)
        settling = Settling(store, node, domain, owner, now, settings.limits, settings.terms)
        reading, reader = Lease(store, "reader", owner, now), Reader(store, node, domain, now)
        ahead = LookAhead(store, node)
        jobs = [Job("chain", lambda: reading.held() and (reader.step() or ahead.step()))]
        for account in settings.accounts:
            sender = Sender(settling, Wallet(account, domain))
            jobs.append(Job(f"settling from {account.address}", sender.step))
        return jobs

    def _stop(self) -> None:
        self._server.should_exit = True

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        self._worker.start()
        self._watching.start()
        looking = asyncio.create_task(self._changes.run())
        yield
        looking.cancel()
        for worker in (self._worker, self._watching):
            await asyncio.to_thread(worker.stop, STOPPING_SECONDS)


def _go_on() -> None:
    """A defect in looking after a gateway is logged, and stops no payment."""


def _owner(where: str | Path) -> str:
    """This process among those that share the store."""
    return _ONLY if isinstance(where, Path) else secrets.token_hex(8)


def _check_chain(node: Node) -> None:
    """A wrong chain is told at once; one that does not answer may be asked later."""
    try:
        node.check()
    except TryAgain as error:
        _log.warning("starting without the chain", why=str(error))


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
        listener.listen(1_024)
    except OSError as error:
        listener.close()
        raise Broken(f"cannot listen on {host} port {port} ({error.strerror}): choose another --port") from error
    return listener
