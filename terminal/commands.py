"""What the commands that read a journal share: how they fail, and how a table is set."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from contracts.wire.errors import Broken, Refused, TryAgain
from contracts.wire.reasons import MEANINGS
from contracts.wire.units import Timestamp

_CALENDAR_MAX = 253_402_300_799  # the last second of the year 9999


def run(command: Callable[[], int]) -> int:
    """The command's exit code; 1 and one sentence on stderr when it could not do its work."""
    try:
        status = command()
        sys.stdout.flush()
    except BrokenPipeError:  # `journal list | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (Broken, Refused, TryAgain) as error:
        sys.stderr.write(f"kindpakket: {_sentence(error)}\n")
        return 1
    return status


def _sentence(error: Exception) -> str:
    """What to say of it: a refusal without a detail of its own has the sentence of its reason."""
    if isinstance(error, Refused) and not error.detail:
        return f"{MEANINGS[error.reason].en} ({error.reason.name})"
    return str(error)


def as_json(value: Any) -> str:
    """The value as one JSON document for machines."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def tell(data: Any, sentence: str, *, machine: bool) -> None:
    """What was done, for a machine or for a person."""
    sys.stdout.write((as_json(data) if machine else sentence) + "\n")


def utc(time: Timestamp) -> str:
    """The time in UTC; a number of seconds for a time beyond the calendar."""
    if time > _CALENDAR_MAX:
        return f"{time} s"
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under their heads. Columns of numbers stand flush right, the others flush left."""
    columns = [_column(cells) for cells in zip(heads, *rows, strict=True)]
    return "\n".join("  ".join(cells).rstrip() for cells in zip(*columns, strict=True))


def _column(cells: Sequence[str]) -> list[str]:
    width = max(map(len, cells))
    numbers = all(cell[-1:].isdigit() for cell in cells[1:] if cell)
    return [cell.rjust(width) if numbers else cell.ljust(width) for cell in cells]
