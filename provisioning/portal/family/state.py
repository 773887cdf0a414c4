"""All that a family's page shows of its pass, as one JSON object. Nothing in it names a child."""

import time
from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from contracts.wire.units import Address, to_hex
from provisioning import paper
from provisioning.portal import settings
from provisioning.portal.family import blocking, contract, holding, holding_up, places
from provisioning.portal.family.contract import Held
from provisioning.portal.figures.models import Sale
from provisioning.portal.orders import showing
from provisioning.portal.orders.models import DAYS
from provisioning.portal.passes.models import Pass
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops.models import Shop

PAYMENTS_MAX = 100

Programmes = Mapping[int, Programme]


def of(holder: Address, shops_known: str) -> dict[str, Any]:
    """What is so now, but for the shops when `shops_known` is their tag.

    Raises TryAgain when the contract cannot be read, and Broken without its record.

    A pass that is blocked or replaced is told just that: whoever found a letter is not to read where a family buys.
    """
    found = Pass.objects.filter(address=holder).select_related("task").first()
    state = _state(holder, found)
    programmes = holding.programmes(holder) if state == Pass.State.MADE else {}
    held = contract.held(holder, programmes)
    if any(each.blocked for each in held.values()):
        state, programmes = Pass.State.BLOCKED, {}
    return {
        **_about(),
        "pass": {
            "label": paper.label(holder),
            "state": state,
            "blocking": found is not None and blocking.is_waiting(found),
        },
        "budgets": _budgets(holder, programmes, held),
        "payments": _payments(holder, programmes),
        **places.told(programmes.values(), shops_known),
        "orders": showing.of_pass(holder) if state == Pass.State.MADE else [],
        "order_days": DAYS,
        "demo_counter": holding_up.is_there(settings.PORTAL),
    }


def _about() -> dict[str, Any]:
    here = contract.record()
    return {
        "time": int(time.time()),
        "municipality": settings.PORTAL.municipality,
        "contact": settings.PORTAL.contact,
        "language": get_language(),
        "domain": {"chain_id": here.chain_id, "contract": to_hex(here.contract)},
        "network": here.network,
    }


def _state(holder: Address, found: Pass | None) -> str:
    if holding.is_replaced(holder, found):
        return Pass.State.REPLACED
    return Pass.State.MADE if found is None else found.state


def _budgets(holder: Address, programmes: Programmes, held: Mapping[int, Held]) -> list[dict[str, Any]]:
    granted = holding.granted(holder)
    known = [(number, each) for number, each in programmes.items() if held[number].known]
    return [_budget(each, held[number], granted.get(number, 0)) for number, each in known]


def _budget(programme: Programme, held: Held, granted: int) -> dict[str, Any]:
    names = ("name", "begins", "ends", "floor_limit", "day_limit", "paused")
    return {
        "programme": programme.number,
        **{name: getattr(programme, name) for name in names},
        "left": held.left,
        "granted": max(granted, held.left + held.spent),  # the tables follow the contract a moment later
        "counter": held.counter,
        "window": f"0x{held.window:016x}",
    }


def _payments(holder: Address, programmes: Programmes) -> list[dict[str, Any]]:
    """The newest first."""
    rows = list(Sale.objects.filter(programme__in=programmes, buyer=holder).order_by("-time", "-id")[:PAYMENTS_MAX])
    names = dict(Shop.objects.filter(number__in={row.shop for row in rows}).values_list("number", "name"))
    return [
        {
            "shop_name": names.get(row.shop, ""),
            **{name: getattr(row, name) for name in ("programme", "shop", "time", "cents", "refunded")},
        }
        for row in rows
    ]
