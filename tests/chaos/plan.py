"""What is asked of a chaos run, and what happened on the way."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.proxy import Fate


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for."""

    folder: Path
    seed: int
    seconds: float
    sqlite: bool


@dataclass(slots=True)
class Tally:
    """What happened on the way."""

    incidents: Counter[str] = field(default_factory=Counter)
    fates: Counter[Fate] = field(default_factory=Counter)
    counters: Counter[str] = field(default_factory=Counter)
    clerk: Counter[str] = field(default_factory=Counter)
    desk: Counter[str] = field(default_factory=Counter)
    gateways: Counter[str] = field(default_factory=Counter)
    struck: int = 0
    stuck: list[str] = field(default_factory=list)
    drained_seconds: float = 0.0
