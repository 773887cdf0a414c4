"""`kindpakket provision shop bank file`: what shops have to be paid, as a file for the sponsor's bank."""

import argparse
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from contracts.wire.errors import Broken
from provisioning import desk, period
from provisioning.desk import Answer
from provisioning.payout import due as dues
from provisioning.payout.accounts import Account, read_accounts
from provisioning.payout.due import Due, Why
from provisioning.payout.folder import Place
from provisioning.payout.options import add_place
from provisioning.payout.paying import Paid, pay
from provisioning.payout.plan import Plan, kept
from provisioning.payout.planning import Look, Wanted, Watch, look, require_same, watch
from provisioning.town import Town, open_town

_DAYS_AHEAD = 365

_EXAMPLE = """  kindpakket provision shop bank file --record deployment.json --reference 2026-11 --folder payments \\
      --programme 1 --date 2026-12-01 --accounts accounts.csv --holder "Gemeente Voorbeeld" \\
      --iban NL91ABNA0417164300 --dry-run

The list is CSV; its first line names the columns `shop`, `holder` and `iban`. The folder keeps plan, marks and file
under the reference's name. The same command again goes on where it was, and gives the same file, byte for byte: give it
to the bank once. What the bank refuses is taken back by `kindpakket provision shop bank refused`."""


def main(argv: list[str]) -> int:
    """Make a file, or say what it would pay."""
    parser = desk.parser(
        "provision shop bank file", "Make a file for your bank that pays shops their credit.", _EXAMPLE
    )
    desk.add_town(parser)
    about = "whose credits are paid; may be given several times"
    parser.add_argument("--programme", type=desk.option(desk.identity), action="append", required=True, help=about)
    add_place(parser)
    parser.add_argument("--date", type=desk.option(_day), required=True, help="when the bank is to pay, as 2026-12-01")
    about = "CSV of the shops' accounts: shop, holder, iban"
    parser.add_argument("--accounts", type=Path, required=True, metavar="FILE", help=about)
    parser.add_argument("--holder", required=True, metavar="NAME", help="the name of your own account")
    parser.add_argument("--iban", required=True, help="your own account, from which it is paid")
    about = "credits below it wait for the next file, as 5,00"
    parser.add_argument("--least", type=desk.option(desk.money), default=0, metavar="AMOUNT", help=about)
    about = "a shop whose other account than before you made sure of; may be given several times"
    parser.add_argument("--changed", type=desk.option(desk.identity), action="append", default=[], help=about)
    parser.add_argument("--dry-run", action="store_true", help="say what it would do, and do nothing; needs no key")
    parser.set_defaults(run=_file)
    return desk.run(parser, argv)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("expected a date as 2026-12-01") from None


def _file(arguments: argparse.Namespace) -> Answer:
    wanted, place = _wanted(arguments), Place(arguments.folder, arguments.reference)
    plan = kept(place.plan, Plan)
    if plan is None:
        _require_near(wanted.day)
    town = open_town(arguments, signs=not arguments.dry_run)
    if not arguments.dry_run:
        return _paid(pay(town, place, wanted), _left(town, wanted))
    if plan is None:
        found = look(town, place, wanted)
        return _looked(found, watch(place, found.plan))
    require_same(town, plan, wanted)
    return _gone_on(town, place, plan)


def _wanted(arguments: argparse.Namespace) -> Wanted:
    try:
        payer = Account.read(arguments.holder, arguments.iban)
    except ValueError as error:
        raise Broken(f"--holder or --iban: {error}") from None
    programmes = sorted(set(arguments.programme))
    accounts = read_accounts(arguments.accounts)
    asked = arguments.date, arguments.least, arguments.changed
    return Wanted(arguments.reference, programmes, payer, accounts, *asked)


def _require_near(day: date) -> None:
    today = period.day(int(time.time()))
    if not today <= day <= today + timedelta(days=_DAYS_AHEAD):
        raise Broken(f"a bank pays from today on, and within {_DAYS_AHEAD} days: choose another --date")


def _left(town: Town, wanted: Wanted) -> list[Due]:
    block = town.chain.block_number("latest")
    return dues.due(town, wanted.programmes, wanted.accounts.keys(), wanted.least, block)


# What is said of it


def _looked(found: Look, seen: Watch) -> Answer:
    paid = [each for each in found.dues if each.why is Why.PAID]
    left = [each for each in found.dues if each.why is not Why.PAID]
    lines = [*_table(paid), *_watch(seen), *_waits(left), "dry run: nothing was marked as paid, and no file written"]
    data = {"paid": [*map(_told, paid)], "left": [*map(_told, left)], "cents": sum(each.cents for each in paid)}
    return Answer("\n".join(lines), {**data, **_watched(seen), "dry_run": True})


def _gone_on(town: Town, place: Place, plan: Plan) -> Answer:
    states = [(each, dues.state(town, each.programme, each.shop, plan.mark)[0].name.lower()) for each in plan.payments]
    lines = [f"{plan.mark} was planned: {len(plan.payments)} payments"]
    lines += [
        f"  programme {each.programme} shop {each.shop} {desk.euros(each.cents)}: {state}" for each, state in states
    ]
    lines.append(
        f"{place.file} {'is there' if place.file.exists() else 'is not written yet'}; dry run: nothing was done"
    )
    paid = [{**_told(each), "state": state} for each, state in states]
    return Answer("\n".join(lines), {"reference": plan.mark, "paid": paid, "dry_run": True})


def _paid(done: Paid, left: Sequence[Due]) -> Answer:
    refused = [
        f"programme {each.programme} shop {each.shop} {desk.euros(each.cents)} is not in the file: {why}"
        for each, why in done.marked.refused
    ]
    refused += [
        f"programme {each.programme} shop {each.shop} IS MARKED AS PAID AND NOT IN THE FILE: take it back by "
        f"`kindpakket provision shop bank reverse --reference {done.plan.mark}`"
        for each in done.astray
    ]
    lines = [*_table(done.marked.paid), *refused, *_watch(done.watch), *_waits(left), _ending(done)]
    data: dict[str, Any] = {
        "reference": done.plan.mark,
        "file": str(done.file) if done.file else None,
        "written_now": done.now,
        "paid": [*map(_told, done.marked.paid)],
        "refused": [{**_told(each), "why": why} for each, why in done.marked.refused],
        "astray": [*map(_told, done.astray)],
        "left": [*map(_told, left)],
        "cents": sum(each.cents for each in done.marked.paid),
    }
    return Answer("\n".join(lines), {**data, **_watched(done.watch)})


def _ending(done: Paid) -> str:
    if done.file is None:
        return f"{done.plan.mark}: the contract took no mark, so there is no file; nothing is to be paid"
    written = "was written" if done.now else "was written before, and is the same"
    return f"{done.file} {written} (reference {done.plan.mark}): give it to your bank once, for {done.plan.date}"


def _table(paid: Sequence[Any]) -> Iterator[str]:
    """A line for each payment, and a sum for each programme."""
    for number in sorted({each.programme for each in paid}):
        of_it = [each for each in paid if each.programme == number]
        for each in of_it:
            yield f"  programme {number:<5} shop {each.shop:<7} {desk.euros(each.cents):>18}"
        yield f"programme {number}: {len(of_it)} payments, {desk.euros(sum(each.cents for each in of_it))}"
    if not paid:
        yield "no payment"


def _waits(left: Sequence[Due]) -> Iterator[str]:
    for each in left:
        why = "came since, and waits for the next file" if each.why is Why.PAID else each.why.value
        yield f"left: programme {each.programme} shop {each.shop} {desk.euros(each.cents)} {why}"


def _watch(found: Watch) -> Iterator[str]:
    for shop in found.changed:
        yield f"shop {shop}: ANOTHER ACCOUNT OR NAME than in the file before: ask the shop, at a number that you know"
    if found.new:
        yield f"shops with an account that no file in this folder had before: {', '.join(map(str, found.new))}"


def _watched(found: Watch) -> dict[str, Any]:
    return {"accounts_new": [*found.new], "accounts_changed": [*found.changed]}


def _told(each: Any) -> dict[str, Any]:
    why = {"why": each.why.name.lower()} if isinstance(each, Due) else {}
    return {"programme": each.programme, "shop": each.shop, "cents": each.cents, **why}
