"""`kindpakket provision shop bank refused`: what the bank did not pay of a file goes back to the shops' credits."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.wire.errors import Broken
from provisioning import bank, desk
from provisioning.bank import State
from provisioning.desk import Answer
from provisioning.payout import due, status_report
from provisioning.payout.folder import Place
from provisioning.payout.options import add_place
from provisioning.payout.plan import Marked, Payment, Plan, kept
from provisioning.payout.planning import require_admin
from provisioning.town import Town, open_town

_EXAMPLE = """  kindpakket provision shop bank refused --record deployment.json --reference 2026-11 --folder payments \\
      --status pain002.xml --dry-run

The status report is what the bank gives back for a file (pain.002). Without one, name the shops: `--shop 3 --shop 7`
takes back all that the file has for them. A payment that the bank makes all the same is then paid twice: look first."""

_ENDED = {State.REVERSED: "was taken back before", State.CONFIRMED: "has arrived, and stays as it is"}


@dataclass(frozen=True, slots=True)
class Back:
    """A payment that the bank did not make. `reason` is the bank's code, `said` what became of it here."""

    payment: Payment
    reason: str
    said: str


def main(argv: list[str]) -> int:
    """Take back what the bank refused, or say what that would be."""
    parser = desk.parser("provision shop bank refused", "Take back what the bank refused of a file.", _EXAMPLE)
    desk.add_town(parser)
    add_place(parser)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--status", type=Path, metavar="FILE", help="the bank's status report, pain.002")
    about = "a shop that the bank did not pay; may be given several times"
    which.add_argument("--shop", type=desk.option(desk.identity), action="append", metavar="N", help=about)
    parser.add_argument("--dry-run", action="store_true", help="say what it would do, and do nothing; needs no key")
    parser.set_defaults(run=_refused)
    return desk.run(parser, argv)


def of_report(plan: Plan, marked: Marked, report: Path) -> Mapping[Payment, str]:
    """What a bank's report refuses of a file, with the bank's codes. Raises Broken when it does not fit the file."""
    sent = {plan.end_to_end(payment): payment for payment in marked.paid}
    found = status_report.refusals(report, plan.mark, sent.keys())
    return {sent[name]: reason for name, reason in found.items()}


def of_shops(marked: Marked, shops: Sequence[int]) -> Mapping[Payment, str]:
    """All that a file has for these shops. Raises Broken when it has nothing for one of them."""
    missing = set(shops) - {payment.shop for payment in marked.paid}
    if missing:
        raise Broken(f"the file has nothing for shop {', '.join(map(str, sorted(missing)))}; nothing was taken back")
    return {payment: "" for payment in marked.paid if payment.shop in shops}


def take_back(town: Town, plan: Plan, refused: Mapping[Payment, str]) -> Iterator[Back]:
    """Give each shop its credit again, once; what has ended before stays as it is."""
    require_admin(town, plan.programmes)
    for payment, reason in refused.items():
        state, _ = due.state(town, payment.programme, payment.shop, plan.mark)
        if state not in _ENDED:
            bank.reverse(town, payment.programme, payment.shop, plan.mark)
        yield Back(payment, reason, _ENDED.get(state, "was taken back now"))


def _refused(arguments: argparse.Namespace) -> Answer:
    place = Place(arguments.folder, arguments.reference)
    plan, marked = _made(place)
    refused = of_report(plan, marked, arguments.status) if arguments.status else of_shops(marked, arguments.shop)
    town = open_town(arguments, signs=not arguments.dry_run)
    if arguments.dry_run:
        return _answer(plan, [Back(payment, reason, "would be taken back") for payment, reason in refused.items()])
    with place.alone():
        return _answer(plan, [*take_back(town, plan, refused)])


def _made(place: Place) -> tuple[Plan, Marked]:
    plan, marked = kept(place.plan, Plan), kept(place.marked, Marked)
    if plan is None or marked is None or plan.mark != marked.mark:
        raise Broken(f"{place.folder} has no finished file under {place.reference}: finish it by `bank file` first")
    return plan, marked


def _answer(plan: Plan, backs: Sequence[Back]) -> Answer:
    lines = [_sentence(back) for back in backs] or ["the bank refused nothing of it"]
    told = [
        {"programme": back.payment.programme, "shop": back.payment.shop, "cents": back.payment.cents}
        | {"reason": back.reason, "said": back.said}
        for back in backs
    ]
    return Answer("\n".join([*lines, *_next(backs)]), {"reference": plan.mark, "refused": told})


def _sentence(back: Back) -> str:
    reason = f" (the bank says {back.reason})" if back.reason else ""
    payment = back.payment
    return f"programme {payment.programme} shop {payment.shop} {desk.euros(payment.cents)}{reason}: {back.said}"


def _next(backs: Sequence[Back]) -> Iterator[str]:
    if backs:
        yield "put the accounts right in the list; the next file, under another reference, pays what shops have then"
