"""What each kind of task does on the contract, and what the desk notes when it is done.

A part registers its kinds in its `chain.py`, which is loaded by the worker alone: no page has a key.
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
