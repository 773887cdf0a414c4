"""A sponsor makes good, out of its free reserve, what was verified and cannot settle: once."""

import pytest

from tests.contract.world import World


def test_a_shop_is_compensated_out_of_the_free_reserve_once(world: World):
    before = world.contract.view("reserve", 1)
    told = world("compensate", 1, 1, b"\1" * 32, 700).named("Compensated")[0]
    assert told.arguments == {"programme": 1, "shop": 1, "digest": b"\1" * 32, "amount": 700}
    assert (world.contract.view("credit", 1, 1), world.contract.view("reserve", 1)) == (700, before - 700)
    assert world.contract.view("compensated", 1, b"\1" * 32) is True
    assert world.refusal("compensate", 1, 1, b"\1" * 32, 700) == "compensate: done before"
    assert world.refusal("compensate", 1, 1, b"\1" * 32, 1) == "compensate: done before"
    world("compensate", 1, 1, b"\2" * 32, 1)
    second = world.create_programme("sponsor-01", funds=1_000)
    world("compensate", second, 1, b"\1" * 32, 1)
    held = world.contract.view("held", 1) + world.contract.view("held", second)
    assert world.euro.view("balanceOf", world.contract.address) == held


@pytest.mark.parametrize(
    ("shop", "amount", "reason"),
    [
        (1, 0, "compensate: no amount"),
        (9, 1, "shop: unknown"),
        (0, 1, "shop: unknown"),
        (1, 10**6, "reserve: not enough"),
    ],
    ids=["zero", "unknown", "nobody", "reserve"],
)
def test_a_compensation_that_makes_no_sense_is_undone(world, shop, amount, reason):
    assert world.refusal("compensate", 1, shop, b"\1" * 32, amount) == reason
    assert world.contract.view("compensated", 1, b"\1" * 32) is False
