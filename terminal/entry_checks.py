"""What `terminal doctor` says of entries that need a person, and of closed days."""

from collections.abc import Iterator

from contracts.wire.reasons import MEANINGS
from contracts.wire.units import euros
from terminal.finding import Check, Grade
from terminal.store.reading import View


def of(reader: View) -> Iterator[Check]:
    """What was approved and then rejected, and until where days are closed."""
    for lost in reader.lost():
        what = "refund" if lost.is_refund else "payment"
        finding = f"{what} {lost.sequence} of EUR {euros(lost.amount)}: {lost.reason.name} ({lost.reason.value})"
        yield Check("rejected", Grade.FAIL, finding, MEANINGS[lost.reason].en)
    yield _closed(reader)


def _closed(reader: View) -> Check:
    """That they hold was looked at with the journal."""
    day = reader.last_closing()
    if day is None:
        return Check("days", Grade.OK, "none is closed yet")
    counted = reader.sequence - day.last
    return Check("days", Grade.OK, f"{day.number} closed, their chain holds; {counted} entries since the last")
