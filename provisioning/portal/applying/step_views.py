"""An application, step by step. Each step keeps what was said, and one can go back to any."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from provisioning.portal.applying import drafts, papers, sending, throttle
from provisioning.portal.applying.contents import Contents
from provisioning.portal.applying.forms import ChildRows, MoneyForm, PaperForm, Rows, SendForm, WhoForm
from provisioning.portal.applying.holding import mine
from provisioning.portal.applying.models import Application
from provisioning.portal.people.models import ChildParticulars, Particulars
from provisioning.portal.rules.explaining import explain
from provisioning.portal.rules.judging import CHILDREN_MAX, Living

PAPERS_MAX = 40
"""From one address in an hour."""
_State = Application.State


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the application."""

    name: str
    title: Promise | str


STEPS = (
    Step("who", _("Who are you?")),
    Step("children", _("For which children?")),
    Step("money", _("Income and savings")),
    Step("papers", _("Papers")),
    Step("review", _("Check and send")),
)


@require_http_methods(["GET", "POST"])
@mine(_State.DRAFT)
def who(request: HttpRequest, draft: Application) -> HttpResponseBase:
    """Name and address."""
    contents = draft.contents
    form = WhoForm(request.POST or None, initial=_as_form(contents.who))
    if form.is_valid():
        drafts.change(draft, replace(contents, who=Particulars(**form.cleaned_data)))
        return redirect("applying:children")
    return _show(request, draft, 0, {"form": form})


@require_http_methods(["GET", "POST"])
@mine(_State.DRAFT)
def children(request: HttpRequest, draft: Application) -> HttpResponseBase:
    """Names and days of birth."""
    contents = draft.contents
    if request.method != "POST" or "more" in request.POST:
        rows = _with_room(request, contents)
    elif (rows := ChildRows(request.POST)).is_valid():
        drafts.change(draft, replace(contents, children=_children(rows)))
        return redirect("applying:money")
    return _show(request, draft, 1, {"rows": rows, "full": rows.total_form_count() >= CHILDREN_MAX})


@require_http_methods(["GET", "POST"])
@mine(_State.DRAFT)
def money(request: HttpRequest, draft: Application) -> HttpResponseBase:
    """Income and savings."""
    contents = draft.contents
    answers = contents.answers
    initial = {"living": answers.living, "income": answers.income, "savings": answers.savings}
    form = MoneyForm(request.POST or None, initial=initial)
    if form.is_valid():
        said = form.cleaned_data | {"living": Living(form.cleaned_data["living"])}
        drafts.change(draft, replace(contents, answers=replace(answers, **said)))
        return redirect("applying:papers")
    return _show(request, draft, 2, {"form": form})


@require_http_methods(["GET", "POST"])
@mine(_State.DRAFT, _State.ASKED)
def add_papers(request: HttpRequest, application: Application) -> HttpResponseBase:
    """Papers, which help and are not needed."""
    form = PaperForm(request.POST or None, request.FILES or None) if request.method == "POST" else PaperForm()
    if form.is_bound and form.is_valid():
        if not throttle.take("paper", throttle.address(request), PAPERS_MAX, throttle.HOUR):
            return render(request, "applying/later.html", status=429)
        if papers.add(application, form.cleaned_data["kind"], form.cleaned_data["paper"]):
            return redirect("applying:papers")
    loose = set(papers.loose(application).values_list("pk", flat=True))
    context = {
        "form": form, "kept": papers.listed(application), "loose": loose,
        "full": len(loose) >= papers.NUMBER_MAX, "most": papers.NUMBER_MAX,
    }  # fmt: skip
    return _show(request, application, 3, context)


@require_POST
@mine(_State.DRAFT, _State.ASKED)
def remove_paper(request: HttpRequest, application: Application, number: int) -> HttpResponseBase:  # noqa: ARG001
    """Take a paper out again, as long as it was not handed in."""
    papers.loose(application).filter(pk=number).delete()
    return redirect("applying:papers")


@require_http_methods(["GET", "POST"])
@mine(_State.DRAFT)
def review(request: HttpRequest, draft: Application) -> HttpResponseBase:
    """All that was said, and what follows; then it is sent."""
    contents = draft.contents
    missing = _missing(contents)
    form = SendForm(request.POST or None)
    if not missing and form.is_valid() and sending.send(request, draft, timezone.localdate()):
        return redirect("applying:state")
    judgement = sending.advice(draft, timezone.localdate())
    born = zip(contents.children, contents.answers.born, strict=True)
    context = {
        "form": form, "said": contents, "children": born, "missing": missing, "open": judgement is not None,
        "words": explain(judgement) if judgement else [], "papers": papers.listed(draft),
    }  # fmt: skip
    return _show(request, draft, 4, context)


def _show(request: HttpRequest, application: Application, place: int, context: dict[str, object]) -> HttpResponse:
    step = STEPS[place]
    before = STEPS[place - 1] if place else None
    frame = {"application": application, "step": step, "place": place + 1, "of": len(STEPS), "before": before}
    return render(request, f"applying/{step.name}.html", frame | context)


def _as_form(said: Particulars) -> dict[str, str]:
    return {name: getattr(said, name) for name in ("name", "address", "postcode", "town", "email", "phone")}


def _children(rows: Rows) -> tuple[ChildParticulars, ...]:
    return tuple(ChildParticulars(row["name"], row["born"].isoformat()) for row in rows.filled)


def _with_room(request: HttpRequest, contents: Contents) -> Rows:
    """The rows as they are kept, or as they were just typed with one more."""
    if request.method != "POST":
        kept = [{"name": child.name, "born": child.born} for child in contents.children]
        return ChildRows(initial=kept, rows=len(kept))
    typed = [{name: form[name].value() or "" for name in ("name", "born")} for form in ChildRows(request.POST).forms]
    return ChildRows(initial=typed, rows=min(len(typed) + 1, CHILDREN_MAX))


def _missing(contents: Contents) -> Step | None:
    """The first step that is not filled in yet."""
    if not (contents.who.name and contents.who.address and contents.who.town):
        return STEPS[0]
    return None if all(child.name for child in contents.children) else STEPS[1]
