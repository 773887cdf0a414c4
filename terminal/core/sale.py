"""The sale: one pass, one payment. Sans-I/O: events come in, effects go out, and this file decides.

Theory of operation
    A state is what the counter is at (counter.py) and what the terminal knows (state.py). `step` first lets the
    terminal learn from the event (learn.py), then looks up the class of the sale and the trigger (triggers.py) in TABLE
    (table.py) and makes that move (moves.py, and one file for each idea). Whatever the table does not have is ignored:
    it means nothing there. Every payment is judged by approve.py, and everything is shown by view.py.

Rules
    1. Approved comes from two things alone: from Committed, which answers the Commit of a payment against which
       approve.judge found nothing at the moment of the confirm key; or from a checkpoint which says that the ask was
       paid for which the counter waits. One Commit is in flight at most, and while it is, nothing else is taken.
    2. The signer holds the key of the newest scan, or the signature of the newest phone's code, put there before
       PassScanned is stepped. So another pass takes over without a Forget, and Forget goes out exactly when a step
       leaves nothing that needs it.
    3. The same pass by the same code within three seconds of its last read has not left the scanner: whatever the sale
       is, that changes nothing but the time of the read. So a pass kept under a camera pays once.
    4. Another pass ends an open sale and starts its own. Anything else that is read is refused by name and leaves the
       open sale as it was; digits typed over that refusal go into the price.
    5. What no amount could cure is refused at the scan; a refused amount leaves the sale open for a lower one.
    6. Nothing but a key, a pass and time takes Approved away: a refusal there would be read as a refusal of the sale.
       The same goes for Refunded.
    7. A lock ends whatever is open. A commit in flight is not recalled, and what is approved stays approved. A retired
       terminal is locked from its start.
    8. Nobody there for two minutes: what is open ends. Approved, refunded and refused stay for eight seconds.
    9. The menu opens where no sale is, so devices are never learnt in one; and from BeginLesson to LessonEnded nothing
       that is read begins one. One lesson is on at most: the next can begin only where LessonEnded was heard, or never
       will be, as a closed terminal has no menu.
    10. An ask is made only when gateway and chain answer and no other is open, and only for what asking alone would
       cure, or for an order. It is open until the chain says how it ended, whether or not anybody waits: cancel stops
       the waiting, never the ask. Its end is noted (Resolve) in the step that learns it.
    11. An ask that was paid while nobody waited is asked about where no sale is, oldest first, until somebody answers.
       Sales come first, and the question again after each. Nothing but its two digits, or a refund of it, answers it.
    12. Of a sale never more is given back than is left of it in this terminal's knowledge, and nothing of one that is
       known to be rejected. A refund in the journal counts at once; it frees no slice and no budget here.
    13. Where the shop has a PIN, nothing of the menu is reached without it: the only way there is PinChecked, right.
    14. What waits for a pass is offered at its scan, and its money comes from what the contract has set aside. So it is
       always an ask, of exactly its amount, and no limit of a sale counts. Whoever types a digit wants a usual sale.
        What the gateway's newest list has no more is no longer offered.
"""

from dataclasses import replace

from contracts.wire.reasons import Reason
from terminal.core import events
from terminal.core.approve import settled
from terminal.core.counter import Ready, holds_key
from terminal.core.effects import Forget
from terminal.core.ends import notes
from terminal.core.facts import Checkpoint, JournalFacts, Programme
from terminal.core.learn import learn, less, listed, trust
from terminal.core.moves import SAME_SCAN_MS
from terminal.core.state import Knowledge, Read, State
from terminal.core.steps import Step
from terminal.core.table import TABLE
from terminal.core.triggers import Trigger, trigger_of


def start(
    facts: JournalFacts,
    checkpoint: Checkpoint | None,
    programmes: tuple[Programme, ...],
    snapshot_sequence: int,
    *,
    has_pin: bool = False,
) -> State:
    """The state after a start: no sale, and what journal, chain and snapshot last said.

    How open asks ended is heeded at the first checkpoint that is read, as it is to be noted then.
    """
    knowledge = Knowledge(
        sequence=facts.sequence,
        forwarded=facts.forwarded,
        entries=facts.entries,
        programmes=programmes,
        snapshot_sequence=snapshot_sequence,
        open_asks=facts.open_asks,
    )
    known = trust(knowledge, checkpoint)
    if facts.retired:
        known = replace(known, locked=known.locked or Reason.TERMINAL_IS_RETIRED)
    refunds = tuple(refund for refund in facts.refunds if refund.sequence > settled(known))
    return State(
        Ready(),
        known,
        facts.terminal,
        has_pin,
        recent=facts.recent,
        outcomes=listed(facts.outcomes, facts.recent),
        paid_asks=facts.paid_asks,
        refunds=refunds,
        last_sale=less(facts.last_sale, refunds) if facts.last_sale else None,
    )


def step(state: State, event: events.Event) -> Step:
    """The state after the event, and what is to be done about it, in order. Total: any state takes any event."""
    moved, effects = _move(state, event)
    key_was_held = holds_key(state.sale) or isinstance(event, events.PassScanned)
    return moved, (Forget(), *effects) if key_was_held and not holds_key(moved.sale) else effects


def _move(state: State, event: events.Event) -> Step:
    if isinstance(event, events.PassScanned) and _is_same_scan(state, event):
        return replace(state, last_read=Read(event.pass_address, event.delegation, event.at.uptime_ms)), ()
    known = learn(state, event)
    just_locked = known.knowledge.locked is not None and state.knowledge.locked is None
    row = TABLE[type(state.sale)].get(Trigger.LOCK if just_locked else trigger_of(event))
    moved, effects = row.move(known, known.sale, event) if row else (known, ())
    return moved, (*notes(state, known), *effects)


def _is_same_scan(state: State, event: events.PassScanned) -> bool:
    last = state.last_read
    if last is None or (last.pass_address, last.delegation) != (event.pass_address, event.delegation):
        return False
    return event.at.uptime_ms - last.uptime_ms < SAME_SCAN_MS
