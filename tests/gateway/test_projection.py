"""Whatever the contract does, the gateway's tables say the same. Real store, real chain, one thread.

`Desk.budget` compares with the contract's own view each time.
"""

from sqlalchemy import select

from contracts.gateway.chain.events import Event
from contracts.gateway.chain.node import Block
from contracts.gateway.chain.reader import bounded
from contracts.gateway.store.database import forget_projection
from contracts.gateway.store.tables import budgets, programmes, shops, slices, terminals
from contracts.wire import batch
from contracts.wire.reasons import Reason
from contracts.wire.units import Hash, to_hex
from tests.gateway.desk import Desk
from tests.gateway.world import ADMITTED, DAY, SLICE, Pass, Till, World, checksum, moment

# --------------------------------------------------------------------------------------------------- days and codes


def test_what_a_pass_spends_in_a_day(world: World, desk: Desk):
    till, card, now = world.till(), world.card(), moment()
    today = now // DAY
    for days, amount in ((20, 1), (3, 10), (1, 100), (1, 200), (2, 1_000)):
        till.pay(card, amount, when=now - days * DAY)
        desk.settle(till)
        assert desk.budget(card).day == today - {20: 7, 2: 1}.get(days, days)
    assert desk.budget(card).today == 1_300, "the day before yesterday came too late, and counts for yesterday"

    till.ask(card, 5, when=0)
    desk.settle(till)

    assert (desk.budget(card).today, desk.budget(card).day) == (5, today)


def test_a_draw_counts_for_what_the_budget_gave(world: World, desk: Desk):
    till, card = world.till(), world.card(300)
    till.pay(card, 1_000)
    desk.settle(till)
    assert desk.reasons(till) == [Reason.BUDGET_SHORT]
    assert (desk.budget(card).left, desk.budget(card).today) == (0, 300)


def test_a_phones_code_is_used_once(world: World, desk: Desk):
    till, card = world.till(), world.card()
    till.phone(card, 100, counter=70)
    till.phone(card, 200, counter=7)
    till.phone_ask(card, 300, counter=71)
    till.phone(card, 400, counter=70)
    till.phone(card, 500, counter=6)
    till.phone_ask(card, 600, counter=71)

    desk.settle(till)

    used = [Reason.PHONE_CODE_USED] * 2
    assert desk.reasons(till) == [0, 0, 0, *used, Reason.ASK_PHONE_CODE_USED]
    budget = desk.budget(card)
    assert (budget.counter, budget.window) == (71, 0b11), "7 and 6 are 64 and more behind"


def test_a_code_of_a_pass_that_has_nothing_yet_is_used_all_the_same(world: World, desk: Desk):
    till, card = world.till(), Pass()
    till.phone(card, 100, counter=5)
    desk.settle(till)
    assert desk.reasons(till) == [Reason.PASS_UNKNOWN]
    assert desk.budget(card).known is False
    assert to_hex(card.address) not in str(desk.told(till)), "a pass without a budget is not told"

    world.grant(card, 1_000)
    till.phone(card, 100, counter=5)
    till.phone(card, 100, counter=6)
    desk.settle(till)

    assert desk.reasons(till)[1:] == [Reason.PHONE_CODE_USED, 0]
    assert desk.told_budget(till, card)[4:] == (6, "0x0000000000000003")
    assert desk.budget(card).known is True


# ------------------------------------------------------------------------------------------------------------- asks


def test_asks_are_paid_or_rejected_and_never_drawn(world: World, desk: Desk):
    till, card, blocked = world.till(), world.card(20_000), world.card()
    world.block_pass(blocked)
    till.ask(card, 15_000)
    till.ask(card, 15_000)
    till.ask(Pass(), 100)
    till.ask(blocked, 100)
    till.ask(card, 100, deadline=1)
    till.ask(card, 0)
    till.phone_ask(card, 100, counter=1, ceiling=99)

    desk.settle(till)

    assert desk.outcomes(till) == [
        (1, 0, 15_000),
        (2, Reason.ASK_BUDGET_SHORT, 0),
        (3, Reason.ASK_PASS_UNKNOWN, 0),
        (4, Reason.ASK_PASS_BLOCKED, 0),
        (5, Reason.ASK_TOO_LATE, 0),
        (6, Reason.AMOUNT_ZERO, 0),
        (7, Reason.ASK_PHONE_CODE_CEILING, 0),
    ]
    assert (desk.budget(card).left, desk.budget(card).counter) == (5_000, 0)
    assert desk.budget(blocked).left == 30_000
    assert world.slice_left(till) == SLICE


# ------------------------------------------------------------------------------------ passes, terminals, programmes


def test_a_reissued_pass_takes_everything_along(world: World, desk: Desk):
    till, old = world.till(), world.card(1_000)
    till.phone(old, 300, counter=4)
    desk.settle(till)
    world.block_pass(old)
    new = world.reissue(old)
    till.pay(old, 50)
    till.refund(old, 100, sale=1)
    till.phone(new, 10, counter=4)

    desk.settle(till)

    assert desk.reasons(till) == [0, Reason.PASS_BLOCKED, 0, 0]
    assert (desk.budget(old).left, desk.budget(old).blocked, desk.budget(old).counter) == (0, True, 4)
    budget = desk.budget(new)
    assert (budget.left, budget.today, budget.counter) == (740, 260, 4), "50 of the refund repaid the old pass's draw"
    assert desk.told_budget(till, old)[:2] == (0, True)

    newest = world.reissue(new)
    till.refund(old, 200, sale=1)
    desk.settle(till)
    assert (desk.budget(new).left, desk.budget(newest).left) == (0, 940)


def test_the_slices_of_a_retired_terminal_are_released(world: World, desk: Desk):
    till, card = world.till(), world.card()
    till.pay(card, 100)
    till.retire()
    till.pay(card, 200)
    desk.settle(till)
    world.send(world.contract.functions.release_slice(1, checksum(till.address)))
    desk.read()

    assert desk.outcomes(till) == [(1, 0, 100), (2, 0, 0), (3, Reason.TERMINAL_RETIRED, 0)]
    with desk.store.reading() as connection:
        mine = terminals.c.terminal == till.address
        assert connection.execute(select(terminals.c.sequence, terminals.c.retired).where(mine)).one() == (3, True)
        assert connection.execute(select(slices.c.left).where(slices.c.terminal == till.address)).scalar_one() == 0
    assert desk.budget(card).left == 29_900


def test_a_closed_programme_is_swept(own_world: World, own_desk: Desk):
    """Whatever is named in a sweep, also what never was there, does not stop the reader."""
    contract = own_world.contract.functions
    own_world.programme(1_000, 1_001)
    own_world.send(contract.fund(2, 10_000))
    card, till = own_world.card(700, programme=2), own_world.till()
    own_world.send(contract.raise_slice(2, checksum(till.address), 50))
    own_world.send(contract.close_programme(2))
    passes = [checksum(one.address) for one in (card, Pass())]
    own_world.send(contract.sweep(2, passes, [checksum(one.address) for one in (till, Till(till.domain))]))

    assert own_desk.budget(card, programme=2).left == 0
    with own_desk.store.reading() as connection:
        closed = dict(connection.execute(select(programmes.c.id, programmes.c.closed)).all())
        found = connection.execute(select(slices.c.programme, slices.c.left).order_by(slices.c.programme)).all()
        assert (closed, found) == ({1: False, 2: True}, [(1, SLICE), (2, 0)])
        assert len(connection.execute(select(budgets)).all()) == 1


def test_a_token_that_is_worth_nothing_does_not_stop_the_reader(own_world: World, own_desk: Desk):
    """A sponsor's own token may count to 2**64 - 1, and no column does."""
    contract, most = own_world.contract.functions, 2**64 - 1
    own_world.programme(1_000, 1_001)
    own_world.send(own_world.euro.functions.mint(own_world.owner.address, most))
    own_world.send(own_world.euro.functions.approve(own_world.contract.address, most))
    own_world.send(contract.fund(2, most))
    till, card = own_world.till(), own_world.card(700)
    own_world.send(contract.raise_slice(2, checksum(till.address), 2**63))
    own_world.send(contract.compensate(2, 1, bytes(32), 2**63 - 1))

    assert own_desk.budget(card).left == 700


def test_a_shop_moves_its_payout(world: World, desk: Desk):
    shop, elsewhere = world.shop(ADMITTED), Pass().address
    world.send(world.contract.functions.move_payout(shop, checksum(elsewhere)))
    desk.read()
    with desk.store.reading() as connection:
        assert connection.execute(select(shops.c.payout).where(shops.c.id == shop)).scalar_one() == elsewhere


def test_no_more_is_asked_of_the_node_than_the_blocks_whose_day_counts(world: World, desk: Desk, monkeypatch):
    till, card = world.till(), world.card()
    for amount in (100, 200):
        till.pay(card, amount)
        world.settle(batch.encode([till.segment()]))
    world.card()  # so that the last block is another one
    desk.read()
    with desk.store.writing() as connection:
        forget_projection(connection, world.block)
    asked: list[int] = []
    block = desk.node.block

    def counted(number: int) -> Block:
        asked.append(number)
        return block(number)

    monkeypatch.setattr(desk.node, "block", counted)

    desk.read()

    events = desk.node.events(world.block, desk.node.latest().number)
    assert sorted(asked) == sorted({event.block for event in events if event.name in {"Settled", "SetAside"}})


def settled_event(block: int, first: int, last: int) -> Event:
    return Event("Settled", {"first": first, "last": last}, block, Hash(bytes(32)))


def test_no_more_is_written_at_once_than_intake_can_wait_for():
    many = [settled_event(block, 700 * block + 1, 700 * block + 700) for block in (5, 5, 5, 6, 9, 9, 12)]
    assert bounded(many, 20) == (many[:3], 5)
    assert bounded(many[3:], 20) == (many[3:6], 11)
    assert bounded(many[6:], 20) == (many[6:], 20)
    assert bounded([], 20) == ([], 20)
    assert bounded([many[0]] * 9, 20) == ([many[0]] * 9, 20), "a block is read as a whole"
