"""Reports for people: as a table in a window, and as a page for the shop's printer."""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from contracts.wire.reasons import MEANINGS, Reason
from contracts.wire.units import Cents, Timestamp
from drivers.output import COLUMNS, Page, Text
from terminal import commands
from terminal.report.sums import HEADS, row, signed_euros
from terminal.zone import day_and_time

_RULE = "-" * COLUMNS
_ENTRY_HEADS = ("entry", "kind", "time", "EUR", "standing")
_HASH_DIGITS = 18
"""Of a hash, on paper and in lists: 0x and 64 bits."""


def x_text(document: dict[str, Any]) -> str:
    """The X report as a table."""
    rows = [*_programmes(document), row("unsettled from other days", document["carried_over"])]
    head = f"X report of {document['day']}, terminal {document['terminal']}"
    return f"{head}\n\n{commands.table(HEADS, rows)}"


def z_text(document: dict[str, Any], kept: str) -> str:
    """The Z report as tables. Raises Broken where the machine lacks the shop's time zone."""
    when = day_and_time(Timestamp(document["closed_at"]))
    head = f"Z report {document['number']} of {when}, {document['shop']}, terminal {document['terminal']}"
    counted = f"{_range(document)}, journal at {document['head']}"
    parts = [head, counted, "", commands.table(HEADS, _programmes(document)), *_corrected(document)]
    for title, name in (
        ("Open, and carried over to the next report", "open"),
        ("What was open before, and what became of it", "became"),
        ("Not paid from the budget", "exceptions"),
    ):
        if document[name]:
            lines = [_entry_row(line) for line in document[name]]
            parts += ["", f"{title}:", commands.table(_ENTRY_HEADS, lines), *_advice(document[name])]
    return "\n".join([*parts, "", f"hash {kept}, after {document['previous']}"])


def list_text(documents: list[tuple[dict[str, Any], str]]) -> str:
    """All Z reports, a line each."""
    heads = ("number", "closed", "entries", "turnover EUR", "open", "hash")
    rows = [
        (
            str(each["number"]),
            day_and_time(Timestamp(each["closed_at"])),
            _span(each),
            signed_euros(each["turnover_cents"]),
            str(len(each["open"])),
            kept[:_HASH_DIGITS],
        )
        for each, kept in documents
    ]
    return commands.table(heads, rows) if rows else "no day was closed yet"


def _programmes(document: dict[str, Any]) -> list[tuple[str, ...]]:
    rows = [row(each["name"] or str(each["programme"]), each) for each in document["programmes"]]
    return [*rows, row("total", document["total"])]


def _corrected(document: dict[str, Any]) -> list[str]:
    if not document["corrections_cents"]:
        return []
    corrections, turnover = (signed_euros(document[name]) for name in ("corrections_cents", "turnover_cents"))
    return ["", f"{corrections} EUR of corrections to earlier reports; turnover {turnover} EUR"]


def _entry_row(line: dict[str, Any]) -> tuple[str, ...]:
    said = f"{line['standing']}: {line['reason']}" if line["reason"] else line["standing"]
    when = day_and_time(Timestamp(line["time"]))
    return str(line["sequence"]), line["kind"], when, signed_euros(line["cents"]), said


def _advice(lines: list[dict[str, Any]]) -> list[str]:
    """What each reason means, and what to do about it."""
    return [f"{reason.name}: {MEANINGS[reason].en}" for reason in _reasons(lines)]


def _reasons(lines: list[dict[str, Any]]) -> list[Reason]:
    """Each reason once; not those that another version of this program wrote and this one does not know."""
    names = dict.fromkeys(line["reason"] for line in lines)
    return [Reason[name] for name in names if name in Reason.__members__]


def _span(document: dict[str, Any]) -> str:
    first, last = document["first"], document["last"]
    return f"{first} to {last}" if first <= last else "none"


def _range(document: dict[str, Any]) -> str:
    return f"entries {_span(document)}"


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    payments: str
    given_back: str
    net: str
    corrections: str
    turnover: str
    open: str
    became: str
    exceptions: str
    entry: str
    nothing: str
    states: Mapping[str, str]


_WORDS = {
    "nl": _Words(
        title="DAG AFGESLOTEN",
        payments="{count} verkocht",
        given_back="teruggegeven",
        net="saldo",
        corrections="van eerdere dagen",
        turnover="OMZET",
        open="Nog open (gaat mee naar morgen)",
        became="Stond nog open, en nu",
        exceptions="Niet uit het tegoed betaald",
        entry="boeking",
        nothing="Geen boekingen",
        states={
            "waiting": "wacht",
            "forwarded": "verstuurd",
            "asked": "gevraagd",
            "paid": "betaald",
            "drawn": "betaald (garantie)",
            "rejected": "niet betaald",
            "refused": "niet akkoord",
            "given back": "teruggegeven",
        },
    ),
    "en": _Words(
        title="DAY CLOSED",
        payments="{count} sold",
        given_back="given back",
        net="net",
        corrections="from earlier days",
        turnover="TURNOVER",
        open="Still open (carried over)",
        became="Was open, and now",
        exceptions="Not paid from the budget",
        entry="entry",
        nothing="No entries",
        states={
            "waiting": "waits",
            "forwarded": "sent",
            "asked": "asked",
            "paid": "paid",
            "drawn": "paid (guarantee)",
            "rejected": "not paid",
            "refused": "not approved",
            "given back": "given back",
        },
    ),
}


def paper(document: dict[str, Any], kept: str, language: Literal["nl", "en"]) -> Page:
    """The Z report as a printer takes it. Raises Broken where the machine lacks the shop's time zone."""
    return tuple(_paper(document, kept, language))


def _paper(document: dict[str, Any], kept: str, language: Literal["nl", "en"]) -> Iterator[Text]:
    words = _WORDS[language]
    yield from _large(document["shop"])
    yield from _large(f"{words.title} {document['number']}")
    yield _centred(day_and_time(Timestamp(document["closed_at"])))
    yield _centred(f"{words.entry} {_span(document)}" if document["first"] <= document["last"] else words.nothing)
    for sums in document["programmes"]:
        yield Text(_RULE)
        yield from _wrapped(sums["name"] or str(sums["programme"]))
        yield from _sums(sums, words)
    yield Text(_RULE)
    if document["corrections_cents"]:
        yield _priced(words.corrections, document["corrections_cents"])
    yield _priced(words.turnover, document["turnover_cents"])
    for title, name in ((words.open, "open"), (words.became, "became"), (words.exceptions, "exceptions")):
        if document[name]:
            yield Text(_RULE)
            yield from _wrapped(f"{title}:")
            yield from _entries(document[name], words, language)
    yield Text(_RULE)
    yield _centred(kept[:_HASH_DIGITS])


def _sums(sums: dict[str, Any], words: _Words) -> Iterator[Text]:
    """What was approved, less what the contract rejected, less what was given back."""
    yield _priced(words.payments.format(count=sums["count"]), sums["cents"])
    if sums["rejected"]["count"]:
        yield _priced(words.states["rejected"], -sums["rejected"]["cents"])
    given_back = sums["refunds"]["cents"] - sums["refunds_rejected"]["cents"]
    if given_back:
        yield _priced(words.given_back, -given_back)
    yield _priced(words.net, sums["net_cents"])


def _entries(lines: list[dict[str, Any]], words: _Words, language: Literal["nl", "en"]) -> Iterator[Text]:
    for line in lines:
        yield _priced(f"{words.entry} {line['sequence']}", line["cents"])
        yield Text(f"  {words.states[line['standing']]}")
    for reason in _reasons(lines):
        meaning = MEANINGS[reason]
        yield from _wrapped(meaning.nl if language == "nl" else meaning.en)


def _large(text: str) -> Iterator[Text]:
    half = COLUMNS // 2
    yield from (Text(line.center(half).rstrip(), large=True) for line in textwrap.wrap(text, half))


def _wrapped(text: str) -> Iterator[Text]:
    yield from map(Text, textwrap.wrap(text, COLUMNS))


def _centred(text: str) -> Text:
    return Text(text.center(COLUMNS).rstrip())


def _priced(said: str, cents: int) -> Text:
    price = f"EUR {signed_euros(Cents(cents))}"
    return Text(said[: COLUMNS - len(price) - 1] + price.rjust(COLUMNS - len(said[: COLUMNS - len(price) - 1])))
