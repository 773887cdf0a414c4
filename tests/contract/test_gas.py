"""What a payment costs. A change of more than 1% is looked at before it is written down here."""

import pytest

from tests.bench.gas import measure
from tests.contract.journals import address
from tests.contract.ordered import ordered
from tests.contract.world import World

KNOWN = {
    "payment_1": 58_402,
    "payment_10": 16_643,
    "payment_100": 12_469,
    "payment_10x10": 14_424,
    "phone_payment_100": 14_345,
    "erc20_transfer": 33_887,
    "grant_200": 26_027,
}
GOALS = {"payment_100": 12_500, "payment_10x10": 14_800}


@pytest.fixture(scope="module")
def gas() -> dict[str, float]:
    """The figures, measured once."""
    return measure()


@pytest.mark.parametrize("name", KNOWN)
def test_gas_is_what_is_written_here(gas, name):
    assert gas[name] == pytest.approx(KNOWN[name], rel=0.01)


@pytest.mark.parametrize("name", GOALS)
def test_gas_is_below_its_goal(gas, name):
    assert gas[name] < GOALS[name]


def test_a_payment_in_a_batch_costs_less_than_half_of_a_transfer(gas):
    assert gas["payment_10x10"] < gas["erc20_transfer"] / 2


ORDERS = {"ask": 73_934, "set_aside": 85_208, "handed_over": 71_732, "free_order": 41_626}


def test_what_orders_cost_is_what_is_written_here(world: World):
    """Each in a transaction of its own, after a sale and an ask."""
    world.grant("family-02", 10_000)
    world.till.pay("family-01", 10)
    world.till.ask("family-02", 100)
    world.settle_new()
    world.till.ask("family-02", 100)
    found = {"ask": world.settle_new().gas, "set_aside": ordered(world, 8_900).gas}
    world.till.ask("family-01", 8_900)
    found["handed_over"] = world.settle_new().gas
    ordered(world, 100, number=2)
    found["free_order"] = world("free_order", 1, 1, address("family-01")).gas
    assert found == pytest.approx(ORDERS, rel=0.01)
