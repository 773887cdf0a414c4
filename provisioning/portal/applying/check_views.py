"""The first page, and the questions that say what a family is entitled to. Nothing of them is kept."""

import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from provisioning.portal import settings
from provisioning.portal.applying import drafts, holding, throttle
from provisioning.portal.applying.forms import BornRows, CheckForm, Rows
from provisioning.portal.rules import current
from provisioning.portal.rules.explaining import explain
from provisioning.portal.rules.judging import CHILDREN_MAX, Answers, Living, judge
from provisioning.portal.rules.models import RuleVersion

BEGUN_MAX = 20
"""Applications from one address in an hour: many for a family, few for whoever wants to fill the disk."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one scheme has for a family."""

    rules: RuleVersion
    entitled: bool
    words: list[str]


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What this is, and where to begin."""
    schemes = [rules.scheme for rules in current.live(timezone.localdate())]
    return render(request, "applying/home.html", {"schemes": schemes, "held": holding.held(request)})


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """What becomes of what a family says."""
    return render(request, "applying/privacy.html", {"officer": settings.PORTAL.data_protection})


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The questions, and what follows from the answers."""
    if request.method != "POST":
        return _ask(request, CheckForm(), BornRows())
    if "more" in request.POST or "change" in request.POST:
        return _again(request)
    form, rows = CheckForm(request.POST), BornRows(request.POST)
    answers = _answers(form, rows)
    return _ask(request, form, rows) if answers is None else _tell(request, answers)


@require_POST
def begin(request: HttpRequest) -> HttpResponseBase:
    """A draft with the answers, for a scheme."""
    answers = _answers(CheckForm(request.POST), BornRows(request.POST))
    chosen = request.POST.get("scheme", "")
    rules = current.of_scheme(int(chosen), timezone.localdate()) if re.fullmatch(r"\d{1,9}", chosen) else None
    if answers is None or rules is None:
        return redirect("applying:check")
    if not throttle.take("begin", throttle.address(request), BEGUN_MAX, throttle.HOUR):
        return render(request, "applying/later.html", status=429)
    token = holding.token()
    drafts.begin(rules.scheme, answers, token)
    response = redirect("applying:who")
    holding.keep(response, token)
    return response


def _ask(request: HttpRequest, form: CheckForm, rows: Rows) -> HttpResponse:
    wrong = form.errors or (rows.is_bound and not rows.is_valid())
    context = {"form": form, "rows": rows, "wrong": wrong, "full": rows.total_form_count() >= CHILDREN_MAX}
    return render(request, "applying/check.html", context)


def _again(request: HttpRequest) -> HttpResponse:
    """The same questions with what was said, and room for one more child if that was asked."""
    said = _born(request.POST)
    rows = len(said) + ("more" in request.POST)
    initial = [{"born": born} for born in said]
    return _ask(
        request, CheckForm(initial=request.POST.dict()), BornRows(initial=initial, rows=min(rows, CHILDREN_MAX))
    )


def _born(said: QueryDict) -> list[str]:
    total = said.get("child-TOTAL_FORMS", "")
    number = min(int(total), CHILDREN_MAX) if re.fullmatch(r"\d{1,9}", total) else 1
    return [said.get(f"child-{place}-born", "") for place in range(number)]


def _answers(form: CheckForm, rows: Rows) -> Answers | None:
    """What was said; None when something of it is missing or wrong."""
    if not (form.is_valid() & rows.is_valid()):
        return None
    said = form.cleaned_data
    born = tuple(row["born"] for row in rows.filled)
    return Answers(said["postcode"], Living(said["living"]), born, said["income"], said["savings"])


def _tell(request: HttpRequest, answers: Answers) -> HttpResponse:
    day = timezone.localdate()
    outcomes = []
    for rules in current.live(day):
        judgement = judge(rules.conditions, answers, day)
        outcomes.append(Outcome(rules, judgement.entitled, explain(judgement, rules.conditions.months)))
    return render(request, "applying/result.html", {"outcomes": outcomes, "kept": _kept(request.POST)})


def _kept(said: QueryDict) -> list[tuple[str, str]]:
    """What was said, to be sent along with the next step: nothing of it is stored before that."""
    names = ["postcode", "living", "income", "savings", "child-TOTAL_FORMS", "child-INITIAL_FORMS"]
    names += [f"child-{place}-born" for place in range(CHILDREN_MAX)]
    return [(name, said.get(name, "")) for name in names if name in said]
