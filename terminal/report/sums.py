"""Payments, asks and refunds added up by how they stand."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from contracts.wire.entry import Refund, Sale
from contracts.wire.units import Cents, euros
from terminal.standing import APPROVED, Standing

SHOWN = (*APPROVED, Standing.ASKED, Standing.REFUSED)
"""How what a pass was to pay by can stand."""

_WORTH = frozenset(APPROVED) - {Standing.REJECTED}


def worth(content: Sale | Refund, state: Standing) -> int:
    """Cents that the entry brings the shop, as far as is known: less than 0 for a refund, nothing when it is rejected.

    An ask brings something once it is paid.
    """
    if isinstance(content, Refund):
        return 0 if state is Standing.REJECTED else -content.amount
    return content.amount if state in _WORTH else 0


@dataclass(slots=True)
class Sums:
    """How many payments of each standing, and their cents; and what was given back.

    An ask is a payment once it is paid: before, and when it never is, nothing was approved.
    """

    counts: Counter[Standing] = field(default_factory=Counter)
    cents: Counter[Standing] = field(default_factory=Counter)
    refunds: Counter[Standing] = field(default_factory=Counter)
    refunded: Counter[Standing] = field(default_factory=Counter)
    net: int = 0
    """Cents that all of them bring the shop."""

    def add(self, content: Sale | Refund, state: Standing) -> None:
        """One more entry."""
        self.net += worth(content, state)
        if isinstance(content, Refund):
            self.refunds[state] += 1
            self.refunded[state] += content.amount
        else:
            self.counts[state] += 1
            self.cents[state] += content.amount

    @property
    def count(self) -> int:
        """Payments that were approved."""
        return sum(self.counts[state] for state in APPROVED)

    @property
    def approved(self) -> int:
        """Their cents."""
        return sum(self.cents[state] for state in APPROVED)

    def document(self) -> dict[str, Any]:
        """For machines: what was approved, each standing, what was given back, and what is left for the shop."""
        by_standing = {state.value: {"count": self.counts[state], "cents": self.cents[state]} for state in SHOWN}
        not_given = Standing.REJECTED
        refunds = {
            "refunds": {"count": self.refunds.total(), "cents": self.refunded.total()},
            "refunds_rejected": {"count": self.refunds[not_given], "cents": self.refunded[not_given]},
        }
        return {"count": self.count, "cents": self.approved, **by_standing, **refunds, "net_cents": self.net}


HEADS = ("programme", "payments", "EUR", *APPROVED, "given back", "net")


def row(name: str, sums: dict[str, Any]) -> tuple[str, ...]:
    """A document of sums for people, below HEADS."""
    states = (signed_euros(sums[state.value]["cents"]) for state in APPROVED)
    given = sums["refunds"]["cents"] - sums["refunds_rejected"]["cents"]
    rest = (signed_euros(given), signed_euros(sums["net_cents"]))
    return name, str(sums["count"]), signed_euros(sums["cents"]), *states, *rest


def signed_euros(amount: int) -> str:
    """The amount as a Dutch till prints it, with a sign when it is negative."""
    return "-" * (amount < 0) + euros(Cents(abs(amount)))
