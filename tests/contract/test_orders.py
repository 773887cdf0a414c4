"""An amount of a budget is set aside for a shop by its pass's signature alone, and once by each."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.wire import signature, typed_data
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from tests.contract.books import RESERVE, SLICE, books, set_aside, verdict
from tests.contract.journals import NOW, address, key
from tests.contract.machines import on_each
from tests.contract.ordered import UNTIL, budget, freed, ordered, refused
from tests.contract.world import DAY, DAY_LIMIT, ENDS, EXCLUDED, FLOOR, World

pytestmark = on_each


# ---- setting aside


def test_an_amount_leaves_the_budget_and_waits(world):
    receipt = ordered(world)
    assert [event.kind for event in receipt.events] == ["SetAside"]
    assert receipt.events[0].arguments == {
        "programme": 1,
        "shop": 1,
        "pass_address": "0x" + address("family-01").hex(),
        "amount": 8_900,
        "until": UNTIL,
    }
    assert set_aside(world, "family-01") == (8_900, UNTIL)
    assert budget(world) == (1_100, 0, 8_900, NOW // DAY)
    assert books(world) == (1_100, 0, 0, 0, SLICE, RESERVE)


def test_the_floor_limit_is_no_rule_for_it(world):
    assert FLOOR < 8_900
    ordered(world)


def test_nothing_is_set_aside_where_nobody_ordered(world):
    assert set_aside(world, "family-01") == (0, 0)
    assert not world.contract.view("order_counted", address("family-01"), bytes(32))


Against = tuple[Callable[[World], object], int, int]
AGAINST: dict[str, Against] = {
    "order: no amount": (lambda _: None, 0, UNTIL),
    "order: programme not open": (lambda world: world("set_paused", 1, True), 8_900, UNTIL),
    "order: period not begun": (lambda world: world.set_rules(begins=NOW + 1), 8_900, UNTIL),
    "order: over already": (lambda _: None, 8_900, NOW - 1),
    "order: after the end": (lambda _: None, 8_900, ENDS + 1),
    "order: shop not admitted": (lambda world: world.place(standing=EXCLUDED), 8_900, UNTIL),
    "order: pass blocked": (lambda world: world("set_pass_blocked", 1, address("family-01"), True), 8_900, UNTIL),
    "order: more than is left": (lambda world: world.set_rules(day_limit=20_000), 10_001, UNTIL),
    "order: day limit": (lambda world: world.set_rules(day_limit=8_899), 8_900, UNTIL),
}
"""What happened before, the amount, and until when."""


@pytest.mark.parametrize("reason", AGAINST)
def test_a_rule_is_against_it(world, reason):
    act, amount, until = AGAINST[reason]
    act(world)
    before = books(world)
    assert refused(world, amount, until=until) == reason
    assert books(world) == before
    assert set_aside(world, "family-01") == (0, 0)


def test_an_unknown_pass_has_nothing_to_set_aside(world):
    assert refused(world, holder="family-09") == "order: pass unknown"


def test_an_unknown_programme_and_an_unknown_shop_take_no_orders(world):
    assert refused(world, programme=9) == "order: programme not open"
    assert refused(world, shop=9) == "order: shop not admitted"


def test_a_closed_programme_takes_no_orders(world):
    world.evm.time = ENDS + 90 * DAY + 1
    world("close_programme", 1)
    assert refused(world) == "order: programme not open"


@pytest.mark.parametrize("until", [NOW, ENDS])
def test_it_may_wait_from_this_second_to_the_last_of_the_programme(world, until):
    ordered(world, until=until)
    assert set_aside(world, "family-01") == (8_900, until)


def test_all_that_is_left_can_be_set_aside_and_all_of_a_day(world):
    world.set_rules(day_limit=10_000)
    ordered(world, 10_000)
    assert budget(world)[0] == 0


# ---- whose word it is


def flipped(signed: bytes, bits: int) -> bytes:
    """The signature with these bits of its second word turned."""
    return signed[:32] + (int.from_bytes(signed[32:]) ^ bits).to_bytes(32)


UPPER = (signature.HALF_ORDER + 1).to_bytes(32)
"""The first s that is another one written differently."""


@pytest.mark.parametrize("words", [(None, UPPER), (bytes(32), None), (bytes(32), bytes(32)), (b"\xff" * 32,) * 2])
def test_what_nobody_signed_is_no_order(world, words):
    *order, (r, s) = world.order("family-01", 8_900)
    forged = (words[0] or r, words[1] or s)
    assert world.refusal("set_aside", *order, forged, sender="anybody") == "order: no signature"


def test_a_signature_for_something_else_is_a_strangers(world):
    """Another number, another contract, another chain, another thing: it recovers somebody without a budget."""
    *order, _ = world.order("family-01", 8_900)
    others = (replace(world.domain, contract=address("contract")), replace(world.domain, chain_id=1))
    digests = [typed_data.order(domain, *order) for domain in others]
    for place in range(len(order)):
        changed: list[Any] = [int(str(number)) + (at == place) for at, number in enumerate(order)]
        digests.append(typed_data.order(world.domain, *changed))
    digests.append(typed_data.delegation(world.domain, 1, Cents(8_900), Timestamp(UNTIL), 1))
    for digest in digests:
        words = signature.words(signature.sign(key("family-01"), digest))
        assert world.refusal("set_aside", *order, words, sender="anybody") == "order: pass unknown"
    *_, signed = world.order("family-01", 8_900)
    words = signature.words(flipped(b"".join(signed), 1 << 255))
    assert world.refusal("set_aside", *order, words, sender="anybody") == "order: pass unknown"


def test_an_order_counts_once(world):
    order = world.order("family-01", 4_000)
    world("set_aside", *order, sender="anybody")
    digest = typed_data.order(world.domain, *order[:-1])
    assert world.contract.view("order_counted", address("family-01"), digest)
    assert world.refusal("set_aside", *order, sender="anybody") == "order: set aside before"
    freed(world, "sponsor-01")
    assert world.refusal("set_aside", *order, sender="anybody") == "order: set aside before"
    ordered(world, 4_000, number=2)


def test_another_pass_cannot_use_up_an_order_by_signing_the_same(world):
    """Who sees it on its way, and has a pass, signs the same words: they are another order."""
    world.grant("family-02", 5_000)
    ordered(world, 4_000, holder="family-02")
    ordered(world, 4_000, holder="family-01")
    assert [set_aside(world, holder) for holder in ("family-01", "family-02")] == [(4_000, UNTIL)] * 2
    assert books(world, "family-01", "family-02")[0] == 7_000


def test_one_order_is_open_for_a_pass_at_a_shop(world):
    ordered(world, 1_000)
    assert refused(world, 500, number=2) == "order: another is open"
    world.evm.time = UNTIL + 1
    assert refused(world, 500, number=3) == "order: another is open"
    freed(world)
    ordered(world, 500, number=4)


def test_one_pass_orders_at_two_shops(world):
    other = world.new_shop("shop-02")
    ordered(world, 1_000)
    ordered(world, 2_000, shop=other)
    assert [set_aside(world, "family-01", shop)[0] for shop in (1, other)] == [1_000, 2_000]
    assert books(world)[0] == 7_000


# ---- the day


def test_it_counts_for_the_day_on_which_it_is_set_aside(world):
    world.till.pay("family-01", FLOOR)
    world.settle_new()
    world.grant("family-01", 10_000)
    assert refused(world, DAY_LIMIT - FLOOR + 1) == "order: day limit"
    ordered(world, DAY_LIMIT - FLOOR)
    assert budget(world)[2:] == (DAY_LIMIT, NOW // DAY)
    world.till.pay("family-01", 1)
    assert verdict(world.settle_new()) == [(2, Reason.DAY_LIMIT)]


def test_a_new_day_begins_anew(world):
    ordered(world, 8_000)
    world.grant("family-01", 20_000)
    world.evm.time += DAY
    other = world.new_shop("shop-02")
    ordered(world, DAY_LIMIT, shop=other)
    assert budget(world)[2:] == (DAY_LIMIT, NOW // DAY + 1)


def test_a_budget_that_is_a_day_ahead_stays_there(world):
    """A till's clock may be 15 minutes ahead, past midnight: then the order counts with that payment."""
    midnight = (NOW // DAY + 1) * DAY
    world.evm.time = midnight - 60
    world.till.pay("family-01", FLOOR, time=midnight + 1)
    world.settle_new()
    world.grant("family-01", 20_000)
    assert refused(world, DAY_LIMIT - FLOOR + 1) == "order: day limit"
    ordered(world, DAY_LIMIT - FLOOR)
    assert budget(world)[2:] == (DAY_LIMIT, midnight // DAY)
