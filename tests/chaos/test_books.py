"""The checker of the chaos run's books finds what it is there for."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.wire.entry import EntryKind
from contracts.wire.reasons import Reason
from tests.chaos.__main__ import _sums
from tests.chaos.aside import Move, Order, Orders
from tests.chaos.books import Booked, Evidence, Seen, Till, Told, difference, findings

HEADS = [bytes([number]) * 20 for number in range(6)]
KINDS = (EntryKind.PAYMENT, EntryKind.PAYMENT, EntryKind.ASK, EntryKind.REFUND, EntryKind.ASK)
JOURNAL = tuple(Booked(number, kind, 1, 500, HEADS[number]) for number, kind in enumerate(KINDS, start=1))
PLACE = (5, HEADS[5])
TILL = Till(
    name="till-01",
    shop=3,
    journal=JOURNAL,
    seen=(Seen(1, 500), Seen(2, 500), Seen(3, 500), Seen(4, 500, refund=True)),
    ends={3: "handed over", 5: "refused"},
    outcomes={1: 0, 2: Reason.PASS_BLOCKED, 3: 0, 4: 0, 5: Reason.ASK_TOO_LATE},
    told=(
        Told("Drawn", 2, 500, Reason.PASS_BLOCKED),
        Told("AskPaid", 3, 500),
        Told("Settled", first=1, last=3, head=HEADS[3]),
        Told("Refunded", 4, 500),
        Told("Rejected", 5, reason=Reason.ASK_TOO_LATE),
        Told("Settled", first=4, last=5, head=HEADS[5]),
    ),
    cursor=PLACE,
    positions={"gateway-1": PLACE, "gateway-2": PLACE},
)
ROWS = {"sales": [(1, b"x", 500)]}
FETCHED, FREED, WAITS = ((1, 3, bytes([number]) * 20) for number in (1, 2, 3))
SET_ASIDE = tuple(Move("SetAside", key, 500, until=99) for key in (FETCHED, FREED, WAITS))
ORDERS = Orders(
    signed=tuple(Order(key, 500, 99) for key in (FETCHED, FREED, WAITS)),
    moves=(*SET_ASIDE, Move("AskPaid", FETCHED, 500), Move("SetFree", FREED, 500)),
    standing={WAITS: 500},
    projected={WAITS: 500},
)
GOOD = Evidence((TILL,), {(1, 3): 1_000}, ROWS, ROWS, orders=ORDERS, unaccounted={1: 0, 2: 0})


def with_till(**changes: Any) -> list[str]:
    return findings(replace(GOOD, tills=(replace(TILL, **changes),)))


def with_orders(**changes: Any) -> list[str]:
    return findings(replace(GOOD, orders=replace(ORDERS, **changes)))


def and_then(*moves: Move) -> list[str]:
    return with_orders(moves=(*ORDERS.moves, *moves))


def named(key: tuple[int, int, bytes]) -> str:
    return f"order of pass {key[2].hex()[:8]} at shop 3 in programme 1"


def test_books_that_are_in_order_show_nothing():
    assert findings(GOOD) == []
    assert difference(GOOD) == 0


def test_the_last_line_counts_orders_with_the_sales():
    sums = "2 payments (1 drawn), 1 of 2 asks paid, 1 refunds, 1 of 3 orders handed over, 1 freed, 1 waiting"
    assert _sums(GOOD) == f"{sums}, 0 lost, 0 doubled, 0 rejected, difference 0"


def test_a_doubled_entry_is_found():
    again = Told("Settled", first=4, last=5, head=HEADS[5])
    assert any("entry 5 was settled 2 times" in line for line in with_till(told=(*TILL.told, again)))


def test_money_that_was_credited_twice_is_found():
    twice = replace(GOOD, credits={(1, 3): 1_500})
    assert findings(twice) == ["shop 3 should have 1000 cents of programme 1, and has 1500"]
    assert difference(twice) == -500


def test_an_entry_that_the_contract_never_settled_is_found():
    missing = tuple(told for told in TILL.told if told.last != 3)
    assert "till-01: entry 2 was settled 0 times" in with_till(told=missing)


def test_an_entry_that_a_screen_approved_and_no_journal_holds_is_found():
    lost = with_till(seen=(*TILL.seen, Seen(6, 500)))
    assert lost == ["till-01: the screen approved entry 6, which is lost"]


def test_an_approved_payment_that_was_rejected_is_found():
    told = (Told("Rejected", 1, reason=Reason.SLICE_SHORT), *TILL.told)
    assert "till-01: PAYMENT 1 was rejected: SLICE_SHORT" in with_till(told=told)


def test_a_rejected_refund_is_found():
    told = tuple(Told("Rejected", 4, reason=Reason.REFUND_SALE) if one.name == "Refunded" else one for one in TILL.told)
    assert "till-01: REFUND 4 was rejected: REFUND_SALE" in with_till(told=told)


def test_an_ask_that_was_approved_and_not_paid_is_found():
    seen = (*TILL.seen, Seen(5, 500))
    assert with_till(seen=seen) == ["till-01: the screen approved ask 5, which is not paid"]


def test_an_ask_without_an_end_is_found():
    assert with_till(ends={3: "handed over"}) == ["till-01: ask 5 ended as None, and it is not paid"]


def test_an_ask_or_refund_that_nobody_answered_is_found():
    told = tuple(one for one in TILL.told if one.name != "Refunded")
    assert "till-01: REFUND 4 was not answered" in with_till(told=told)


@pytest.mark.parametrize("where", ["cursor", "positions"])
def test_a_place_that_is_not_the_journals_is_found(where: str):
    other = (5, HEADS[4])
    found = with_till(**{where: other if where == "cursor" else {"gateway-1": PLACE, "gateway-2": other}})
    assert len(found) == 1
    assert "stands at 5" in found[0]


def test_another_journal_that_was_settled_is_found():
    told = tuple(replace(one, head=HEADS[1]) if one.last == 3 else one for one in TILL.told)
    assert with_till(told=told) == ["till-01: another journal was settled up to 3"]


def test_an_event_for_another_amount_is_found():
    told = tuple(replace(one, amount=499) if one.name == "Drawn" else one for one in TILL.told)
    assert with_till(told=told) == ["till-01: Drawn of 499 cents for PAYMENT 2 of 500"]


def test_an_outcome_that_the_gateway_did_not_tell_or_told_wrongly_is_found():
    assert with_till(outcomes={**TILL.outcomes, 2: 0}) == ["till-01: entry 2 ended with 2, and the terminal heard 0"]


def test_a_locked_terminal_is_found():
    assert with_till(locked=True) == ["till-01: it is locked"]


def test_a_projection_that_cannot_be_rebuilt_is_found():
    (line,) = findings(replace(GOOD, rebuilt={"sales": [(1, b"x", 499)]}))
    assert line.startswith("the table sales rebuilt from the chain is another one")


def test_a_process_that_ended_by_itself_is_found():
    assert findings(replace(GOOD, faults=("gateway-2 ended by itself",))) == ["gateway-2 ended by itself"]


def test_an_order_that_was_handed_over_twice_is_found():
    (found,) = and_then(Move("AskPaid", FETCHED, 500))
    assert found == f"{named(FETCHED)}: 500 cents were handed over, and nothing waited: it was handed over"


def test_an_order_that_was_handed_over_and_given_back_is_found_in_either_order():
    (after,) = and_then(Move("SetFree", FETCHED, 500))
    assert after == f"{named(FETCHED)}: 500 cents were given back, and nothing waited: it was handed over"
    (before,) = and_then(Move("AskPaid", FREED, 500))
    assert before == f"{named(FREED)}: 500 cents were handed over, and nothing waited: it was given back"


def test_an_order_that_was_given_back_twice_is_found():
    (found,) = and_then(Move("SetFree", FREED, 500))
    assert found == f"{named(FREED)}: 500 cents were given back, and nothing waited: it was given back"


def test_an_order_that_was_paid_and_never_set_aside_is_found():
    stranger = (1, 3, bytes([9]) * 20)
    (found,) = and_then(Move("AskPaid", stranger, 500))
    assert found == f"{named(stranger)}: 500 cents were handed over, and nothing waited: it was never set aside"


def test_an_order_that_is_lost_is_found():
    found = with_orders(standing={}, projected={})
    lost = f"{named(WAITS)}: 500 cents wait by the events, and"
    assert found == [f"{lost} the contract has 0", f"{lost} the gateways have 0"]


def test_an_order_that_gateways_keep_though_it_was_fetched_is_found():
    found = with_orders(projected={WAITS: 500, FETCHED: 500})
    assert found == [f"{named(FETCHED)}: 0 cents wait by the events, and the gateways have 500"]


@pytest.mark.parametrize("name", ["AskPaid", "SetFree"])
def test_an_order_of_which_a_part_was_moved_is_found(name: str):
    found = with_orders(moves=(*ORDERS.moves, Move(name, WAITS, 499)), standing={}, projected={})
    assert len(found) == 1
    assert found[0].endswith("of 500")


def test_one_signature_that_was_counted_twice_is_found():
    found = with_orders(
        moves=(*ORDERS.moves, SET_ASIDE[0]), standing={FETCHED: 500, WAITS: 500}, projected={FETCHED: 500, WAITS: 500}
    )
    assert found == [f"{named(FETCHED)}: 500 cents set aside 2 times, and signed 1 times"]


def test_an_order_that_is_set_aside_over_one_that_waits_is_found():
    again = Order(WAITS, 700, 99)
    moves = (*ORDERS.moves, Move("SetAside", WAITS, 700, until=99))
    found = with_orders(signed=(*ORDERS.signed, again), moves=moves, standing={WAITS: 700}, projected={WAITS: 700})
    assert found == [f"{named(WAITS)}: 700 cents were set aside while 500 waited"]


@pytest.mark.parametrize("other", [Order(FETCHED, 501, 99), Order(FETCHED, 500, 100)])
def test_an_order_that_nobody_signed_is_found(other: Order):
    signed = (other, *ORDERS.signed[1:])
    assert with_orders(signed=signed) == [f"{named(FETCHED)}: 500 cents set aside 1 times, and signed 0 times"]


def test_a_family_that_orders_again_what_it_fetched_or_gave_back_is_no_finding():
    again = tuple(Move("SetAside", key, 700, until=98) for key in (FETCHED, FREED))
    ends = (Move("SetFree", FETCHED, 700), Move("AskPaid", FREED, 700))
    signed = (*ORDERS.signed, *(Order(key, 700, 98) for key in (FETCHED, FREED)))
    assert with_orders(signed=signed, moves=(*ORDERS.moves, *again, *ends)) == []


def test_an_order_that_was_signed_and_never_set_aside_is_no_finding():
    assert with_orders(signed=(*ORDERS.signed, Order(FREED, 10, 99))) == []


def test_cents_that_no_part_of_a_programme_accounts_for_are_found():
    found = findings(replace(GOOD, unaccounted={1: 0, 2: 500}))
    assert found == ["programme 2 holds 500 cents more than its parts come to"]
