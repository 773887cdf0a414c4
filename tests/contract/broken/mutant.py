"""What a mutant is."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from contracts.compile import SOURCES


@dataclass(frozen=True)
class Mutant:
    """A contract with one rule broken: this text of this source stands once, and is replaced."""

    name: str
    source: str
    text: str
    replacement: str = ""
    first: str = ""
    """The tests that should notice, which are asked before all others: test_<first>.py."""
    half: str = "kindpakket"
    """The half of the contract that is broken; a module's code can run in both, and one is enough to be noticed."""

    def write(self, folder: Path) -> None:
        """Put the sources there, broken. Raises ValueError when the text does not stand exactly once."""
        for path in SOURCES.glob("*.vy"):
            shutil.copy(path, folder / path.name)
        broken = folder / f"{self.source}.vy"
        whole = broken.read_text()
        if whole.count(self.text) != 1:
            raise ValueError(f"{self.name}: the text stands {whole.count(self.text)} times in {self.source}.vy")
        broken.write_text(whole.replace(self.text, self.replacement))


def broken(source: str, first: str, *changes: tuple[str, str, str], half: str = "kindpakket") -> tuple[Mutant, ...]:
    """Mutants of one source, by name, text and replacement."""
    return tuple(Mutant(name, source, text, replacement, first, half) for name, text, replacement in changes)
