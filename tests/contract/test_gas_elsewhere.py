"""Gas is what it is on any machine: the shapes of the bench cost the same on py-evm and on anvil, to the unit."""

import pytest

from tests.bench import gas
from tests.contract import machines
from tests.contract.anvil import program

pytestmark = pytest.mark.skipif(program() is None, reason="anvil is not installed: tests/contract/anvil.py")

BATCHES = [(1, 1), (1, 10), (1, 100), (10, 10)]


def on(kind: str, terminals: int, each: int, *, by_phone: bool) -> float:
    """Gas a payment, on a machine of this kind."""
    with machines.on(kind):
        return gas.settle(terminals, each, by_phone=by_phone)


@pytest.mark.parametrize("by_phone", [False, True], ids=["letters", "phones"])
@pytest.mark.parametrize(("terminals", "each"), BATCHES)
def test_a_payment_costs_the_same(terminals, each, by_phone):
    costs = {kind: on(kind, terminals, each, by_phone=by_phone) for kind in machines.KINDS}
    assert costs["py-evm"] == costs["anvil"] > 0


def test_a_transfer_and_a_grant_cost_the_same():
    costs = []
    for kind in machines.KINDS:
        with machines.on(kind):
            costs.append((gas.transfer(), gas.grant(200)))
    assert costs[0] == costs[1]
