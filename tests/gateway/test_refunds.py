"""What is given back, and when: the gateway's tables say what the contract says. Real store, real chain, one thread."""

from sqlalchemy import select

from contracts.gateway.chain.events import Event
from contracts.gateway.chain.projection import Projection
from contracts.gateway.store import ledger
from contracts.gateway.store.tables import compensations
from contracts.wire import batch
from contracts.wire.reasons import Reason
from contracts.wire.units import Hash, to_hex
from tests.gateway.desk import Desk
from tests.gateway.world import ADMITTED, DAY, Pass, World, moment


def test_a_refund_gives_back_what_the_shop_has(world: World, desk: Desk):
    till, card = world.till(), world.card(1_000)
    till.pay(card, 700)
    till.refund(card, 200, sale=1)
    desk.settle(till)
    assert desk.outcomes(till) == [(1, 0, 700), (2, 0, 0)]
    assert (desk.budget(card).left, desk.budget(card).today) == (500, 500)


def test_a_refund_of_a_shop_without_credit_waits_for_its_next_sale(world: World, desk: Desk):
    shop = world.shop(ADMITTED)
    till, card, other = world.till(shop=shop), world.card(1_000), world.card(1_000)
    till.pay(card, 700)
    desk.settle(till)
    world.send(world.contract.functions.pay_out(shop, 1))
    till.refund(card, 600, sale=1)
    desk.settle(till)
    assert (desk.budget(card).left, desk.budget(card).today) == (300, 700), "owed, and not moved yet"

    till.pay(other, 250)
    desk.settle(till)
    assert (desk.budget(card).left, desk.budget(card).today) == (550, 450)
    world.send(world.contract.functions.compensate(1, shop, bytes(12) + card.address, 1_000))
    desk.read()

    assert desk.budget(card).left == 900
    with desk.store.reading() as connection:
        found = connection.execute(select(compensations).where(compensations.c.shop == shop)).one()
    assert tuple(found) == (1, bytes(12) + card.address, shop, 1_000)


def test_what_comes_back_counts_for_the_day_on_which_it_comes(world: World, desk: Desk):
    till, card = world.till(), world.card(1_000)
    till.pay(card, 700, when=moment() - DAY)
    till.refund(card, 200, sale=1)
    till.pay(card, 10)
    desk.settle(till)
    assert (desk.budget(card).left, desk.budget(card).today) == (490, 10)


def test_a_bank_transfer_that_is_taken_back_serves_what_is_owed(world: World, desk: Desk):
    shop, contract, reference = world.shop(ADMITTED), world.contract.functions, bytes(32)
    till, card = world.till(shop=shop), world.card(1_000)
    till.pay(card, 700, when=moment() - DAY)
    desk.settle(till)
    world.send(contract.set_by_bank(shop, True))
    world.send(contract.mark_paid(1, shop, 700, reference))
    till.refund(card, 250, sale=1)
    desk.settle(till)
    assert (desk.budget(card).left, desk.budget(card).today) == (300, 700)

    world.send(contract.reverse_transfer(1, shop, reference))
    till.pay(card, 10)
    world.settle(batch.encode([till.segment()]))  # and only then it is read: what came back is yesterday's

    assert (desk.budget(card).left, desk.budget(card).today) == (540, 10)


def test_what_is_repaid_alone_is_not_forgotten(world: World, desk: Desk):
    shop, contract, reference = world.shop(ADMITTED), world.contract.functions, bytes([1] * 32)
    till, card = world.till(shop=shop), world.card(1_000)
    till.pay(card, 700)
    desk.settle(till)
    world.send(contract.set_by_bank(shop, True))
    world.send(contract.mark_paid(1, shop, 700, reference))
    till.refund(card, 250, sale=1)
    desk.settle(till)
    world.send(contract.reverse_transfer(1, shop, reference))
    assert desk.budget(card).left == 550


def test_a_sponsor_that_does_several_things_in_one_transaction(world: World, desk: Desk):
    """A wallet that is a contract repays a shop's refund and grants more at once."""
    card = Pass()

    def event(name: str, **arguments: int) -> Event:
        told = {"programme": 1, "pass_address": to_hex(card.address), **arguments}
        return Event(name, told, 1, Hash(bytes(32)))

    with desk.store.writing() as connection:
        projection = Projection(connection, world.domain, lambda _: None, {})
        for one in (event("Granted", left=100), event("Repaid", to_budget=50), event("Granted", left=170)):
            projection.apply(one)
        projection.finish()
        assert ledger.read(connection, (1, card.address)).left == 170


def test_what_waited_comes_back_when_the_contract_goes_on_to_another_programme(own_world: World, own_desk: Desk):
    contract = own_world.contract.functions
    own_world.programme(0, moment() + DAY)
    own_world.send(contract.fund(2, 1_000))
    own_world.send(contract.place_shop(2, 1, 0, ADMITTED))
    till, card, other = own_world.till(), own_world.card(1_000), own_world.card(1_000)
    own_world.grant(other, 100, programme=2)
    till.pay(card, 700, when=moment() - DAY)
    own_desk.settle(till)
    own_world.send(contract.pay_out(1, 1))
    till.refund(card, 250, sale=1)
    own_desk.settle(till)
    till.pay(other, 250)  # from which 250 come back, on the card's old day
    till.pay(other, 1, programme=2)
    till.pay(card, 10)

    own_desk.settle(till)

    assert own_desk.reasons(till) == [0] * 5
    assert (own_desk.budget(card).left, own_desk.budget(card).today) == (540, 10)


def test_a_refund_of_a_draw_repays_the_reserve_first(world: World, desk: Desk):
    till, card = world.till(), world.card(300)
    till.pay(card, 1_000)
    till.refund(card, 800, sale=1)
    desk.settle(till)
    assert (desk.budget(card).left, desk.budget(card).today) == (100, 200)


def test_a_refund_that_is_rejected_gives_back_nothing(world: World, desk: Desk):
    till, elsewhere, card = world.till(), world.till(shop=world.shop(ADMITTED)), world.card(1_000)
    elsewhere.pay(card, 100)
    desk.settle(elsewhere)
    till.refund(card, 100, sale=1, of=elsewhere)
    till.refund(card, 101, sale=1)
    till.refund(card, 0, sale=1)
    desk.settle(till)
    assert desk.reasons(till) == [Reason.REFUND_SALE, Reason.REFUND_TOO_MUCH, Reason.AMOUNT_ZERO]
    assert (desk.budget(card).left, desk.budget(card).today) == (900, 100)


def test_a_refund_after_the_end_goes_to_the_sponsor(own_world: World, own_desk: Desk):
    ended = moment() - DAY
    own_world.programme(ended - DAY, ended)
    own_world.send(own_world.contract.functions.fund(2, 10_000))
    own_world.send(own_world.contract.functions.place_shop(2, 1, 0, ADMITTED))
    till, card = own_world.till(), own_world.card(1_000, programme=2)
    till.pay(card, 700, programme=2, when=ended)
    till.refund(card, 200, sale=1, programme=2)

    own_desk.settle(till)

    assert own_desk.reasons(till) == [0, 0]
    assert own_desk.budget(card, programme=2).left == 300
