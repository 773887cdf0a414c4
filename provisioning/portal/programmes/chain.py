"""What is done on the contract for programmes, by the process that has the key."""

from typing import Any

from django.utils import timezone

from contracts.wire.errors import Broken
from contracts.wire.units import Cents, Timestamp
from provisioning import programme as programmes
from provisioning import roles
from provisioning.portal import settings
from provisioning.portal.programmes import once
from provisioning.portal.programmes.asking import follow
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops import opening
from provisioning.portal.tasks.handlers import Arguments, Result, every, handles
from provisioning.portal.tasks.models import Task
from provisioning.town import Town

READ_SECONDS = 60
_READ = (
    "begins", "ends", "floor_limit", "day_limit", "offline_window", "categories", "paused", "closed", "held", "reserve",
)  # fmt: skip


def create(town: Town, arguments: Arguments) -> Result:
    """Begin it, once: a task that was given up may be tried again after the draft went live by another."""
    if not Programme.objects.filter(pk=arguments["id"], number=None).exists():
        raise Broken("this draft is live already, or was deleted")
    name, terms = arguments["name"], terms_of(arguments["terms"])
    number = programmes.create(once.town(town, arguments["code"]), name, terms)
    return {"number": number, **facts(programmes.show(town, number))}


def change(town: Town, arguments: Arguments) -> Result:
    """Give it these rules, if it has others."""
    number, terms = arguments["number"], terms_of(arguments["terms"])
    if programmes.show(town, number).terms != terms:
        programmes.change(town, number, terms)
    return facts(programmes.show(town, number))


def pause(town: Town, arguments: Arguments) -> Result:
    """Stop it, or let it go on, if it is not so already."""
    number, paused = arguments["number"], arguments["paused"]
    if programmes.show(town, number).paused != paused:
        programmes.pause(town, number, paused=paused)
    return facts(programmes.show(town, number))


def fund(town: Town, arguments: Arguments) -> Result:
    """Add to its reserve, once. The embedded default makes the euros first."""
    number, cents = arguments["number"], arguments["cents"]
    programmes.fund(once.town(town, arguments["code"]), number, cents, mint=settings.PORTAL.embedded)
    return facts(programmes.show(town, number))


def withdraw(town: Town, arguments: Arguments) -> Result:
    """Take from its free reserve, once."""
    number, cents = arguments["number"], arguments["cents"]
    programmes.withdraw(once.town(town, arguments["code"]), number, cents)
    return facts(programmes.show(town, number))


def close(town: Town, arguments: Arguments) -> Result:
    """End it for good, and bring budgets and slices to its reserve; what was swept holds nothing to sweep again."""
    number = arguments["number"]
    if not programmes.show(town, number).closed:
        programmes.close(town, number)
    programmes.sweep(town, number)
    return facts(programmes.show(town, number))


def terms_of(said: dict[str, int]) -> programmes.Terms:
    """The rules in a task's arguments."""
    period = Timestamp(said["begins"]), Timestamp(said["ends"])
    limits = Cents(said["floor_limit"]), Cents(said["day_limit"])
    return programmes.Terms(*period, *limits, said["offline_window"], said["categories"])


def facts(found: programmes.Programme) -> dict[str, Any]:
    """What the desk keeps of it."""
    return {name: getattr(found, name) for name in _READ}


def keep(programme: Programme, found: dict[str, Any]) -> None:
    """Write down what the contract has."""
    for name in _READ:
        setattr(programme, name, found[name])
    programme.read_at = timezone.now()
    programme.save(update_fields=["number", "name", "read_at", *_READ])


def note(task: Task) -> None:
    """What the contract has after it."""
    keep(Programme.objects.get(pk=task.arguments["id"]), task.result or {})


def note_created(task: Task) -> None:
    """It is live: its money and its shops follow."""
    programme, result = Programme.objects.get(pk=task.arguments["id"]), task.result or {}
    programme.number, wanted = result["number"], task.arguments["reserve"]
    keep(programme, result)
    opening.place_all(task, programme)
    if wanted:
        about = {"id": programme.pk, "number": programme.number, "cents": wanted, "opening": True}
        programme.task = follow(task, "programmes.fund", code=f"programme {programme.pk} first", **about)
        programme.save(update_fields=["task"])


def note_funded(task: Task) -> None:
    """There is money: the tills of its shops get their slices, when this is its beginning."""
    note(task)
    if task.arguments.get("opening"):
        opening.fund_slices(task, Programme.objects.get(pk=task.arguments["id"]))


def read_all(town: Town) -> None:
    """Every programme of the sponsors for whom this key acts, as the contract has it now."""
    mine = roles.acting_for(town, sum(roles.NAMES.values()))
    for number in range(1, int(town.view("programme_count")) + 1):
        if town.look("programme", number)["sponsor"] in mine:
            _read(programmes.show(town, number))


def _read(found: programmes.Programme) -> None:
    programme = Programme.objects.filter(number=found.programme).first()
    if programme is None and Programme.objects.filter(number=None, name=found.name).exists():
        return  # a draft of that name may be on its way to be this one
    now = facts(found)
    keep(programme or Programme.objects.create(number=found.programme, name=found.name, slice=0, **now), now)


handles("programmes.create", create, note_created)
handles("programmes.change", change, note)
handles("programmes.pause", pause, note)
handles("programmes.fund", fund, note_funded)
handles("programmes.withdraw", withdraw, note)
handles("programmes.close", close, note)
every(READ_SECONDS, read_all)
