"""Letters with passes: made in the request that answers with them, and forgotten.

A pass counts for nothing until its budget is given, so letters are made first, and their budgets given once somebody
has seen them all on paper.
"""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from contracts.deployment import Deployment
from provisioning import letter_words
from provisioning.addressed import Letter, Pile, Sender, draw
from provisioning.passes import NewPass, new_pass
from provisioning.portal import settings
from provisioning.portal.passes import giving
from provisioning.portal.passes.models import Grant, Letters, Pass
from provisioning.portal.people.models import Child, Household
from provisioning.portal.staff import trail
from provisioning.portal.tasks.models import Task

COUNT_MAX = 200
"""Letters made together: as many grants as one transaction takes, and what a clerk puts into envelopes at a sitting."""

_WORDS = {"nl": letter_words.DUTCH, "en": letter_words.ENGLISH}


class Changed(Exception):
    """Somebody did something else with these letters meanwhile; the page is to be looked at anew."""


def gather(request: HttpRequest, count: int = COUNT_MAX, household: Household | None = None) -> Letters | None:
    """Take the oldest grants that need a letter, of so many children or of one household; None when there are none."""
    with transaction.atomic():
        found = giving.need_letter().filter(**({} if household is None else {"child__household": household}))
        children = list(dict.fromkeys(found.values_list("child_id", flat=True)))[:count]
        taken = list(found.filter(child__in=children).select_for_update(of=("self",)))  # of those, what nobody took
        if not taken:
            return None
        letters = Letters.objects.create()
        Grant.objects.filter(pk__in=[each.pk for each in taken]).update(letters=letters)
        trail.note(request, "passes.letters", f"letters {letters.pk}", count=len({each.child_id for each in taken}))
        return letters


def make(request: HttpRequest, letters: Letters, run: int, *, cards: bool = False) -> bytes:
    """The PDF, with new passes; those of an earlier run are gone. Raises Changed unless the next run is `run`.

    With `cards`, one to cut out for each pass follows the letters: their codes are known here and never again.
    """
    children = _children(letters)
    if letters.run + 1 != run or not children:
        raise Changed
    made = new_passes(len(children))
    document = drawn(request, children, made, letters.mark(run), cards=cards)
    with transaction.atomic():
        _require(letters, run - 1)
        if _children(letters) != children:
            raise Changed  # a decision was undone meanwhile
        _forget(letters)
        _keep(letters, children, made)
        Letters.objects.filter(pk=letters.pk).update(run=run)
        trail.note(request, "passes.letters_made", f"letters {letters.pk}", run=run, count=len(children))
    return document


def printed(request: HttpRequest, letters: Letters, run: int) -> list[Task]:
    """All of a run are on paper: give their budgets. Raises Changed when it is not the newest run."""
    with transaction.atomic():
        if run < 1:
            raise Changed
        _require(letters, run)
        Letters.objects.filter(pk=letters.pk).update(printed_at=timezone.now())
        trail.note(request, "passes.letters_printed", f"letters {letters.pk}", run=run)
        found = letters.grants.filter(given_to__isnull=False, task=None).select_related("programme").order_by("id")
        return giving.ask(request, list(found))


def cancel(request: HttpRequest, letters: Letters) -> None:
    """Their passes are nothing, and their grants wait again. Raises Changed once their budgets were given."""
    with transaction.atomic():
        _require(letters, None)
        _forget(letters)
        trail.note(request, "passes.letters_cancelled", f"letters {letters.pk}")
        letters.delete()


def new_passes(count: int) -> list[NewPass]:
    """Passes that nobody has. Raises Broken when there is no deployment yet."""
    network = Deployment.load(settings.PLACE / settings.PORTAL.record).network
    return [new_pass(network) for _ in range(count)]


def drawn(
    request: HttpRequest, children: Sequence[Child], made: Sequence[NewPass], mark: str = "", *, cards: bool = False
) -> bytes:
    """A letter for each child with its pass, and with `cards` a card for each after them."""
    sender = Sender(settings.PORTAL.municipality, settings.PORTAL.contact, _page(request))
    letters = [_letter(child, one) for child, one in zip(children, made, strict=True)]
    return draw(Pile(letters, sender, mark, cards))


def answer(document: bytes, name: str) -> HttpResponse:
    """The PDF to the browser, which shows it and is not to keep it."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(document, content_type="application/pdf", headers=headers)


def _children(letters: Letters) -> list[Child]:
    """Whose letters they are; those of one household one after the other, for one envelope."""
    found = Child.objects.filter(grants__letters=letters).select_related("household")
    return list(found.distinct().order_by("household_id", "id"))


def _page(request: HttpRequest) -> str:
    """Where a phone opens the pass: at the portal's own address, or at that which this browser knows it by."""
    path = reverse("family:page")
    return f"{settings.PORTAL.address}{path}" if settings.PORTAL.address else request.build_absolute_uri(path)


def _letter(child: Child, made: NewPass) -> Letter:
    who = child.household.who
    place = f"{who.postcode}  {who.town.upper()}".strip()
    words = _WORDS.get(child.household.language, letter_words.DUTCH)
    return Letter(made, [line for line in (who.name, who.address, place) if line], child.who.name, words)


def _require(letters: Letters, run: int | None) -> None:
    """Raises Changed unless they are not given yet, and this is their newest run (None: whichever)."""
    now = Letters.objects.select_for_update().filter(pk=letters.pk, printed_at=None).first()
    if now is None or run not in {None, now.run}:
        raise Changed


def _forget(letters: Letters) -> None:
    letters.grants.update(given_to=None)
    letters.passes.all().delete()


def _keep(letters: Letters, children: Iterable[Child], made: Iterable[NewPass]) -> None:
    pairs = zip(children, made, strict=True)
    passes = Pass.objects.bulk_create(Pass(address=one.address, child=child, letters=letters) for child, one in pairs)
    by_child = {each.child_id: each for each in passes}
    grants = list(Grant.objects.filter(letters=letters, child__in=list(by_child)))
    for grant in grants:
        grant.given_to = by_child[grant.child_id]
    Grant.objects.bulk_update(grants, ("given_to",))
