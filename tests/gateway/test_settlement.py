"""Finding a settled segment in a transaction's data, whatever stands around it."""

import pytest

from contracts.gateway.chain.events import Event
from contracts.gateway.chain.settlement import find
from contracts.wire import batch
from contracts.wire.journal import kept
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, to_hex
from tests.gateway.world import Pass, Till

DOMAIN = Domain(1337, Address(b"c" * 20))


@pytest.fixture
def till() -> Till:
    till = Till(DOMAIN)
    for amount in (100, 200, 300):
        till.pay(Pass(), amount)
    return till


def settled(till: Till, first: int, last: int) -> Event:
    arguments = {"terminal": to_hex(till.address), "first": first, "last": last, "head": kept(till.head(last))}
    return Event("Settled", arguments, 1, Hash(bytes(32)))


@pytest.mark.parametrize("around", [b"", b"\0" * 100, b"\xff" * 131])
def test_it_is_found_wherever_it_lies(till: Till, around: bytes):
    data = around + batch.encode([till.segment()]) + around + bytes(32)
    assert find(data, settled(till, 1, 3)) == till.segment()
    assert find(data, settled(till, 2, 3)) == till.segment(), "an overlap: entry 1 was settled before"


def test_a_malformed_segment_before_it_does_not_hide_it(till: Till):
    good = till.segment().pack()
    miscounted = bytearray(till.segment(1, 2).pack())
    miscounted[25] += 1  # says three entries and has two: the contract refuses it alone
    assert find(bytes(miscounted) + good + bytes(32), settled(till, 1, 3)) == till.segment()


def test_what_ends_elsewhere_is_not_it(till: Till):
    data = batch.encode([till.segment()])
    assert find(data, settled(till, 1, 2)) is None
    other = till.copy()
    other.entries[2] = till.entries[1]
    assert find(batch.encode([other.segment()]), settled(till, 1, 3)) is None
    assert find(b"", settled(till, 1, 3)) is None


def test_endless_lookalikes_take_bounded_time(till: Till):
    lookalike = till.segment().pack()[:26] + b"\xff\xff\xff"
    assert find(lookalike * 3_000, settled(till, 1, 3)) is None
