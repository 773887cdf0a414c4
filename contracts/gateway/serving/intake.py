"""Taking in a segment of a journal: whatever is framed, signed by its terminal, and continues what is here.

Amounts are not judged: that is the contract's work. The same bytes may come any number of times. A journal that
differs from the one that is here is refused with the terminal's own signature as proof, and nothing changes.
"""

from sqlalchemy import Connection

from contracts.gateway.store import journals, waiting
from contracts.gateway.store.database import Store, lock, touch
from contracts.gateway.store.journals import Position
from contracts.wire import journal
from contracts.wire.batch import BATCH_BYTES_MAX, HEADER_BYTES, PADDING, Segment
from contracts.wire.entry import ENTRY_BYTES_MAX
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Hash, Timestamp, to_hex

SEGMENT_ENTRIES_MAX = 500
"""So many entries settle within one transaction even if each is drawn. A refund costs more, and few wait at a time."""

BODY_BYTES_MAX = BATCH_BYTES_MAX - HEADER_BYTES - len(PADDING)
"""A segment on its own must fit in a batch: its signature vouches for all of it or for nothing."""


class Conflict(Refused):
    """The segment does not continue what is here: GAP or FORK, and the position that it should continue from."""

    def __init__(self, reason: Reason, position: Position) -> None:
        super().__init__(reason)
        self.position = position


def check(domain: Domain, segment: Segment) -> None:
    """Raises Refused unless every entry is framed, the segment fits in a batch, and its terminal signed it."""
    if any(not entry or len(entry) > ENTRY_BYTES_MAX or entry[0] != len(entry) - 1 for entry in segment.entries):
        raise Refused(Reason.REQUEST_FORM, "an entry is its length in one byte and so many bytes behind it")
    if sum(map(len, segment.entries)) > BODY_BYTES_MAX:
        raise Refused(Reason.REQUEST_TOO_LARGE, f"the entries of a segment have at most {BODY_BYTES_MAX} bytes")
    if not segment.is_signed(domain):
        raise Refused(Reason.JOURNAL_SIGNATURE)


def decide(segment: Segment, here: Position, head_before: Hash | None, head_within: Hash | None) -> Reason | None:
    """Why the segment cannot follow on what is here, or None when it can.

    `head_before` is the head here before the segment's first entry, `head_within` the one at the last sequence that
    both have (equal to `head_before` when the segment is all new).
    """
    if segment.first > here.sequence + 1:
        return Reason.GAP
    overlap = max(0, min(segment.last, here.sequence) - segment.first + 1)
    reached = journal.advance_all(segment.previous_head, segment.entries[:overlap])
    if segment.previous_head != head_before or reached != head_within:
        return Reason.FORK
    return None


def follows(connection: Connection, domain: Domain, segment: Segment, here: Position) -> Reason | None:
    """Why the segment cannot follow on what is in the store, or None when it can."""
    if segment.first == here.sequence + 1:
        return decide(segment, here, here.head, here.head)
    shared = max(segment.first - 1, min(segment.last, here.sequence))
    before = journals.head_at(connection, domain, segment.terminal, segment.first - 1)
    within = journals.head_at(connection, domain, segment.terminal, shared)
    return decide(segment, here, before, within)


def take_in(store: Store, domain: Domain, segment: Segment, now: Timestamp) -> Position:
    """Commit what is new in the segment; the position that the gateway now has.

    The caller has called `check`. Raises Conflict for a gap or a fork, TryAgain when the store cannot commit.
    """
    with store.writing() as connection:
        lock(connection, to_hex(segment.terminal))
        here = journals.position(connection, domain, segment.terminal)
        reason = follows(connection, domain, segment, here)
        if reason is not None:
            raise Conflict(reason, here)
        then, keys = journals.append(connection, domain, segment, here, now)
        if then.sequence > here.sequence:
            waiting.add(connection, segment.terminal, then.sequence, now)
            touch(connection, keys)
    return then
