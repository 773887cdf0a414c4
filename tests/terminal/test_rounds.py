"""The loops towards chain and gateway: a turn, a pause that any news ends, and no turn lost."""

import asyncio
import logging

import pytest

from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from terminal.rounds import Rounds, unless_disk_full
from tests.terminal.till import PATIENCE

FOREVER = 10.0**6
_log = logging.getLogger(__name__)


async def run(rounds, *turns, delay=0.0):
    """Let so many turns follow each other, each as it does and says how long to wait; how many there were."""
    done, over = 0, asyncio.Event()

    async def turn():
        nonlocal done
        done += 1
        seconds = turns[done - 1]()
        if done == len(turns):
            over.set()
        return seconds

    task = asyncio.create_task(rounds.run(turn, delay))
    try:
        async with asyncio.timeout(PATIENCE):
            await over.wait()
    finally:
        task.cancel()
    return done


async def test_a_turn_says_when_the_next_one_is():
    assert await run(Rounds(), lambda: 0.0, lambda: 0.01, lambda: FOREVER) == 3


async def test_news_during_a_turn_is_not_slept_over():
    rounds = Rounds()

    def hear():
        rounds.wake()
        return FOREVER

    assert await run(rounds, hear, lambda: FOREVER) == 2


async def test_news_ends_the_first_wait():
    rounds = Rounds()
    rounds.wake()
    assert rounds._woken.is_set()
    assert await run(rounds, lambda: FOREVER, delay=FOREVER) == 1
    assert not rounds._woken.is_set()


async def test_without_news_it_waits():
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await run(Rounds(), lambda: FOREVER, lambda: FOREVER)


def test_a_full_disk_is_logged_and_nothing_else_is_swallowed(caplog):
    with unless_disk_full(_log, "note.not_kept"):
        raise Refused(Reason.STORAGE_FAULT, "full")
    assert [(record.message, record.detail) for record in caplog.records] == [("note.not_kept", "full")]
    with pytest.raises(Refused), unless_disk_full(_log, "note.not_kept"):
        raise Refused(Reason.FORK)
    with pytest.raises(ValueError, match="else"), unless_disk_full(_log, "note.not_kept"):
        raise ValueError("else")
