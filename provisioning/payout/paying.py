"""A file for the bank, in four steps that may each be the last of a run: plan, mark, seal, write.

The plan with its amounts is on the disk before anything is marked. The contract takes each mark once, as the plan's
reference is its own, and never more than the credit. What it took, seen in a final block, is sealed, and nothing is
marked for this file after that; so the file is made of plan, seal and list alone, the same each time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.chain import Chain, Reverted
from contracts.wire.errors import Broken
from provisioning import bank, desk, finality
from provisioning.bank import State
from provisioning.payout import due
from provisioning.payout.accounts import Account
from provisioning.payout.folder import Place
from provisioning.payout.message import Line, Message, document
from provisioning.payout.plan import Marked, Payment, Plan, keep, kept
from provisioning.payout.planning import Wanted, Watch, look, require_admin, require_same, require_sure, watch
from provisioning.town import Town
from terminal import private

_BACK = "was taken back before the file was written"
_OTHER = "was marked by hand with another amount: take that back"
_BYTES_MAX = 64 * 1024 * 1024

Final = Callable[[Chain, int], int]
"""Gives the newest final block, once that is this one or a later; or raises, for who has other work meanwhile."""


@dataclass(frozen=True, slots=True)
class Paid:
    """A file that was written, now or before. `file` is None when the contract took no mark at all.

    `astray` are marked and not in the file: a mark that came after the seal, from a run that was killed, or by hand.
    """

    plan: Plan
    marked: Marked
    file: Path | None
    now: bool
    watch: Watch
    astray: Sequence[Payment]


def begin(place: Place, plan: Plan, wanted: Wanted) -> None:
    """Write the plan down: `pay` pays it from then on.

    Raises Broken when it holds nothing that a bank takes, or a changed account of which nobody made sure.
    """
    if not plan.payments:
        raise Broken("no shop with an account in the list has a credit to be paid; nothing was marked as paid")
    require_sure(place, plan, wanted)
    document(_message(plan, Marked(mark=plan.mark, paid=plan.payments, refused=()), wanted))
    keep(place.plan, plan)


def pay(town: Town, place: Place, wanted: Wanted, final: Final | None = None) -> Paid:
    """Make the file, or go on with it. Raises Broken when nothing can be paid, or what is there is another file.

    It waits until the marks are final, if no `final` is given.
    """
    with place.alone():
        plan = _planned(town, place, wanted)
        marked = kept(place.marked, Marked) or _seal(town, place, plan, final or finality.wait_for_block)
        if marked.mark != plan.mark:
            raise Broken(f"{place.marked} is of another plan: put both back from one backup")
        now = bool(marked.paid) and _write(town, place, marked, document(_message(plan, marked, wanted)))
    file = place.file if marked.paid else None
    return Paid(plan, marked, file, now, watch(place, plan), _astray(town, plan, marked))


def _planned(town: Town, place: Place, wanted: Wanted) -> Plan:
    plan = kept(place.plan, Plan)
    if plan is not None:
        require_same(town, plan, wanted)
        return plan
    require_admin(town, wanted.programmes)
    plan = look(town, place, wanted).plan
    begin(place, plan, wanted)
    return plan


def _message(plan: Plan, marked: Marked, wanted: Wanted) -> Message:
    lines = [_line(plan, payment, wanted.accounts) for payment in marked.paid]
    return Message(plan.mark, plan.made, plan.date, wanted.payer, lines)


def _line(plan: Plan, payment: Payment, accounts: Mapping[int, Account]) -> Line:
    return Line(plan.end_to_end(payment), accounts[payment.shop], payment.cents, payment.text)


def _seal(town: Town, place: Place, plan: Plan, final: Final) -> Marked:
    """Mark what is not marked, and write down what the contract took once that is final."""
    while True:
        refused = _mark_all(town, plan)
        block = final(town.chain, town.chain.block_number("latest"))
        states = [due.state(town, payment.programme, payment.shop, plan.mark, block) for payment in plan.payments]
        undone = [
            payment
            for payment, (state, _) in zip(plan.payments, states, strict=True)
            if state is State.UNKNOWN and payment not in refused
        ]
        if not undone:
            break
        desk.progress(f"{len(undone)} marks are in no final block; those that were undone are made again")
    marked = _judged(plan, states, refused)
    keep(place.marked, marked)
    return marked


def _judged(plan: Plan, states: Sequence[tuple[State, int]], refused: Mapping[Payment, str]) -> Marked:
    paid, left = [], []
    for payment, (state, cents) in zip(plan.payments, states, strict=True):
        if state is State.UNKNOWN:
            left.append((payment, refused[payment]))
        elif state is State.REVERSED or cents != payment.cents:
            left.append((payment, _BACK if state is State.REVERSED else _OTHER))
        else:
            paid.append(payment)
    return Marked(mark=plan.mark, paid=tuple(paid), refused=tuple(left))


def _mark_all(town: Town, plan: Plan) -> dict[Payment, str]:
    """Mark every payment that is not; those that the contract refuses, with its words."""
    refused = {}
    for done, payment in enumerate(plan.payments, start=1):
        if _is_unknown(town, plan, payment):
            try:
                bank.mark_paid(town, payment.programme, payment.shop, payment.cents, plan.mark)
            except Reverted as refusal:
                if _is_unknown(town, plan, payment):
                    refused[payment] = str(refusal)
        desk.progress(f"{done} of {len(plan.payments)} payments marked")
    return refused


def _astray(town: Town, plan: Plan, marked: Marked) -> list[Payment]:
    under_way = {State.MARKED, State.DISPUTED}
    return [
        payment
        for payment, _ in marked.refused
        if due.state(town, payment.programme, payment.shop, plan.mark)[0] in under_way
    ]


def _is_unknown(town: Town, plan: Plan, payment: Payment) -> bool:
    return due.state(town, payment.programme, payment.shop, plan.mark)[0] is State.UNKNOWN


def _write(town: Town, place: Place, marked: Marked, content: bytes) -> bool:
    """Whether the file was written now; else it is there, with these bytes. Raises Broken when it has others."""
    if place.file.exists():
        with place.file.open("rb") as file:
            if file.read(_BYTES_MAX) != content:
                raise Broken(f"{place.file} was changed: do not give it to the bank; move it away and run this again")
        return False
    for payment in marked.paid:
        state, _ = due.state(town, payment.programme, payment.shop, marked.mark)
        if state not in {State.MARKED, State.DISPUTED}:
            raise Broken(
                f"the payment to shop {payment.shop} of programme {payment.programme} {bank.said(state)}, so the bank "
                "may have had this file: it is not written again; what was not paid is taken back by `bank reverse`"
            )
    private.put(place.file, content, 0o600)
    return True
