"""Shops that chose the bank, with credit on the real embedded chain, and a list of their accounts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from contracts.wire.units import Address, from_hex
from provisioning import bank, programme, settle, shop
from provisioning.town import Town
from tests.chain.rpc import OWNER
from tests.provisioning.conftest import TERMS
from tests.provisioning.journals import Till, family, payment
from tests.provisioning.payout.accounts import ACCOUNTS, PAYER
from tests.provisioning.town import account_with_gas


@dataclass
class Keeper:
    """A shop that is paid by bank, with its till."""

    town: Town
    programme: int
    shop: int
    till: Till

    @property
    def credit(self) -> int:
        return int(self.town.view("credit", self.programme, self.shop))

    def sell(self, cents: int) -> None:
        self.till.add(payment(cents, self.programme), family(replace(self.town, account=OWNER), cents, self.programme))
        settle.settle(replace(self.town, account=OWNER), self.till.export())


@pytest.fixture
def number(town: Town) -> int:
    """A programme of its own, so that what other tests sold is not in the file."""
    made = programme.create(town, "Kindpakket é", TERMS)
    programme.fund(town, made, 1_000_000, mint=True)
    return made


def by_bank_shop(town: Town) -> tuple[Town, int, Till]:
    """A shop that chose the bank: the town as its keeper signs there, its number, its till."""
    account = account_with_gas(town.deployment.rpc_url)
    made = shop.add(town, Address(from_hex(account.address)))
    keeper = replace(town, account=account)
    bank.set_by_bank(keeper, made, by_bank=True)
    return keeper, made, Till.registered(town, made, 0)


@pytest.fixture(scope="module")
def shops(shared_town: Town) -> list[tuple[Town, int, Till]]:
    """Three of them, which all tests have: a shop costs seven transactions."""
    return [by_bank_shop(shared_town) for _ in range(3)]


@pytest.fixture
def opened(town: Town, number: int) -> Callable[..., Keeper]:
    def open_shop(cents: int, *, by_bank: bool = True) -> Keeper:
        return with_credit(town, number, by_bank_shop(town), cents, by_bank=by_bank)

    return open_shop


def with_credit(town: Town, number: int, made: tuple[Town, int, Till], cents: int, *, by_bank: bool = True) -> Keeper:
    """The shop in the programme, after its first sale there."""
    keeper = Keeper(made[0], number, made[1], made[2])
    shop.admit(town, number, keeper.shop)
    keeper.sell(cents)
    if not by_bank:
        bank.set_by_bank(keeper.town, keeper.shop, by_bank=False)
    return keeper


@pytest.fixture
def keepers(town: Town, number: int, shops: list[tuple[Town, int, Till]]) -> list[Keeper]:
    return [with_credit(town, number, made, cents) for made, cents in zip(shops, (1_250, 3_000, 5), strict=True)]


@pytest.fixture
def listed(tmp_path: Path, keepers: list[Keeper]) -> Path:
    path = tmp_path / "accounts.csv"
    lines = [f"{keeper.shop};{holder};{iban}" for keeper, (holder, iban) in zip(keepers, ACCOUNTS, strict=False)]
    path.write_text("\n".join(["winkel;houder;iban;mail", *(f"{line};x@example.org" for line in lines)]))
    return path


@pytest.fixture
def words(record: Path, number: int, listed: Path, tmp_path: Path) -> tuple[str, ...]:
    """The command, less its reference."""
    holder, iban = PAYER
    return (
        *("provision", "shop", "bank", "file", "--record", str(record), "--programme", str(number)),
        *("--accounts", str(listed), "--holder", holder, "--iban", iban, "--folder", str(tmp_path / "payments")),
    )
