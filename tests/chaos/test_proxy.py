"""The network of a chaos run does what it is told to, and counts what it did."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import httpx
import pytest

from tests.chaos.proxy import Door, Fate


class Backend:
    """A server that notes what came whole."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.heard.append(await reader.readexactly(4) if head.startswith(b"POST") else b"")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        except EOFError:
            pass
        writer.close()


class OneFate(Door):
    """A door with a fate of its own."""

    fate = Fate.CARRIED

    def _fate(self) -> Fate:
        return self.fate


@pytest.fixture
async def backend() -> AsyncIterator[tuple[Backend, OneFate]]:
    served = Backend()
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    door = OneFate(Random("door"), [server.sockets[0].getsockname()[1]], "127.0.9.1")
    await door.open()
    yield served, door
    door.close()
    server.close()


async def post(door: Door) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.post(door.url, content=b"body", timeout=10)).text


@pytest.mark.parametrize("fate", [Fate.CARRIED, Fate.DELAYED, Fate.REPLY_DELAYED])
async def test_what_is_carried_comes_once_and_is_answered(backend: tuple[Backend, OneFate], fate: Fate):
    served, door = backend
    door.fate = fate
    assert await post(door) == "ok"
    assert served.heard == [b"body"]
    assert door.tally == {fate: 1}


async def test_what_is_doubled_comes_twice(backend: tuple[Backend, OneFate]):
    served, door = backend
    door.fate = Fate.DOUBLED
    assert await post(door) == "ok"
    assert served.heard == [b"body", b"body"]


@pytest.mark.parametrize(
    ("fate", "heard"),
    [
        (Fate.REQUEST_DROPPED, []),
        (Fate.REQUEST_CUT, []),
        (Fate.GONE, []),
        (Fate.REPLY_DROPPED, [b"body"]),
        (Fate.REPLY_CUT, [b"body"]),
    ],
)
async def test_what_is_dropped_or_cut_is_not_answered(backend: tuple[Backend, OneFate], fate: Fate, heard: list[bytes]):
    served, door = backend
    door.fate = fate
    with pytest.raises(httpx.HTTPError):
        await post(door)
    assert served.heard == heard


async def test_what_is_garbled_or_refused_is_answered_by_somebody_else(backend: tuple[Backend, OneFate]):
    served, door = backend
    for fate in (Fate.GARBLED, Fate.REFUSED):
        door.fate = fate
        assert await post(door) != "ok"
    assert served.heard == []


async def test_a_backend_that_is_gone_is_stood_in_for_by_the_next(backend: tuple[Backend, OneFate]):
    served, door = backend
    door.backends = [1, *door.backends]
    for _ in range(8):
        assert await post(door) == "ok"
    assert len(served.heard) == 8


async def test_the_same_seed_draws_the_same_fates():
    first, second = (Door(Random("door 7"), [1]) for _ in range(2))
    for door in (first, second):
        door.weather.rate = 0.5
    drawn = [first._fate() for _ in range(200)]
    assert drawn == [second._fate() for _ in range(200)]
    assert len(set(drawn)) > 5
