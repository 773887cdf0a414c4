"""What passes between a shift, in its own recorded process, and those who cut its power."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.power_cuts.ledger import Ledger


class Fault(StrEnum):
    """What would be wrong with a store, so that it is known to be found."""

    NO_FLUSH = "synchronous = OFF"
    TRUSTED_SECTORS = "SQLite's trust in whole sectors"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a shift is told."""

    journal: Path
    key: Path
    marks: Path
    """Where it tells how far it is."""
    story: Path
    """Where it leaves what each step must have left."""
    seed: str
    before: tuple[Ledger | None, ...]
    """The last is what the journal says before, None where there is none yet.

    After a cut nobody has seen that until the daemon has it open. So another cut before may leave any of these.
    """
    retires: bool = False
    is_killed: bool = False
    """Whether it ends as by SIGKILL, with all files open."""
    folds_often: bool = False
    """Whether the log is folded into the journal's file every few sales."""
    fault: Fault | None = None
    stick: Path | None = None
    """A folder for a mirror."""


@dataclass(frozen=True, slots=True)
class Story:
    """What the journal must say after each step, the first so many being what it may have said before."""

    begins: int
    """The step that was done before."""
    ledgers: tuple[Ledger | None, ...]
    flushed: tuple[bool, ...]
    """Whether a pulled plug may not take this step away any more, once it is seen outside."""
