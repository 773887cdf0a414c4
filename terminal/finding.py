"""What a check of `terminal doctor` comes out with."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `advice` says what to do and is empty when nothing is to be done."""

    name: str
    grade: Grade
    finding: str
    advice: str = ""
