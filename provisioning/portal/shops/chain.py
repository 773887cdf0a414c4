"""What is done on the contract and at the gateway for shops and their tills, by the process that has the keys."""

from typing import Any

from contracts.chain import checksum
from contracts.wire.enrolment import EnrolmentCode
from contracts.wire.errors import Broken
from contracts.wire.units import Address, address, from_hex
from provisioning import bank, fleet
from provisioning import programme as programmes
from provisioning import shop as shops
from provisioning.portal.programmes import once
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops import gateway, opening, reading, sheets
from provisioning.portal.shops.models import Enrolment, Place, Shop, Slice, Terminal
from provisioning.portal.tasks.handlers import Arguments, Result, every, handles
from provisioning.portal.tasks.models import Task
from provisioning.town import Town

READ_SECONDS, LOOK_SECONDS, HEALTH_SECONDS = 60, 15, 120


def admit(town: Town, arguments: Arguments) -> Result:
    """Register it, once; one without an address of its own is paid by bank, which the town's key then chooses.

    One that left comes back under its number, and is paid as before: what it sold is owed to that number.
    """
    shop = Shop.objects.get(pk=arguments["id"])
    if shop.state == Shop.State.ADMITTED:
        raise Broken("this shop takes part already")
    return {"number": shop.number or _register(town, arguments)}


def _register(town: Town, arguments: Arguments) -> int:
    mine = address(from_hex(town.me().lower()))
    payout = address(from_hex(arguments["payout"])) if arguments["payout"] else mine
    number = shops.add(once.town(town, arguments["code"]), payout)
    if payout == mine and not town.look("shop", number)["by_bank"]:
        bank.set_by_bank(town, number, by_bank=True)
    return number


def note_admitted(task: Task) -> None:
    """It takes part."""
    shop = Shop.objects.get(pk=task.arguments["id"])
    if shop.number is None:
        shop.payout = from_hex(task.arguments["payout"]) if task.arguments["payout"] else None
    shop.number, shop.state = (task.result or {})["number"], Shop.State.ADMITTED
    shop.save(update_fields=["number", "state", "payout"])
    opening.place_everywhere(task, shop)


def place(town: Town, arguments: Arguments) -> Result:
    """Say what it is to the programme, if that is another thing than before."""
    programme, shop = arguments["programme"], arguments["shop"]
    wanted = arguments["category"], shops.Standing(arguments["standing"])
    if shops.placed(town, programme, shop) != wanted:
        shops.place(town, programme, shop, *wanted)
    return {}


def note_placed(task: Task) -> None:
    """What it is there now."""
    said = task.arguments
    place = {"category": said["category"], "standing": said["standing"]}
    Place.objects.filter(shop__number=said["shop"], programme__number=said["programme"]).update(**place)


def raise_slice(town: Town, arguments: Arguments) -> Result:
    """Set more apart for a till, once."""
    code, terminal = arguments["code"], _address(arguments["terminal"])
    left = fleet.raise_slice(once.town(town, code), arguments["programme"], terminal, arguments["cents"])
    return {"left": left, "reserve": int(town.view("reserve", arguments["programme"]))}


def note_raised(task: Task) -> None:
    """What it has now, and what is free yet."""
    said, result = task.arguments, task.result or {}
    terminal = Terminal.objects.get(address=from_hex(said["terminal"]))
    programme = Programme.objects.get(number=said["programme"])
    Slice.objects.update_or_create(terminal=terminal, programme=programme, defaults={"left": result["left"]})
    Programme.objects.filter(pk=programme.pk).update(reserve=result["reserve"])


def offer(_town: Town, arguments: Arguments) -> Result:
    """Tell the gateway of a code; the same again changes nothing there."""
    enrolment = Enrolment.objects.get(pk=arguments["id"])
    if not enrolment.code:
        return {"expires_at": 0}
    code = EnrolmentCode.parse(enrolment.code)
    return {"expires_at": int(gateway.asked().offer(code, sheets.VALID_SECONDS))}


def note_offered(task: Task) -> None:
    """Its sheet can be printed."""
    waiting = Enrolment.objects.filter(pk=task.arguments["id"], state=Enrolment.State.MADE)
    waiting.update(state=Enrolment.State.OFFERED, expires_at=(task.result or {})["expires_at"])


def enrol(town: Town, arguments: Arguments) -> Result:
    """Bind the till to its shop; the same again does no harm."""
    enrolment = _used(arguments)
    fleet.register(town, _address(arguments["terminal"]), arguments["shop"], bytes(enrolment.consent or b""))
    return {}


def note_enrolled(task: Task) -> None:
    """It is the shop's, and gets what lies apart for it."""
    terminal = _let_in(task)
    for programme in opening.programmes_of(terminal.shop):
        if programme.slice:
            opening.fund_slice(task, programme, terminal)


def replace(town: Town, arguments: Arguments) -> Result:
    """Let the till take the place of another; an interrupted one goes on."""
    enrolment, new, old = _used(arguments), _address(arguments["terminal"]), _address(arguments["old"])
    consent, careful = bytes(enrolment.consent or b""), once.town(town, arguments["code"])
    done = fleet.replace(careful, old, new, consent, revoke=arguments["revoke"])
    return {"slices": {str(programme): cents for programme, cents in done.slices.items()}}


def note_replaced(task: Task) -> None:
    """Both as they are now."""
    terminal = _let_in(task)
    for number, cents in (task.result or {})["slices"].items():
        programme = Programme.objects.filter(number=int(number)).first()
        if programme is not None:
            Slice.objects.update_or_create(terminal=terminal, programme=programme, defaults={"left": cents})
    Terminal.objects.filter(address=from_hex(task.arguments["old"])).update(read_at=None)


def revoke(town: Town, arguments: Arguments) -> Result:
    """Take it out of every programme, where it is not out yet."""
    terminal = _address(arguments["terminal"])
    for programme in fleet.acting_in(town):
        if not town.look("slice_of", programme, checksum(terminal))["revoked"]:
            programmes.revoke_terminal(town, programme, terminal)
    return {}


def release(town: Town, arguments: Arguments) -> Result:
    """Free what lies apart for a retired one."""
    terminal = _address(arguments["terminal"])
    for programme in fleet.acting_in(town):
        if fleet.left(town, programme, terminal):
            fleet.release_slice(town, programme, terminal)
    return {}


def note_ended(task: Task) -> None:
    """What it was, and has, is read anew soon; what is out is out at once."""
    terminal = Terminal.objects.get(address=from_hex(task.arguments["terminal"]))
    terminal.read_at = None
    terminal.save(update_fields=["read_at"])
    terminal.slices.update(left=0, revoked=task.kind == "shops.revoke")


def _used(arguments: Arguments) -> Enrolment:
    enrolment = Enrolment.objects.get(pk=arguments["id"])
    if enrolment.shown != arguments["terminal"]:
        raise Broken("another terminal has used this sheet meanwhile")
    return enrolment


def _let_in(task: Task) -> Terminal:
    enrolment = Enrolment.objects.get(pk=task.arguments["id"])
    about: dict[str, Any] = {"shop": enrolment.shop, "label": enrolment.label}
    terminal = Terminal.objects.update_or_create(address=from_hex(task.arguments["terminal"]), defaults=about)[0]
    enrolment.state, enrolment.sealed, enrolment.terminal = Enrolment.State.ADMITTED, None, terminal
    enrolment.save(update_fields=["state", "sealed", "terminal"])
    return terminal


def _address(text: str) -> Address:
    return address(from_hex(text))


handles("shops.admit", admit, note_admitted)
handles("shops.place", place, note_placed)
handles("shops.raise", raise_slice, note_raised)
handles("shops.offer", offer, note_offered)
handles("shops.enrol", enrol, note_enrolled)
handles("shops.replace", replace, note_replaced)
handles("shops.revoke", revoke, note_ended)
handles("shops.release", release, note_ended)
every(READ_SECONDS, reading.read_events)
every(READ_SECONDS, reading.read_terminals)
every(LOOK_SECONDS, reading.look_for_tills)
every(HEALTH_SECONDS, reading.read_health)
