"""What a reading is made from and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from terminal.care.kept import Kept
from terminal.care.root import Texts
from terminal.core.care import Trouble
from terminal.finding import Check, Grade


@dataclass(frozen=True, slots=True)
class About:
    """What a reading has to know that stands in no file's text."""

    state: Path
    """Where the journal stands."""
    installed: bool
    """Whether it is a shop's terminal: what an installer sets up is only missed there."""
    version: str
    schema: int
    """Of the journal."""
    free: int
    """Bytes on the journal's disk."""
    files_free: int
    """How many more files go on it."""
    previous: str = ""
    """The release to go back to; empty for none."""
    trying: bool = False
    """Whether an update has yet to prove itself."""
    log_bytes: int = 0
    """What journald keeps."""
    kept: Kept = field(default_factory=Kept)


@dataclass(frozen=True, slots=True)
class Found:
    """One finding, and what the counter's screen says of it; None when it is nothing for a shopkeeper."""

    check: Check
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A row of the table: which files it reads, and what it makes of their text; None where there is no such thing."""

    files: tuple[str, ...]
    judge: Callable[[Texts, About], Found | None]


def well(name: str, finding: str) -> Found:
    """Nothing is to be done."""
    return Found(Check(name, Grade.OK, finding))


def warn(name: str, finding: str, advice: str, trouble: Trouble | None = None) -> Found:
    """Something is to be done; sales go on."""
    return Found(Check(name, Grade.WARN, finding, advice), trouble)


def fail(name: str, finding: str, advice: str, trouble: Trouble | None = None) -> Found:
    """Something must be done now."""
    return Found(Check(name, Grade.FAIL, finding, advice), trouble)
