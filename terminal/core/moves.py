"""What each row of the sale's table does. A move is total: it takes any state whose sale is of its class."""

from dataclasses import replace

from contracts.wire.entry import Payment
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from terminal.core import approve
from terminal.core.effects import Commit, Effect, HandOut, Signal, Tone
from terminal.core.events import CommitFailed, Committed, Event, Key, KeyPressed, PassScanned, ScanRefused, Ticked
from terminal.core.learn import remember
from terminal.core.moment import Moment
from terminal.core.state import (
    Approved,
    AskingAgain,
    Choosing,
    Committing,
    EnteringAmount,
    OfferingPart,
    OpenSale,
    Ready,
    Refused,
    Sale,
    Scanned,
    State,
    holds_key,
)

Step = tuple[State, tuple[Effect, ...]]

TYPED_MAX = Cents(99_999_999)
"""999.999,99: a digit that would go beyond is not taken."""

SAME_SCAN_MS = 3_000
"""A pass read again within this time has not left the scanner."""

GLANCE_MS = 1_000
"""A picture that ends a sale stays this long: a key that bounced or was pressed twice does not wipe it away."""

SHOWN_MS = 8_000
"""How long approved and refused stay when nobody presses a key."""

ABANDONED_MS = 120_000
"""An open sale that nobody touches this long ends, so that a pass's key is never held for ever."""


# Scanning


def begin(state: State, _: Sale, event: PassScanned) -> Step:
    """Start this pass's sale with the programmes that could pay at least a cent, or say why none can."""
    scanned = Scanned(event.pass_address, approve.net(state.knowledge, event.pass_address, event.budgets))
    usable = approve.usable(state.knowledge, scanned, event.at)
    if isinstance(usable, Reason):
        return _refuse(state, usable, event.at)
    sale = Choosing(scanned, usable) if len(usable) > 1 else EnteringAmount(scanned, usable[0], Cents(0))
    return replace(state, sale=sale), (Signal(Tone.SCANNED),)


def misread(state: State, sale: Sale, event: ScanRefused) -> Step:
    """Name what was read instead of a pass; an open sale stays open behind it."""
    resume = sale.resume if isinstance(sale, Refused) else sale if isinstance(sale, OpenSale) else None
    again = isinstance(sale, Refused) and sale.reason == event.reason and _since(sale.at, event.at) < SAME_SCAN_MS
    shown = replace(state, sale=Refused(event.reason, event.at, resume))
    return shown, () if again else (Signal(Tone.REFUSED),)


# Choosing and typing


def choose(state: State, sale: Choosing, event: KeyPressed) -> Step:
    """Take the programme with that digit; another digit chooses nothing."""
    chosen = dict(zip(_CHOICE_KEYS, sale.offered, strict=False)).get(event.key)
    if chosen is None:
        return state, ()
    return replace(state, sale=EnteringAmount(sale.scanned, chosen, Cents(0))), ()


def type_digit(state: State, sale: EnteringAmount, event: KeyPressed) -> Step:
    """Shift the digit in from the right, as on payment terminals; 00 shifts two."""
    typed = Cents(int(f"{sale.amount}{event.key}"))
    return (state, ()) if typed > TYPED_MAX else (replace(state, sale=replace(sale, amount=typed)), ())


def correct(state: State, sale: EnteringAmount, _: KeyPressed) -> Step:
    """Take the last digit back."""
    return replace(state, sale=replace(sale, amount=Cents(sale.amount // 10))), ()


def show_left(state: State, sale: EnteringAmount, _: KeyPressed) -> Step:
    """Show what is left on the pass, or hide it again."""
    return replace(state, sale=replace(sale, shows_left=not sale.shows_left)), ()


# Confirming: every way to a commit is judged here, at the last moment


def confirm_price(state: State, sale: EnteringAmount, event: KeyPressed) -> Step:
    """Charge the price; or offer what is left when the price is higher. Without a price nothing happens."""
    left = approve.left(sale.scanned, sale.programme)
    if sale.amount == 0:
        return state, ()
    if not 0 < left < sale.amount:
        return _pay(state, AskingAgain(sale.scanned, sale.programme, sale.amount, Cents(0)), event.at, asked=False)
    if refusal := approve.judge(state.knowledge, sale.scanned, sale.programme, left, event.at):
        return _refuse_amount(state, sale.scanned, sale.programme, refusal, event.at)
    return replace(state, sale=OfferingPart(sale.scanned, sale.programme, sale.amount, left)), ()


def confirm_part(state: State, sale: OfferingPart, event: KeyPressed) -> Step:
    """Charge what is left; the rest is paid otherwise."""
    rest = Cents(sale.price - sale.part)
    return _pay(state, AskingAgain(sale.scanned, sale.programme, sale.part, rest), event.at, asked=False)


def confirm_again(state: State, sale: AskingAgain, event: KeyPressed) -> Step:
    """It is meant: charge the same once more."""
    return _pay(state, sale, event.at, asked=True)


def _pay(state: State, wanted: AskingAgain, moment: Moment, *, asked: bool) -> Step:
    """Commit it if it is approved now; ask first when the very same was approved minutes ago."""
    scanned, programme, amount = wanted.scanned, wanted.programme, wanted.amount
    if refusal := approve.judge(state.knowledge, scanned, programme, amount, moment):
        return _refuse_amount(state, scanned, programme, refusal, moment)
    if not asked and approve.repeats(state.knowledge, scanned.pass_address, programme, amount, moment):
        return replace(state, sale=wanted), ()
    payment = Payment(programme, amount, moment.entry_time())
    commit = Commit(state.knowledge.sequence + 1, scanned.pass_address, payment, moment.bound)
    return replace(state, sale=Committing(commit, wanted.rest)), (commit,)


# The commit's answer


def approved(state: State, sale: Committing, event: Committed) -> Step:
    """It is durable, so it will be paid. An answer about another entry is no answer."""
    if event.sequence != sale.commit.sequence:
        return state, ()
    entry = sale.commit.entry()
    effects = Signal(Tone.APPROVED), HandOut(entry.sequence, sale.rest)
    return replace(remember(state, entry), sale=Approved(entry, sale.rest, event.at)), effects


def failed(state: State, _: Committing, event: CommitFailed) -> Step:
    """It is certainly not stored: nothing is consumed."""
    return _refuse(state, event.reason, event.at)


# Leaving


def end(state: State, _: Sale, __: Event) -> Step:
    """Back to ready."""
    return replace(state, sale=Ready()), ()


def back_to_amount(state: State, sale: OfferingPart | AskingAgain, _: KeyPressed) -> Step:
    """Back to the price that was typed."""
    price = sale.price if isinstance(sale, OfferingPart) else Cents(sale.amount + sale.rest)
    return replace(state, sale=EnteringAmount(sale.scanned, sale.programme, price)), ()


def dismiss(state: State, sale: Approved | Refused, event: KeyPressed) -> Step:
    """The picture was seen: go on with what is behind it, unless the key comes too soon to mean that."""
    if _since(sale.at, event.at) < GLANCE_MS:
        return state, ()
    return replace(state, sale=_behind(sale)), ()


def type_on(state: State, sale: Refused, event: KeyPressed) -> Step:
    """A digit belongs to the sale behind the picture: a price is never typed with a hole in it."""
    behind = replace(state, sale=_behind(sale))
    match sale.resume:
        case EnteringAmount() as amount:
            return type_digit(behind, amount, event)
        case Choosing() as choosing:
            return choose(behind, choosing, event)
        case _:
            return dismiss(state, sale, event)


def expire(state: State, sale: Sale, event: Ticked) -> Step:
    """Take a picture away that was shown long enough, and end a sale that was left alone."""
    if holds_key(sale) and event.at.uptime_ms - state.touched_ms >= ABANDONED_MS:
        return replace(state, sale=Ready()), ()
    if isinstance(sale, Approved | Refused) and _since(sale.at, event.at) >= SHOWN_MS:
        return replace(state, sale=_behind(sale)), ()
    return state, ()


_CHOICE_KEYS = (Key.D1, Key.D2, Key.D3, Key.D4, Key.D5, Key.D6, Key.D7, Key.D8, Key.D9)


def _behind(sale: Approved | Refused) -> Sale:
    return (sale.resume if isinstance(sale, Refused) else None) or Ready()


def _refuse(state: State, reason: Reason, moment: Moment, resume: OpenSale | None = None) -> Step:
    return replace(state, sale=Refused(reason, moment, resume)), (Signal(Tone.REFUSED),)


def _refuse_amount(state: State, scanned: Scanned, programme: int, reason: Reason, moment: Moment) -> Step:
    """Refuse this amount; the sale stays open for another one if a cent could still be paid."""
    hopeless = approve.judge(state.knowledge, scanned, programme, approve.ONE_CENT, moment)
    return _refuse(state, reason, moment, None if hopeless else EnteringAmount(scanned, programme, Cents(0)))


def _since(earlier: Moment, now: Moment) -> int:
    return now.uptime_ms - earlier.uptime_ms
