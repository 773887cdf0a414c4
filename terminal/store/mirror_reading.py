"""All that a mirror holds, for whoever has nothing else: every entry verified, and none missing before the last."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from contracts.wire import entry as wire_entry
from contracts.wire import journal
from contracts.wire.entry import Refund, Retire
from contracts.wire.errors import Broken
from contracts.wire.units import Timestamp
from terminal.core.effects import Commit
from terminal.core.facts import GivenBack, OpenEntry
from terminal.core.line import Line
from terminal.store.mirror_format import NAME, Frame, Kept, KeptDay, Owner, frames, opened

STAYS = "keep the stick as it is and call support"

F = TypeVar("F", Kept, KeptDay)


@dataclass(frozen=True, slots=True)
class Content:
    """A journal as its mirror has it."""

    owner: Owner
    entries: tuple[tuple[Line, Kept], ...]
    """All of them, from the first."""
    days: tuple[KeptDay, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The journal's."""
        return tuple(line for line, _ in self.entries)

    @property
    def sequence(self) -> int:
        """Of the last entry; 0 when there is none."""
        return len(self.entries)


def read(folder: Path) -> Content:
    """What the mirror in this folder holds, seen to be right. Raises Broken."""
    path = folder / NAME
    try:
        with opened(folder) as file:
            found = list(frames(file))
    except OSError as error:
        raise Broken(f"{path} cannot be read ({error.strerror}): put the stick in, and name its folder") from error
    owners = {frame for frame in found if isinstance(frame, Owner)}
    if len(owners) != 1:
        raise Broken(f"{path} is no mirror of a journal: name the folder that `mirror` in the configuration named")
    owner = owners.pop()
    entries = _numbered(path, ((frame.sequence, frame) for frame in found if isinstance(frame, Kept)))
    days = _numbered(path, ((frame.number, frame) for frame in found if isinstance(frame, KeptDay)))
    return Content(owner, tuple(_chained(owner, entries)), tuple(days))


def note(owner: Owner, line: Line, kept: Kept) -> tuple[OpenEntry | GivenBack | None, Timestamp]:
    """What the journal notes of the entry, nothing of a retirement; and since when it is not earlier, for certain.

    That is what the mirror says, and at most the entry's own time, as nobody signed the former. Raises Broken for an
    entry that is not understood.
    """
    signed = wire_entry.unpack(line.entry)
    if signed is None:
        raise Broken(f"entry {line.sequence} is of a kind that this program does not know: update it")
    bound = min(kept.bound, signed.content.time)
    if isinstance(signed.content, Retire):
        return None, bound
    by_pass = signed.signer(owner.domain, owner.terminal, line.sequence)
    whose = signed.content.pass_address if isinstance(signed.content, Refund) else by_pass
    if whose is None:
        raise Broken(f"entry {line.sequence} carries no signature of any pass: {STAYS}")
    return Commit(line.sequence, whose, signed.content, bound).entry(), bound


def _numbered(path: Path, found: Iterable[tuple[int, F]]) -> list[F]:
    """In order, from 1 without a hole; what was added twice counts once. Raises Broken."""
    known: dict[int, F] = {}
    for number, frame in found:
        if not _same(known.setdefault(number, frame), frame):
            raise Broken(f"{path} says two things of number {number}: {STAYS}")
    if missing := next((number for number in range(1, len(known) + 1) if number not in known), None):
        raise Broken(f"{path} lacks number {missing}, and has later ones: {STAYS}")
    return [known[number] for number in sorted(known)]


def _same(one: Frame, other: Frame) -> bool:
    """Of an entry without a time of its own, the bound may have been another when it was added again."""
    if isinstance(one, Kept) and isinstance(other, Kept):
        return (one.entry, one.signature) == (other.entry, other.signature)
    return one == other


def _chained(owner: Owner, entries: list[Kept]) -> Iterator[tuple[Line, Kept]]:
    """The lines, each vouched for by the terminal. Raises Broken, naming the first that is not."""
    head = journal.genesis(owner.domain, owner.terminal)
    for kept in entries:
        head = journal.advance(head, kept.entry)
        if not journal.is_signed(owner.domain, owner.terminal, kept.sequence, head, kept.signature):
            raise Broken(f"entry {kept.sequence} of the mirror or one before it was changed: {STAYS}")
        yield Line(kept.sequence, kept.entry, head, kept.signature), kept
