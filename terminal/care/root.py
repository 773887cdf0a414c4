"""The machine's files as text, below a folder that stands for `/`: a test has a folder of its own."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

TEXT_MAX = 256 * 1024

Texts = Mapping[str, str]
"""What files say, by their path without the leading `/`, without spaces around it."""


@dataclass(frozen=True, slots=True)
class Root:
    """What stands below this folder. Nothing raises: what cannot be read is not there, as no machine has all of it."""

    path: Path = Path("/")

    def texts(self, patterns: Iterable[str]) -> Texts:
        """All files that fit one of the patterns, in the order of their names."""
        found = {name: self._text(name) for pattern in patterns for name in self._names(pattern)}
        return {name: text for name, text in found.items() if text is not None}

    def leads_to(self, name: str) -> str:
        """The last part of what this link leads to; empty when it is none."""
        try:
            return (self.path / name).readlink().name
        except OSError:
            return ""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        try:
            return (self.path / name).exists()
        except OSError:
            return False

    def size(self, folder: str) -> int:
        """The bytes of all files in this folder."""
        total = 0
        for at, _, names in os.walk(self.path / folder):
            for name in names:
                try:
                    total += (Path(at) / name).stat().st_blocks * 512
                except OSError:
                    continue  # rotated away meanwhile
        return total

    def _names(self, pattern: str) -> list[str]:
        try:
            return sorted(str(path.relative_to(self.path)) for path in self.path.glob(pattern))
        except OSError:
            return []

    def _text(self, name: str) -> str | None:
        try:
            with (self.path / name).open("rb") as file:
                return file.read(TEXT_MAX).decode("utf-8", "replace").strip()
        except OSError:
            return None
