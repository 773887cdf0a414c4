"""The framing on a loop that is alive, and on one that was held up."""

import asyncio
import os
import time

from drivers.base import Scan
from drivers.decode import IDLE_MS, Decoder
from drivers.framing import Framing


async def test_a_code_is_not_torn_by_a_loop_that_was_held_up_while_it_was_typed():
    read_end, write_end = os.pipe()
    heard: asyncio.Queue[object] = asyncio.Queue()
    framing = Framing(heard.put_nowait)
    loop = asyncio.get_running_loop()
    loop.add_reader(read_end, lambda: framing.feed(os.read(read_end, 64)))
    try:
        framing.feed("KP1")
        os.write(write_end, b"0400E\r")
        time.sleep(2 * IDLE_MS / 1000)  # noqa: ASYNC251  # the very thing: the loop cannot read
        assert await asyncio.wait_for(heard.get(), 5) == Scan("KP10400E", "\r")
    finally:
        loop.remove_reader(read_end)
        os.close(read_end)
        os.close(write_end)


async def test_a_pause_ends_a_code_on_a_loop_that_is_alive():
    heard: asyncio.Queue[object] = asyncio.Queue()
    Framing(heard.put_nowait).feed("KP1")
    assert await asyncio.wait_for(heard.get(), 5) == Scan("KP1")


def test_a_pause_counts_from_where_it_was_extended_to():
    decoder = Decoder()
    decoder.feed("KP1", 0)
    decoder.extend(1000)
    assert decoder.pause(1000 + IDLE_MS - 1) == ()
    assert decoder.pause(1000 + IDLE_MS) == (Scan("KP1"),)
