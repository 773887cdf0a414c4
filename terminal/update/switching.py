"""Change over to a release that stands beside the one in use, and keep it only when it works.

The order is what makes any interruption harmless: what is tried is noted before `current` leads to it, and each name
changes from one moment to the next. Whoever finds the note afterwards, at the next boot or when the daemon fails,
settles it: a release that works is kept, and one that does not gives way to the one before.
"""

import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Protocol

from contracts.wire.errors import Broken
from terminal.update.machine import READY_SECONDS, RUNS
from terminal.update.program import Program, Trial

LOOK_SECONDS = 2.0
_UNREADY = "its daemon does not become ready"


class Supervised(Protocol):
    """What must be known of the machine."""

    def restart(self) -> bool:
        """Start the daemon of the release that is current; whether it was ready in time."""

    def has_failed(self) -> bool:
        """Whether the supervisor has given the daemon up."""

    def failures(self, program: Path, /) -> AbstractSet[str]:
        """The names of what the doctor of that release finds failing."""


def change(
    program: Program, machine: Supervised, version: str, failed: AbstractSet[str], said: Callable[[str], None]
) -> None:
    """Use that version from now on; `failed` is what the doctor found before.

    Raises Broken when it does not work; then the one before is in use again.
    """
    trial = Trial(before=program.current(), after=version, failed=tuple(sorted(failed)))
    program.begin(trial)
    program.keep_as_previous(trial.before)
    program.use(version)
    said(f"{version} is on trial")
    if why := _why_not(program, machine, trial):
        told = _back(program, machine, trial)
        raise Broken(f"{version} does not work here: {why}. {told}; tell whoever supplied the release")
    _keep(program)


def settle(program: Program, machine: Supervised, said: Callable[[str], None]) -> None:
    """Finish what was interrupted: keep the release on trial when it works, else use the one before again."""
    trial = program.trial()
    if trial is None:
        return
    if program.current() != trial.after:
        said(f"the change to {trial.after} was interrupted: {_back(program, machine, trial)}")
    elif why := _UNREADY if machine.has_failed() else _why_not(program, machine, trial):
        said(f"{trial.after} does not work here: {why}. {_back(program, machine, trial)}")
    else:
        _keep(program)
        said(f"{trial.after} works, and stays in use")


def _why_not(program: Program, machine: Supervised, trial: Trial) -> str:
    """Why the release on trial is not to be kept; empty when it works. A device may need a moment to be found."""
    if not machine.restart():
        return _UNREADY
    if RUNS in trial.failed:
        return ""  # nobody could ask the doctor before, and what runs now is better than what did not
    until = time.monotonic() + READY_SECONDS
    while new := sorted(machine.failures(program.release(trial.after)) - set(trial.failed)):
        if machine.has_failed() or time.monotonic() > until:
            return f"the doctor finds failing what did not fail before: {', '.join(new)}"
        time.sleep(LOOK_SECONDS)
    return ""


def _keep(program: Program) -> None:
    program.end()
    program.tidy()


def _back(program: Program, machine: Supervised, trial: Trial) -> str:
    """Use the release before again, and tell of it."""
    program.use(trial.before)
    ready = machine.restart()
    _keep(program)
    return f"{trial.before} is in use again" + ("" if ready else ", and its daemon does not become ready either")
