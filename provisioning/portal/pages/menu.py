"""Where one can go: the desk's parts or a shop's own pages, as far as the reader may open them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from provisioning.portal.access import Role

ENTRIES: tuple[tuple[str, Promise | str], ...] = (
    ("figures:dashboard", _("Figures")),
    ("deciding:list", _("Applications")),
    ("passes:search", _("Families and passes")),
    ("shops:list", _("Shops")),
    ("orders:desk", _("Orders")),
    ("programmes:list", _("Programmes")),
    ("rules:list", _("Rules")),
    ("payouts:list", _("Payouts")),
    ("figures:granting", _("Who granted")),
    ("tasks:list", _("Tasks")),
    ("staff:trail", _("Trail")),
    ("selling:home", _("Your shop")),
    ("orders:list", _("Orders")),
    ("selling:products", _("Products")),
    ("selling:statement", _("Statement")),
    ("selling:terminals", _("Tills")),
    ("selling:details", _("Details")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One way on."""

    url: str
    name: Promise | str


def menu(roles: Collection[Role]) -> list[Entry]:
    """The entries that somebody with these roles may open."""
    entries = [Entry(reverse(name), said) for name, said in ENTRIES]
    return [entry for entry in entries if resolve(entry.url).func.who & frozenset(roles)]  # type: ignore[attr-defined]
