"""Connections that cost more than they should: real sockets against the real server, with short patience."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI, Response

from contracts.gateway.http import gate, limits, protocol
from contracts.gateway.http.doorman import Doorman
from contracts.gateway.http.gate import Gate, OwnTurn
from contracts.gateway.http.limits import BoundedBodies
from contracts.gateway.http.rates import FAILURES_BURST, Rates
from contracts.gateway.http.server import Outside, Server
from contracts.gateway.service import listen
from contracts.wire.units import Address

GET = b"GET /small HTTP/1.1\r\nHost: x\r\n\r\n"
BIG = b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n"
TILL = Address(b"\x07" * 20)
PATIENCE = 60.0


class Nobody:
    async def named(self, path: str) -> Address | None:
        return TILL if "0707" in path else None


class Running:
    """A server with an application of the test's own behind all that stands before the gateway's."""

    def __init__(self) -> None:
        self.hold, self.entered = asyncio.Event(), asyncio.Queue[None]()
        self.rates = Rates()
        app = FastAPI()
        app.add_middleware(Gate)
        app.add_middleware(BoundedBodies)
        app.add_middleware(Doorman, rates=self.rates, known=Nobody())  # type: ignore[arg-type]
        app.get("/small")(self.small)
        app.get("/big")(self.big)
        app.get("/held")(self.held)
        app.get("/aside")(self.aside)
        app.get("/v1/health/live")(self.small)
        self.server = Server(app, self.rates, Outside(), lambda: None)
        self.server.ready = lambda: self.entered.put_nowait(None)
        self.listener = listen("127.0.0.1", 0)
        self.port = self.listener.getsockname()[1]

    async def small(self) -> Response:
        return Response(b"small")

    async def big(self) -> Response:
        return Response(b"x" * 32 * 2**20)

    async def held(self) -> Response:
        self.entered.put_nowait(None)
        await self.hold.wait()
        return Response(b"held")

    async def aside(self, turn: OwnTurn) -> Response:
        turn.give_back()
        return await self.held()

    async def open(self, source: str = "127.0.0.1") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(source, 0))

    async def ask(self, request: bytes = GET, source: str = "127.0.0.1") -> tuple[int, bytes]:
        """Status and body of the answer."""
        reader, writer = await self.open(source)
        writer.write(request)
        try:
            return await answer(reader)
        finally:
            writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
    return int(head.split(b" ")[1]), await reader.readexactly(length)


def get(path: str) -> bytes:
    return GET.replace(b"/small", path.encode())


@asynccontextmanager
async def running() -> AsyncIterator[Running]:
    one = Running()
    serving = asyncio.create_task(one.server.serve([one.listener]))
    await one.entered.get()
    try:
        yield one
    finally:
        one.hold.set()
        one.server.should_exit = True
        await serving


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "_LOOK_SECONDS", 0.05)


async def test_f35_a_head_that_comes_byte_by_byte_is_cut_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)
    async with running() as server:
        reader, writer = await server.open()
        dripping = asyncio.create_task(_drip(writer))
        assert await _rest(reader) == b"", "hung up, with no answer"
        dripping.cancel()
        reader, writer = await server.open()
        assert await _rest(reader) == b"", "so is whoever says nothing"
        assert (await server.ask())[0] == 200


async def test_whoever_asks_on_is_not_cut_off_however_quickly_it_is_answered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "_LOOK_SECONDS", 3_600)  # no look falls into a request
    async with running() as server:
        reader, writer = await server.open()
        for _ in range(2):
            writer.write(GET)
            assert (await answer(reader))[0] == 200
            (connection,) = server.server._connections.open
            connection.look(asyncio.get_running_loop().time())
            assert not connection.transport.is_closing()
            connection._asked_at -= 2 * protocol.HEAD_SECONDS
        writer.close()


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"GET /small HTTP/1.1\r\n")
    while True:
        writer.write(b"X: y\r\n")
        await asyncio.sleep(0.05)


async def test_f35_a_body_that_comes_byte_by_byte_is_answered_and_cut_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "BODY_SECONDS_MAX", 0.2)
    async with running() as server:
        reader, writer = await server.open()
        writer.write(b"POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx")
        assert (await answer(reader))[0] == 408
        assert await reader.read() == b""


async def test_f35_whoever_does_not_read_an_answer_is_cut_off_and_holds_nothing_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "READER_SECONDS", 0.3)
    monkeypatch.setattr(gate, "RUNNING_MAX", 1)
    async with running() as server:
        lazy = socket.create_connection(("127.0.0.1", server.port))
        lazy.sendall(BIG)
        await _until(
            lambda: any(one.transport.get_write_buffer_size() for one in server.server.server_state.connections)
        )
        assert (await server.ask())[0] == 200, "its turn is over"
        await _until(lambda: not server.server.server_state.connections)
        lazy.close()


async def test_f35_answers_that_are_still_being_read_are_bounded_and_small_ones_always_go(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(gate, "UNREAD_BYTES_MAX", 4 * 40 * 2**20)
    async with running() as server:
        lazy = socket.create_connection(("127.0.0.1", server.port), source_address=("127.0.0.2", 0))
        lazy.sendall(BIG)
        await _until(
            lambda: any(one.transport.get_write_buffer_size() for one in server.server.server_state.connections)
        )
        assert (await server.ask(BIG, "127.0.0.2"))[0] == 503
        assert (await server.ask(GET, "127.0.0.2"))[0] == 200
        assert (await server.ask(BIG, "127.0.0.3"))[0] == 200, "another address has room"
        lazy.close()
        await _until(lambda: not server.server.server_state.connections)
        assert (await server.ask(BIG, "127.0.0.2"))[0] == 200


async def _until(reached) -> None:
    async with asyncio.timeout(PATIENCE):
        while not reached():  # noqa: ASYNC110  # another task's doing
            await asyncio.sleep(0.02)


async def test_f35_an_address_has_so_many_connections_but_the_proxy_has_more(monkeypatch: pytest.MonkeyPatch):
    async with running() as server:
        server.server._connections.of_address_most = 2
        kept = [await server.open("127.0.0.2") for _ in range(2)]
        status, body = await server.ask(source="127.0.0.2")
        assert (status, json.loads(body)) == (429, {"detail": "too many connections from there"})
        assert (await server.ask(source="127.0.0.3"))[0] == 200
        many = [await server.open() for _ in range(5)]
        assert (await server.ask())[0] == 200, "127.0.0.1 is the proxy: everybody comes from there"
        for _, writer in (*kept, *many):
            writer.close()
        await _until(lambda: not server.server.server_state.connections)
        assert (await server.ask(source="127.0.0.2"))[0] == 200


async def test_f35_beyond_all_connections_the_answer_is_503(monkeypatch: pytest.MonkeyPatch):
    async with running() as server:
        server.server._connections.most = 1
        _, writer = await server.open("127.0.0.2")
        assert (await server.ask())[0] == 503
        writer.close()
        await _until(lambda: not server.server.server_state.connections)
        assert (await server.ask())[0] == 200


async def test_f35_more_than_can_be_done_waits_for_its_turn_and_then_is_told_to_come_later(
    monkeypatch: pytest.MonkeyPatch,
):
    all_turns = list[gate.Turns]()

    class Turns(gate.Turns):
        def __init__(self) -> None:
            super().__init__()
            all_turns.append(self)

    for name, value in (("RUNNING_MAX", 1), ("WAITING_MAX", 1), ("WAIT_SECONDS", 2.0), ("Turns", Turns)):
        monkeypatch.setattr(gate, name, value)
    async with running() as server:
        first = asyncio.create_task(server.ask(get("/held")))
        await server.entered.get()
        second = asyncio.create_task(server.ask())
        await _until(lambda: all_turns[-1]._waiting)
        status, body = await server.ask()
        assert (status, json.loads(body)) == (503, {"detail": "too many requests wait already"})
        assert (await server.ask(get("/v1/health/live")))[0] == 200, "whether it lives is always answered"
        assert json.loads((await second)[1]) == {"detail": "the store is busy"}
        third = asyncio.create_task(server.ask())
        server.hold.set()
        assert ((await first)[0], (await third)[0]) == (200, 200)


async def test_whoever_waits_for_news_keeps_no_turn(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gate, "RUNNING_MAX", 1)
    async with running() as server:
        waiting = [asyncio.create_task(server.ask(get("/aside"))) for _ in range(3)]
        for _ in waiting:
            await server.entered.get()
        assert (await server.ask())[0] == 200
        server.hold.set()
        assert [status for status, _ in await asyncio.gather(*waiting)] == [200, 200, 200]


async def test_f35_work_that_does_not_end_is_answered_all_the_same(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gate, "ANSWER_SECONDS", 0.2)
    async with running() as server:
        status, body = await server.ask(get("/held"))
        assert (status, json.loads(body)) == (503, {"detail": "the store does not answer"})


async def test_f35_too_many_failures_are_answered_429_but_not_to_a_till_at_the_same_address():
    async with running() as server:
        place = "127.0.0.2"
        for _ in range(FAILURES_BURST):
            server.rates.failed(place, None)
        assert (await server.ask(source=place))[0] == 429
        assert (await server.ask(get("/v1/terminals/0x" + "07" * 20 + "/position"), place))[0] == 404, "asked on"
        assert (await server.ask())[0] == 200


async def test_f35_what_is_no_http_counts_as_a_failure():
    async with running() as server:
        assert b" 400 " in await _raw(server, b"hello\r\n\r\n")
        assert server.rates._failures._level(("127.0.0.2", None)) > 0


async def _raw(server: Running, data: bytes) -> bytes:
    reader, writer = await server.open("127.0.0.2")
    writer.write(data)
    return await reader.read()


async def test_f35_bodies_in_memory_are_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "HELD_BYTES_MAX", 400)
    async with running() as server:
        _, writer = await server.open("127.0.0.2")
        writer.write(b"POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + b"x" * 200)
        await _until(lambda: server.server.server_state.connections)
        posting = b"POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx"
        async with asyncio.timeout(PATIENCE):
            while (await server.ask(posting, "127.0.0.2"))[0] != 503:
                pass
        assert (await server.ask(posting, "127.0.0.3"))[0] == 405, "another address has room"
        writer.close()
