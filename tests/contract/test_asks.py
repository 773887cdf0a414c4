"""An ask is paid when it is plainly valid now, or rejected; no slice stands for it, and the terminal is told."""

import pytest

from contracts.wire.entry import Ask
from contracts.wire.reasons import ASK, Reason
from contracts.wire.units import Cents, Timestamp
from tests.contract.books import RESERVE, SLICE, books, last_ask, verdict
from tests.contract.journals import NOW, address, code
from tests.contract.machines import on_each
from tests.contract.world import DAY, DAY_LIMIT, ENDS, EXCLUDED, FLOOR

pytestmark = on_each


def test_an_ask_is_paid_from_the_budget_above_the_floor_limit(world):
    world.till.ask("family-01", FLOOR + 1)
    receipt = world.settle_new()
    assert verdict(receipt) == []
    assert [event.kind for event in receipt.events] == ["AskPaid", "Settled"]
    paid = receipt.events[0]
    assert (paid.programme, paid.sequence, paid.amount) == (1, 1, FLOOR + 1)
    assert (paid.terminal, paid.pass_address) == ("0x" + world.till.address.hex(), "0x" + address("family-01").hex())
    assert books(world) == (10_000 - FLOOR - 1, FLOOR + 1, 0, FLOOR + 1, SLICE, RESERVE)
    assert last_ask(world) == (1, 0)


def test_an_ask_counts_for_the_day_and_for_refunds(world):
    world.till.ask("family-01", 6_000)
    world.till.refund("family-01", 6_000, sale=1)
    assert verdict(world.settle_new()) == []
    assert books(world) == (10_000, 0, 0, 0, SLICE, RESERVE)
    world.till.ask("family-01", 9_000)
    world.settle_new()
    budget = world.contract.view("budget", 1, address("family-01"))
    assert (budget.today, budget.day) == (9_000, NOW // DAY)


@pytest.mark.parametrize(("deadline", "late"), [(NOW, False), (NOW + 1, False), (NOW - 1, True), (0, True)])
def test_an_ask_is_judged_until_its_deadline_by_the_contracts_clock(world, deadline, late):
    world.till.ask("family-01", 100, deadline=deadline)
    assert verdict(world.settle_new()) == ([(1, Reason.ASK_TOO_LATE)] if late else [])
    assert last_ask(world) == (1, Reason.ASK_TOO_LATE if late else 0)


@pytest.mark.parametrize("time", [0, NOW - 400 * DAY, NOW + 901, 2**40 - 1])
def test_the_clock_of_the_terminal_does_not_count(world, time):
    world.till.ask("family-01", 100, time=time)
    assert verdict(world.settle_new()) == []


BROKEN = {
    Reason.PASS_UNKNOWN: lambda world: None,
    Reason.PASS_BLOCKED: lambda world: world("set_pass_blocked", 1, address("family-01"), True),
    Reason.PROGRAMME_PAUSED: lambda world: world("set_paused", 1, True),
    Reason.PERIOD_NOT_BEGUN: lambda world: world.set_rules(begins=NOW + 1),
    Reason.PERIOD_OVER: lambda world: setattr(world.evm, "time", ENDS + 1),
    Reason.SHOP_NOT_ADMITTED: lambda world: world.place(standing=EXCLUDED),
    Reason.BUDGET_SHORT: lambda world: world.set_rules(day_limit=20_000),
    Reason.DAY_LIMIT: lambda world: world.set_rules(day_limit=999),
}


@pytest.mark.parametrize("reason", BROKEN, ids=lambda reason: reason.name)
def test_a_broken_rule_rejects_it_and_touches_nothing(world, reason):
    BROKEN[reason](world)
    before = books(world)
    holder = "family-09" if reason is Reason.PASS_UNKNOWN else "family-01"
    amount = 10_001 if reason is Reason.BUDGET_SHORT else 1_000
    world.till.ask(holder, amount, deadline=2**40 - 1)
    rejected = Reason(ASK + reason)
    assert verdict(world.settle_new()) == [(1, rejected)]
    assert books(world) == before
    assert last_ask(world) == (1, rejected)


def test_the_lowest_broken_rule_is_named(world):
    """As of a payment, but for the floor limit and the clock."""
    world.place(standing=EXCLUDED)
    world("set_paused", 1, True)
    world.set_rules(begins=NOW + 1, day_limit=0)
    repairs = [
        (Reason.ASK_PASS_UNKNOWN, lambda: world.grant("family-02", 100)),
        (Reason.ASK_PASS_BLOCKED, lambda: world("set_pass_blocked", 1, address("family-02"), False)),
        (Reason.ASK_PROGRAMME_PAUSED, lambda: world("set_paused", 1, False)),
        (Reason.ASK_PERIOD_NOT_BEGUN, lambda: world.set_rules(day_limit=0)),
        (Reason.ASK_SHOP_NOT_ADMITTED, world.place),
        (Reason.ASK_BUDGET_SHORT, lambda: world.grant("family-02", 10_000)),
        (Reason.ASK_DAY_LIMIT, lambda: world.set_rules(day_limit=9_000)),
        (Reason.ASK_PHONE_CODE_EXPIRED, lambda: None),
    ]
    for number, (reason, repair) in enumerate(repairs, start=1):
        world.till.phone_ask("family-02", 9_000, code(8_999, 0, expiry=NOW - 1))
        assert verdict(world.settle_new()) == [(number, reason)]
        repair()
        if reason is Reason.ASK_PASS_UNKNOWN:
            world("set_pass_blocked", 1, address("family-02"), True)


def test_an_ask_is_rejected_for_what_a_payment_is_rejected_for(world):
    before = books(world)
    ask = Ask(1, Cents(100), NOW, Timestamp(NOW + 120))
    world.till.append(ask.pack(bytes(64)))
    world.till.ask("family-01", 0)
    assert verdict(world.settle_new()) == [(1, Reason.SIGNATURE), (2, Reason.AMOUNT_ZERO)]
    assert last_ask(world) == (2, Reason.AMOUNT_ZERO)
    assert books(world) == before


def test_an_ask_is_signed_as_an_ask_at_its_place(world):
    """A payment's signature under an ask's content is somebody else's: its holder agreed to no deadline."""
    world.till.ask("family-01", 100)
    ask = world.till.entries[0]
    payment = world.till.payment("family-01", 100)
    other = world.new_till("till-02", 1)
    other.append(ask)  # signed for another terminal
    other.append(ask[:20] + payment[-64:])
    receipt = world.settle(other.segment())
    assert verdict(receipt) == [(1, Reason.ASK_PASS_UNKNOWN), (2, Reason.ASK_PASS_UNKNOWN)]
    assert verdict(world.settle_new()) == []


def test_the_deadline_is_signed(world):
    late = world.till.signed(Ask(1, Cents(100), NOW, Timestamp(NOW - 1)), "family-01")
    world.till.append(late[:15] + (NOW + 120).to_bytes(5) + late[20:])
    assert verdict(world.settle_new()) == [(1, Reason.ASK_PASS_UNKNOWN)]


def test_f31_a_revoked_terminals_ask_is_rejected_and_told(world):
    world("revoke_terminal", 1, world.till.address)
    world.till.ask("family-01", 100)
    assert verdict(world.settle_new()) == [(1, Reason.TERMINAL_REVOKED)]
    assert last_ask(world) == (1, Reason.TERMINAL_REVOKED)


def test_an_unknown_programme_knows_no_pass(world):
    world.till.ask("family-01", 100, programme=2)
    assert verdict(world.settle_new()) == [(1, Reason.ASK_PASS_UNKNOWN)]


def test_the_newest_ask_is_told_and_payments_change_nothing_of_that(world):
    assert last_ask(world) == (0, 0)
    world.till.ask("family-01", 100, deadline=NOW - 1)
    world.till.ask("family-01", 100)
    world.till.pay("family-01", 100)
    world.settle_new()
    assert last_ask(world) == (2, 0)
    world.till.append(world.till.payment("family-01", 0))
    world.settle_new()
    assert last_ask(world) == (2, 0)
    other = world.new_till("till-02", 1)
    assert world.contract.view("last_ask", other.address).sequence == 0


def test_asks_and_payments_share_the_day(world):
    world.till.pay("family-01", FLOOR)
    world.till.ask("family-01", 5_000)
    world.grant("family-01", 10_000)
    world.till.ask("family-01", DAY_LIMIT - FLOOR - 5_000)
    world.till.ask("family-01", 1)
    assert verdict(world.settle_new()) == [(4, Reason.ASK_DAY_LIMIT)]
