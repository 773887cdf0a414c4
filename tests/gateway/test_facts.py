"""What the store says of journals, transactions, slices and spending, on both databases, over a real chain."""

from pathlib import Path

from eth_account import Account
from sqlalchemy import insert, update

from contracts.gateway.operating import reading
from contracts.gateway.operating.facts import Journal, Settled, Slice, Stored, Transaction
from contracts.gateway.operating.looking import look
from contracts.gateway.settling.leases import take
from contracts.gateway.store import tables
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Timestamp, from_hex
from tests.gateway.desk import Desk
from tests.gateway.test_trouble import paying
from tests.gateway.world import FLOOR, KEY_OF_GATEWAY, World

ACCOUNT = Address(from_hex(Account.from_key(KEY_OF_GATEWAY).address))
DAY = 86_400


def facts(desk: Desk, now: int | None = None) -> Stored:
    with desk.store.reading() as connection:
        return reading.read(connection, Timestamp(desk.time if now is None else now))


def places(desk: Desk) -> list[tuple[int, int, int]]:
    return [(one.waiting, one.sent, one.mined) for one in facts(desk).journals]


def test_an_entry_is_followed_from_waiting_to_settled(own_world: World, own_desk: Desk):
    desk, till = own_desk, paying(own_world, 100, 200)
    desk.read()
    assert facts(desk).journals == ()
    desk.take_in(till)
    assert facts(desk).journals == (Journal(till.address, 1, Timestamp(desk.time), 2, 0, 0),)

    desk.sender.step()
    assert places(desk) in ([(0, 2, 0)], [(0, 0, 2)]), "in a transaction, and perhaps in a block"
    assert [one.account for one in facts(desk).transactions] == [ACCOUNT]
    till.pay(own_world.card(), 300)
    desk.take_in(till)
    assert places(desk) in ([(1, 2, 0)], [(1, 0, 2)])
    for _ in range(3):
        desk.work()

    found = facts(desk)
    assert (found.journals, found.settled) == ((), Settled(3, 0, 0))
    assert (found.contract, found.chain_id, found.terminals) == (own_world.domain.contract, 1337, 1)
    assert found.block == desk.node.final().number


def test_a_transaction_in_a_block_is_told_apart_from_one_in_none(own_world: World, own_desk: Desk):
    desk, till = own_desk, paying(own_world, 100)
    desk.read()
    desk.take_in(till)
    values = {"account": ACCOUNT, "nonce": 3, "batch": b"", "gas": 1, "created_at": 7}
    with desk.store.writing() as connection:
        connection.execute(insert(tables.transactions).values(id=1, **values))
        for number, fee in enumerate((10, 12)):
            attempt = {"hash": bytes([number]) * 32, "transaction": 1, "raw": b"", "max_fee": fee, "tip": 1}
            connection.execute(insert(tables.attempts).values(**attempt, sent_at=8))
        place = {"transaction": 1, "terminal": till.address, "first": 1, "last": 1}
        connection.execute(insert(tables.transaction_segments).values(**place))
    assert places(desk) == [(0, 1, 0)]
    assert facts(desk).transactions == (Transaction(ACCOUNT, 3, Timestamp(7), 2, 12, None),)
    with desk.store.writing() as connection:
        connection.execute(update(tables.transactions).values(block=9))
    assert places(desk) == [(0, 0, 1)]
    assert facts(desk).transactions[0].block == 9


def test_a_draw_is_told_for_a_day_and_a_rejection_is_none(own_world: World, own_desk: Desk):
    desk, till, card = own_desk, own_world.till(), own_world.card(1_000)
    till.pay(card, 1_500)
    till.pay(card, 0)
    desk.read()
    desk.take_in(till)
    for _ in range(3):
        desk.work()

    assert facts(desk).settled == Settled(0, 1, 1)
    (draw,) = facts(desk, desk.time + DAY).draws
    assert (draw.terminal, draw.sequence, draw.programme) == (till.address, 1, 1)
    assert (draw.reason, draw.cents) == (Reason.BUDGET_SHORT, 500)
    assert facts(desk, desk.time + DAY + 1).draws == ()


def test_a_slice_runs_low_below_two_floor_limits(own_world: World, own_desk: Desk):
    low, enough = own_world.till(2 * FLOOR - 1), own_world.till(2 * FLOOR)
    own_desk.read()
    found = facts(own_desk).slices
    assert found == (Slice(1, low.address, 1, 2 * FLOOR - 1, FLOOR),)
    assert enough.address not in {one.terminal for one in found}


def test_a_slice_that_nobody_can_use_any_more_does_not_run_low(own_world: World, own_desk: Desk):
    till = own_world.till(FLOOR)
    own_desk.read()
    with own_desk.store.reading() as connection:
        ends = connection.execute(tables.programmes.select()).one().ends
    assert len(facts(own_desk, ends).slices) == 1
    assert facts(own_desk, ends + 1).slices == (), "the programme is over"
    for table, column in ((tables.slices, "revoked"), (tables.terminals, "retired"), (tables.programmes, "closed")):
        with own_desk.store.writing() as connection:
            connection.execute(update(table).values(**{column: True}))
        assert facts(own_desk).slices == (), column
        with own_desk.store.writing() as connection:
            connection.execute(update(table).values(**{column: False}))
    assert [one.terminal for one in facts(own_desk).slices] == [till.address]


def test_a_mark_for_a_person_is_told(world: World, desk: Desk):
    till = paying(world, 100)
    desk.read()
    desk.take_in(till)
    desk.node.refused = (till.address,)
    desk.work()
    (trouble,) = facts(desk).troubles
    assert (trouble.terminal, trouble.reason, trouble.since) == (till.address, Reason.SEGMENT_FORM, desk.time)
    assert trouble.attempts >= 1


def test_days_with_spending_are_whole_ones_and_the_newest_seven(desk: Desk):
    today = 20_000
    with desk.store.writing() as connection:
        for back, fee in ((0, 999), (1, 10), (2, 0), *((back, back) for back in range(3, 12))):
            row = {"transactions": 1, "entries": 5, "gas": 100, "fee_gwei": fee}
            connection.execute(insert(tables.spent).values(day=today - back, account=ACCOUNT, **row))
    (found,) = facts(desk, today * DAY + 5).spent
    assert (found.days, found.days_fee_gwei) == (7, 10 + 3 + 4 + 5 + 6 + 7 + 8), "not today, not the day of nothing"
    assert (found.transactions, found.entries, found.gas) == (12, 60, 1_200)
    assert found.a_day == 43 * 10**9 // 7


def test_without_spending_nothing_is_known_of_a_day(desk: Desk):
    assert facts(desk).spent == ()
    with desk.store.writing() as connection:
        row = {"transactions": 1, "entries": 5, "gas": 100, "fee_gwei": 9}
        connection.execute(insert(tables.spent).values(day=10, account=ACCOUNT, **row))
    (found,) = facts(desk, 10 * DAY).spent
    assert found.a_day is None, "a day that is not over says nothing yet"


def test_processes_are_those_whose_lease_has_not_run_out(desk: Desk):
    with desk.store.writing() as connection:
        assert take(connection, "reader", "one", Timestamp(desk.time))
        assert take(connection, "account:0x" + "61" * 20, "one", Timestamp(desk.time))
        assert take(connection, "account:0x" + "62" * 20, "two", Timestamp(desk.time))
        assert reading.accounts(connection) == {Address(b"a" * 20), Address(b"b" * 20)}
    assert facts(desk).processes == ("one", "two")
    assert facts(desk).senders == (Address(b"a" * 20), Address(b"b" * 20))
    assert (facts(desk, desk.time + 60).processes, facts(desk, desk.time + 60).senders) == ((), ())


def test_beside_a_running_gateway_the_same_is_seen_and_nothing_is_written(world: World, desk: Desk, where: str | Path):
    till = paying(world, 100)
    desk.read()
    desk.take_in(till)
    with look(where) as connection:
        assert reading.read(connection, Timestamp(desk.time)) == facts(desk)
    desk.work()
    assert desk.outcomes(till) == [(1, 0, 100)], "and the gateway goes on"
