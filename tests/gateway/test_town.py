"""Anything that the contract allows happens in a town; the gateway's tables say what the contract says, and again.

Real store, real chain, one thread.
"""

import random
from itertools import product
from pathlib import Path

import pytest

from contracts.gateway.store.database import forget_projection
from contracts.wire import batch
from tests.gateway.desk import Desk
from tests.gateway.world import ADMITTED, DAY, EXCLUDED, Pass, World, moment


class Chaos:
    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random = world, random.Random(seed)
        second = world.shop(0, category=3)
        self.tills = [world.till(), world.till(slice_cents=2_000), world.till(shop=second)]
        self.shops = (1, second)
        self.cards = [world.card(8_000), world.card(3_000), world.card(500)]
        world.programme(0, moment() + DAY)
        world.send(world.contract.functions.fund(2, 10**6))
        for shop in self.shops:
            world.send(world.contract.functions.place_shop(2, shop, 0, ADMITTED))
        for card in self.cards:
            world.grant(card, 2_000, programme=2)
        self.strangers = [Pass()]
        self.ordered: list[tuple[Pass, int, int]] = []

    def sell(self) -> None:
        till, pick = self.random.choice(self.tills), self.random
        card, amount = pick.choice(self.cards * 4 + self.strangers), pick.choice((0, 10, 20, 50, 50, 400, 1_000, 6_000))
        counter, when = (
            pick.choice((1, 2, 3, 40, 70, 90)),
            moment() - pick.choice((0, 0, 0, 0, 1, 9)) * DAY + pick.choice((0, 0, 0, 0, 0, 2_000)),
        )
        of, sale = pick.choice(self.tills), pick.randint(0, len(till.entries) + 1)
        pick.choice(
            (
                lambda: till.pay(card, amount, when=when),
                lambda: till.pay(card, amount, programme=2),
                lambda: till.refund(card, 40, sale, programme=2),
                lambda: till.pay(card, amount),
                lambda: till.ask(card, amount, deadline=pick.choice((None, None, 1))),
                lambda: till.phone(card, amount, counter, when=when),
                lambda: till.phone_ask(card, amount, counter),
                lambda: till.phone(card, amount, counter),
                lambda: till.refund(
                    pick.choice(self.cards), pick.choice((30, 300, 900)), sale, of=pick.choice((till, of))
                ),
                lambda: till.refund(pick.choice(self.cards), 40, sale),
                lambda: till.add(b"\x02\x09\x09"),
                self.fetch,
                self.fetch,
            )
        )()

    def order(self) -> None:
        pick = self.random
        card, shop, amount = pick.choice(self.cards), pick.choice(self.shops), pick.choice((50, 150, 400))
        call = self.world.order(card, amount, shop, programme=pick.choice((1, 1, 1, 2)))
        if self.world.allows(call):
            self.world.send(call)
            self.ordered.append((card, shop, amount))

    def fetch(self) -> None:
        """Perhaps another time, or after it was freed: then it is an ask as any."""
        if self.ordered:
            card, shop, amount = self.random.choice(self.ordered[-3:])
            till = self.random.choice(self.tills[:2] if shop == 1 else self.tills[2:])
            self.random.choice((lambda: till.ask(card, amount), lambda: till.phone_ask(card, amount, 100 + amount)))()

    def free(self) -> None:
        card, shop = self.random.choice(self.cards + self.strangers), self.random.choice(self.shops)
        call = self.world.free(card, shop, self.random.choice((1, 1, 2)))
        if self.world.allows(call):
            self.world.send(call)

    def settle(self) -> None:
        busy = [till for till in self.tills if len(till.entries) > self.world.sequence(till)]
        if busy:
            self.world.settle(batch.encode([till.segment() for till in busy]))

    def decide(self) -> None:
        pick, contract = self.random, self.world.contract.functions
        card, shop = pick.choice(self.cards), pick.choice(self.shops)
        ends = moment() + DAY
        pick.choice(
            (
                lambda: self.world.grant(pick.choice(self.cards + self.strangers[:1]), 700),
                lambda: self.world.block_pass(card, pick.random() < 0.2),
                lambda: self.reissue(card),
                lambda: self.world.send(contract.set_paused(1, pick.random() < 0.2)),
                lambda: self.world.send(contract.place_shop(1, shop, 3, pick.choice((0, 1, 1, 1, EXCLUDED)))),
                lambda: self.world.send(
                    contract.set_programme(1, 0, ends, 5_000, pick.choice((900, 50_000, 50_000)), DAY, 8)
                ),
                self.pay_out,
                lambda: self.world.send(contract.repay(1, shop)),
                lambda: self.world.send(contract.compensate(1, shop, pick.randbytes(32), 100)),
            )
        )()

    def reissue(self, card: Pass) -> None:
        self.cards[self.cards.index(card)] = self.world.reissue(card)
        self.strangers.append(card)

    def pay_out(self) -> None:
        contract = self.world.contract.functions
        for programme, shop in product((1, 2), self.shops):
            if contract.credit(programme, shop).call() and not contract.owed(programme, shop).call():
                self.world.send(contract.pay_out(shop, programme))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_tables_say_what_the_contract_says(
    own_world: World, own_desk: Desk, tmp_path: Path, seed: int
):
    town = Chaos(own_world, seed)
    for _ in range(20):
        for _ in range(town.random.randint(1, 8)):
            town.sell()
        town.settle()
        town.decide()
        town.random.choice((town.order, town.order, town.free))()
        own_desk.read()

    for card in town.cards + town.strangers:
        assert own_desk.budget(card).window >= 0
        assert own_desk.budget(card, programme=2).counter == 0
        for programme, shop in product((1, 2), town.shops):
            own_desk.aside(card, shop, programme)
    events = own_desk.node.events(own_world.block, own_desk.node.final().number)
    assert any(one.name == "AskPaid" and one.number("set_aside") for one in events), "some order was handed over"
    lived = own_desk.tables()
    held = {row[1]: row[2] for row in lived["slices"]}  # type: ignore[index]
    assert held == {till.address: own_world.slice_left(till) for till in town.tills}
    told = {reason for till in town.tills for _, reason, _ in own_desk.outcomes(till)}
    drawn, rejected = told & set(range(1, 32)), told & set(range(33, 64))
    assert (0 in told, len(drawn) > 2, len(rejected) > 4) == (True, True, True), told
    assert any(row[5] for row in lived["sales"]), "some sale was given back"  # type: ignore[index]

    at_once = Desk(own_world, tmp_path / "at once")
    at_once.read()
    assert at_once.tables() == lived, "read in one chunk, from an empty database"
    at_once.store.close()
    with own_desk.store.writing() as connection:
        forget_projection(connection, own_world.block)
    own_desk.read()
    assert own_desk.tables() == lived, "and rebuilt"
