"""The rows of a large town: families and what they were given, applications, and what was bought. Nobody is real."""

import secrets
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import TypeVar

from django.contrib.auth.models import User
from django.db import connection, models, transaction

from provisioning.portal.applying.contents import Contents
from provisioning.portal.applying.models import Application, Mark
from provisioning.portal.deciding.models import Decision
from provisioning.portal.figures.models import Placed, Progress
from provisioning.portal.people import sealing
from provisioning.portal.people.models import Child, ChildParticulars, Household, Particulars
from provisioning.portal.programmes.models import Programme
from provisioning.portal.rules.judging import Answers, ForChild, Judgement, Living
from provisioning.portal.rules.models import Scheme
from provisioning.portal.shops.models import Shop

PASSES, APPLICATIONS, SALES = 100_000, 10_000, 300_000
CHILDREN, SHOPS, WEEKS, CLERKS = 2, 40, 40, 8

_Row = TypeVar("_Row", bound=models.Model)
_BATCH = 5_000
_MONDAY = date(2026, 1, 5)
_NOW, _READ_AT = "2026-11-01 12:00:00", 1_790_000_000
_ADDRESS = "CAST(printf('%020d', i) AS BLOB)"
BORN = date(2018, 5, 1)
ADVICE = Judgement((ForChild(300_00, None),) * CHILDREN, ())


@transaction.atomic
def fill() -> None:
    """All of them."""
    programme = _programme()
    _shops(programme)
    households = _kept(Household.of(who(n)) for n in range(PASSES // CHILDREN))
    _kept(Child.of(each, child(n)) for each in households for n in range(CHILDREN))
    _counted(
        PASSES, "passes_pass (id, address, child_id, state, made_at)", f"i + 1, {_ADDRESS}, i + 1, 'made', '{_NOW}'"
    )
    _counted(
        PASSES,
        "passes_grant (child_id, programme_id, cents, reference, given_to_id, made_at, due_on, stopped)",
        f"i + 1, {programme.pk}, 30000, 'grant-' || i, CASE WHEN i % 50 THEN i + 1 END, '{_NOW}', '{_NOW[:10]}', 0",
    )
    _applications(programme)
    _decisions()
    _books()


def who(number: int) -> Particulars:
    return Particulars(f"family-{number:06}", f"street {number}", f"{1000 + number % 9000} AB", number=f"{number:09}")


def child(number: int) -> ChildParticulars:
    return ChildParticulars(f"child-{number:02}", BORN.isoformat())


def _programme() -> Programme:
    about = {
        "begins": 1_767_222_000,
        "ends": 1_798_757_999,
        "floor_limit": 50_00,
        "day_limit": 300_00,
        "offline_window": 86_400,
    }
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


def _decisions() -> None:
    """As many as applications, in this month, by a few people."""
    clerks = [User.objects.create_user(f"bench-{n:02}") for n in range(CLERKS)]
    granted = Decision(verdict=Decision.Verdict.GRANT, state=Decision.State.FINAL, amounts=[300_00] * CHILDREN)
    granted.said = {}
    kept = ("verdict", "state", "amounts", "sealed")
    about = {name: getattr(granted, name) for name in kept}
    _kept(Decision(by=clerks[n % CLERKS], **about) for n in range(APPLICATIONS))


def _books() -> None:
    Progress.objects.create(contract=bytes(20), chain_id=1, block=1, time=_READ_AT, stale=[1])
    _counted(PASSES, "figures_budget (programme, address, granted)", f"1, {_ADDRESS}, 30000")
    shop, buyer = f"i % {SHOPS} + 1", f"CAST(printf('%020d', i * 31 % {PASSES}) AS BLOB)"
    where = f"CAST(printf('%020d', {shop}) AS BLOB), i / {SHOPS} + 1, 1, {shop}, {buyer}"
    week = f"date('{_MONDAY}', (i * 7 % {WEEKS} * 7) || ' days')"
    _counted(
        SALES,
        "figures_sale (terminal, sequence, programme, shop, buyer, cents, refunded, drawn, time, week)",
        f"{where}, 500 + i % 3000, 0, 0, {_READ_AT} - i, {week}",
    )


def _counted(count: int, into: str, values: str) -> None:
    """Rows made by the database itself, as there are many and no person is in them: `i` counts from 0."""
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count - 1})"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {into} {numbers} SELECT {values} FROM n")


def _kept(rows: Iterable[_Row]) -> list[_Row]:
    found, source = [], iter(rows)
    while some := list(islice(source, _BATCH)):
        found += type(some[0])._default_manager.bulk_create(some)
    return found
