"""A killed worker begins again: whatever it had sent counts once."""

from dataclasses import replace

import pytest

from contracts.chain import Chain, Reverted
from contracts.wire.errors import TryAgain
from provisioning import programme, shop
from provisioning.portal.programmes import once
from provisioning.portal.programmes.models import Once
from provisioning.town import Town
from tests.provisioning.conftest import OTHER_ADDRESS, OWNER_ADDRESS
from tests.provisioning.town import account_with_gas

pytestmark = pytest.mark.django_db


def lost(*_: object) -> None:
    raise TryAgain("killed")


def test_what_is_done_twice_under_one_code_happens_once_and_under_another_again(town: Town):
    before = int(town.view("shop_count"))
    first, again, other = (shop.add(once.town(town, code), OTHER_ADDRESS) for code in ("a", "a", "b"))
    assert (first, again, other) == (before + 1, before + 1, before + 2)
    assert int(town.view("shop_count")) == before + 2


def test_killed_after_it_was_signed_it_sends_the_same(town: Town, monkeypatch):
    before = int(town.view("shop_count"))
    with monkeypatch.context() as patch:
        patch.setattr(Chain, "submit", lost)
        with pytest.raises(TryAgain):
            shop.add(once.town(town, "signed"), OTHER_ADDRESS)
    assert int(town.view("shop_count")) == before
    kept = bytes(Once.objects.get(code__startswith="signed ").raw or b"")
    assert shop.add(once.town(town, "signed"), OTHER_ADDRESS) == before + 1
    assert bytes(Once.objects.get(code__startswith="signed ").raw or b"") == kept


def test_killed_after_it_was_sent_it_is_found(town: Town, monkeypatch):
    before = int(town.view("shop_count"))
    with monkeypatch.context() as patch:
        patch.setattr(Chain, "wait", lost)
        with pytest.raises(TryAgain):
            shop.add(once.town(town, "sent"), OTHER_ADDRESS)
    assert shop.add(once.town(town, "sent"), OTHER_ADDRESS) == before + 1
    assert int(town.view("shop_count")) == before + 1


def test_another_transaction_took_its_place_and_it_is_signed_anew(town: Town, monkeypatch):
    before = int(town.view("shop_count"))
    with monkeypatch.context() as patch:
        patch.setattr(Chain, "submit", lost)
        with pytest.raises(TryAgain):
            shop.add(once.town(town, "late"), OTHER_ADDRESS)
    assert shop.add(town, OWNER_ADDRESS) == before + 1, "the key was used by hand meanwhile"
    assert shop.add(once.town(town, "late"), OTHER_ADDRESS) == before + 2
    assert shop.add(once.town(town, "late"), OTHER_ADDRESS) == before + 2


def test_what_is_not_final_yet_is_not_signed_anew(town: Town, monkeypatch):
    before, real = int(town.view("shop_count")), Chain.transactions
    with monkeypatch.context() as patch:
        patch.setattr(Chain, "submit", lost)
        with pytest.raises(TryAgain):
            shop.add(once.town(town, "undone"), OTHER_ADDRESS)
    shop.add(town, OWNER_ADDRESS)
    with monkeypatch.context() as patch:
        patch.setattr(
            Chain, "transactions", lambda self, sender, which: 0 if which == "finalized" else real(self, sender, which)
        )
        with pytest.raises(TryAgain, match="not final yet"):
            shop.add(once.town(town, "undone"), OTHER_ADDRESS)
    assert shop.add(once.town(town, "undone"), OTHER_ADDRESS) == before + 2


def test_what_another_key_had_signed_is_sent_and_not_signed_by_the_new_one(town: Town, monkeypatch):
    earlier = replace(town, account=account_with_gas(town.deployment.rpc_url))
    mint = town.chain.contract("development_euro", town.deployment.token).functions.mint(town.me(), 1)
    with monkeypatch.context() as patch:
        patch.setattr(Chain, "submit", lost)
        with pytest.raises(TryAgain):
            once.town(earlier, "key").send(mint)
    assert once.town(town, "key").send(mint).receipt["from"] == earlier.me()


def test_money_that_is_not_there_is_refused_and_may_be_tried_again_once_it_is(town: Town):
    before = programme.show(town, 1).reserve
    careful = once.town(town, "money")
    with pytest.raises(Reverted):
        programme.withdraw(careful, 1, before + 1)
    assert programme.withdraw(careful, 1, 100) == 100
    assert programme.withdraw(careful, 1, 100) == 100
    assert programme.show(town, 1).reserve == before - 100


def test_a_killed_funding_moves_the_money_once(town: Town, monkeypatch):
    before, real = programme.show(town, 1).reserve, Chain.wait
    with monkeypatch.context() as patch:
        waits = iter((True, True, False))
        patch.setattr(Chain, "wait", lambda self, name: real(self, name) if next(waits) else lost())
        with pytest.raises(TryAgain):
            programme.fund(once.town(town, "funding"), 1, 500, mint=True)
    programme.fund(once.town(town, "funding"), 1, 500, mint=True)
    assert programme.show(town, 1).reserve == before + 500


def test_a_funding_whose_allowance_another_used_up_gets_a_new_one(town: Town, monkeypatch):
    before, real = programme.show(town, 1).reserve, Chain.submit
    with monkeypatch.context() as patch:
        submits = iter((True, True, False))
        patch.setattr(Chain, "submit", lambda self, signed: real(self, signed) if next(submits) else lost())
        with pytest.raises(TryAgain):
            programme.fund(once.town(town, "slow"), 1, 700, mint=True)
    programme.fund(once.town(town, "quick"), 1, 700, mint=True)
    programme.fund(once.town(town, "slow"), 1, 700, mint=True)
    assert programme.show(town, 1).reserve == before + 1_400
