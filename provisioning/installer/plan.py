"""Which steps there are, in which order, and which of them are to be done here."""

from collections.abc import Callable, Sequence

from provisioning.installer.host import Host
from provisioning.installer.record import Record
from provisioning.installer.step import Step
from provisioning.installer.steps.clock import CLOCK
from provisioning.installer.steps.firewall import FIREWALL
from provisioning.installer.steps.folders import FOLDERS
from provisioning.installer.steps.packages import ALWAYS, packages
from provisioning.installer.steps.program import PROGRAMS, RELEASES
from provisioning.installer.steps.sealing import SEALING
from provisioning.installer.steps.texts import JOURNALD, UDEV, WATCHDOG
from provisioning.installer.steps.units import UNITS
from provisioning.installer.steps.users import USERS

Say = Callable[[str], None]


def steps() -> tuple[Step, ...]:
    """All of them. Each finds done what those before it do."""
    machine = packages(ALWAYS), USERS, FOLDERS, RELEASES, UDEV, JOURNALD, CLOCK, WATCHDOG, FIREWALL, SEALING
    return PROGRAMS, *machine, UNITS


def pending(host: Host, record: Record, all_steps: Sequence[Step]) -> list[Step]:
    """What is to be done here: whatever is not, and whatever was begun and not ended."""
    return [step for step in all_steps if record.begun(step.name) or not step.is_done(host)]


def carry_out(host: Host, record: Record, todo: Sequence[Step], say: Say) -> None:
    """Do them in order, each written down before it begins. Raises Broken with what to do; then the same goes on."""
    for number, step in enumerate(todo, 1):
        say(f"[{number}/{len(todo)}] {step.name}: {step.sentence}")
        step.do(host, record.begin(step.name))
        record.finish(step.name)


def take_back(host: Host, record: Record, all_steps: Sequence[Step], say: Say) -> None:
    """Undo, from the last to the first, whatever was begun here. The record goes with the last of it."""
    todo = [step for step in reversed(all_steps) if step.name in record.steps]
    for number, step in enumerate(todo, 1):
        say(f"[{number}/{len(todo)}] undo {step.name}")
        step.undo(host, record.begin(step.name))
        record.forget(step.name)
