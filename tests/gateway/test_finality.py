"""On a real node whose final block lags behind its newest: final is final, and nothing earlier is told as such."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.desk import Desk
from tests.gateway.world import Pass, Till, World


class Town:
    """A till and a pass on anvil, and a desk that has read of them."""

    def __init__(self, world: World, desk: Desk) -> None:
        self.world, self.desk = world, desk
        self.till, self.card = world.till(), world.card(1_000)
        self.mine(4)
        desk.read()

    def mine(self, blocks: int) -> None:
        self.ask("anvil_mine", [hex(blocks)])

    def ask(self, method: str, params: list[object]) -> None:
        answer = self.world.web3.provider.make_request(method, params)  # type: ignore[arg-type]
        assert "error" not in answer, answer

    def left(self) -> int:
        return int(str(self.desk.told_budget(self.till, self.card)[0]))


@pytest.fixture
def town(anvil_url: str, tmp_path: Path) -> Iterator[Town]:
    world = World(anvil_url)
    desk = Desk(world, tmp_path)
    yield Town(world, desk)
    desk.store.close()


def pay(till: Till, card: Pass, amount: int, desk: Desk) -> None:
    till.pay(card, amount)
    desk.take_in(till, len(till.entries))


def test_an_outcome_is_told_when_its_block_is_final(town: Town):
    pay(town.till, town.card, 300, town.desk)

    town.desk.work()

    assert town.world.sequence(town.till) == 1
    assert (town.desk.outcomes(town.till), town.left()) == ([], 700)
    town.mine(4)
    town.desk.read()
    assert (town.desk.outcomes(town.till), town.left()) == ([(1, 0, 300)], 700)


def test_what_is_not_final_is_not_sent_twice(town: Town):
    pay(town.till, town.card, 300, town.desk)
    town.desk.work()
    pay(town.till, town.card, 200, town.desk)
    town.desk.work()
    town.mine(4)
    town.desk.work()

    assert town.desk.outcomes(town.till) == [(1, 0, 300), (2, 0, 200)]
    assert town.world.left(town.card) == 500


def test_f13_a_settlement_that_a_reorganisation_drops_is_sent_again(town: Town):
    pay(town.till, town.card, 300, town.desk)
    town.desk.work()
    assert town.world.sequence(town.till) == 1
    town.ask("anvil_reorg", [1, []])
    assert town.world.sequence(town.till) == 0

    town.desk.work()
    town.mine(4)
    town.desk.read()

    assert town.desk.outcomes(town.till) == [(1, 0, 300)]
    assert town.world.left(town.card) == 700
