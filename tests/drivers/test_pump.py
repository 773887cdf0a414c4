"""The thread that takes what a keyboard types: order, bounds, and both of its ends."""

import errno
import os
import select
import threading
from contextlib import suppress

import pytest

from drivers.pump import CHUNK, Pump

PIECE = bytes(range(240))
PATIENCE = 45


class Line:
    """What the kernel writes into (`hands`), pumped."""

    def __init__(self):
        self.source, self.hands = os.pipe()
        os.set_blocking(self.source, False)
        self.pump = Pump(self.source)

    def take(self):
        readable, _, _ = select.select([self.pump], [], [], PATIENCE)
        assert readable, "nothing came"
        return self.pump.take()

    def hang_up(self):
        os.close(self.hands)

    def close(self):
        self.pump.close()
        os.close(self.source)


@pytest.fixture
def line():
    before = set(threading.enumerate())
    made = Line()
    yield made
    assert set(threading.enumerate()) <= before, "the thread did not end"  # others' threads may


def test_what_comes_is_taken_in_order_and_then_there_is_none(line):
    for _ in range(50):
        os.write(line.hands, PIECE)
    taken = b""
    while len(taken) < 50 * len(PIECE):
        taken += line.take()
    assert taken == 50 * PIECE
    with pytest.raises(BlockingIOError):
        line.pump.take()
    line.close()
    line.hang_up()


def test_what_came_before_the_source_went_is_taken_before_that_is_said(line):
    os.write(line.hands, PIECE)
    line.hang_up()
    assert line.take() == PIECE
    with pytest.raises(OSError, match="No such device") as gone:
        line.take()
    assert gone.value.errno == errno.ENODEV
    line.close()


def test_nothing_is_read_of_a_source_once_it_is_closed(line):
    line.pump.close()
    os.write(line.hands, PIECE)
    assert os.read(line.source, CHUNK) == PIECE
    os.close(line.source)
    line.hang_up()


def test_what_nobody_takes_stays_where_it_is_and_comes_when_somebody_does(line):
    os.set_blocking(line.hands, False)
    sent = filled(line)
    taken = line.take()
    while len(taken) < sent:
        taken += line.take()
    assert taken == PIECE * (sent // len(PIECE))
    line.close()
    line.hang_up()


def test_it_can_be_closed_while_there_is_no_room(line):
    os.set_blocking(line.hands, False)
    filled(line)
    line.close()
    line.hang_up()


def test_a_source_that_has_nothing_after_all_is_read_again(monkeypatch):
    """As a keyboard has, when it was asked meanwhile which keys are held."""
    refused = threading.Event()

    def read(descriptor, size):
        if descriptor == source and not refused.is_set():
            refused.set()
            raise BlockingIOError
        return really_read(descriptor, size)

    really_read = os.read
    source, hands = os.pipe()
    monkeypatch.setattr(os, "read", read)
    pumped = Pump(source)
    os.write(hands, PIECE)
    assert refused.wait(PATIENCE)
    assert select.select([pumped], [], [], PATIENCE)[0]
    assert pumped.take() == PIECE
    pumped.close()
    os.close(source)
    os.close(hands)


def filled(line):
    """Write until both the pump and what stands before it are full; how many bytes that were."""
    sent = 0
    while select.select([], [line.hands], [], 0.3)[1]:
        with suppress(BlockingIOError):  # less than a piece fits
            sent += os.write(line.hands, PIECE)
    return sent
