"""Who else may be the same family: other applications, and households that are known here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from provisioning.portal.applying.models import Application, Mark
from provisioning.portal.people.models import Child, Household

_SAID: dict[str, Promise] = {
    "child": _("same child"),
    "number": _("same number"),
    "name": _("same name"),
    "address": _("same address"),
}
_MOST = 50
"""A block of flats may have one address; nobody reads more than these."""


@dataclass(slots=True)
class Alike:
    """An application or a household with the same child, number, name or address (`kinds`)."""

    application: Application | None = None
    household: Household | None = None
    kinds: set[str] = field(default_factory=set)

    @property
    def said(self) -> str:
        """What is the same."""
        return ", ".join(str(said) for kind, said in _SAID.items() if kind in self.kinds)

    @property
    def strong(self) -> bool:
        """Whether somebody must have looked at it before anything is granted."""
        return bool(self.kinds & {"child", "number"} or {"name", "address"} <= self.kinds)


def of(application: Application) -> list[Alike]:
    """Those like this one, the strongest first."""
    found: dict[tuple[str, int], Alike] = {}
    for mark in _applications(application):
        alike = found.setdefault(("application", mark.application_id), Alike(application=mark.application))
        alike.kinds.add(mark.kind)
    for kind, household in _households(application):
        alike = found.setdefault(("household", household.pk), Alike(household=household))
        alike.kinds.add(kind)
    found.pop(("household", application.household_id or 0), None)
    return sorted(found.values(), key=lambda alike: not alike.strong)


def households(alikes: Sequence[Alike]) -> list[Household]:
    """The households among them."""
    return [alike.household for alike in alikes if alike.household is not None]


def _applications(application: Application) -> Iterator[Mark]:
    own = list(application.marks.all())
    hidden = (Application.State.DRAFT, Application.State.WITHDRAWN)
    for kind in Mark.Kind.values:
        prints = [mark.print for mark in own if mark.kind == kind]
        others = Mark.objects.filter(kind=kind, print__in=prints).exclude(application=application)
        yield from others.exclude(application__state__in=hidden).select_related("application")[:_MOST]


def _households(application: Application) -> Iterator[tuple[str, Household]]:
    contents = application.contents
    same = Household.of(contents.who)
    searches = {"name": {"by_name": same.by_name}, "address": {"by_address": same.by_address}}
    if same.by_number is not None:
        searches["number"] = {"by_number": same.by_number}
    for kind, search in searches.items():
        yield from ((kind, household) for household in Household.objects.filter(**search)[:_MOST])
    prints = [child.fingerprint for child in contents.children]
    for child in Child.objects.filter(by_child__in=prints).select_related("household")[:_MOST]:
        yield "child", child.household
