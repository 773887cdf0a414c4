"""One request with bounds: whoever answers, the terminal neither waits nor swells."""

import asyncio

import pytest

from contracts.wire.errors import TryAgain
from terminal.http import BURST, Http
from tests.terminal.web import serving


async def get(url, limit=1000, seconds=5.0):
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
