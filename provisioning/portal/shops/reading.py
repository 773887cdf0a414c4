"""What the worker reads again and again of shops and tills: of the contract, and at the gateway."""

import time
from typing import Any

from django.utils import timezone

from contracts.chain import checksum
from contracts.wire.enrolment import EnrolmentCode
from contracts.wire.errors import Broken
from contracts.wire.units import address, from_hex
from provisioning import roles
from provisioning import shop as shops
from provisioning.enrolling import admissible
from provisioning.portal.people import sealing
from provisioning.portal.programmes.models import Once, Programme
from provisioning.portal.shops import gateway
from provisioning.portal.shops.models import SHOP, Enrolment, Place, Seen, Shop, Slice, Terminal
from provisioning.town import Town

BLOCKS = 50_000
"""As many in one round, so that a task never waits for long."""
TERMINALS = 50
_SETTLE = 20
"""Blocks that are read again, as what they hold may still be another thing."""


def read_events(town: Town) -> None:
    """Shops, places and tills that came otherwise than through the desk, as by the command line."""
    seen = Seen.objects.get_or_create(name="shops", defaults={"block": town.deployment.block})[0]
    newest = town.chain.block_number("latest")
    last = min(newest, seen.block + BLOCKS)
    for name, keep in (("ShopRegistered", _registered), ("ShopPlaced", _placed), ("TerminalRegistered", _enrolled)):
        event = town.contract.get_event_by_name(name)
        for log in town.chain.events(event, seen.block, last):
            keep(town, log)
    seen.block = max(town.deployment.block, min(last, newest - _SETTLE))
    seen.save()


def _registered(town: Town, log: Any) -> None:
    said = log["args"]
    ours = Once.objects.filter(transaction=bytes(log["transactionHash"])).exists()  # its task will note it
    if ours or Shop.objects.filter(number=said["shop"]).exists():
        return
    if roles.may(town, said["sponsor"], town.me(), roles.SHOPS):
        made = Shop(number=said["shop"], name=f"Winkel {said['shop']}", state=Shop.State.ADMITTED)
        made.payout, made.sealed = from_hex(said["payout"]), sealing.seal_json(SHOP, {})
        made.save()


def _placed(town: Town, log: Any) -> None:
    said = log["args"]
    shop = Shop.objects.filter(number=said["shop"]).first()
    programme = Programme.objects.filter(number=said["programme"]).first()
    if shop is not None and programme is not None:
        category, standing = shops.placed(town, said["programme"], said["shop"])
        now = {"category": category, "standing": int(standing)}
        Place.objects.update_or_create(shop=shop, programme=programme, defaults=now)


def _enrolled(_town: Town, log: Any) -> None:
    said = log["args"]
    shop, terminal = Shop.objects.filter(number=said["shop"]).first(), from_hex(said["terminal"].lower())
    if shop is not None and not Terminal.objects.filter(address=terminal).exists():
        known = Enrolment.objects.filter(address=terminal).first()
        Terminal.objects.create(shop=shop, address=terminal, label=known.label if known else f"Kassa {said['shop']}")


def read_terminals(town: Town) -> None:
    """How far each till is settled, and what lies apart for it: those that were not read for longest."""
    programmes = list(Programme.objects.filter(closed=False).exclude(number=None))
    due = Terminal.objects.exclude(address=None).order_by("read_at", "id")
    for terminal in [*due.filter(read_at=None)[:TERMINALS], *due.exclude(read_at=None)[:TERMINALS]][:TERMINALS]:
        _read_terminal(town, terminal)
        for programme in programmes:
            _read_slice(town, terminal, programme)


def _read_terminal(town: Town, terminal: Terminal) -> None:
    found, now = town.look("terminal", checksum(address(bytes(terminal.address or b"")))), timezone.now()
    if found["sequence"] > terminal.sequence:
        terminal.settled_at = now
    terminal.sequence, terminal.retired, terminal.read_at = found["sequence"], found["retired"], now
    terminal.save(update_fields=["sequence", "settled_at", "retired", "read_at"])


def _read_slice(town: Town, terminal: Terminal, programme: Programme) -> None:
    where = programme.number, checksum(address(bytes(terminal.address or b"")))
    found = town.look("slice_of", *where)
    now = {"left": int(found["left"]), "revoked": bool(found["revoked"])}
    if any(now.values()) or Slice.objects.filter(terminal=terminal, programme=programme).exists():
        Slice.objects.update_or_create(terminal=terminal, programme=programme, defaults=now)


def look_for_tills(town: Town) -> None:
    """Whether a till has used its sheet. What the gateway says of it counts when the till's proof is right."""
    waiting = Enrolment.objects.filter(state=Enrolment.State.OFFERED, expires_at__gt=int(time.time()) - 86_400)
    if not gateway.is_there() or not waiting.exists():
        return
    asked = gateway.asked()
    for enrolment in waiting:
        code = EnrolmentCode.parse(enrolment.code)
        try:
            found = admissible(town.deployment, code, asked.used(code))
        except (Broken, ValueError) as fault:
            Enrolment.objects.filter(pk=enrolment.pk).update(wrong=str(fault)[:200])
            continue
        if found is not None:
            now = {"state": Enrolment.State.USED, "address": found.terminal, "consent": found.consent, "wrong": ""}
            Enrolment.objects.filter(pk=enrolment.pk, state=Enrolment.State.OFFERED).update(**now)


def read_health(_town: Town) -> None:
    """Which tills' entries the gateway cannot get settled."""
    if not gateway.is_there():
        return
    troubles = gateway.troubles(gateway.asked())
    known = Terminal.objects.exclude(address=None)
    known.exclude(trouble=None).exclude(address__in=list(troubles)).update(trouble=None, trouble_since=None)
    for terminal, (reason, since) in troubles.items():
        known.filter(address=terminal).update(trouble=reason, trouble_since=since)
