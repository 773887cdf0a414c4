"""What shops have to be paid by programmes, as the contract has it at one block, and which of it a file can pay."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from contracts.wire.errors import Broken
from provisioning import bank, desk, period, programme
from provisioning.bank import State
from provisioning.payout import sepa
from provisioning.programme import Programme
from provisioning.town import Town

_PROGRESS_EVERY = 500


class Why(Enum):
    """What becomes of a credit, in words."""

    PAID = "can be paid"
    TOKENS = "is paid in tokens: the shop did not choose the bank"
    NO_ACCOUNT = "has no account in the list"
    OWES = "owes refunds: `kindpakket provision shop repay` first"
    BELOW = "is below the minimum"
    ABOVE = "is more than a bank takes in one transfer"


@dataclass(frozen=True, slots=True)
class Due:
    """What a programme owes a shop, and what becomes of it now."""

    programme: int
    shop: int
    cents: int
    why: Why


def sponsor_of(town: Town, programmes: Sequence[int]) -> int:
    """Whose programmes they are. Raises Broken when they are of several, who pay from accounts of their own."""
    found = {programme.show(town, number).sponsor for number in programmes}
    if len(found) != 1:
        raise Broken("the programmes are of several sponsors: make a file for each")
    return found.pop()


def due(town: Town, programmes: Sequence[int], accounts: Collection[int], least: int, block: int) -> list[Due]:
    """Every credit of these programmes. `accounts` are the shops of which one is known, `least` is in cents."""
    found = []
    shops = int(town.view("shop_count", block=block))
    for done, (number, shop) in enumerate(((p, s) for p in programmes for s in range(1, shops + 1)), start=1):
        cents = int(town.view("credit", number, shop, block=block))
        if cents:
            found.append(Due(number, shop, cents, _why(town, number, shop, cents, accounts, least, block)))
        if done % _PROGRESS_EVERY == 0:
            desk.progress(f"{done} of {shops * len(programmes)} credits read")
    return found


def _why(town: Town, number: int, shop: int, cents: int, accounts: Collection[int], least: int, block: int) -> Why:
    if not town.look("shop", shop, block=block)["by_bank"]:
        return Why.TOKENS
    if int(town.view("owed", number, shop, block=block)):
        return Why.OWES
    if cents < least:
        return Why.BELOW
    if cents > sepa.CENTS_MAX:
        return Why.ABOVE
    return Why.PAID if shop in accounts else Why.NO_ACCOUNT


class Statements:
    """What shops read on their bank's statement: enough to find the days in their own reports.

    A payment is of everything since the one before it, so the text names that day and this one.
    """

    def __init__(self, town: Town, programmes: Sequence[int], mark: str, until: int) -> None:
        self._mark = mark
        self._until = until
        self._programmes = {number: programme.show(town, number) for number in programmes}
        self._before = {number: last_marks(town, number) for number in programmes}

    def text(self, number: int, shop: int) -> str:
        """Of one payment, in signs that banks take."""
        since = self._before[number].get(shop)
        begins = f"van {_day(since)} " if since else ""
        about = f"programma {number} winkel {shop} tegoed {begins}t/m {_day(self._until)} kenmerk {self._mark}"
        return f"{_title(self._programmes[number], sepa.TEXT_MAX - len(about) - 1)} {about}".strip()


def last_marks(town: Town, number: int) -> Mapping[int, int]:
    """When each shop was last paid by the programme by bank, in seconds since 1970; not what was taken back."""
    found: dict[int, int] = {}
    for told in _marks(town, number):
        transfer = town.look("transfer", number, told["shop"], told["reference"])
        if transfer["state"] != State.REVERSED:
            found[int(told["shop"])] = int(transfer["since"])
    return found


def require_unused(town: Town, programmes: Sequence[int], reference: str) -> None:
    """Raises Broken when something was marked under a file's reference that begins with these words."""
    for number in programmes:
        for told in _marks(town, number):
            used = bytes(told["reference"]).rstrip(b"\0").decode("ascii", "replace")
            if used.startswith(f"{reference}."):
                raise Broken(
                    f"reference {reference} was used before ({used}), and its plan is not in this folder: name the "
                    f"folder where it is, or another reference; a mark without a file is taken back by `bank reverse`"
                )


def state(town: Town, number: int, shop: int, mark: str, block: str | int = "latest") -> tuple[State, int]:
    """How far a payment is on the contract, and its cents."""
    found = town.look("transfer", number, shop, bank.packed(mark), block=block)
    return State(found["state"]), int(found["amount"])


def _marks(town: Town, number: int) -> Iterator[Mapping[str, Any]]:
    return (told for told in town.history("TransferMoved", programme=number) if told["state"] == State.MARKED)


def _day(moment: int) -> str:
    return period.day(moment).strftime("%d-%m-%Y")


def _title(found: Programme, longest: int) -> str:
    """The programme's name, as far as it fits and banks take it; its number stands behind it anyway."""
    try:
        return sepa.plain(found.name)[: max(longest, 0)].strip()
    except ValueError:
        return ""
