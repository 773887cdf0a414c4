import re

import pytest
from django.utils import timezone

from contracts.wire.errors import TryAgain
from contracts.wire.reasons import MEANINGS, Reason
from provisioning.portal.access import Role
from provisioning.portal.staff.models import Line
from provisioning.portal.tasks.models import Task, Turn

pytestmark = pytest.mark.django_db


def tasks(number, kind="test.act", **more):
    return [Task.objects.create(kind=kind, arguments={"number": n}, **more) for n in range(number)]


def test_a_task_shows_how_it_stands_and_only_one_that_waits_is_asked_after(staff):
    browser = staff(Role.GRANTS)
    tasks(1)
    page = browser.get("/desk/tasks/", headers={"accept-language": "en"}).content.decode()
    assert "Waiting" in page
    assert "waits.js" in page
    Task.objects.update(state=Task.State.DONE)
    page = browser.get("/desk/tasks/", headers={"accept-language": "en"}).content.decode()
    assert "Done" in page
    assert "waits.js" not in page


def test_the_state_is_told_for_those_that_are_asked_for(staff):
    first, second, _ = tasks(3)
    answer = staff(Role.SHOPS).get(f"/desk/tasks/states?ids={first.pk},{second.pk},x,{'9' * 5_000}")
    told = answer.json()
    assert set(told) == {str(first.pk), str(second.pk)}
    assert f'data-task="{first.pk}"' in told[str(first.pk)]


def test_whoever_waited_is_led_to_what_changed(staff):
    (task,) = tasks(1, state=Task.State.DONE)
    browser, link = staff(Role.SHOPS), "Show what changed"
    english = {"accept-language": "en"}
    assert link in browser.get(f"/desk/tasks/states?ids={task.pk}", headers=english).json()[str(task.pk)]
    assert link not in browser.get("/desk/tasks/", headers=english).content.decode()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_refusal_is_told_in_the_reader_s_language(staff, language):
    tasks(1, state=Task.State.REFUSED, reason=Reason.PASS_BLOCKED.value, said="The pass is blocked.")
    page = staff(Role.GRANTS).get("/desk/tasks/", headers={"accept-language": language}).content.decode()
    assert getattr(MEANINGS[Reason.PASS_BLOCKED], language) in page


def test_the_page_s_queries_do_not_grow_with_the_tasks(staff, django_assert_max_num_queries):
    browser = staff(Role.AUDITOR)
    for number in (3, 60):
        tasks(number)
        with django_assert_max_num_queries(9):
            page = browser.get("/desk/tasks/?state=waiting").content.decode()
        assert len(re.findall("data-task=", page)) == min(number, 50)
        assert ("page=2" in page) == (number > 50)


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("passes.block", Role.GRANTS),
        ("programmes.pause", Role.FINANCE),
        ("shops.raise", Role.SHOPS),
        ("payouts.pay", Role.FINANCE),
    ],
)
def test_what_was_given_up_is_tried_again_by_those_alone_who_ask_for_such_things(staff, kind, role):
    (broken,) = tasks(1, kind, state=Task.State.BROKEN)
    for number, each in enumerate(Role):
        browser, button = staff(each, name=f"clerk-{number}"), f"/desk/tasks/{broken.pk}/again"
        Task.objects.update(state=Task.State.BROKEN)
        assert (button in browser.get("/desk/tasks/").content.decode()) == (each == role)
        assert browser.post(button).status_code == (302 if each == role else 403)
        broken.refresh_from_db()
        assert broken.state == (Task.State.WAITING if each == role else Task.State.BROKEN)


def test_what_was_given_up_is_tried_again_once(staff):
    broken, waiting = (tasks(1, "passes.block", state=state, attempts=3) for state in ("broken", "waiting"))
    assert staff(Role.AUDITOR, name="auditor-01").post(f"/desk/tasks/{broken[0].pk}/again").status_code == 403
    browser = staff(Role.GRANTS)
    assert browser.get(f"/desk/tasks/{broken[0].pk}/again").status_code == 405
    assert browser.post(f"/desk/tasks/{broken[0].pk}/again").status_code == 302
    assert browser.post(f"/desk/tasks/{waiting[0].pk}/again").status_code == 404
    broken[0].refresh_from_db()
    assert (broken[0].state, broken[0].attempts) == (Task.State.WAITING, 0)
    assert [(line.action, line.subject) for line in Line.objects.all()] == [("task.again", f"task {broken[0].pk}")]


def test_what_the_desk_reads_by_itself_is_told_with_what_is_wrong(staff):
    Turn.objects.create(name="shops.chain.refresh", tried_at=timezone.now(), said=str(TryAgain("no node answers")))
    page = staff(Role.FINANCE).get("/desk/tasks/").content.decode()
    assert "shops.chain.refresh" in page
    assert "no node answers" in page
