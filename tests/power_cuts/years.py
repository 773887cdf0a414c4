"""A terminal's years: shift after shift on one disk, each beginning with what a cut left of the one before."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from terminal.signer import TerminalSigner
from tests.power_cuts import beginnings, cutting
from tests.power_cuts.cutting import Recorded, Tally
from tests.power_cuts.disk import Image
from tests.power_cuts.judge import Judge
from tests.power_cuts.ledger import Ledger
from tests.power_cuts.plan import Fault, Plan
from tests.terminal.till import DOMAIN


@dataclass(frozen=True, slots=True)
class Years:
    """What one terminal is to go through. The same years are the same shifts, and the same cuts."""

    seed: int
    version: int
    """Of the tables that it begins with; 0 for no journal yet."""
    shifts: int
    """The first is killed, the others end in order, and the last retires the terminal."""


@dataclass(slots=True)
class Lived:
    """What came of it."""

    tally: Tally = field(default_factory=Tally)
    findings: list[str] = field(default_factory=list)


class Terminal:
    """One key, and a disk for each shift, in a folder."""

    def __init__(self, years: Years, folder: Path) -> None:
        self._years, self._folder, self.key = years, folder, folder / "key"
        self.key.touch(mode=0o600)
        self.key.write_text(f"0x{hashlib.sha256(str(years).encode()).hexdigest()}\n")
        self.judge = Judge(self.key)

    def beginning(self) -> tuple[Image, tuple[Ledger | None, ...]]:
        """What the disk of the first shift holds."""
        if not self._years.version:
            return {}, (None,)
        image, ledger = beginnings.old(self._years.version, TerminalSigner.load(self.key, DOMAIN))
        return image, (ledger,)

    def shift(
        self, number: int, files: Image, before: tuple[Ledger | None, ...], fault: Fault | None = None
    ) -> Recorded:
        """Work a shift, recorded, on these files, which may say these; see Plan."""
        plan = self.plan(number, before, fault)
        return cutting.recorded(plan, plan.journal.parent, files)

    def plan(self, number: int, before: tuple[Ledger | None, ...], fault: Fault | None = None) -> Plan:
        """What the shift is told; its disk is there, and empty."""
        disk = self._folder / f"disk-{number}"
        disk.mkdir()
        is_last = number == self._years.shifts
        return Plan(
            journal=disk / "journal.sqlite",
            key=self.key,
            marks=disk.with_suffix(".marks"),
            story=disk.with_suffix(".story"),
            seed=f"{self._years} {number}",
            before=before,
            retires=is_last,
            is_killed=number == 1 and not is_last,
            folds_often=number % 2 == 0,
            fault=fault,
        )


@contextmanager
def terminal(years: Years) -> Iterator[Terminal]:
    """A new one, for as long as it is looked at."""
    with tempfile.TemporaryDirectory(prefix="kindpakket-power-") as folder:
        yield Terminal(years, Path(folder).resolve())


def live(years: Years) -> Lived:
    """All of its shifts, with the power cut everywhere in each."""
    lived, chance = Lived(), Random(f"cuts {years}")
    with terminal(years) as till:
        left = till.beginning()
        for number in range(1, years.shifts + 1):
            shift = till.shift(number, *left)
            lived.tally.entries += shift.approved
            lived.findings += cutting.cut_everywhere(shift, till.judge, chance, lived.tally)
            left = lived.tally.left
    return lived


def first_finding(years: Years, lies: tuple[str, ...] = (), fault: Fault | None = None) -> str | None:
    """The first thing that is wrong after a cut in the first shift; None when nothing is.

    `lies` names what the disk says it flushed and did not: files, or the folder's names as "".
    """
    with terminal(years) as till:
        shift = till.shift(1, *till.beginning(), fault)
        found = cutting.cut_everywhere(cutting.lying(shift, *lies), till.judge, Random(f"cuts {years}"), Tally())
        return next(found, None)
