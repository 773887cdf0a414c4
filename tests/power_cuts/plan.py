"""What passes between a shift, in its own recorded process, and those who cut its power."""

from dataclasses import dataclass
from pathlib import Path

from tests.power_cuts.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Plan:
    """What a shift is told."""

    journal: Path
    key: Path
    marks: Path
    story: Path
    """Where it leaves what each step must have left."""
    seed: str
    before: Ledger | None
    """What the journal says before; None where there is none yet."""
    retires: bool = False
    is_killed: bool = False
    """Whether it ends as by SIGKILL, with all files open."""
    folds_often: bool = False
    """Whether the log is folded into the journal's file every few sales."""
    careless: bool = False
    """Whether nothing is flushed: synchronous is OFF."""


@dataclass(frozen=True, slots=True)
class Story:
    """What the journal must say after each step, the first being what it said before."""

    ledgers: tuple[Ledger | None, ...]
    flushed: tuple[bool, ...]
    """Whether a pulled plug may not take this step away any more, once it is seen outside."""
