"""Who granted how much: what a controller reads to see what one person did alone."""

import csv
import io
from datetime import date, datetime

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from provisioning.portal.access import Role
from provisioning.portal.deciding.models import Decision
from provisioning.portal.figures import granting

pytestmark = pytest.mark.django_db

NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def decided():
    """Writes a decision down, as the desk does, at a time of the town's."""

    def write(by, *amounts, second=None, verdict="grant", state="final", at="2026-11-17 12:00"):
        people = [User.objects.get_or_create(username=name)[0] if name else None for name in (by, second)]
        made = Decision(by=people[0], second=people[1], verdict=verdict, state=state, amounts=list(amounts))
        made.said = {}
        made.save()
        Decision.objects.filter(pk=made.pk).update(made_at=timezone.make_aware(datetime.fromisoformat(at)))

    return write


def sums(month=NOVEMBER):
    told = granting.of_month(month)
    parts = [
        (one.name, *((each.count, each.cents) for each in (one.alone, one.together, one.confirmed))) for one in told
    ]
    return [(*part, one.rejected) for part, one in zip(parts, told, strict=True)]


def test_what_somebody_did_alone_stands_apart_from_what_two_looked_at(decided):
    decided("clerk-01", 300_00, 400_00)
    decided("clerk-01", 100_00, second="clerk-02")
    decided("clerk-02", 50_00)
    decided("clerk-02", 900_00, second="clerk-02")  # a list that one person tried and started
    decided("clerk-01", verdict="reject")
    assert sums() == [
        ("clerk-02", (2, 950_00), (0, 0), (1, 100_00), 0),
        ("clerk-01", (1, 700_00), (1, 100_00), (0, 0), 1),
    ]


def test_what_was_undone_returned_or_only_proposed_is_not_there(decided):
    for state in ("undone", "returned", "proposed"):
        decided("clerk-01", 300_00, second="clerk-02", state=state)
    assert sums() == []


def test_a_month_begins_and_ends_at_the_town_s_midnight(decided):
    for cents, at in (
        (1, "2026-10-31 23:59"),
        (10, "2026-11-01 00:00"),
        (100, "2026-11-30 23:59"),
        (1000, "2026-12-01"),
    ):
        decided("clerk-01", cents, at=at)
    assert [one.alone.cents for one in granting.of_month(NOVEMBER)] == [110]
    assert granting.months(date(2026, 1, 31))[:3] == [date(2026, 1, 1), date(2025, 12, 1), date(2025, 11, 1)]


def test_the_page_and_the_file_have_it_by_month(staff, decided, django_assert_max_num_queries):
    today = timezone.localdate()
    for number in range(30):
        decided("clerk-05", 300_00, at=f"{today} 12:00", second="clerk-06" if number % 2 else None)
    browser = staff(Role.AUDITOR, name="auditor-02")
    with django_assert_max_num_queries(6):
        page = browser.get("/desk/granted").content.decode()
    assert "clerk-05" in page
    assert "15: €\N{NO-BREAK SPACE}4.500,00" in page
    answer = browser.get(f"/desk/granted.csv?month={today:%Y-%m}")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert rows[1] == ["clerk-05", "15", "4500.00", "15", "4500.00", "0", "0.00", "0"]
    assert "niets besloten" in browser.get(f"/desk/granted?month={granting.months(today)[5]:%Y-%m}").content.decode()
    assert browser.get("/desk/granted?month=x").status_code == 200
