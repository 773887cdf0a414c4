"""Where a shop is paid, by whose word, and what it owes first."""

from pathlib import Path

import pytest

from contracts.chain import checksum
from contracts.wire.entry import Refund
from contracts.wire.signature import address_of
from contracts.wire.units import Address, Cents, from_hex, to_hex
from provisioning import programme, settle, shop, status
from provisioning.town import Town
from tests.chain.rpc import OWNER
from tests.provisioning.journals import Till, family, now, payment
from tests.provisioning.town import account_with_gas, done, refused, run

REFERENCE = ("--reference", "2026-01 winkel")


@pytest.fixture
def keeper(town: Town):
    """A shopkeeper whose key is the shop's payout address, with money for gas."""
    return account_with_gas(town.deployment.rpc_url)


@pytest.fixture
def number(town: Town, keeper) -> int:
    made = shop.add(town, Address(from_hex(keeper.address)))
    shop.admit(town, 1, made)
    return made


@pytest.fixture
def till(town: Town, number: int) -> Till:
    return Till.registered(town, number)


@pytest.fixture
def place(record: Path, number: int) -> tuple[str, ...]:
    return ("--record", str(record), "--programme", "1", "--shop", str(number))


@pytest.fixture
def as_keeper(keeper, monkeypatch):
    def sign_as(keeper_signs: bool = True) -> None:
        monkeypatch.setenv("KINDPAKKET_KEY", to_hex((keeper if keeper_signs else OWNER).key))

    return sign_as


def test_only_the_shops_own_key_moves_its_payout(town: Town, place, number, as_keeper):
    words = ("provision", "shop", "move-payout", *place[:2], "--shop", str(number), "--to", "0x" + "5a" * 20)
    assert "only its payout address" in refused(*words)
    as_keeper()
    assert done(*words)["payout"] == "0x" + "5a" * 20
    assert town.look("shop", number)["payout"].lower() == "0x" + "5a" * 20
    assert "only its payout address" in refused(*words)


def test_f40_a_refund_after_the_payout_is_owed_and_served_before_the_next_one(town: Town, till, place, number):
    card = family(town, 10_000)
    till.add(payment(2_000), card)
    settle.settle(town, till.export())
    assert done("provision", "shop", "pay-out", *place)["cents"] == 2_000
    till.add(Refund(1, Cents(1_500), now(), address_of(card), till.address, 1))
    settle.settle(town, till.export())
    shown = done("provision", "shop", "show", *place)
    assert (shown["credit"], shown["owed"]) == (0, 1_500)
    assert "owes EUR 15,00 for refunds" in run("provision", "shop", "show", *place).out
    assert "refunds are owed" in refused("provision", "shop", "pay-out", *place)
    found = status.status(town)
    assert found.adds_up
    assert found.programmes[0].owed >= 1_500
    assert "shops owe EUR" in run("chain", "status", *place[:2]).out
    till.add(payment(2_500), card)
    settle.settle(town, till.export())
    assert done("provision", "shop", "repay", *place)["owed"] == 0
    assert done("provision", "shop", "pay-out", *place)["cents"] == 1_000
    assert town.look("budget", 1, checksum(address_of(card)))["left"] == 10_000 - 2_000 + 1_500 - 2_500


@pytest.fixture
def by_bank(town: Town, till: Till, place: tuple[str, ...], as_keeper, number: int) -> tuple[str, ...]:
    """A shop that chose the bank and has EUR 30 of credit; the sponsor signs."""
    till.add(payment(3_000), family(town, 3_000))
    settle.settle(town, till.export())
    join = ("provision", "shop", "bank", "join", *place[:2], "--shop", str(number))
    assert "only its payout address" in refused(*join)
    as_keeper()
    assert done(*join)["by_bank"]
    as_keeper(False)
    return place


def test_by_bank_tokens_come_back_when_the_shop_confirms(town: Town, by_bank, as_keeper):
    assert "paid by bank" in refused("provision", "shop", "pay-out", *by_bank)
    before = programme.show(town, 1).reserve
    marked = done("provision", "shop", "bank", "mark-paid", *by_bank, *REFERENCE, "--amount", "12,00")
    assert (marked["cents"], marked["state"]) == (1_200, "marked")
    assert "marked before" in refused("provision", "shop", "bank", "mark-paid", *by_bank, *REFERENCE)
    assert "not confirmed by the shop" in refused("provision", "shop", "bank", "confirm", *by_bank, *REFERENCE)
    found = status.status(town)
    assert found.adds_up
    assert found.programmes[0].in_transfer == 1_200
    as_keeper()
    assert done("provision", "shop", "bank", "confirm", *by_bank, *REFERENCE)["state"] == "confirmed"
    assert programme.show(town, 1).reserve - before == 1_200
    assert status.status(town).adds_up


def test_by_bank_what_is_disputed_is_taken_back(town: Town, by_bank, as_keeper, number):
    rest = done("provision", "shop", "bank", "mark-paid", *by_bank, *REFERENCE)
    assert rest["cents"] == 3_000
    other = ("--reference", "nog een")
    assert "owes shop" in refused("provision", "shop", "bank", "mark-paid", *by_bank, *other)
    assert "not its credit" in refused("provision", "shop", "bank", "mark-paid", *by_bank, *other, "--amount", "1,00")
    assert "only its payout address" in refused("provision", "shop", "bank", "dispute", *by_bank, *REFERENCE)
    as_keeper()
    assert done("provision", "shop", "bank", "dispute", *by_bank, *REFERENCE)["state"] == "disputed"
    assert "of another sponsor" in refused("provision", "shop", "bank", "reverse", *by_bank, *REFERENCE)
    as_keeper(False)
    assert done("provision", "shop", "bank", "reverse", *by_bank, *REFERENCE)["state"] == "reversed"
    assert "not under way" in refused("provision", "shop", "bank", "reverse", *by_bank, *REFERENCE)
    assert town.view("credit", 1, number) == 3_000
    said = run("provision", "shop", "bank", "show", *by_bank, *REFERENCE).out
    assert "EUR 30,00" in said
    assert "has its credit again" in said
    as_keeper()
    assert not done("provision", "shop", "bank", "leave", *by_bank[:2], "--shop", str(number))["by_bank"]
    assert done("provision", "shop", "pay-out", *by_bank)["cents"] == 3_000


@pytest.mark.parametrize("text", ["", "x" * 33, "betaling één", "a\nb"])
def test_a_wrong_reference_is_wrong_use(text):
    words = ("provision", "shop", "bank", "confirm", "--record", "x", "--programme", "1", "--shop", "1")
    assert run(*words, "--reference", text).status == 2
