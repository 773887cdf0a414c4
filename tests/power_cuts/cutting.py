"""Record one shift, cut its power at every point, and judge what is left."""

import pickle
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Protocol

from tests.power_cuts.disk import SHARED, Disk, Fate, Flush, FlushNames, Image, Mark, Operation
from tests.power_cuts.judge import Wrong
from tests.power_cuts.ledger import Ledger
from tests.power_cuts.plan import Plan, Story
from tests.power_cuts.recording import record
from tests.terminal.till import ROOT


@dataclass(frozen=True, slots=True)
class Recorded:
    """A shift, as the disk saw it."""

    before: Image
    operations: list[Operation]
    story: Story

    @property
    def approved(self) -> int:
        """Entries that it made."""
        first, last = self.story.ledgers[self.story.begins], self.story.ledgers[-1]
        return (last.sequence if last else 0) - (first.sequence if first else 0)

    def window(self, cut: int) -> range:
        """After which steps the journal may be found when the power fails before the operation with this number.

        Not before the last flushed step that was seen outside, and not after the step that was going on.
        """
        seen = max((done.step for done in self.operations[:cut] if isinstance(done, Mark)), default=self.story.begins)
        least = max(step for step in range(seen + 1) if self.story.flushed[step])
        return range(least, min(seen + 2, len(self.story.ledgers)))


@dataclass(slots=True)
class Tally:
    """What was cut."""

    cuts: int = 0
    """Points at which it was cut."""
    images: int = 0
    """Different states of the disk that were left by it, and judged."""
    entries: int = 0
    """Approved meanwhile."""
    left: tuple[Image, tuple[Ledger | None, ...]] = ({}, (None,))
    """One of those, and what it may say, the last being what it does: another shift can begin with it."""


def recorded(plan: Plan, folder: Path, files: Image) -> Recorded:
    """The shift by this plan, in this empty folder, on these files. Raises Unclear."""
    put(files, folder)
    operations = record(command(plan), folder, plan.marks, plan.story.with_suffix(".strace"), ROOT)
    return Recorded(files, operations, pickle.loads(plan.story.read_bytes()))


def put(files: Image, folder: Path) -> None:
    """Have these files in the folder."""
    for name, content in files.items():
        (folder / name).write_bytes(content)


def command(plan: Plan) -> list[str]:
    """What works a shift by this plan."""
    paper = plan.story.with_suffix(".plan")
    paper.write_bytes(pickle.dumps(plan))
    return [sys.executable, "-m", "tests.power_cuts.shift", str(paper)]


def lying(shift: Recorded, *lies: str) -> Recorded:
    """The same on a disk that says it flushed these files, and did not; "" is the folder with its names."""
    kept = [done for done in shift.operations if not _is_lie(done, lies)]
    return Recorded(shift.before, kept, shift.story)


class Judging(Protocol):
    """Looks at what a cut left."""

    def judge(self, image: Image, acceptable: Sequence[Ledger | None]) -> Ledger | None:
        """Which of the acceptable ledgers it is. Raises Wrong."""


def cut_everywhere(shift: Recorded, judge: Judging, chance: Random, tally: Tally) -> Iterator[str]:
    """Cut before each operation and after the last, by every fate that there is; what is wrong with what is left."""
    disk, seen = Disk(shift.before), set()
    for cut, following in enumerate([*shift.operations, None]):
        window = shift.window(cut)
        tally.cuts += 1
        for fate in [Fate.LOST] if disk.is_flushed() else Fate:
            image = disk.cut(fate, chance)
            if (known := (_digest(image), window)) in seen:
                continue
            seen.add(known)
            tally.images += 1
            acceptable = shift.story.ledgers[window.start : window.stop]
            try:
                found = judge.judge(image, acceptable)
            except Wrong as wrong:
                yield f"{wrong} (cut {cut} of {len(shift.operations)}, what was not flushed is {fate})"
            else:
                if chance.random() * tally.images < 1:  # each with the same chance
                    tally.left = image, acceptable[: acceptable.index(found) + 1]
        if following is not None:
            disk.do(following)


def _digest(image: Image) -> int:
    return hash(frozenset(each for each in image.items() if each[0] != SHARED))


def _is_lie(done: Operation, lies: tuple[str, ...]) -> bool:
    return (isinstance(done, Flush) and done.name in lies) or (isinstance(done, FlushNames) and "" in lies)
