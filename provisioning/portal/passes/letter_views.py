"""The pages for letters: what waits for one, made in piles, printed, and given."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contracts.wire.errors import Broken
from provisioning.portal.passes import giving, printing
from provisioning.portal.passes.forms import CountForm
from provisioning.portal.passes.models import Grant, Letters
from provisioning.portal.tasks.models import Task

_PAGE = 50
_LETTERS_OF_PILE = (
    Grant.objects.filter(letters=OuterRef("pk"))
    .values("letters")
    .annotate(children=Count("child", distinct=True))
    .values("children")
)
_GIVE_MAX = 2_000
"""Grants for which tasks are asked in one request."""


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """How many wait for a letter, or for nothing but this page; and the piles that were made."""
    children = giving.need_letter().aggregate(children=Count("child", distinct=True))["children"]
    piles = Letters.objects.annotate(count=Subquery(_LETTERS_OF_PILE)).order_by("-id")
    about = {
        "children": children,
        "ready": giving.need_none().count(),
        "most": _GIVE_MAX,
        "form": CountForm(initial={"count": min(children, printing.COUNT_MAX) or 1}),
        "page": Paginator(piles, _PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "passes/waiting.html", about)


@require_POST
def gather(request: HttpRequest) -> HttpResponse:
    """Take so many that have waited longest."""
    form = CountForm(request.POST)
    count = form.cleaned_data["count"] if form.is_valid() else printing.COUNT_MAX
    made = printing.gather(request, count)
    if made is None:
        messages.warning(request, _("Nobody waits for a letter now."))
        return redirect("passes:waiting")
    return redirect("passes:letters", made.pk)


@require_POST
def give(request: HttpRequest) -> HttpResponse:
    """Give the budgets that need no letter."""
    giving.give(request, giving.need_none()[:_GIVE_MAX])
    messages.success(request, _("The budgets are on their way to the passes."))
    return redirect("passes:waiting")


@require_safe
def letters(request: HttpRequest, number: int) -> HttpResponse:
    """One pile: to be made, and said to be printed."""
    pile = get_object_or_404(Letters, pk=number)
    languages = pile.grants.values("child__household__language").annotate(count=Count("child", distinct=True))
    about = {
        "pile": pile,
        "languages": languages.order_by("child__household__language"),
        "count": pile.grants.aggregate(count=Count("child", distinct=True))["count"],
        "cents": pile.grants.aggregate(cents=Sum("cents"))["cents"] or 0,
        "next": pile.run + 1,
        "mark": pile.mark(max(pile.run, 1)),
        "run": max(pile.run, 1),
        "tasks": _tasks(pile),
    }
    return render(request, "passes/letters.html", about)


@require_POST
def make(request: HttpRequest, number: int) -> HttpResponse:
    """The PDF of the run that the page offered."""
    pile = get_object_or_404(Letters, pk=number)
    try:
        document = printing.make(request, pile, _run(request), cards=request.POST.get("cards") == "yes")
        return printing.answer(document, f"letters-{pile.mark(pile.run + 1)}")
    except printing.Changed:
        messages.error(request, _("These letters were made already. See below how it goes on."))
    except Broken:
        messages.error(request, _("Passes cannot be made yet: the contract is not set up here."))
    return redirect("passes:letters", number)


@require_POST
def printed(request: HttpRequest, number: int) -> HttpResponse:
    """All of them are on paper."""
    try:
        printing.printed(request, get_object_or_404(Letters, pk=number), _run(request))
    except printing.Changed:
        messages.error(request, _("These are not the letters that were made last. Look at the number at their foot."))
    return redirect("passes:letters", number)


@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """They are not to be sent after all."""
    try:
        printing.cancel(request, get_object_or_404(Letters, pk=number))
    except printing.Changed:
        messages.error(request, _("These letters were printed, and their budgets given."))
        return redirect("passes:letters", number)
    messages.success(request, _("The letters count no more. Their budgets wait again. Throw away what was printed."))
    return redirect("passes:waiting")


def _tasks(pile: Letters) -> QuerySet[Task]:
    """Those that give its budgets, each with its programme's name."""
    found = Task.objects.filter(grant__letters=pile).annotate(programme=F("grant__programme__name"))
    return found.distinct().order_by("id")


def _run(request: HttpRequest) -> int:
    said = request.POST.get("run", "")
    return int(said) if said.isdecimal() and len(said) < 6 else 0
