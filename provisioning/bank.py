"""`kindpakket provision shop bank`: payout by bank, for shops that chose it.

The sponsor pays by a file at its bank, and marks the credit as paid against the reference in that file. The tokens are
the sponsor's again once the shop confirms that the money arrived, or has said nothing for 30 days.
"""

import argparse
from dataclasses import dataclass
from enum import IntEnum

from contracts.wire.errors import Broken
from provisioning import desk, period
from provisioning.desk import Answer, Command
from provisioning.town import Town, open_town

REFERENCE_BYTES_MAX = 32
UNDISPUTED_DAYS = 30

_ABOUT = """Pay shops by bank, if they chose that. `kindpakket provision shop bank file` makes the bank's file and marks
all that is in it, and `bank refused` takes back what the bank refused; these are the single steps."""


class State(IntEnum):
    """How far a transfer is, by the contract's numbers."""

    UNKNOWN = 0
    MARKED = 1
    DISPUTED = 2
    CONFIRMED = 3
    REVERSED = 4


_SAID = {
    State.UNKNOWN: "was never marked as paid",
    State.MARKED: f"is marked as paid; confirmed by itself {UNDISPUTED_DAYS} days later, if the shop disputes nothing",
    State.DISPUTED: "is disputed by the shop: it has not arrived",
    State.CONFIRMED: "has arrived",
    State.REVERSED: "was taken back: the shop has its credit again",
}


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment by bank. `since` is when it was marked, in seconds since 1970."""

    amount: int
    since: int
    state: State


def set_by_bank(town: Town, shop: int, *, by_bank: bool) -> None:
    """Have the shop paid by bank, or in tokens again. Raises Reverted unless its payout address signs."""
    town.act("set_by_bank", shop, by_bank)


def mark_paid(town: Town, programme: int, shop: int, cents: int, reference: str) -> None:
    """Say that so much of the shop's credit was paid at the bank under this reference, which is used once."""
    town.act("mark_paid", programme, shop, cents, packed(reference))


def confirm(town: Town, programme: int, shop: int, reference: str) -> None:
    """Say that it arrived: the shop, or anybody when 30 days went by without a dispute."""
    town.act("confirm_transfer", programme, shop, packed(reference))


def dispute(town: Town, programme: int, shop: int, reference: str) -> None:
    """Say, as the shop, that it did not arrive."""
    town.act("dispute_transfer", programme, shop, packed(reference))


def reverse(town: Town, programme: int, shop: int, reference: str) -> None:
    """Take it back, as the sponsor: the bank did not pay, and the shop has its credit again."""
    town.act("reverse_transfer", programme, shop, packed(reference))


def show(town: Town, programme: int, shop: int, reference: str) -> Transfer:
    """What became of the transfer."""
    found = town.look("transfer", programme, shop, packed(reference))
    return Transfer(int(found["amount"]), int(found["since"]), State(found["state"]))


def said(state: State) -> str:
    """What a transfer of that state is, in words that stand behind its name."""
    return _SAID[state]


def packed(reference: str) -> bytes:
    """The reference as the contract keeps it: its bytes, and zeros behind them."""
    return reference.encode("ascii").ljust(REFERENCE_BYTES_MAX, b"\0")


# The commands


def main(argv: list[str]) -> int:
    """Run one of the sub-commands."""
    return desk.run(desk.group("provision shop bank", _ABOUT, _COMMANDS), argv)


def _add_reference(to: argparse.ArgumentParser) -> None:
    about = f"the payment's name in the bank's file, at most {REFERENCE_BYTES_MAX} characters"
    to.add_argument("--reference", type=desk.option(_reference), required=True, metavar="TEXT", help=about)


def _add_amount(to: argparse.ArgumentParser) -> None:
    about = "as 125,00; default: all that the programme owes the shop"
    to.add_argument("--amount", type=desk.option(desk.money), help=about)


def _reference(text: str) -> str:
    if not text.isascii() or not text.isprintable() or not 1 <= len(text) <= REFERENCE_BYTES_MAX:
        raise ValueError(f"a reference has 1 to {REFERENCE_BYTES_MAX} letters, digits and signs without accents")
    return text


def _join(arguments: argparse.Namespace) -> Answer:
    set_by_bank(open_town(arguments), arguments.shop, by_bank=True)
    sentence = f"shop {arguments.shop} is paid by bank from now on; `leave` changes that, with the same key"
    return Answer(sentence, {"shop": arguments.shop, "by_bank": True})


def _leave(arguments: argparse.Namespace) -> Answer:
    set_by_bank(open_town(arguments), arguments.shop, by_bank=False)
    sentence = f"shop {arguments.shop} is paid in tokens from now on; transfers that are under way go on"
    return Answer(sentence, {"shop": arguments.shop, "by_bank": False})


def _mark_paid(arguments: argparse.Namespace) -> Answer:
    town, programme, shop = open_town(arguments), arguments.programme, arguments.shop
    cents = arguments.amount or int(town.view("credit", programme, shop))
    if not cents:
        raise Broken(f"programme {programme} owes shop {shop} nothing, so nothing can have been paid")
    mark_paid(town, programme, shop, cents, arguments.reference)
    return _told(town, arguments)


def _confirm(arguments: argparse.Namespace) -> Answer:
    town = open_town(arguments)
    confirm(town, arguments.programme, arguments.shop, arguments.reference)
    return _told(town, arguments)


def _dispute(arguments: argparse.Namespace) -> Answer:
    town = open_town(arguments)
    dispute(town, arguments.programme, arguments.shop, arguments.reference)
    return _told(town, arguments)


def _reverse(arguments: argparse.Namespace) -> Answer:
    town = open_town(arguments)
    reverse(town, arguments.programme, arguments.shop, arguments.reference)
    return _told(town, arguments)


def _show(arguments: argparse.Namespace) -> Answer:
    return _told(open_town(arguments, signs=False), arguments)


def _told(town: Town, arguments: argparse.Namespace) -> Answer:
    programme, shop, reference = arguments.programme, arguments.shop, arguments.reference
    found = show(town, programme, shop, reference)
    since = f", of {period.shown(found.since)}," if found.since else ""
    sentence = f"{desk.euros(found.amount)} to shop {shop} under {reference!r}{since} {_SAID[found.state]}"
    data = {"programme": programme, "shop": shop, "reference": reference, "cents": found.amount}
    return Answer(sentence, {**data, "since": found.since, "state": found.state.name.lower()})


_TRANSFER = (desk.add_programme, desk.add_shop, _add_reference)
_THAT = '--programme 1 --shop 3 --reference "2026-01 winkel 3"'
_COMMANDS = (
    Command("join", "choose, as the shop, to be paid by bank", "--shop 3", _join, (desk.add_shop,)),
    Command("leave", "choose, as the shop, to be paid in tokens again", "--shop 3", _leave, (desk.add_shop,)),
    Command(
        "mark-paid",
        "say, as the sponsor, that a credit was paid at the bank",
        f"{_THAT} --amount 125,00",
        _mark_paid,
        (*_TRANSFER, _add_amount),
    ),
    Command("confirm", "say, as the shop, that it arrived; anybody can after 30 days", _THAT, _confirm, _TRANSFER),
    Command("dispute", "say, as the shop, that it did not arrive", _THAT, _dispute, _TRANSFER),
    Command("reverse", "take it back, as the sponsor: the bank did not pay", _THAT, _reverse, _TRANSFER),
    Command("show", "what became of it", _THAT, _show, _TRANSFER, signs=False),
)
