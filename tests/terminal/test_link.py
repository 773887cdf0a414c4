"""The socket: whole screens out, keys in, and any other byte is a bounded, named refusal."""

import asyncio
import json
import socket
import stat
from contextlib import asynccontextmanager
from dataclasses import asdict, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.wire.errors import Broken
from contracts.wire.units import Cents, Timestamp
from terminal.core.events import Key
from terminal.core.screen import (
    Booked,
    Choice,
    EntryState,
    Item,
    Lamp,
    Line,
    SaleChoice,
    Screen,
    Stage,
    Status,
    Wait,
)
from terminal.link import client, messages, server
from terminal.link.client import Client
from terminal.link.server import Server
from tests.terminal.till import eventually

numbers = st.integers(0, 2**40)
texts = st.text(max_size=64)
screens = st.builds(
    Screen,
    stage=st.sampled_from(Stage),
    amount=numbers,
    rest=numbers,
    programme=texts,
    choices=st.lists(st.builds(Choice, key=texts, programme=texts), max_size=9).map(tuple),
    left=st.none() | numbers,
    reason=numbers,
    sequence=numbers,
    recent=st.lists(
        st.builds(
            Line,
            sequence=numbers,
            amount=numbers,
            state=st.sampled_from(EntryState),
            reason=numbers,
            kind=st.sampled_from(Booked),
        ),
        max_size=5,
    ).map(tuple),
    status=st.builds(
        Status,
        gateway=st.booleans(),
        chain=st.booleans(),
        waiting=numbers,
        unsent=numbers,
        approves_until=numbers,
        time=numbers,
        synchronised=st.booleans(),
        devices=st.lists(st.builds(Lamp, name=texts, status=texts), max_size=4).map(tuple),
        attention=numbers,
    ),
    items=st.lists(st.sampled_from(Item), max_size=3).map(tuple),
    wait=st.none() | st.sampled_from(Wait),
    seconds=numbers,
    time=numbers,
    typed=numbers,
    sales=st.lists(
        st.builds(
            SaleChoice,
            key=texts,
            sequence=numbers,
            here=st.booleans(),
            amount=numbers,
            programme=texts,
            time=numbers,
        ),
        max_size=9,
    ).map(tuple),
    older=st.booleans(),
    searching=st.booleans(),
    whole=numbers,
)
STATUS = Status(True, False, 2, 1, Timestamp(9), Timestamp(10), True, (Lamp("scanner", "ready"),))
LINE = Line(1, Cents(5), EntryState.WAITING, 0)
SCREEN = Screen(Stage.READY, Cents(0), Cents(0), "", (), None, 0, 0, (LINE,), STATUS)


@given(screens)
def test_a_screen_comes_out_as_it_went_in(screen):
    line = messages.encode_screen(screen)
    assert line.count(b"\n") == 1
    assert len(line) <= messages.SCREEN_LINE_MAX
    assert messages.decode_screen(line) == screen


@pytest.mark.parametrize("key", Key)
def test_a_key_comes_out_as_it_went_in(key):
    assert messages.decode_key(messages.encode_key(key)) is key


def changed(**values):
    return {"screen": {**asdict(SCREEN), **values}}


@pytest.mark.parametrize(
    "message",
    [
        changed(extra=1),
        {"screen": {key: value for key, value in asdict(SCREEN).items() if key != "rest"}},
        {**changed(), "more": 1},
        changed(stage="dancing"),
        changed(amount=-1),
        changed(amount=1.0),
        changed(amount=True),
        changed(amount=2**60),
        changed(amount=None),
        changed(programme="x" * 1000),
        changed(recent=[asdict(SCREEN.recent[0])] * 65),
        changed(recent={"0": 1}),
        changed(recent=[{**asdict(SCREEN.recent[0]), "name": "x"}]),
        changed(status={**asdict(STATUS), "gateway": 1}),
        changed(status=None),
        changed(wait="luck"),
        changed(sales=[{"key": "1"}]),
        changed(recent=[{**asdict(LINE), "amount": -1}]),
        {"screen": None},
        {"error": "x"},
        [],
    ],
)
def test_another_screen_than_we_know_is_none(message):
    with pytest.raises(ValueError):
        messages.decode_screen(json.dumps(message).encode())


@given(st.binary(max_size=200))
def test_no_bytes_break_the_decoders(data):
    for decode in (messages.decode_screen, messages.decode_key):
        with pytest.raises(ValueError):
            decode(data)


@asynccontextmanager
async def serving(path, *mode):
    keys: list[Key] = []
    link = Server(path, keys.append, *mode)
    await link.start()
    link.publish(SCREEN)
    try:
        yield link, keys
    finally:
        await link.close()


async def talk(path, data):
    """What the daemon says to these bytes until it hangs up, after its first screen."""
    reader, writer = await asyncio.open_unix_connection(path)
    messages.decode_screen(await reader.readline())
    writer.write(data)
    try:
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionResetError:  # it hung up with some of our bytes unread
        return None
    finally:
        writer.close()


async def test_only_this_user_reaches_the_socket_and_it_goes_with_the_daemon(tmp_path):
    path = tmp_path / "screen.sock"
    async with serving(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


async def test_a_group_that_is_let_in_reaches_it_too_and_nobody_else_does(tmp_path):
    path = tmp_path / "screen.sock"
    async with serving(path, 0o660):
        assert stat.S_IMODE(path.stat().st_mode) == 0o660


async def test_keys_come_in_and_every_screen_goes_to_everybody(tmp_path):
    path = tmp_path / "screen.sock"
    async with serving(path) as (link, keys):
        ends = [await asyncio.open_unix_connection(path) for _ in range(3)]
        for reader, _ in ends:
            assert messages.decode_screen(await reader.readline()) == SCREEN
        ends[1][1].write(messages.encode_key(Key.D5) + messages.encode_key(Key.CONFIRM))
        await eventually(lambda: keys == [Key.D5, Key.CONFIRM])
        link.publish(replace(SCREEN, stage=Stage.LOCKED))
        for reader, writer in ends:
            assert messages.decode_screen(await reader.readline()).stage is Stage.LOCKED
            writer.close()


@pytest.mark.parametrize(
    "data",
    [b"hello\n", b'{"key": "F1"}\n', b'{"key": 5}\n', b'{"key": "5", "x": 1}\n', b"[" * 4000 + b"\n", b"\0\xff\n"],
)
async def test_anything_but_a_key_is_refused_and_hung_up_on(tmp_path, data):
    path = tmp_path / "screen.sock"
    async with serving(path) as (_, keys):
        answer = json.loads(await talk(path, data))
        assert set(answer) == {"error"}
        assert keys == []


async def test_an_endless_line_is_refused_within_bounds(tmp_path):
    path = tmp_path / "screen.sock"
    async with serving(path) as (_, keys):
        answer = await talk(path, b"x" * 100_000)
        assert answer is None or b"error" in answer
        assert keys == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.binary(min_size=1, max_size=2000).map(lambda data: data + b"\n"))
def test_any_bytes_get_a_refusal_and_press_no_key(tmp_path, data):
    async def say() -> None:
        path = tmp_path / "screen.sock"
        async with serving(path) as (_, keys):
            answer = await talk(path, data)
            assert answer is None or b"error" in answer
            assert keys == []

    asyncio.run(say())


async def test_a_screen_that_does_not_read_is_hung_up_on_and_holds_up_nobody(tmp_path):
    path = tmp_path / "screen.sock"
    async with serving(path) as (link, _):
        stuck_reader, stuck = await asyncio.open_unix_connection(path, limit=64)
        stuck_reader._transport.pause_reading()  # type: ignore[attr-defined]
        reader, writer = await asyncio.open_unix_connection(path)
        await reader.readline()
        for amount in range(3000):
            link.publish(replace(SCREEN, amount=Cents(amount)))
            await reader.readline()
        assert len(link._clients) == 1
        writer.close()
        stuck.close()


async def test_too_many_screens_are_refused_by_name(tmp_path):
    path = tmp_path / "screen.sock"
    async with serving(path):
        ends = [await asyncio.open_unix_connection(path) for _ in range(server.CLIENTS_MAX)]
        for reader, _ in ends:
            await reader.readline()
        reader, extra = await asyncio.open_unix_connection(path)
        assert "error" in json.loads(await reader.readline())
        for writer in (extra, *(writer for _, writer in ends)):
            writer.close()


async def test_a_stale_socket_is_replaced_and_a_living_one_never(tmp_path):
    path = tmp_path / "screen.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    async with serving(path):
        with pytest.raises(Broken, match="another daemon"):
            await Server(path, print).start()
        reader, writer = await asyncio.open_unix_connection(path)
        assert messages.decode_screen(await reader.readline()) == SCREEN
        writer.close()


async def test_a_path_that_is_too_long_is_named(tmp_path):
    with pytest.raises(Broken, match="state_dir"):
        await Server(tmp_path / ("x" * 120), print).start()


async def test_the_client_shows_none_while_the_daemon_is_away_and_comes_back(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "RETRY_SECONDS", 0.01)
    path = tmp_path / "screen.sock"
    glass = Client(path)
    seen = glass.screens()
    assert await anext(seen) is None
    assert not glass.press(Key.D1)
    async with serving(path) as (_, keys):
        assert await anext(seen) == SCREEN
        assert glass.press(Key.D1)
        await eventually(lambda: keys == [Key.D1])
    assert await anext(seen) is None
    async with serving(path):
        assert await anext(seen) == SCREEN
    await seen.aclose()


async def test_the_client_takes_nonsense_for_a_daemon_that_is_away(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "RETRY_SECONDS", 0.01)
    path = tmp_path / "screen.sock"

    async def nonsense(_, writer):
        writer.write(b'{"screen": {"stage": "dancing"}}\n')
        writer.close()

    async with await asyncio.start_unix_server(nonsense, path):
        seen = Client(path).screens()
        assert await anext(seen) is None
        await seen.aclose()


def test_the_screens_side_stays_light():
    import subprocess
    import sys

    code = "import sys, terminal.link.client; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"httpx", "textual", "pydantic", "coincurve", "sqlite3"} & set(loaded) == set()
