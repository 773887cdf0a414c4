"""What the rows of the sale's table do, from a scan to the price, and on leaving.

A move is total: it takes any state whose sale is of its class. What a confirm key does stands in `confirming`, what a
commit's answer does in `storing`; `asking`, `refunding`, `pin` and `menu` have the moves of their rows.
"""

from dataclasses import replace

from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from terminal.core import ordering
from terminal.core.approve import ONE_CENT
from terminal.core.confirming import hindrance
from terminal.core.counter import (
    Approved,
    AskingAgain,
    Choosing,
    DayDone,
    EnteringAmount,
    OfferingPart,
    OpenSale,
    OrderReady,
    Ready,
    Refunded,
    RefundScanning,
    Refused,
    Sale,
    Scanned,
    holds_key,
)
from terminal.core.effects import Signal, Tone
from terminal.core.events import Event, Key, KeyPressed, PassScanned, ScanRefused, Ticked
from terminal.core.moment import Moment
from terminal.core.spending import net
from terminal.core.state import State
from terminal.core.steps import Step, refuse, since

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

_NO_PROGRAMME = 0
"""Ids count from 1: judged for a pass without any budget, so that the terminal's own trouble comes first."""


# Scanning


def begin(state: State, _: Sale, event: PassScanned) -> Step:
    """Offer what waits for this pass; where nothing does, start its sale, or say why none can be."""
    scanned = _scanned(state, event)
    if event.orders:
        return _offer(state, scanned, event)
    return _start(state, scanned, event.at, Signal(Tone.SCANNED))


def misread(state: State, sale: Sale, event: ScanRefused) -> Step:
    """Name what was read instead of a pass; what is open stays open behind it."""
    resume = sale.resume if isinstance(sale, Refused) else sale if isinstance(sale, OpenSale | RefundScanning) else None
    again = isinstance(sale, Refused) and sale.reason == event.reason and since(sale.at, event.at) < SAME_SCAN_MS
    shown = replace(state, sale=Refused(event.reason, event.at, resume))
    return shown, () if again else (Signal(Tone.REFUSED),)


def _scanned(state: State, event: PassScanned) -> Scanned:
    """A phone's code is for its own programme alone."""
    code = event.delegation
    budgets = tuple(each for each in event.budgets if code is None or each.programme == code.programme)
    return Scanned(event.pass_address, net(state.knowledge, event.pass_address, budgets), code)


def _offer(state: State, scanned: Scanned, event: PassScanned) -> Step:
    """Also what is hindered now, as a cable or another code may cure it; unless no usual sale could go on either."""
    found = [ordering.hindrance(state, scanned, order, event.at) for order in event.orders]
    hindrances = [reason for reason in found if reason is not None]
    if len(hindrances) == len(found) and isinstance(_usual(state, scanned, event.at), Reason):
        return refuse(state, hindrances[0], event.at)
    return replace(state, sale=OrderReady(scanned, event.orders)), (Signal(Tone.SCANNED),)


def _start(state: State, scanned: Scanned, moment: Moment, *said: Signal) -> Step:
    """The usual sale, or why there can be none."""
    usual = _usual(state, scanned, moment)
    return refuse(state, usual, moment) if isinstance(usual, Reason) else (replace(state, sale=usual), said)


def _usual(state: State, scanned: Scanned, moment: Moment) -> Choosing | EnteringAmount | Reason:
    """A sale with the programmes that could pay at least a cent, or why none can."""
    usable = _usable(state, scanned, moment)
    if isinstance(usable, Reason):
        return usable
    return Choosing(scanned, usable) if len(usable) > 1 else EnteringAmount(scanned, usable[0], Cents(0))


def _usable(state: State, scanned: Scanned, moment: Moment) -> tuple[int, ...] | Reason:
    """The programmes of this pass that could pay at least a cent now, or else why its first one cannot."""
    of_code = [scanned.delegation.programme] if scanned.delegation else [_NO_PROGRAMME]
    programmes = [budget.programme for budget in scanned.budgets] or of_code
    verdicts = {each: hindrance(state, scanned, each, ONE_CENT, moment) for each in programmes}
    refusals = [verdict for verdict in verdicts.values() if verdict is not None]
    return tuple(each for each in verdicts if verdicts[each] is None) or refusals[0]


# Choosing and typing


def leave_order(state: State, sale: OrderReady, event: KeyPressed) -> Step:
    """Not this one now: on to what else waits, and behind the last to a usual sale."""
    if len(sale.orders) > 1:
        return replace(state, sale=replace(sale, orders=sale.orders[1:])), ()
    return _start(state, sale.scanned, event.at)


def type_price(state: State, sale: OrderReady, event: KeyPressed) -> Step:
    """Whoever types a price wants a usual sale, so that the confirm key behind it hands over no order."""
    moved, effects = leave_order(state, replace(sale, orders=sale.orders[-1:]), event)
    entering = moved.sale
    return type_digit(moved, entering, event) if isinstance(entering, EnteringAmount) else (moved, effects)


def choose(state: State, sale: Choosing, event: KeyPressed) -> Step:
    """Take the programme with that digit; another digit chooses nothing."""
    chosen = dict(zip(CHOICE_KEYS, sale.offered, strict=False)).get(event.key)
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


# Leaving


def end(state: State, _: Sale, __: Event) -> Step:
    """Back to ready."""
    return replace(state, sale=Ready()), ()


def back_to_amount(state: State, sale: OfferingPart | AskingAgain, _: KeyPressed) -> Step:
    """Back to the price that was typed."""
    price = sale.price if isinstance(sale, OfferingPart) else Cents(sale.amount + sale.rest)
    return replace(state, sale=EnteringAmount(sale.scanned, sale.programme, price)), ()


def dismiss(state: State, sale: Approved | Refunded | DayDone | Refused, event: KeyPressed) -> Step:
    """The picture was seen: go on with what is behind it, unless the key comes too soon to mean that."""
    if since(sale.at, event.at) < GLANCE_MS:
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
        case OrderReady() as order:
            return type_price(behind, order, event)
        case _:
            return dismiss(state, sale, event)


def expire(state: State, sale: Sale, event: Ticked) -> Step:
    """Take a picture away that was shown long enough, and end a sale that was left alone."""
    if holds_key(sale) and event.at.uptime_ms - state.touched_ms >= ABANDONED_MS:
        return replace(state, sale=Ready()), ()
    if isinstance(sale, Approved | Refunded | DayDone | Refused) and since(sale.at, event.at) >= SHOWN_MS:
        return replace(state, sale=_behind(sale)), ()
    return state, ()


CHOICE_KEYS = (Key.D1, Key.D2, Key.D3, Key.D4, Key.D5, Key.D6, Key.D7, Key.D8, Key.D9)
"""What is offered is chosen by its number, 1 for the first."""


def _behind(sale: Approved | Refunded | DayDone | Refused) -> Sale:
    return (sale.resume if isinstance(sale, Refused) else None) or Ready()
