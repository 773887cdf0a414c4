"""`kindpakket provision grant`: budgets for passes, once for each reference.

A long list goes in parts of 200, each under a name that is made of the reference and the part's number. The contract
takes a name once, so the same command may be given again after a fault: what was done before is not done twice.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.chain import Overtaken, Reverted, checksum
from contracts.wire.errors import Broken
from contracts.wire.units import CENTS_MAX, Cents, Hash
from provisioning import desk, grant_plan
from provisioning.desk import Answer
from provisioning.grant_list import GrantList, Line, read_list, require_once
from provisioning.grant_plan import PART, Plan, parts
from provisioning.town import Town, open_town

__all__ = ["PART", "Granted", "Line", "grant"]

_MADE_BEFORE = "grant: made before"

_EXAMPLE = """  kindpakket provision grant --record deployment.json --programme 1 --reference "2026 first half" \\
      --amount 300,00 --list passes/passes.csv --dry-run

A list is CSV: its first line names the columns `pass` and, where passes get other amounts, `amount`. The same
reference again grants nothing and says so, exit 0, so an interrupted grant goes on when it is given again; with
another list or other amounts it is refused."""


@dataclass(frozen=True, slots=True)
class Granted:
    """How many passes got a budget now, and how many had it from an earlier run under the same reference."""

    now: int
    before: int
    cents: int


def grant(
    town: Town,
    programme: int,
    reference: str,
    lines: Sequence[Line],
    made: Mapping[Hash, Sequence[Line]] | None = None,
) -> Granted:
    """Give each pass its amount from the programme's free reserve, once for this reference.

    `made` are grants that were seen on the contract, and are not tried again. Raises Broken when the reference was used
    for another list, Reverted when the reserve is too small.
    """
    require_once(lines)
    now, before, cents = 0, 0, 0
    for name, part in parts(reference, lines).items():
        if (made or {}).get(name) != part and _grant_part(town, programme, name, part):
            now, cents = now + len(part), cents + sum(line.amount for line in part)
        else:
            before += len(part)
        if len(lines) > PART:
            desk.progress(f"{now + before} of {len(lines)} passes")
    return Granted(now, before, cents)


def _grant_part(town: Town, programme: int, name: Hash, part: Sequence[Line]) -> bool:
    """Whether the part was granted now; else it was before, also by a transaction that overtook this one."""
    addresses, amounts = [checksum(line.address) for line in part], [line.amount for line in part]
    try:
        town.act("grant", programme, name, addresses, amounts)
    except Reverted as refusal:
        found = grant_plan.made(town, programme).get(name) if _may_be_made(refusal) else None
        if found is None and _MADE_BEFORE not in str(refusal):
            raise
        grant_plan.require_same(found, part)
        return False
    return True


def _may_be_made(refusal: Reverted) -> bool:
    """Whether it may be refused for having been made. Who may not grant is told so, also when it was."""
    return isinstance(refusal, Overtaken) or _MADE_BEFORE in str(refusal)


def main(argv: list[str]) -> int:
    """Grant a list."""
    parser = desk.parser("provision grant", "Give passes a budget, once for each reference.", _EXAMPLE)
    desk.add_town(parser)
    parser.add_argument("--programme", type=desk.option(desk.identity), required=True, metavar="N")
    parser.add_argument("--reference", type=desk.option(_reference), required=True, help="your name for this grant")
    parser.add_argument("--amount", type=desk.option(desk.amount), help="for each pass that has none, as 300,00")
    parser.add_argument("--list", type=Path, metavar="FILE", help="CSV with a column `pass`, and perhaps `amount`")
    parser.add_argument("--dry-run", action="store_true", help="say what it would do, and do nothing; needs no key")
    parser.add_argument("passes", nargs="*", type=desk.option(desk.address), metavar="ADDRESS")
    parser.set_defaults(run=_grant)
    return desk.run(parser, argv)


def _reference(text: str) -> str:
    if not 1 <= len(text.encode()) <= 128:
        raise ValueError("a reference has 1 to 128 bytes")
    return text


def _grant(arguments: argparse.Namespace) -> Answer:
    wanted = _wanted(arguments)
    town = open_town(arguments, signs=not arguments.dry_run)
    plan = grant_plan.look(town, arguments.programme, arguments.reference, wanted.lines)
    if arguments.dry_run:
        return _planned(plan, wanted)
    granted = grant(town, arguments.programme, arguments.reference, wanted.lines, plan.made)
    return _granted(arguments.programme, granted)


def _planned(plan: Plan, wanted: GrantList) -> Answer:
    sentences = [*plan.sentences()]
    if wanted.unread:
        sentences.append(f"columns that are not read: {', '.join(wanted.unread)}")
    return Answer("\n".join([*sentences, "dry run: nothing was granted"]), {**plan.data(), "dry_run": True})


def _granted(programme: int, granted: Granted) -> Answer:
    sentence = f"granted {desk.euros(granted.cents)} to {granted.now} passes"
    if granted.before:
        sentence += f"; {granted.before} had it from before under this reference"
    data = {"programme": programme, "now": granted.now, "before": granted.before, "cents": granted.cents}
    return Answer(sentence, data)


def _wanted(arguments: argparse.Namespace) -> GrantList:
    found = read_list(arguments.list, arguments.amount) if arguments.list else GrantList([], [])
    if arguments.passes and arguments.amount is None:
        raise Broken("say by --amount how much each pass gets")
    lines = [*found.lines, *(Line(address, arguments.amount) for address in arguments.passes)]
    if not lines:
        raise Broken("no passes: name a --list or addresses")
    require_once(lines)
    _require_possible(lines)
    return GrantList(lines, found.unread)


def _require_possible(lines: Sequence[Line]) -> None:
    if sum(line.amount for line in lines) > Cents(CENTS_MAX) * PART:
        raise Broken("more money than a programme can grant")
