"""Lines of tables about payments, with the names of what the contract only numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from provisioning import bank
from provisioning.portal.payouts import names
from provisioning.portal.payouts.models import BankFile, Credit, Payment

_UNDISPUTED_SECONDS = bank.UNDISPUTED_DAYS * 86_400


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what a shop has of a programme, and more about it."""

    programme: int
    programme_name: str
    shop: int
    shop_name: str
    cents: int
    about: Any = None
    holder: str = field(default="", repr=False)
    iban: str = field(default="", repr=False)
    new: bool = False
    changed: bool = False
    counts_on: int = 0
    """When a payment counts as arrived by itself, in seconds since 1970; 0 when it does not any more."""


@dataclass(frozen=True, slots=True)
class _Names:
    programmes: dict[int, str]
    shops: dict[int, str]

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> "_Names":
        numbers = list(pairs)
        programmes = dict(names.programmes(number for number, _ in numbers))
        return cls(programmes, dict(names.shops(number for _, number in numbers)))

    def row(self, programme: int, shop: int, cents: int, **more: Any) -> Row:
        return Row(programme, self.programmes.get(programme, ""), shop, self.shops.get(shop, ""), cents, **more)


def of_credits(found: Iterable[Credit]) -> list[Row]:
    """A line for each credit."""
    credits_ = list(found)
    called = _Names.of((each.programme, each.shop) for each in credits_)
    return [called.row(each.programme, each.shop, each.cents, about=each) for each in credits_]


def of_plan(file: BankFile, payments: Iterable[dict[str, Any]]) -> list[Row]:
    """A line for each of these payments of its plan, with the accounts."""
    found, accounts = list(payments), file.opened["shops"]
    called = _Names.of((each["programme"], each["shop"]) for each in found)
    lines = []
    for each in found:
        holder, iban = accounts[str(each["shop"])]
        marks = {"new": each["shop"] in file.new, "changed": each["shop"] in file.changed}
        row = called.row(each["programme"], each["shop"], each["cents"], holder=holder, iban=iban, **marks)
        lines.append(row)
    return lines


def of_left(file: BankFile) -> list[Row]:
    """A line for each credit that the plan does not pay, with why."""
    called = _Names.of((programme, shop) for programme, shop, _, _ in file.left)
    return [
        called.row(programme, shop, cents, about=Credit.Why(why).label) for programme, shop, cents, why in file.left
    ]


def of_payments(found: Iterable[Payment]) -> list[Row]:
    """A line for each payment, with when it counts as arrived."""
    payments = list(found)
    called = _Names.of((each.programme, each.shop) for each in payments)
    return [
        called.row(each.programme, each.shop, each.cents, about=each, counts_on=_counts_on(each)) for each in payments
    ]


def _counts_on(payment: Payment) -> int:
    waits = payment.state == Payment.State.MARKED and payment.since
    return payment.since + _UNDISPUTED_SECONDS if waits else 0
