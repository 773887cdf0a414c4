import csv
import io

import pytest

from provisioning.portal.access import Role
from provisioning.portal.staff import accounts, trail
from provisioning.portal.staff.models import Line

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(staff):
    return staff(Role.AUDITOR)


def write(count):
    for number in range(count):
        trail.note(None, "passes.block" if number % 2 else "payouts.confirmed", f"pass {number}", cents=number)


def test_lines_are_found_by_what_was_done_by_whom_about_what_and_when(auditor):
    accounts.add("clerk-02", [Role.SHOPS])
    write(4)
    clerk = accounts.find("clerk-02")
    Line.objects.filter(subject="pass 3").update(by=clerk)
    Line.objects.filter(subject="pass 1").update(at="2026-01-05T23:30:00Z")  # the 6th in Amsterdam

    def found(**asked):
        return {line.subject for line in auditor.get("/desk/trail", asked).context["page"]}

    assert found(action="passes") == {"pass 1", "pass 3"}
    assert found(by=clerk.pk) == {"pass 3"}
    assert found(subject="pass 2") == {"pass 2"}
    assert found(since="2026-01-06", until="2026-01-06") == {"pass 1"}
    assert found(until="2026-01-05") == set()
    assert len(found(since="yesterday")) == 5


@pytest.mark.parametrize("count", [3, 60])
def test_a_page_asks_the_database_as_often_for_many_lines_as_for_few(auditor, django_assert_max_num_queries, count):
    write(count)
    with django_assert_max_num_queries(9):
        assert len(auditor.get("/desk/trail").context["page"]) == min(count, 50)


def test_the_filter_goes_on_to_the_next_page_and_into_the_file(auditor):
    write(120)
    page = auditor.get("/desk/trail", {"action": "passes", "page": 2})
    assert len(page.context["page"]) == 10
    assert b"action=passes&amp;page=1" in page.content
    answer = auditor.get("/desk/trail.csv", {"action": "passes"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) == 60
    assert (lines[0]["subject"], lines[0]["about"], lines[0]["by"]) == ("pass 1", "cents: 1", "")
    assert lines[-1]["chain"] == bytes(Line.objects.get(subject="pass 119").chain).hex()


def test_the_check_says_which_line_was_changed(auditor):
    write(3)

    def said():
        return [str(each) for each in auditor.post("/desk/trail/check", follow=True).context["messages"]]

    whole, middle = said(), Line.objects.get(subject="pass 1")
    Line.objects.filter(pk=middle.pk).update(subject="pass 9")
    changed = said()
    assert whole != changed
    assert str(middle.pk) in changed[0]
