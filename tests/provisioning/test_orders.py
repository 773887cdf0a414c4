"""Orders by the functions of the desk: set aside once, looked at, freed, and refused in the contract's words."""

from types import SimpleNamespace

import pytest

from contracts.chain import Reverted, checksum
from contracts.wire import signature
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.units import Cents, Timestamp
from provisioning import grant, orders, programme, status
from provisioning.orders import Freed, Signed, Standing
from provisioning.town import Town
from tests.chain.rpc import OTHER
from tests.contract.journals import address, key

UNTIL = Timestamp(2**38)


@pytest.fixture
def holder(town: Town, request: pytest.FixtureRequest) -> str:
    """A pass of this test alone, with EUR 200."""
    name = f"family-{request.node.name}"
    grant.grant(town, 1, name, [grant.Line(address(name), Cents(20_000))])
    return name


def signed(town: Town, holder: str, amount: int = 8_900, number: int = 1, shop: int = 1) -> Signed:
    """What the pass signs on a phone."""
    plain = Signed(1, shop, Cents(amount), UNTIL, number, bytes(64))
    made = signature.sign(key(holder), plain.digest(town.deployment.domain))
    return Signed(1, shop, Cents(amount), UNTIL, number, made)


def left(town: Town, holder: str) -> int:
    return int(town.look("budget", 1, checksum(address(holder)))["left"])


def test_an_order_is_set_aside_once_and_freed_once(town: Town, holder):
    order, who = signed(town, holder), address(holder)
    assert orders.standing(town, 1, 1, who) is None
    assert not orders.was_set_aside(town, order)
    assert orders.set_aside(town, order)
    assert not orders.set_aside(town, order)
    assert orders.was_set_aside(town, order)
    assert orders.standing(town, 1, 1, who) == Standing(Cents(8_900), UNTIL)
    assert left(town, holder) == 11_100
    assert orders.free(town, 1, 1, who) == Freed(8_900, 0)
    assert orders.free(town, 1, 1, who) is None
    assert left(town, holder) == 20_000
    assert not orders.set_aside(town, order)  # it counted, and does not count again


def test_what_is_set_aside_is_in_the_books(town: Town, holder):
    before = status.status(town)
    orders.set_aside(town, signed(town, holder))
    found = status.status(town)
    assert found.adds_up
    assert found.programmes[0].set_aside == before.programmes[0].set_aside + 8_900
    assert found.programmes[0].budgets == before.programmes[0].budgets - 8_900


def test_all_that_is_set_aside_in_a_programme_is_freed_at_once(town: Town, holder):
    orders.free_all(town, 1)
    orders.set_aside(town, signed(town, holder))
    assert (1, address(holder)) in orders.placed(town, 1)
    assert orders.free_all(town, 1) == [Freed(8_900, 0)]
    assert orders.free_all(town, 1) == []


def test_a_sweep_brings_orders_home_too(town: Town, monkeypatch):
    """The programme is closed 90 days after its end, so what it frees is made up here."""
    sent = SimpleNamespace(act=lambda *_: None, events=lambda *_: [], history=lambda *_, **__: [], look=town.look)
    monkeypatch.setattr(orders, "free_all", lambda *_: [Freed(0, 8_900), Freed(0, 100)])
    assert programme.sweep(sent, 1) == programme.Swept(cents=9_000, orders=2)  # type: ignore[arg-type]


def test_an_attempt_of_before_that_comes_into_a_block_just_now_has_set_it_aside(town: Town, holder, monkeypatch):
    """Its money waits, so it must not be called refused: then nobody would free it."""
    order = signed(town, holder)
    orders.set_aside(town, order)
    found = iter((False, True))
    monkeypatch.setattr(orders, "was_set_aside", lambda *_: next(found))
    assert not orders.set_aside(town, order)


def test_one_that_is_on_its_way_is_looked_at_again(town: Town, holder, monkeypatch):
    """A node may judge by what waits for a block."""
    order = signed(town, holder)
    orders.set_aside(town, order)
    monkeypatch.setattr(orders, "was_set_aside", lambda *_: False)
    with pytest.raises(TryAgain, match="in no block yet"):
        orders.set_aside(town, order)


@pytest.mark.parametrize(
    ("amount", "shop", "words"),
    [(20_001, 1, "order: more than is left"), (0, 1, "order: no amount"), (100, 99, "order: shop not admitted")],
)
def test_a_refusal_is_in_the_contracts_words(town: Town, holder, amount, shop, words):
    with pytest.raises(Reverted, match=words):
        orders.set_aside(town, signed(town, holder, amount, shop=shop))


def test_a_second_order_waits_for_the_first(town: Town, holder):
    orders.set_aside(town, signed(town, holder))
    with pytest.raises(Reverted, match="order: another is open"):
        orders.set_aside(town, signed(town, holder, number=2))


def test_nobody_else_frees_it_before_its_time(town: Town, holder):
    orders.set_aside(town, signed(town, holder))
    stranger = Town.open(town.deployment, OTHER)
    with pytest.raises(Reverted, match="order: not over"):
        orders.free(stranger, 1, 1, address(holder))
    assert orders.standing(town, 1, 1, address(holder)) is not None


def test_an_order_that_nobody_signed_is_told(town: Town):
    order = Signed(1, 1, Cents(100), UNTIL, 1, bytes(64))
    assert order.signer(town.deployment.domain) is None
    with pytest.raises(Broken, match="nobody signed the order"):
        orders.set_aside(town, order)
