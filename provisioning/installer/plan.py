"""Which steps there are, in which order, and which of them are to be done here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from provisioning.installer import disks
from provisioning.installer.host import Host
from provisioning.installer.record import Record
from provisioning.installer.step import Step
from provisioning.installer.steps.clock import CLOCK
from provisioning.installer.steps.data import data
from provisioning.installer.steps.firewall import FIREWALL
from provisioning.installer.steps.folders import FOLDERS
from provisioning.installer.steps.memory import MEMORY
from provisioning.installer.steps.packages import ALWAYS, OVERLAY, packages
from provisioning.installer.steps.program import PROGRAMS, RELEASES
from provisioning.installer.steps.readonly import READ_ONLY
from provisioning.installer.steps.sealing import SEALING
from provisioning.installer.steps.texts import JOURNALD, UDEV, WATCHDOG
from provisioning.installer.steps.units import UNITS
from provisioning.installer.steps.upgrades import UPGRADES
from provisioning.installer.steps.users import USERS
from terminal.places import PROGRAM_KEPT

Say = Callable[[str], None]

_SETTINGS = UDEV, JOURNALD, CLOCK, WATCHDOG, MEMORY, FIREWALL, UPGRADES, SEALING
_WRITABLE = (
    "the root stays writable, and a power cut may spoil it: nothing is free behind it for what must last. Either name "
    "an empty disk or stick by --data (`lsblk` lists them), or write the card anew and leave 2 GiB free behind the root"
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What whoever installs asks for: a device for the data, and whether the root is to stay as it is."""

    device: str | None = None
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps for one machine, in order, and what there is to say about them."""

    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()


def make(host: Host, record: Record, wishes: Wishes) -> Plan:
    """All steps that fit this machine. Each relies on those before it; the data come first, as the record is there."""
    lasting = _lasting(host, record, wishes)
    read_only = bool(lasting) and not wishes.writable
    names = (*ALWAYS, *OVERLAY) if read_only else ALWAYS
    steps = *lasting, PROGRAMS, packages(names), USERS, FOLDERS, RELEASES, *_SETTINGS, UNITS
    if read_only:
        return Plan((*steps, READ_ONLY))
    return Plan(steps, () if wishes.writable else (_WRITABLE,))


def _lasting(host: Host, record: Record, wishes: Wishes) -> tuple[Step, ...]:
    """The step of the data partition, where there is one or room for one."""
    if wishes.device and not disks.is_mounted(host):
        disks.require_usable(host, disks.kernel_name(host, wishes.device))
    space = None if wishes.device or disks.is_mounted(host) or disks.labelled(host) else disks.free(host)
    possible = wishes.device or space or disks.is_mounted(host) or disks.labelled(host) or "data" in record.steps
    return (data(wishes.device, space),) if possible else ()


def pending(host: Host, record: Record, plan: Plan) -> list[Step]:
    """What is to be done here: whatever is not, and whatever was begun and not ended."""
    return [step for step in plan.steps if record.begun(step.name) or not step.is_done(host)]


def undoing(record: Record) -> list[Step]:
    """What is to be undone, in order: whatever was begun here, from the last to the first; and the program at least."""
    steps = data(None, None), PROGRAMS, packages(ALWAYS), USERS, FOLDERS, RELEASES, *_SETTINGS, UNITS, READ_ONLY
    begun = {*record.steps, *((PROGRAMS.name,) if record.host.at(PROGRAM_KEPT).exists() else ())}
    return [step for step in reversed(steps) if step.name in begun]


def carry_out(record: Record, todo: Sequence[Step], say: Say) -> None:
    """Do them in order, each written down before it begins. Raises Broken with what to do; then the same goes on."""
    for number, step in enumerate(todo, 1):
        say(f"[{number}/{len(todo)}] {step.name}: {step.sentence}")
        step.do(record.host, record.begin(step.name))
        record.finish(step.name)


def take_back(record: Record, todo: Sequence[Step], say: Say) -> None:
    """Undo them in order."""
    for number, step in enumerate(todo, 1):
        say(f"[{number}/{len(todo)}] undo {step.name}")
        step.undo(record.host, record.begin(step.name))
        record.forget(step.name)
