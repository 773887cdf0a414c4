"""The budgets that a shift hears of from its gateway."""

from collections.abc import Iterator

from contracts.wire.units import Address
from terminal.core.facts import Budget
from tests.power_cuts.ledger import WATCHED
from tests.terminal.till import budget

MANY = 1_200
"""Budgets of a large snapshot: three chunks."""


def told(count: int, left: int) -> Iterator[tuple[Address, Budget]]:
    """So many passes, each with so much left."""
    return ((Address(number.to_bytes(20)), budget(left)) for number in range(1, count + 1))


def watched(count: int, left: int) -> dict[Address, tuple[Budget, ...]]:
    """Of those, the ones that are looked at."""
    return {whose: (budget(left),) for whose in WATCHED if int.from_bytes(whose) <= count}
