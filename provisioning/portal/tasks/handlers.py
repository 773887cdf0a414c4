"""What each kind of task does on the contract, what the desk notes when it is done, and what is read ever again.

A part registers both in its `chain.py`, which is loaded by the worker alone: no page has a key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from provisioning.portal.tasks.models import Task
from provisioning.town import Town

Arguments = dict[str, Any]
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Handler:
    """`act` does it on the contract, and finds out for itself whether it was done before it was interrupted.

    Raises TryAgain, Refused, Reverted or Broken. `note` writes what follows from it, in the transaction in which the
    task becomes done.
    """

    act: Callable[[Town, Arguments], Result]
    note: Callable[[Task], None] = lambda _task: None


HANDLERS: dict[str, Handler] = {}


def handles(kind: str, act: Callable[[Town, Arguments], Result], note: Callable[[Task], None] | None = None) -> None:
    """Say how this kind of task is done."""
    if kind in HANDLERS:
        raise ValueError(f"two handlers for {kind}")
    HANDLERS[kind] = Handler(act) if note is None else Handler(act, note)


@dataclass(frozen=True, slots=True)
class Round:
    """What the worker does again, this many seconds after it was last done."""

    name: str
    """Its module and function, without what all of them share."""
    seconds: float
    do: Callable[[Town], None]


ROUNDS: list[Round] = []


def every(seconds: float, do: Callable[[Town], None]) -> None:
    """Have the worker do this at its start, and again and again: to read the contract, or to tidy up.

    It runs between two tasks, so it is short, and goes on where it was; what took long rests for longer. An error in it
    is told, and stops nothing.
    """
    name = f"{do.__module__.removeprefix('provisioning.portal.')}.{do.__name__}"
    ROUNDS.append(Round(name, seconds, do))
