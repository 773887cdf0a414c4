"""A budget that comes month by month."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from provisioning.portal.passes import giving
from provisioning.portal.passes.models import Grant, Pass
from provisioning.portal.staff.models import Line
from provisioning.portal.tasks.models import Task
from tests.portal.passes.conftest import child, granted, household

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("record")]
DAY = timedelta(days=1)
SERIES = UUID(int=1)


@pytest.fixture
def held(programme):
    """A child with a pass that has the first part; the second is due today, the third tomorrow."""
    one, today = child(household(1)), timezone.localdate()
    made = Pass.objects.create(address=b"\x05" * 20, child=one)
    for place in range(3):
        granted(one, programme, 1_000 + place)
        Grant.objects.filter(cents=1_000 + place).update(due_on=today + (place - 1) * DAY, series=SERIES)
    Grant.objects.filter(cents=1_000).update(given_to=made)
    return one


def given():
    return sorted(Grant.objects.exclude(given_to=None).values_list("cents", flat=True))


def test_a_part_is_given_on_its_day_by_itself_and_once(held):
    giving.give_parts()
    assert given() == [1_000, 1_001]
    giving.give_parts()
    (task,) = Task.objects.all()
    assert (task.kind, task.by) == ("passes.grant", None)
    assert Line.objects.get(action="task.passes.grant").by is None
    Grant.objects.filter(cents=1_002).update(due_on=timezone.localdate())
    giving.give_parts()
    assert given() == [1_000, 1_001, 1_002]


def test_a_first_part_waits_for_whoever_prints_its_letter(programme, held):
    Grant.objects.update(given_to=None)
    giving.give_parts()
    assert given() == []
    assert giving.need_none().count() == 2, "the one that is due tomorrow is not there yet"


def test_another_budget_is_no_part(programme, held):
    more = granted(child(household(2)), programme, 5_000)
    Pass.objects.create(address=b"\x06" * 20, child=more.child)
    giving.give_parts()
    assert 5_000 not in given()


@pytest.fixture
def extra(programme, held):
    """Another budget of the same child and programme, decided after the first part was given."""
    return granted(held, programme, 5_000)


def test_another_budget_of_the_child_is_no_part_of_the_first(held, extra):
    giving.give_parts()
    assert given() == [1_000, 1_001]
    assert list(giving.need_none()) == [extra], "whoever is at the desk gives it"


def test_another_budget_that_was_given_lets_no_first_part_come_before_its_letter(held, extra):
    """And no part before it stands for one."""
    Grant.objects.filter(cents__lt=5_000).update(given_to=None)
    long_ago = timezone.localdate() - 30 * DAY
    Grant.objects.filter(pk=extra.pk).update(given_to=Pass.objects.get(), due_on=long_ago)
    giving.give_parts()
    assert given() == [5_000]


def test_the_parts_of_two_budgets_of_one_child_come_each_by_its_own(programme, held):
    """The second budget's first part waits for a person, and so do the others of it."""
    for place in range(2):
        part = granted(held, programme, 7_000 + place)
        due = timezone.localdate() + (place - 1) * DAY
        Grant.objects.filter(pk=part.pk).update(series=UUID(int=2), due_on=due)
    giving.give_parts()
    assert given() == [1_000, 1_001]


def test_stopping_the_parts_stops_no_other_budget(clerk, held, extra):
    assert clerk.post(f"/desk/families/{held.household_id}/stop").status_code == 302
    assert dict(Grant.objects.values_list("cents", "stopped")) == {1_000: False, 1_001: True, 1_002: True, 5_000: False}


def test_what_was_stopped_does_not_come_until_it_goes_on(clerk, held):
    page = f"/desk/families/{held.household_id}/"
    assert b"Comes on" in clerk.get(page).content
    clerk.post(f"{page}stop")
    giving.give_parts()
    assert given() == [1_000]
    shown = clerk.get(page).content.decode()
    assert "Stopped" in shown
    assert "Stop the monthly parts" not in shown
    clerk.post(f"{page}go-on")
    giving.give_parts()
    assert given() == [1_000, 1_001]
    stopped, continued = Line.objects.filter(action__startswith="passes.parts").order_by("id")
    assert (stopped.about, continued.about) == ({"count": 2}, {"count": 2})


def test_a_budget_that_comes_at_once_cannot_be_stopped(clerk, programme):
    home = household(1)
    budget = granted(child(home), programme)
    clerk.post(f"/desk/families/{home.pk}/stop")
    assert list(giving.waiting()) == [budget]
