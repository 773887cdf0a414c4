"""The rows of a large town: families and what they were given, applications, and what was bought. Nobody is real."""

import secrets
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import TypeVar

from django.db import models, transaction

from provisioning.portal.applying.contents import Contents
from provisioning.portal.applying.models import Application, Mark
from provisioning.portal.figures.models import Budget, Placed, Progress, Sale
from provisioning.portal.passes.models import Grant, Pass
from provisioning.portal.people import sealing
from provisioning.portal.people.models import Child, ChildParticulars, Household, Particulars
from provisioning.portal.programmes.models import Programme
from provisioning.portal.rules.judging import Answers, ForChild, Judgement, Living
from provisioning.portal.rules.models import Scheme
from provisioning.portal.shops.models import Shop

PASSES, APPLICATIONS, SALES = 100_000, 10_000, 300_000
CHILDREN, SHOPS, WEEKS = 2, 40, 40

_Row = TypeVar("_Row", bound=models.Model)
_BATCH = 5_000
_MONDAY = date(2026, 1, 5)
BORN = date(2018, 5, 1)
ADVICE = Judgement((ForChild(300_00, None),) * CHILDREN, ())


@transaction.atomic
def fill() -> None:
    """All of them."""
    programme = _programme()
    _shops(programme)
    households = _kept(Household.of(who(n)) for n in range(PASSES // CHILDREN))
    children = _kept(Child.of(each, child(n)) for each in households for n in range(CHILDREN))
    passes = _kept(Pass(address=address(n), child=one) for n, one in enumerate(children))
    _kept(
        Grant(child=one, programme=programme, cents=300_00, reference=f"grant-{n}", given_to=passes[n])
        for n, one in enumerate(children)
    )
    _applications(programme)
    _books()


def who(number: int) -> Particulars:
    return Particulars(f"family-{number:06}", f"street {number}", f"{1000 + number % 9000} AB", number=f"{number:09}")


def child(number: int) -> ChildParticulars:
    return ChildParticulars(f"child-{number:02}", BORN.isoformat())


def address(number: int) -> bytes:
    return (number + 1).to_bytes(20)


def _programme() -> Programme:
    about = {"begins": 0, "ends": 2**39, "floor_limit": 50_00, "day_limit": 300_00, "offline_window": 86_400}
    return Programme.objects.create(number=1, name="Kindpakket", **about)


def _shops(programme: Programme) -> None:
    number = programme.number or 0
    _kept(Shop(number=n, name=f"shop-{n:02}", state=Shop.State.ADMITTED, sealed=b"") for n in range(1, SHOPS + 1))
    _kept(Placed(programme=number, shop=n, category=1 + n % 12) for n in range(1, SHOPS + 1))


def _applications(programme: Programme) -> None:
    scheme = Scheme.objects.create(name="Kindpakket", programme=programme)
    made = _kept(_application(scheme, n) for n in range(APPLICATIONS))
    _kept(mark for n, one in enumerate(made) for mark in _marks(one, n))


def _application(scheme: Scheme, number: int) -> Application:
    about = Contents(
        who(number), (child(0), child(1)), Answers("1000 AB", Living.ALONE, (BORN, BORN), 1_200_00, savings=0)
    )
    made = Application(scheme=scheme, code=f"BENCH{number:04}", token_hash=secrets.token_bytes(32))
    made.state, made.submitted_at = Application.State.SUBMITTED, "2026-11-01T12:00Z"
    made.advice, made.contents = ADVICE.as_json(), about
    return made


def _marks(made: Application, number: int) -> Iterator[Mark]:
    yield Mark(application=made, kind=Mark.Kind.NAME, print=sealing.fingerprint("name", who(number).name))


def _books() -> None:
    Progress.objects.create(contract=bytes(20), chain_id=1, block=1, time=1_790_000_000, stale=[1])
    _kept(Budget(programme=1, address=address(n), granted=300_00) for n in range(PASSES))
    _kept(_sale(n) for n in range(SALES))


def _sale(number: int) -> Sale:
    place = {"terminal": (number % SHOPS + 1).to_bytes(20), "sequence": number // SHOPS + 1}
    when = _MONDAY + timedelta(weeks=number * 7 % WEEKS)
    about = {"programme": 1, "shop": number % SHOPS + 1, "buyer": address(number * 31 % PASSES)}
    return Sale(**place, **about, cents=500 + number % 3_000, week=when)


def _kept(rows: Iterable[_Row]) -> list[_Row]:
    found, source = [], iter(rows)
    while some := list(islice(source, _BATCH)):
        found += type(some[0])._default_manager.bulk_create(some)
    return found
