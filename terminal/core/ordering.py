"""What waits at this shop for the pass that was scanned: handed over by one key, once the contract has paid it.

The contract has set its money aside, so no limit of a sale, no slice and nothing that is left plays a part. But it is
always asked for: the offer comes on the gateway's word, and the contract's yes alone hands anything over.
"""

from dataclasses import replace

from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from terminal.core import approve
from terminal.core.confirming import asked_for
from terminal.core.counter import Committing, OrderReady, Ready, Refused, Scanned
from terminal.core.effects import Commit
from terminal.core.events import KeyPressed, OrdersTold
from terminal.core.facts import Order
from terminal.core.moment import Moment
from terminal.core.state import State
from terminal.core.steps import Step, refuse


def hindrance(state: State, scanned: Scanned, order: Order, moment: Moment) -> Reason | None:
    """Why it cannot be asked for now; None when it can."""
    if refusal := approve.judge_order(state.knowledge, scanned, order, moment):
        return refusal
    if not (state.gateway and state.chain):
        return Reason.ORDER_OFFLINE
    return Reason.ORDER_ASK_OPEN if state.knowledge.open_asks else None


def confirm(state: State, sale: OrderReady, event: KeyPressed) -> Step:
    """Ask for exactly its amount, which is how the contract knows it; or say what hinders, and keep the offer."""
    order, scanned = sale.orders[0], sale.scanned
    if refusal := hindrance(state, scanned, order, event.at):
        return refuse(state, refusal, event.at, sale)
    content = asked_for(state.knowledge, scanned, order.programme, order.amount, event.at)
    commit = Commit(state.knowledge.sequence + 1, scanned.pass_address, content, event.at.bound)
    return replace(state, sale=Committing(commit, Cents(0))), (commit,)


def retold(state: State, sale: OrderReady, event: OrdersTold) -> Step:
    """An offer that the list has no more ends: another till hands it over, or the family cancelled.

    The next one does not take its place under the shopkeeper's finger.
    """
    return replace(state, sale=_still(sale, event) or Ready()), ()


def retold_behind(state: State, sale: Refused, event: OrdersTold) -> Step:
    """The same for an offer that is open behind a refusal."""
    if not isinstance(sale.resume, OrderReady):
        return state, ()
    return replace(state, sale=replace(sale, resume=_still(sale.resume, event))), ()


def _still(sale: OrderReady, event: OrdersTold) -> OrderReady | None:
    """What is left of the offer; None when the order that is shown is gone."""
    still = tuple(order for order in sale.orders if (sale.scanned.pass_address, order) in event.orders)
    return replace(sale, orders=still) if still[:1] == sale.orders[:1] else None
