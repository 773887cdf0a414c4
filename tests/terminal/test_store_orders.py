"""What waits at a shop, on disk: the gateway's list as a whole, and what of it was handed over here."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from contracts.wire.errors import Broken, Refused
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp
from terminal.core.effects import AskEnd
from terminal.core.facts import Order
from terminal.store import Reader
from tests.terminal import books
from tests.terminal.books import TIME
from tests.terminal.till import Till, pass_address

BICYCLE = Order(1, Cents(89_00), Timestamp(TIME + 1_000), "fiets")
BALL = replace(BICYCLE, programme=2, amount=Cents(12_50), name="bal")


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


@pytest.fixture
def store(till):
    with till.store() as store:
        store.replace_orders([(pass_address(1), BALL), (pass_address(1), BICYCLE), (pass_address(2), BICYCLE)])
        yield store


def of(store, number=1, at=TIME):
    return store.orders_of(pass_address(number), Timestamp(at))


def ask(till, store, number=1, amount=89_00, how=None):
    """An ask of this family, and how it ended."""
    line = books.ask(store, till.signer(), number=number, amount=amount)
    if how is not None:
        store.resolve(line.sequence, how)


def test_a_pass_has_its_own_by_programme_and_a_stranger_none(store):
    assert of(store) == (BICYCLE, BALL)
    assert of(store, 2) == (BICYCLE,)
    assert of(store, 3) == ()


def test_they_are_there_after_a_restart(till, store):
    with Reader.open(till.journal) as again:
        assert of(again) == (BICYCLE, BALL)


def test_a_list_takes_the_place_of_the_one_before(store):
    store.replace_orders([(pass_address(3), BALL)])
    assert (of(store), of(store, 2), of(store, 3)) == ((), (), (BALL,))
    store.replace_orders([])
    assert of(store, 3) == ()


def test_the_same_list_writes_nothing(store):
    before = store._database.total_changes
    store.replace_orders([(pass_address(2), BICYCLE), (pass_address(1), BICYCLE), (pass_address(1), BALL)])
    assert store._database.total_changes == before


@pytest.mark.parametrize(("seconds", "found"), [(1_000, (BICYCLE, BALL)), (1_001, ())])
def test_the_last_moment_is_inclusive(store, seconds, found):
    assert of(store, at=TIME + seconds) == found


@pytest.mark.parametrize("how", [AskEnd.PAID, AskEnd.HANDED_OVER, AskEnd.GIVEN_BACK])
def test_what_was_paid_is_not_offered_again_although_the_list_still_has_it(till, store, how):
    ask(till, store, how=how)
    assert (of(store), of(store, 2)) == ((BALL,), (BICYCLE,))
    store.replace_orders([(pass_address(1), BICYCLE), (pass_address(3), BALL)])
    assert of(store) == ()
    with Reader.open(till.journal) as again:
        assert of(again) == ()


def test_when_the_list_has_heard_of_it_the_same_can_be_ordered_again(till, store):
    ask(till, store, how=AskEnd.PAID)
    store.replace_orders([])
    store.replace_orders([(pass_address(1), BICYCLE)])
    assert of(store) == (BICYCLE,)


def test_another_order_in_its_place_is_offered(till, store):
    ask(till, store, how=AskEnd.PAID)
    later = replace(BICYCLE, until=Timestamp(BICYCLE.until + 1))
    store.replace_orders([(pass_address(1), later)])
    assert of(store) == (later,)


def test_a_phones_ask_hands_it_over_as_well(till, store):
    line = books.sell_by_phone(store, till.signer(), amount=89_00, deadline=TIME + 120)
    store.resolve(line.sequence, AskEnd.PAID)
    assert of(store) == (BALL,)


@pytest.mark.parametrize(
    ("number", "amount", "how"),
    [(1, 89_00, None), (1, 89_00, AskEnd.REFUSED), (1, 88_99, AskEnd.PAID), (3, 89_00, AskEnd.PAID)],
    ids=["open", "refused", "another amount", "another pass"],
)
def test_no_other_ask_takes_it_away(till, store, number, amount, how):
    ask(till, store, number, amount, how)
    assert of(store) == (BICYCLE, BALL)


@pytest.mark.parametrize(
    "orders",
    [
        [(pass_address(3), replace(BICYCLE, amount=Cents(0)))],
        [(pass_address(3), replace(BICYCLE, amount=Cents(2**32)))],
        [(pass_address(3), replace(BICYCLE, programme=-1))],
        [(pass_address(3), replace(BICYCLE, programme=2**32))],
        [(pass_address(3), replace(BICYCLE, until=Timestamp(2**40)))],
        [(pass_address(3), replace(BICYCLE, name=""))],
        [(pass_address(3), replace(BICYCLE, name="x" * 41))],
        [(Address(b"short"), BICYCLE)],
        [(pass_address(3), BICYCLE), (pass_address(3), replace(BICYCLE, name="other"))],
        [(Address(number.to_bytes(20)), BICYCLE) for number in range(501)],
    ],
    ids=range(10),
)
def test_a_list_out_of_bounds_leaves_the_one_before(store, orders):
    with pytest.raises(ValueError, match=r".+"):
        store.replace_orders(orders)
    assert of(store) == (BICYCLE, BALL)


def test_f18_a_disk_that_takes_nothing_keeps_the_list_before(store):
    store._database.execute("PRAGMA query_only = ON")
    with pytest.raises(Refused) as refused:
        store.replace_orders([])
    assert refused.value.reason is Reason.STORAGE_FAULT
    assert of(store) == (BICYCLE, BALL)


def test_a_row_that_is_no_order_is_named(till, store):
    with closing(sqlite3.connect(till.journal)) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute("UPDATE orders SET amount = -1")
        database.commit()
    with pytest.raises(Broken, match="cannot be read"):
        of(store)
