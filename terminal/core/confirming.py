"""What a confirm key does in a sale. Every way to a payment or an ask is judged here, at the last moment.

What the terminal may not approve by itself, although the contract would pay it, becomes an ask: when gateway and chain
answer, and no other ask is open. Two at a time could not both be counted on, as the contract tells of the last alone.
"""

from dataclasses import replace

from contracts.wire.entry import Ask, Payment, PhoneAsk, PhonePayment
from contracts.wire.entry import Sale as Content
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal.core import approve
from terminal.core.counter import AskingAgain, Committing, EnteringAmount, OfferingPart, Scanned
from terminal.core.effects import Commit
from terminal.core.events import KeyPressed
from terminal.core.moment import Moment
from terminal.core.state import Knowledge, State
from terminal.core.steps import Step, refuse

ASK_SECONDS = 120
"""How long after the checkpoint's block an ask can be paid."""


def hindrance(state: State, scanned: Scanned, programme: int, amount: Cents, moment: Moment) -> Reason | None:
    """Why the payment can be neither approved nor asked for now; None when it can."""
    refusal = approve.judge(state.knowledge, scanned, programme, amount, moment)
    asks = state.gateway and state.chain and not state.knowledge.open_asks
    curable = asks and approve.is_curable(state.knowledge, scanned, programme, amount, moment)
    return None if curable else refusal


def confirm_price(state: State, sale: EnteringAmount, event: KeyPressed) -> Step:
    """Charge the price; or offer what is left today when the price is higher. Without a price nothing happens."""
    left = approve.left_today(state.knowledge, sale.scanned, sale.programme, event.at)
    if sale.amount == 0:
        return state, ()
    if not 0 < left < sale.amount:
        return _pay(state, AskingAgain(sale.scanned, sale.programme, sale.amount, Cents(0)), event.at, asked=False)
    if refusal := hindrance(state, sale.scanned, sale.programme, left, event.at):
        return _refuse_amount(state, sale.scanned, sale.programme, left, refusal, event.at)
    return replace(state, sale=OfferingPart(sale.scanned, sale.programme, sale.amount, left)), ()


def confirm_part(state: State, sale: OfferingPart, event: KeyPressed) -> Step:
    """Charge what is left; the rest is paid otherwise."""
    rest = Cents(sale.price - sale.part)
    return _pay(state, AskingAgain(sale.scanned, sale.programme, sale.part, rest), event.at, asked=False)


def confirm_again(state: State, sale: AskingAgain, event: KeyPressed) -> Step:
    """It is meant: charge the same once more."""
    return _pay(state, sale, event.at, asked=True)


def _pay(state: State, wanted: AskingAgain, moment: Moment, *, asked: bool) -> Step:
    """Commit it if it can be approved or asked for now; first make sure when the very same was, minutes ago."""
    scanned, programme, amount = wanted.scanned, wanted.programme, wanted.amount
    if refusal := hindrance(state, scanned, programme, amount, moment):
        return _refuse_amount(state, scanned, programme, amount, refusal, moment)
    if not asked and approve.repeats(state.knowledge, scanned.pass_address, programme, amount, moment):
        return replace(state, sale=wanted), ()
    content = _content(state.knowledge, scanned, programme, amount, moment)
    commit = Commit(state.knowledge.sequence + 1, scanned.pass_address, content, moment.bound)
    return replace(state, sale=Committing(commit, wanted.rest)), (commit,)


def _content(knowledge: Knowledge, scanned: Scanned, programme: int, amount: Cents, moment: Moment) -> Content:
    """A payment if this terminal approves it by itself, else an ask."""
    time, code = moment.entry_time(), scanned.delegation
    if approve.judge(knowledge, scanned, programme, amount, moment) is None:
        return PhonePayment(amount, time, code) if code else Payment(programme, amount, time)
    return asked_for(knowledge, scanned, programme, amount, moment)


def asked_for(knowledge: Knowledge, scanned: Scanned, programme: int, amount: Cents, moment: Moment) -> Ask | PhoneAsk:
    """The ask: by the phone's code where one was scanned."""
    time, code = moment.entry_time(), scanned.delegation
    asked_from = knowledge.checkpoint.time if knowledge.checkpoint else 0  # without one nothing is asked for
    deadline = Timestamp(asked_from + ASK_SECONDS)
    return PhoneAsk(amount, time, deadline, code) if code else Ask(programme, amount, time, deadline)


def _refuse_amount(
    state: State, scanned: Scanned, programme: int, amount: Cents, reason: Reason, moment: Moment
) -> Step:
    """Refuse this amount; the sale stays open for another one if a cent could still be paid."""
    if hindrance(state, scanned, programme, approve.ONE_CENT, moment):
        return refuse(state, reason, moment)
    if approve.is_curable(state.knowledge, scanned, programme, amount, moment):
        reason = Reason.ASK_OPEN if state.knowledge.open_asks else Reason.ASK_OFFLINE
    return refuse(state, reason, moment, EnteringAmount(scanned, programme, Cents(0)))
