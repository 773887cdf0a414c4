"""What a terminal's snapshot is called: which store told it, how far, and about which programmes under which rules."""

from dataclasses import dataclass
from typing import Self

from contracts.wire.hashing import keccak256

_MARK_BYTES = 4


@dataclass(frozen=True, slots=True)
class Version:
    """`cursor`: every change of a budget up to this number is in the snapshot, or in the pages of it so far.

    `programmes` and `rules` are marks: of the ids of the programmes that were told, and of all that was told of them.
    """

    store: str
    cursor: int
    programmes: str
    rules: str

    def __str__(self) -> str:
        return f"{self.store}-{self.cursor}-{self.programmes}-{self.rules}"

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """The version of this name, or None when nobody calls one so."""
        store, *parts = (text or "").split("-")
        if len(parts) != 3 or not (parts[0].isascii() and parts[0].isdigit()):
            return None
        return cls(store, int(parts[0]), parts[1], parts[2])

    def leads_to(self, current: "Version") -> bool:
        """Whether the changes since this one make the current one of it: same store, not ahead, same programmes."""
        same = (self.store, self.programmes) == (current.store, current.programmes)
        return same and self.cursor <= current.cursor


def mark(content: bytes) -> str:
    """Eight hex digits that tell this content from others."""
    return keccak256(content)[:_MARK_BYTES].hex()
