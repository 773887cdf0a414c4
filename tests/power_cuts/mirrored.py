"""A terminal with a second medium: both lose the power at once, and each leaves of itself what its own luck leaves.

The stick alone must make a journal with all that was seen approved; both together must open, agree, and sell on.
"""

import pickle
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from contracts.wire.errors import Broken, Refused
from terminal.signer import TerminalSigner
from terminal.store import Store, mirror, mirror_reading, restoring
from terminal.store.checking import require_sound
from terminal.store.mirror import Mirror, Standing
from terminal.store.mirror_format import NAME
from tests.power_cuts import cutting, ledger, recording
from tests.power_cuts.cutting import Recorded, Tally
from tests.power_cuts.disk import Disk, Fate, Image, Operation
from tests.power_cuts.judge import JOURNAL, Wrong, memory
from tests.power_cuts.ledger import Ledger
from tests.power_cuts.plan import Plan
from tests.power_cuts.years import Lived, Years, terminal
from tests.terminal.books import sell
from tests.terminal.till import DOMAIN, ROOT

PAIRS = 250
"""Cuts in one shift after which both media are looked at together."""

mirror.PATIENCE_SECONDS = 600.0  # many judges share a machine: that a mirror counts as lost would be their own fault

Before = tuple[Ledger | None, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """A shift as two disks saw it: each operation with its place in what was recorded."""

    card: Recorded
    stick: Recorded
    places: tuple[list[int], list[int]]

    def done(self, place: int) -> tuple[int, int]:
        """How many operations each had seen before that place."""
        card, stick = (bisect_left(places, place) for places in self.places)
        return card, stick


def recorded(plan: Plan, card: Image, stick: Image) -> Both:
    """The shift by this plan, on these files on either medium. Raises Unclear."""
    folder = plan.journal.parent.with_name(f"{plan.journal.parent.name}-stick")
    folder.mkdir()
    cutting.put(card, plan.journal.parent)
    cutting.put(stick, folder)
    plan, there = replace(plan, stick=folder), recording.files(plan.journal.parent)
    trace = plan.story.with_suffix(".strace")
    recording.run(cutting.command(plan), trace, ROOT)
    story = pickle.loads(plan.story.read_bytes())
    on_card = recording.played(trace, plan.journal.parent, plan.marks, there)
    on_stick = recording.played(trace, folder, plan.marks, stick, in_turn=True)
    places = [place for place, _ in on_card], [place for place, _ in on_stick]
    return Both(Recorded(card, _done(on_card), story), Recorded(stick, _done(on_stick), story), places)


def _done(played: list[tuple[int, Operation]]) -> list[Operation]:
    return [operation for _, operation in played]


class Alone:
    """Makes a journal from what a cut left of a stick, and nothing else."""

    def __init__(self, key: Path) -> None:
        self._signer = TerminalSigner.load(key, DOMAIN)

    def judge(self, image: Image, acceptable: Sequence[Ledger | None]) -> Ledger | None:
        """Which of these has the entries that came back. Raises Wrong."""
        least = acceptable[0].sequence if acceptable[0] else 0
        with _folders({}, image) as (card, stick):
            try:
                return self._found(card / JOURNAL, stick, acceptable)
            except (Broken, Refused) as error:
                if least:
                    raise Wrong(f"{least} approved entries do not come back from the stick: {error}") from error
                return acceptable[0]

    def _found(self, journal: Path, stick: Path, acceptable: Sequence[Ledger | None]) -> Ledger | None:
        restoring.restore(stick, journal, DOMAIN, volatile_ok=True)
        with closing(Store.open(journal, DOMAIN, self._signer.address, volatile_ok=True)) as store:
            require_sound(store)
            found = ledger.read(store)
            if not found.is_retired:
                assert sell(store, self._signer).sequence == found.sequence + 1
        for each in acceptable:
            lines, notes = (each.lines, each.notes) if each else ((), ())
            if (found.lines, found.notes) == (lines, notes):
                _require_days(found, acceptable)
                return each
        raise Wrong(f"{found.sequence} entries come back from the stick, and those are not what was approved")


def _require_days(found: Ledger, acceptable: Sequence[Ledger | None]) -> None:
    """What came back must be a beginning of the days that were closed, with all that were seen."""
    least, most = (each.closings if each else () for each in (acceptable[0], acceptable[-1]))
    if found.closings[: len(least)] != least or most[: len(found.closings)] != found.closings:
        raise Wrong("the closed days do not come back from the stick")


def together(card: Image, stick: Image, key: Path) -> None:
    """Open both as the daemon does, and sell once more. Raises Wrong unless the mirror has the journal, all of it."""
    signer = TerminalSigner.load(key, DOMAIN)
    with _folders(card, stick) as (state, folder):
        journal = state / JOURNAL
        try:
            if not journal.exists():
                Store.create(journal, DOMAIN, signer.address, volatile_ok=True)
            with closing(Store.open(journal, DOMAIN, signer.address, volatile_ok=True)) as store:
                _require_mirrored(store, Mirror(folder, journal, volatile_ok=True))
                if not store.is_retired():
                    sell(store, signer)
                if mirror_reading.read(folder).lines != tuple(store.lines()):
                    raise Wrong("the mirror is not the journal")
        except (Broken, Refused) as error:
            raise Wrong(f"with both media there, the terminal does not sell any more: {error}") from error


def _require_mirrored(store: Store, second: Mirror) -> None:
    said: list[tuple[Standing, str]] = []
    store.keep_mirror(second)
    second.watch(lambda *standing: said.append(standing))
    if said[-1][0] is not Standing.GOOD:
        raise Wrong(f"the mirror is {said[-1][0]}: {said[-1][1]}")


@contextmanager
def _folders(card: Image, stick: Image) -> Iterator[tuple[Path, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="kindpakket-cut-", dir=memory()))
    try:
        for name, image in (("card", card), ("stick", stick)):
            (folder / name).mkdir()
            for file, content in image.items():
                (folder / name / file).write_bytes(content)
        yield folder / "card", folder / "stick"
    finally:
        shutil.rmtree(folder)


def live(years: Years) -> Lived:
    """All shifts of a terminal with a mirror: its stick is cut everywhere, and both media at some points together."""
    lived, chance = Lived(), Random(f"cuts both {years}")
    with terminal(years) as till:
        card: Image = {}
        stick: Image = {}
        before: Before = (None,)
        for number in range(1, years.shifts + 1):
            shift = recorded(till.plan(number, before), card, stick)
            lived.tally.entries += shift.card.approved
            lived.findings += cutting.cut_everywhere(shift.stick, Alone(till.key), chance, lived.tally)
            pairs = list(_pairs(shift, chance))
            for each in pairs:
                lived.findings += _found(each, till.key)
            lived.tally.cuts += len(pairs)
            card, stick, acceptable = chance.choice(pairs)
            found = till.judge.judge(card, acceptable)
            before = acceptable[: acceptable.index(found) + 1]
    return lived


def _found(left: tuple[Image, Image, Before], key: Path) -> Iterator[str]:
    card, stick, _ = left
    try:
        together(card, stick, key)
    except Wrong as wrong:
        yield f"{wrong} (both media)"


def _pairs(shift: Both, chance: Random) -> Iterator[tuple[Image, Image, Before]]:
    """What both are after some of the cuts, each by its own fate, and what the journal may say then."""
    disks = Disk(shift.card.before), Disk(shift.stick.before)
    done = [0, 0]
    places = sorted({*shift.places[0], *shift.places[1], shift.places[0][-1] + 1})
    for place in sorted(chance.sample(places, min(PAIRS, len(places)))):
        for number, (disk, medium) in enumerate(zip(disks, (shift.card, shift.stick), strict=True)):
            until = shift.done(place)[number]
            for operation in medium.operations[done[number] : until]:
                disk.do(operation)
            done[number] = until
        window = shift.card.window(done[0])
        card, stick = (disk.cut(chance.choice(list(Fate)), chance) for disk in disks)
        yield card, stick, shift.card.story.ledgers[window.start : window.stop]


def first_finding(years: Years) -> str | None:
    """What is wrong with a stick that only says it flushed, in the first shift; None when nothing is."""
    with terminal(years) as till:
        shift = recorded(till.plan(1, (None,)), {}, {})
        lied = cutting.lying(shift.stick, NAME)
        return next(cutting.cut_everywhere(lied, Alone(till.key), Random(f"cuts {years}"), Tally()), None)
