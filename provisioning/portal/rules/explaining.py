"""Conditions and judgements in words that a family reads, one sentence for each thing, in the language of the page."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from provisioning.portal.pages.money import euros
from provisioning.portal.rules.judging import Area, Band, ByLiving, Conditions, ForChild, Judgement, Living, Reason
from provisioning.portal.rules.judging import most_income as allowed

WHY = {
    Reason.POSTCODE: gettext_lazy("You do not live in the area of this scheme."),
    Reason.INCOME: gettext_lazy("Your income is too high."),
    Reason.SAVINGS: gettext_lazy("Your savings are too high."),
    Reason.CHILDREN: gettext_lazy("You have no child of the right age."),
    Reason.HOUSEHOLD: gettext_lazy("The age is right, but your household does not qualify."),
    Reason.YOUNG: gettext_lazy("This child is too young."),
    Reason.OLD: gettext_lazy("This child is too old."),
    Reason.BETWEEN: gettext_lazy("There is no budget for this age."),
}
"""Each reason as a sentence to the family."""


def explain(judgement: Judgement, months: int = 1) -> list[str]:
    """What a judgement says: the outcome, then each reason, or what each child gets, in so many monthly parts."""
    if not judgement.entitled:
        return [_("You do not qualify."), *(str(WHY[reason]) for reason in judgement.reasons)]
    children = [_child(number, child) for number, child in enumerate(judgement.children, start=1)]
    return [
        _("You qualify for %(amount)s in total.") % {"amount": euros(judgement.cents)},
        *children,
        *in_parts(months),
    ]


def in_parts(months: int) -> list[str]:
    """That a budget comes month by month; nothing when it comes at once."""
    return [_("The budget comes in %(months)s parts, one each month.") % {"months": months}] if months > 1 else []


def describe(conditions: Conditions) -> list[str]:
    """What the conditions ask and give."""
    return [
        _("The family lives in postcode area %(areas)s.") % {"areas": _areas(conditions.areas)},
        *_incomes(conditions),
        *_savings(conditions.savings),
        *(_band(band) for band in conditions.bands),
        *in_parts(conditions.months),
        _("The age on the day of the application counts."),
    ]


def _child(number: int, child: ForChild) -> str:
    if child.reason is not None:
        return _("Child %(number)s: %(reason)s") % {"number": number, "reason": WHY[child.reason]}
    return _("Child %(number)s gets %(amount)s.") % {"number": number, "amount": euros(child.cents)}


def _areas(areas: Sequence[Area]) -> str:
    return ", ".join(str(area.first) if area.first == area.last else f"{area.first} - {area.last}" for area in areas)


def _incomes(conditions: Conditions) -> list[str]:
    said = {
        "percent": conditions.percent,
        "alone": euros(allowed(conditions, Living.ALONE)),
        "together": euros(allowed(conditions, Living.TOGETHER)),
    }
    return [
        _("The net income is at most %(percent)s%% of the norm, without holiday pay.") % said,
        _("For a parent alone that is %(alone)s a month.") % said,
        _("For two people together that is %(together)s a month.") % said,
    ]


def _savings(savings: ByLiving) -> list[str]:
    if savings.alone == savings.together:
        return [_("Savings are at most %(most)s.") % {"most": euros(savings.alone)}]
    said = {"alone": euros(savings.alone), "together": euros(savings.together)}
    return [
        _("Savings of a parent alone are at most %(alone)s.") % said,
        _("Savings of two people together are at most %(together)s.") % said,
    ]


def _band(band: Band) -> str:
    said = {"youngest": band.youngest, "oldest": band.oldest, "amount": euros(band.cents)}
    if band.youngest == band.oldest:
        return _("A child of age %(youngest)s gets %(amount)s.") % said
    return _("A child of age %(youngest)s to %(oldest)s gets %(amount)s.") % said
