"""What a mirror lacks of a journal, and whether it is this journal's at all."""

from typing import BinaryIO

from contracts.wire import journal
from terminal.core.line import Line
from terminal.store.mirror_format import SECTOR, Frame, Kept, KeptDay, Owner, frames
from terminal.store.reading import View

WINDOW = 500
"""Lines that are read from the journal at once."""


_IF_OURS = "if the stick is this terminal's: stop the daemon, then: kindpakket terminal journal restore"


class Foreign(Exception):
    """It is not this journal's mirror. The sentence says whose, or what it is."""


class Ahead(Exception):
    """This terminal signed what stands there, and its journal has not: the journal is an old copy. Says since when."""


class Lacking:
    """What the journal has and the mirror has not: numbers of entries, and of closed days.

    The journal's, up to its last entry and closed day when it was looked at.
    """

    def __init__(self, sequence: int, last_day: int) -> None:
        self.sequence, self.last_day = sequence, last_day
        self.has_owner = False
        self._entries, self._days = set(range(1, sequence + 1)), set(range(1, last_day + 1))

    def found(self, frame: Frame) -> None:
        """The mirror has this one."""
        match frame:
            case Owner():
                self.has_owner = True
            case Kept(sequence):
                self._entries.discard(sequence)
            case KeptDay(number):
                self._days.discard(number)

    @property
    def entries(self) -> list[int]:
        """In order."""
        return sorted(self._entries)

    @property
    def days(self) -> list[int]:
        """In order."""
        return sorted(self._days)


def compare(view: View, file: BinaryIO, size: int) -> Lacking:
    """What a mirror of so many bytes lacks; all of it is looked at. Raises Foreign, Ahead, Broken and OSError."""
    day = view.last_closing()
    lacking, window = Lacking(view.sequence, day.number if day else 0), _Window(view)
    strange: Foreign | None = None
    for frame in frames(file):
        if isinstance(frame, Owner):
            _require_owner(view, frame)
        elif not lacking.has_owner:
            raise Foreign("it does not begin as a mirror does")
        try:
            _require_ours(view, window, frame)
        except Foreign as foreign:
            strange = strange or foreign  # what proves an old copy may stand behind it
        lacking.found(frame)
    if strange is not None:
        raise strange
    if not lacking.has_owner and size > SECTOR:
        raise Foreign("it is no mirror of a journal")
    return lacking


def _require_owner(view: View, owner: Owner) -> None:
    if (owner.domain, owner.terminal) != (view.domain, view.terminal):
        raise Foreign("it is the mirror of another terminal or contract")


def _require_ours(view: View, window: "_Window", frame: Frame) -> None:
    """Raise Foreign or Ahead when it is an entry or a day that the journal has not."""
    match frame:
        case Kept():
            _require_same(view, window.line(frame.sequence), frame)
        case KeptDay(number, document):
            ours = view.closing(number)
            if ours is None:
                raise Foreign(f"it has a closed day {number}, which this journal lacks; {_IF_OURS}")
            if ours.document != document:
                raise Foreign(f"its closed day {number} is not this journal's")


def _require_same(view: View, ours: Line | None, kept: Kept) -> None:
    """Raise Ahead when this terminal signed something else than stands in its journal, Foreign when it did not."""
    if ours is not None and (ours.entry, ours.signature) == (kept.entry, kept.signature):
        return
    before = view.head_at(kept.sequence - 1)
    if before is not None:
        head = journal.advance(before, kept.entry)
        if journal.is_signed(view.domain, view.terminal, kept.sequence, head, kept.signature):
            raise Ahead(f"this terminal signed an entry {kept.sequence} that its journal does not have")
    raise Foreign(f"its entry {kept.sequence} is not this journal's")


class _Window:
    """The journal's lines by their number, for someone who mostly asks for the next. None is held open meanwhile."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._lines: dict[int, Line] = {}

    def line(self, sequence: int) -> Line | None:
        if sequence not in self._lines:
            self._lines = {line.sequence: line for line in self._view.lines(sequence, WINDOW)}
        return self._lines.get(sequence)
