"""One line of the journal as signer, store and export hand it to each other."""

from dataclasses import dataclass

from contracts.wire.units import Hash


@dataclass(frozen=True, slots=True)
class Line:
    """An entry at its place: the head of the journal with it, and the terminal's signature over that head."""

    sequence: int
    entry: bytes
    head: Hash
    signature: bytes
