"""What each tone sounds and lights like: told apart by how many beats it has and how long they are, without looking.

    scanned   one short                    the pass was read: type the amount
    approved  two, short and long, rising  hand it over
    refused   three long and low           look at the screen

The same beats drive a buzzer (by their pitch) and a lamp (which is on while there is one). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beat:
    """On for some milliseconds, then off."""

    hertz: int
    on_ms: int
    off_ms: int = 0


PATTERNS: Mapping[str, tuple[Beat, ...]] = {
    "scanned": (Beat(2400, 80),),
    "approved": (Beat(2000, 120, 80), Beat(2700, 400)),
    "refused": (Beat(500, 300, 120), Beat(500, 300, 120), Beat(500, 300)),
}
"""By the names of output.TONES."""
