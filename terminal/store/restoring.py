"""A journal made anew from its mirror, entry by entry; what is there in its place is set aside, never written over."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from contracts.wire.errors import Broken
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address
from terminal.durable import sync_folder
from terminal.store import checking, closings, inserting, mirror_format, mirror_reading, opening, place, schema
from terminal.store.closings import Closing
from terminal.store.mirror_format import KeptDay
from terminal.store.mirror_reading import Content
from terminal.store.reading import View, open_for_reading


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done."""

    content: Content
    aside: Path | None
    """Where the journal is now that was there before."""


def restore(
    folder: Path, path: Path, domain: Domain, terminal: Address | None = None, *, volatile_ok: bool = False
) -> Restored:
    """Make the journal at the path from the mirror in the folder. Its daemon must be stopped.

    All that is in the new one was verified. Raises Broken, and changes nothing, when the mirror does not hold, is of
    another contract or terminal (None: whichever it is), or has nothing that the journal in its place lacks.
    """
    content = mirror_reading.read(folder)
    if content.owner.domain != domain or terminal not in {None, content.owner.terminal}:
        raise Broken(f"{folder} has the mirror of another terminal or contract: put back what belongs together")
    lock = place.Lock(path.with_name(path.name + ".lock"))
    try:
        _require_less(path, content)
        with _out_of_the_way(path) as aside:
            opening.create(
                path, domain, content.owner.terminal, volatile_ok=volatile_ok, fill=lambda draft: _fill(draft, content)
            )
        return Restored(content, aside)
    finally:
        lock.release()


def _require_less(path: Path, content: Content) -> None:
    """Raise Broken when the journal that is there is no beginning of the mirror's, or all of it.

    A closed day that the mirror alone has is something to restore, too.
    """
    if not path.exists():
        return
    try:
        with closing(open_for_reading(path)) as database:
            view = View(database, path)
            owner, sequence, lines = (view.domain, view.terminal), view.sequence, list(view.lines())
            days = [day.document for day in view.closings()]
    except Broken:
        _require_fewer(path, content)
        return
    if owner != (content.owner.domain, content.owner.terminal):
        raise Broken(f"{path} is the journal of another terminal than the mirror: put back what belongs together")
    if (sequence, len(days)) >= (content.sequence, len(content.days)):
        raise Broken(f"{path} has {sequence} entries and the mirror {content.sequence}: there is nothing to restore")
    same_days = sequence < content.sequence or days == [day.document for day in content.days[: len(days)]]
    if lines != list(content.lines[:sequence]) or not same_days:
        raise Broken(f"{path} and the mirror differ: keep both as they are and call support")


def _require_fewer(path: Path, content: Content) -> None:
    """Raise Broken when a damaged journal can still tell of entries that the mirror lacks."""
    try:
        with closing(schema.connect(path, mode="ro")) as database:
            (last,) = database.execute("SELECT max(sequence) FROM entries").fetchone()
    except sqlite3.Error:
        return
    if isinstance(last, int) and last > content.sequence:
        raise Broken(
            f"{path} is damaged, but has {last} entries, and the mirror only {content.sequence}: {schema.KEEP}"
        )


@contextmanager
def _out_of_the_way(path: Path) -> Iterator[Path | None]:
    """What is there gets another name; its own back when it is not replaced."""
    there = [file for file in opening.files(path) if file.exists()]
    number = next(each for each in range(1, 10**6) if not path.with_name(f"{path.name}.aside-{each}").exists())
    moved = {file: file.with_name(file.name.replace(path.name, f"{path.name}.aside-{number}", 1)) for file in there}
    for file, aside in moved.items():
        file.rename(aside)
    try:
        yield moved.get(path)
    except BaseException:
        for file, aside in moved.items():
            aside.rename(file)
        raise
    sync_folder(path.parent)


def _fill(draft: sqlite3.Connection, content: Content) -> None:
    """All that the mirror holds, in one transaction, and looked through as `journal verify` does."""
    with schema.transaction(draft):
        for line, kept in content.entries:
            inserting.insert(draft, line, *mirror_reading.note(content.owner, line, kept))
        for day in content.days:
            closings.insert(draft, _closed(day))
    checking.require_sound(View(draft, Path(mirror_format.NAME)))


def _closed(day: KeptDay) -> Closing:
    try:
        return closings.read(day.document)
    except ValueError as error:
        raise Broken(f"closed day {day.number} of the mirror is damaged ({error}): {mirror_reading.STAYS}") from error
