"""Everything that is known of one household, as it may ask for (GDPR, article 15)."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet

from provisioning.portal.applying.models import Application
from provisioning.portal.deciding.models import Decision
from provisioning.portal.orders.models import Order
from provisioning.portal.people.models import Child, Household
from provisioning.portal.staff.models import Line

Known = dict[str, Any]
"""What JSON can say, with moments as ISO 8601."""


def of(household: Household) -> Known:
    """All of it, opened. Raises Broken."""
    applications = list(household.applications.prefetch_related("documents", "conversation", "decisions"))
    children = household.children.prefetch_related("passes", "grants__programme")
    return {
        **asdict(household.who),
        "town_number": household.who.number,
        "number": household.pk,
        "language": household.language,
        "from_social_service": household.known,
        "known_since": household.made_at.isoformat(),
        "kept_until": household.forget_on.isoformat() if household.forget_on else None,
        "children": [_child(child) for child in children],
        "applications": [_application(one) for one in applications],
        "decisions": [_decision(one) for one in household.decisions.filter(application=None)],
        "trail": list(_trail([f"household {household.pk}", *(f"application {one.pk}" for one in applications)])),
    }


def of_application(application: Application) -> Known:
    """All of an application that is of no known household. Raises Broken."""
    return {**_application(application), "trail": list(_trail([f"application {application.pk}"]))}


def _child(child: Child) -> Known:
    return {
        **asdict(child.who),
        "passes": [{"label": one.label, "state": one.state} for one in child.passes.all()],
        "budgets": [
            {
                "programme": one.programme.name,
                "cents": one.cents,
                "on": one.made_at.isoformat(),
                "due": one.due_on.isoformat(),
                "stopped": one.stopped,
            }
            for one in child.grants.all()
        ],
        "orders": [_order(one) for one in _orders(child)],
    }


def _orders(child: Child) -> QuerySet[Order]:
    found = Order.objects.filter(holder__in=[bytes(one.address) for one in child.passes.all()])
    return found.select_related("shop", "programme").prefetch_related("lines")


def _order(one: Order) -> Known:
    return {
        "code": one.code,
        "shop": one.shop.name,
        "programme": one.programme.name,
        "products": [f"{line.quantity} x {line.name}" for line in one.lines.all()],
        "cents": one.cents,
        "stands": one.state,
        "on": one.made_at.isoformat(),
    }


def _application(one: Application) -> Known:
    return {
        "code": one.code,
        "state": one.state,
        "sent": one.submitted_at.isoformat() if one.submitted_at else None,
        "kept_until": one.forget_on.isoformat() if one.forget_on else None,
        **one.contents.as_json(),
        "rules_said": one.advice,
        "documents": [
            {"kind": each.kind, "bytes": each.size, "on": each.made_at.isoformat()} for each in one.documents.all()
        ],
        "conversation": [
            {"by": "family" if each.by_family else "town", "text": each.text, "on": each.made_at.isoformat()}
            for each in one.conversation.all()
        ],
        "decisions": [_decision(each) for each in one.decisions.all()],
    }


def _decision(one: Decision) -> Known:
    said = {"verdict": one.verdict, "state": one.state, "reasons": one.reasons, "cents": one.amounts}
    return {**said, **one.said, "on": one.made_at.isoformat()}


def _trail(subjects: list[str]) -> Iterator[Known]:
    """What was done with these at the desk, and when; by whom is the staff's own."""
    for line in Line.objects.filter(subject__in=subjects):
        yield {"at": line.at.isoformat(), "what": line.action}
