"""What is printed for a payment or a refund: lines for people, and a code with which anyone can prove it. Pure.

No name stands on it, and nothing of what is left on the pass: receipts are lost and left behind.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from contracts.wire import entry as wire_entry
from contracts.wire.entry import Refund, Retire
from contracts.wire.reasons import MEANINGS, Reason
from contracts.wire.receipt import Receipt
from contracts.wire.units import Cents, euros
from drivers.output import COLUMNS, Code, Page, Text
from terminal.zone import day_and_time

_RULE = "-" * COLUMNS


@dataclass(frozen=True, slots=True)
class _Words:
    approved: str
    given_back: str
    not_paid: str
    not_given_back: str
    rest: str
    entry: str
    copy: str
    proof: str
    refund_proof: str
    sale: str


_WORDS = {
    "nl": _Words(
        approved="AKKOORD",
        given_back="TERUGGEGEVEN",
        not_paid="NIET BETAALD",
        not_given_back="NIET TERUGGEGEVEN",
        rest="anders betaald",
        entry="Boeking",
        copy="KOPIE",
        proof="Deze code bewijst de betaling.",
        refund_proof="Deze code bewijst de teruggave.",
        sale="van boeking",
    ),
    "en": _Words(
        approved="APPROVED",
        given_back="GIVEN BACK",
        not_paid="NOT PAID",
        not_given_back="NOT GIVEN BACK",
        rest="paid otherwise",
        entry="Entry",
        copy="COPY",
        proof="This code proves the payment.",
        refund_proof="This code proves the refund.",
        sale="of entry",
    ),
}


@dataclass(frozen=True, slots=True)
class Slip:
    """One receipt: the entry with its proof, and what the shop's terminal says around it."""

    receipt: Receipt
    shop: str
    programme: str
    """Its name as the terminal knows it; empty when it knows none."""
    language: Literal["nl", "en"]
    rest: Cents | None
    """What the customer pays otherwise; None on a copy, as it stands in no entry."""
    rejected: Reason | None = None
    """Why the contract did not carry it out, where that is known."""


def page(slip: Slip) -> Page:
    """The receipt as a printer takes it. Raises Broken where the machine lacks the shop's time zone."""
    return tuple(_parts(slip))


def lines(slip: Slip) -> tuple[str, ...]:
    """The same for a screen or a pipe: each part on a line of its own."""
    return tuple(part.text for part in page(slip))


def _parts(slip: Slip) -> Iterator[Text | Code]:
    words, receipt = _WORDS[slip.language], slip.receipt
    signed = wire_entry.unpack(receipt.entry)
    assert signed is not None and not isinstance(signed.content, Retire)  # noqa: S101, PT018 - a Receipt is of neither
    content = signed.content
    refund = isinstance(content, Refund)
    yield from _large(slip.shop)
    yield Text(day_and_time(content.time).center(COLUMNS).rstrip())
    if slip.rest is None:
        yield Text(words.copy.center(COLUMNS).rstrip())
    yield Text(_RULE)
    yield from _priced(slip.programme or f"{content.programme}", content.amount)
    if slip.rest:
        yield from _priced(words.rest, slip.rest)
    yield Text(_RULE)
    yield from _large(_said(words, slip, refund=refund))
    if slip.rejected is not None:
        meaning = MEANINGS[slip.rejected]
        said = meaning.nl if slip.language == "nl" else meaning.en
        yield from map(Text, textwrap.wrap(f"{said} ({int(slip.rejected)})", COLUMNS))
    place = f"{words.entry} {receipt.sequence}"
    if isinstance(content, Refund) and content.terminal == receipt.terminal:
        place += f", {words.sale} {content.sequence}"
    yield Text(place.center(COLUMNS).rstrip())
    yield Code(receipt.text())
    yield Text((words.refund_proof if refund else words.proof).center(COLUMNS).rstrip())


def _said(words: _Words, slip: Slip, *, refund: bool) -> str:
    if slip.rejected is not None:
        return words.not_given_back if refund else words.not_paid
    return words.given_back if refund else words.approved


def _large(text: str) -> Iterator[Text]:
    half = COLUMNS // 2
    yield from (Text(line.center(half).rstrip(), large=True) for line in textwrap.wrap(text, half))


def _priced(said: str, amount: Cents) -> Iterator[Text]:
    """The words, and the amount flush right behind the last of them, on a line of its own where there is no room."""
    price = f"EUR {euros(amount)}"
    *before, last = textwrap.wrap(said, COLUMNS) or [""]
    yield from map(Text, before)
    if len(last) + 1 + len(price) > COLUMNS:
        yield Text(last)
        last = ""
    yield Text(last + price.rjust(COLUMNS - len(last)))
