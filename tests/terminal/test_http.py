"""One request with bounds: whoever answers, the terminal neither waits nor swells."""

import asyncio
import gzip

import pytest

from contracts.wire.errors import TryAgain
from terminal.http import BURST, Http
from tests.terminal.till import PATIENCE
from tests.terminal.web import serving


async def get(url, limit=1000, seconds=PATIENCE):
    async with Http(total_seconds=seconds) as http:
        return await http.fetch("GET", url, {}, b"", limit)


async def test_an_answer_within_the_bounds_comes_through_with_its_status():
    async with serving(lambda *_: (418, b"tea")) as url:
        assert await get(url) == (418, b"tea")


async def test_f34_a_body_beyond_the_limit_is_not_read_on():
    async with serving(lambda *_: (200, b"x" * 10_000)) as url:
        with pytest.raises(TryAgain, match="more than 1000 bytes"):
            await get(url)


async def test_f14_who_answers_too_late_does_not_answer():
    async def late(*_):
        await asyncio.sleep(60)

    async with serving(late) as url:
        with pytest.raises(TryAgain, match="no answer"):
            await get(url, seconds=0.1)


async def test_a_burst_of_retries_survives_a_hung_up_connection():
    answers = iter([(0, b""), (0, b""), (200, b"there")])
    async with serving(lambda *_: next(answers)) as url:
        assert await get(url) == (200, b"there")


async def test_after_a_burst_the_durable_schedule_takes_over():
    asked = []

    def silent(*_):
        asked.append(1)
        return 0, b""

    async with serving(silent) as url:
        with pytest.raises(TryAgain):
            await get(url)
    assert len(asked) == BURST


async def test_f34_a_redirect_is_not_followed():
    async with serving(lambda *_: (302, b"")) as url:
        assert (await get(url))[0] == 302


async def test_f35_what_is_packed_is_not_unpacked():
    """A thousand times as many bytes could come out of one read."""
    packed = gzip.compress(b"0" * 100_000)

    async def client(reader, writer):
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        head = b"HTTP/1.1 200 x\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
        writer.write(head + packed)

    asked: list[bytes] = []
    server = await asyncio.start_server(client, "127.0.0.1", 0)
    async with server:
        assert await get(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") == (200, packed)
    assert b"accept-encoding: identity\r\n" in asked[0].lower()


@pytest.mark.parametrize("answer", [(0, b""), (200, b"x" * 10_000)])
async def test_f36_what_is_said_of_who_does_not_answer_holds_no_key(answer):
    async with serving(lambda *_: answer) as url:
        with pytest.raises(TryAgain) as refused:
            await get(url.replace("http://", "http://me:word@") + "/v3/thekey?pass_address=0x11")
    assert str(refused.value).startswith(f"{url.removeprefix('http://')}: ")
    assert not any(secret in str(refused.value) for secret in ("word", "thekey", "0x11"))
