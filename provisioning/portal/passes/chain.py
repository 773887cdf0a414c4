"""What the worker does with passes on the contract, and what it reads of them there."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from contracts.chain import checksum
from contracts.wire.errors import TryAgain
from contracts.wire.units import Address, Cents, from_hex
from provisioning import grant, holdings
from provisioning.grant_list import Line
from provisioning.portal.passes import giving
from provisioning.portal.passes.models import Grant, Pass, Read
from provisioning.portal.staff import trail
from provisioning.portal.tasks import blocks
from provisioning.portal.tasks.handlers import Arguments, Result, every, handles
from provisioning.portal.tasks.models import Task
from provisioning.town import Town

_FOLLOW_SECONDS = 30.0
_PARTS_SECONDS = 3_600.0


def give(town: Town, arguments: Arguments) -> Result:
    """Grant the budgets, once under their reference."""
    found = Grant.objects.filter(pk__in=arguments["grants"]).select_related("given_to").order_by("id")
    cents: dict[Pass, int] = defaultdict(int)
    for each in found:
        if each.given_to is not None:
            cents[_newest(each.given_to)] += each.cents
    lines = [Line(_address(each), Cents(amount)) for each, amount in cents.items()]
    done = grant.grant(town, arguments["programme"], arguments["reference"], lines)
    _block_again(town, cents)
    return {"now": done.now, "before": done.before}


def set_blocked(town: Town, arguments: Arguments) -> Result:
    """Block it in all programmes of the town, or let it pay again. One without any budget yet is only noted."""
    found = Pass.objects.get(pk=arguments["pass"])
    _await_grants(found)
    _await_earlier(found)
    return {"programmes": _set_blocked(town, found, blocked=arguments["blocked"])}


def note_blocked(task: Task) -> None:
    """Its state, unless it was replaced meanwhile."""
    state = Pass.State.BLOCKED if task.arguments["blocked"] else Pass.State.MADE
    Pass.objects.filter(pk=task.arguments["pass"]).exclude(state=Pass.State.REPLACED).update(state=state)


def reissue(town: Town, arguments: Arguments) -> Result:
    """Move all budgets of the old pass to the new one."""
    old, new = (Pass.objects.get(pk=arguments[name]) for name in ("old", "new"))
    _await_grants(old)
    _await_earlier(old)
    if not holdings.held(town, _address(old)):
        return {"moved": [], "before": []}
    found = holdings.to_move(town, _address(old), _address(new))
    done = holdings.reissue(town, found, _address(old), _address(new))
    return {name: [each.programme for each in getattr(done, name)] for name in ("moved", "before")}


def note_reissued(task: Task) -> None:
    """The old one is nothing any more."""
    Pass.objects.filter(pk=task.arguments["old"]).update(state=Pass.State.REPLACED)


def give_parts(_town: Town) -> None:
    """Give the monthly parts whose day has come."""
    giving.give_parts()


def follow(town: Town) -> None:
    """Note what somebody did to passes by another way than this desk, from final blocks."""
    read = Read.objects.first() or Read(block=blocks.start(town))
    coming = blocks.ahead(town, read.block)
    if not coming:
        return
    blocked, replaced = (list(_events(town, name, coming[0], coming[-1])) for name in ("PassBlocked", "PassReissued"))
    states = {bytes(address): _state(town, address, number) for number, address in _blocked(blocked)}
    with transaction.atomic():
        for told in replaced:
            _note_replaced(Address(from_hex(told["old_pass"])), Address(from_hex(told["new_pass"])))
        for address, state in states.items():
            _note_state(address, state)
        read.block = coming[-1]
        read.save()


def _newest(found: Pass) -> Pass:
    """The pass that stands for this one on the contract. Raises TryAgain while that is being changed."""
    while found.state == Pass.State.REPLACED and found.replaced_by is not None:
        found = found.replaced_by
    _await_earlier(found)
    return found


def _await_grants(found: Pass) -> None:
    """Raises TryAgain while the contract is still to hear of its budgets: it could not be blocked or moved before."""
    if Grant.objects.filter(given_to=found, task__state=Task.State.WAITING).exists():
        raise TryAgain("its budget is to be given first")


def _await_earlier(found: Pass) -> None:
    """Raises TryAgain while the pass before it still has the budgets: they would come unblocked, or not at all."""
    if Pass.objects.filter(replaced_by=found).exclude(state=Pass.State.REPLACED).exists():
        raise TryAgain("the pass before it is to be replaced first")


def _block_again(town: Town, passes: Iterable[Pass]) -> None:
    """A budget that came after its pass was blocked is blocked, too."""
    for found in passes:
        if found.state == Pass.State.BLOCKED:
            _set_blocked(town, found, blocked=True)


def _set_blocked(town: Town, found: Pass, *, blocked: bool) -> list[int]:
    held = [each for each in holdings.held(town, _address(found)) if each.mine and each.successor is None]
    return holdings.set_blocked(town, _address(found), blocked=blocked) if held else []


def _address(found: Pass) -> Address:
    return Address(bytes(found.address))


def _events(town: Town, name: str, first: int, last: int) -> Iterable[Any]:
    event = town.contract.get_event_by_name(name)
    return (log["args"] for log in town.chain.events(event, first, last))


def _blocked(events: Iterable[Any]) -> list[tuple[int, Address]]:
    """Of the passes that this desk made, which were blocked or unblocked, and where."""
    told = {Address(from_hex(each["pass_address"])): int(each["programme"]) for each in events}
    known = {bytes(address) for address in Pass.objects.filter(address__in=told).values_list("address", flat=True)}
    return [(number, address) for address, number in told.items() if address in known]


def _state(town: Town, address: Address, number: int) -> Pass.State:
    """As it is now: what the event says may be undone since."""
    blocked = town.look("budget", number, checksum(address))["blocked"]
    return Pass.State.BLOCKED if blocked else Pass.State.MADE


def _note_state(address: bytes, state: Pass.State) -> None:
    for found in Pass.objects.filter(address=address).exclude(state__in=(state, Pass.State.REPLACED)):
        Pass.objects.filter(pk=found.pk).update(state=state)
        trail.note(None, "passes.read", f"pass {found.pk}", state=state)


def _note_replaced(old: Address, new: Address) -> None:
    """A pass that the desk did not make is its child's too, when it replaced one."""
    for found in Pass.objects.filter(address=old).exclude(state=Pass.State.REPLACED):
        by = Pass.objects.get_or_create(address=new, defaults={"child": found.child})[0]
        Pass.objects.filter(pk=found.pk).update(state=Pass.State.REPLACED, replaced_by=by)
        trail.note(None, "passes.read", f"pass {found.pk}", state=Pass.State.REPLACED, by=by.pk)


handles("passes.grant", give)
handles("passes.block", set_blocked, note_blocked)
handles("passes.reissue", reissue, note_reissued)
every(_FOLLOW_SECONDS, follow)
every(_PARTS_SECONDS, give_parts)
