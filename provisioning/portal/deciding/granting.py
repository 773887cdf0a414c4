"""What a grant writes: the household with its children, and a budget for each. Taking it back takes them out again."""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from uuid import uuid4

from django.db.models import Sum
from django.utils import timezone

from provisioning.portal.applying.models import Application
from provisioning.portal.deciding.models import Decision
from provisioning.portal.deciding.reasons import NotPossibleError
from provisioning.portal.pages.templatetags.times import moment
from provisioning.portal.passes.models import Grant, Pass
from provisioning.portal.people import keeping, sealing
from provisioning.portal.people.models import Child, ChildParticulars, Household, Particulars
from provisioning.portal.programmes.models import Programme
from provisioning.portal.rules.terms import monthly

_REFERENCE_BYTES = 16


def application_of(decision: Decision) -> Application:
    """The application that it is about."""
    if decision.application is None:
        raise NotPossibleError("gone")
    return decision.application


def programme_of(application: Application) -> Programme:
    """Whose money it is. Raises NotPossibleError when there is no running programme."""
    return running(application.scheme.programme)


def months_of(application: Application) -> int:
    """In how many parts its rules give a budget, one each month."""
    return application.rules.conditions.months if application.rules else 1


def running(programme: Programme | None) -> Programme:
    """The same, if it is live. Raises NotPossibleError."""
    if programme is None or programme.number is None or programme.closed:
        raise NotPossibleError("programme")
    return programme


def require_possible(decision: Decision) -> None:
    """Raises NotPossibleError with what stands in the way."""
    application = application_of(decision)
    programme = programme_of(application)
    contents = application.contents
    if decision.household is None:
        _require_new(contents.who)
    else:
        prints = [child.fingerprint for child in _paid(contents.children, decision.amounts)]
        refuse_second(decision.household, prints, programme)


def total(decision: Decision) -> int:
    """The cents that its household has of the programme with it, so that nobody decides a large sum in parts."""
    had = Grant.objects.filter(child__household=decision.household, programme=programme_of(application_of(decision)))
    before: int | None = had.aggregate(all=Sum("cents"))["all"] if decision.household else 0
    return decision.cents + (before or 0)


def refuse_second(household: Household, prints: Iterable[bytes], programme: Programme) -> None:
    """Raises NotPossibleError when one of these children of the household has a budget of the programme."""
    children = household.children.filter(by_child__in=list(prints))
    if Grant.objects.filter(child__in=children, programme=programme).exists():
        raise NotPossibleError("budget")


def carry_out(decision: Decision) -> Household:
    """Write it, and make the decision final."""
    application = application_of(decision)
    contents, programme = application.contents, programme_of(application)
    household = _of_now(decision.household, contents.who) or _new(contents.who, application.language)
    decision.household, decision.state = household, Decision.State.FINAL
    decision.save()
    for who, cents in zip(contents.children, decision.amounts, strict=True):
        if cents:
            decision.grants.add(*parts(_child(household, who), programme, cents, months_of(application)))
    return household


def parts(child: Child, programme: Programme, cents: int, months: int) -> list[Grant]:
    """A budget for a child in its monthly parts, of which the first may be given today; its pass comes later."""
    return Grant.objects.bulk_create(planned(child, programme, cents, months))


def planned(child: Child, programme: Programme, cents: int, months: int) -> Iterator[Grant]:
    """The same, to be written with others."""
    series = uuid4() if months > 1 else None
    for due, part in monthly(cents, months, timezone.localdate(), moment(programme.ends).date()):
        yield Grant(child=child, programme=programme, cents=part, due_on=due, series=series, reference=reference())


def parts_of(decision: Decision) -> int:
    """In how many parts the budgets that it gave come."""
    return max(Counter(grant.child_id for grant in decision.grants.all()).values(), default=1)


def _child(household: Household, who: ChildParticulars) -> Child:
    """Known from now on."""
    child = household.children.filter(by_child=who.fingerprint).first()
    if child is None:
        child = Child.of(household, who)
        child.save()
    return child


def reference() -> str:
    """A name for a grant on the contract, by chance, so that it says nothing of anybody."""
    return secrets.token_hex(_REFERENCE_BYTES)


def take_back(decision: Decision) -> None:
    """Take its budgets out, and whoever is known by it alone. Raises NotPossibleError when a pass has one."""
    grants = list(decision.grants.select_for_update(of=("self",)).select_related("child"))
    if any(grant.given_to_id or grant.task_id for grant in grants):
        raise NotPossibleError("given")
    Grant.objects.filter(pk__in=[grant.pk for grant in grants]).delete()
    for child in (grant.child for grant in grants if grant.child is not None):
        if not child.grants.exists() and not Pass.objects.filter(child=child).exists():
            child.delete()
    if decision.application is not None:
        _leave(decision, decision.application)
    elif decision.household is not None:
        keeping.let_go(decision.household)


def _leave(decision: Decision, application: Application) -> None:
    """Forget the household if nothing else made it known."""
    household, decision.household = decision.household, None
    decision.save()
    Application.objects.filter(pk=application.pk).update(household=None)
    if household is None:
        return
    if household.known or household.children.exists() or household.applications.exists():
        keeping.let_go(household)
    else:
        household.delete()


def _require_new(who: Particulars) -> None:
    if who.number and Household.objects.filter(by_number=sealing.fingerprint("number", who.number)).exists():
        raise NotPossibleError("number")


def _of_now(household: Household | None, who: Particulars) -> Household | None:
    """The known one: of the same name, it lives where it says now, so that its pass goes to where its decision goes."""
    if household is not None and bytes(household.by_name) == sealing.fingerprint("name", who.name):
        there = household.who
        kept = {name: getattr(who, name) or getattr(there, name) for name in ("town", "email", "phone")}
        household.describe(replace(who, number=there.number or who.number, **kept))
        household.save()
    return household


def _new(who: Particulars, language: str) -> Household:
    household = Household.of(who, language=language)
    household.save()
    return household


def _paid(children: Iterable[ChildParticulars], amounts: Iterable[int]) -> Iterator[ChildParticulars]:
    return (child for child, cents in zip(children, amounts, strict=True) if cents)
