import pytest
from django.test import Client

from provisioning.portal.access import Role
from provisioning.portal.passes.models import Pass
from provisioning.portal.people.models import Household
from provisioning.portal.staff.models import Line
from provisioning.portal.tasks.models import Task
from tests.portal.passes.conftest import a_programme, child, granted, household
from tests.portal.passes.test_letters import address_of
from tests.provisioning import pages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("record")]


@pytest.fixture
def one(db):
    return child(household(1))


@pytest.fixture
def held(one):
    return Pass.objects.create(address=b"\x0a\x1b\x2c\x3d" + b"\x05" * 16, child=one)


@pytest.mark.parametrize(
    "said",
    [
        {"number": "0001"},
        {"name": "FAMILY 01"},
        {"postcode": "1234ab", "address": "voorbeeldstraat 1"},
        {"label": "0A1B-2c3d"},
        {"name": "family-01", "number": "0001"},
    ],
)
def test_a_family_is_found_by_what_its_parent_says_and_opened(clerk, one, held, said):
    household(2)
    answer = clerk.post("/desk/families/", said)
    assert answer.url == f"/desk/families/{one.household_id}/"
    assert [(line.subject, line.about) for line in Line.objects.filter(action="passes.search")] == [
        ("", {"by": sorted(said), "found": 1})
    ]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"number": "0009"}, "No family was found"),
        ({"name": "family"}, "No family was found"),
        ({"name": "family-01", "number": "0002"}, "No family was found"),
        ({"label": "0a1b-2c3e"}, "No family was found"),
        ({}, "Fill in at least one of these."),
        ({"postcode": "1234 AB"}, "An address needs the postcode"),
        ({"label": "0a1b"}, "has eight digits"),
    ],
)
def test_what_finds_nobody_is_told(clerk, one, held, said, told):
    household(2)
    assert told in clerk.post("/desk/families/", said).content.decode()


def test_several_that_fit_are_shown_to_choose_from(clerk):
    first, second = household(1), household(2)
    Household.objects.filter(pk=second.pk).update(by_name=first.by_name)
    page = clerk.post("/desk/families/", {"name": "family-01"}).content.decode()
    assert "2 families found" in page
    assert f'href="/desk/families/{second.pk}/"' in page


def test_a_lost_pass_is_replaced_by_one_post_that_answers_with_the_letter(clerk, one, held):
    answer = clerk.post(f"/desk/passes/{held.pk}/replace")
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    (code,) = pages.codes(answer.content)
    held.refresh_from_db()
    new = held.replaced_by
    assert bytes(new.address) == address_of(code)
    assert (new.child, new.state, held.state) == (one, Pass.State.MADE, Pass.State.MADE)
    assert held.task.kind == "passes.reissue"
    assert held.task.arguments == {"old": held.pk, "new": new.pk}
    text = " ".join(pages.texts(answer.content)[0].split())
    assert new.label in text
    assert "family-01" in text
    assert code[10:] not in repr(list(Line.objects.values())) + repr(list(Task.objects.values()))


def test_a_second_press_makes_no_second_pass_and_a_failed_printing_is_mended_by_the_new_one(clerk, one, held):
    clerk.post(f"/desk/passes/{held.pk}/replace")
    answer = clerk.post(f"/desk/passes/{held.pk}/replace")
    assert answer.url == f"/desk/families/{one.household_id}/"
    assert "was replaced already" in clerk.get(answer.url).content.decode()
    assert Pass.objects.count() == 2
    new = Pass.objects.get(replaces=held)
    assert clerk.post(f"/desk/passes/{new.pk}/replace")["Content-Type"] == "application/pdf"
    assert Pass.objects.count() == 3


def test_where_no_contract_is_set_up_nothing_is_replaced(clerk, one, held, record):
    record.rename(f"{record}.away")
    try:
        answer = clerk.post(f"/desk/passes/{held.pk}/replace")
    finally:
        record.with_name(f"{record.name}.away").rename(record)
    assert "cannot be made yet" in clerk.get(answer.url).content.decode()
    held.refresh_from_db()
    assert (held.replaced_by, Pass.objects.count(), Task.objects.count()) == (None, 1, 0)


def test_a_pass_is_blocked_once_and_unblocked_when_that_is_done(clerk, one, held):
    clerk.post(f"/desk/passes/{held.pk}/block")
    clerk.post(f"/desk/passes/{held.pk}/unblock")
    (task,) = Task.objects.all()
    assert (task.kind, task.arguments) == ("passes.block", {"pass": held.pk, "blocked": True})
    page = clerk.get(f"/desk/families/{one.household_id}/").content.decode()
    assert f'data-task="{task.pk}"' in page
    assert f"/desk/passes/{held.pk}/replace" in page
    assert f"/desk/passes/{held.pk}/block" not in page
    Task.objects.update(state=Task.State.DONE)
    Pass.objects.update(state=Pass.State.BLOCKED)
    assert f"/desk/passes/{held.pk}/unblock" in clerk.get(f"/desk/families/{one.household_id}/").content.decode()
    clerk.post(f"/desk/passes/{held.pk}/unblock")
    assert Task.objects.latest("id").arguments == {"pass": held.pk, "blocked": False}


def test_the_family_page_tells_where_each_budget_is(clerk, one, held, programme):
    granted(one, programme, 30_050)
    granted(one, a_programme(None, "Sport"))
    page = clerk.get(f"/desk/families/{one.household_id}/").content.decode()
    assert "Waits for a letter or a pass" in page
    assert "Waits for the programme" in page
    assert "300.50" in page
    clerk.post(f"/desk/families/{one.household_id}/give")
    (task,) = Task.objects.all()
    page = clerk.get(f"/desk/families/{one.household_id}/").content.decode()
    assert f'data-task="{task.pk}"' in page
    assert f"to pass {held.label}" in page


def test_letters_for_one_family_take_no_other(clerk, one, programme):
    granted(one, programme)
    granted(child(household(2)), programme)
    answer = clerk.post(f"/desk/families/{one.household_id}/letters")
    page = clerk.get(answer.url).content.decode()
    assert "family-01" not in page
    assert "<dt>Letters</dt><dd>1" in page
    assert clerk.post(f"/desk/families/{one.household_id}/letters").url == f"/desk/families/{one.household_id}/"


def test_that_somebody_looked_is_noted_once(clerk, one):
    for _ in range(2):
        clerk.get(f"/desk/families/{one.household_id}/")
    subject = f"household {one.household_id}"
    assert [line.subject for line in Line.objects.filter(action="passes.opened")] == [subject]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.GRANTS}))
def test_nobody_else_sees_a_family(staff, one, held, role):
    other = staff(role, name="other-01")
    for path in ("families/", f"families/{one.household_id}/", "letters/"):
        assert other.get(f"/desk/{path}").status_code == 403
        assert Client().get(f"/desk/{path}").status_code == 302
    assert other.post(f"/desk/passes/{held.pk}/replace").status_code == 403
    assert Pass.objects.count() == 1


def test_what_changes_something_is_no_get_and_needs_its_token(staff, one, held):
    clerk = staff(Role.GRANTS)
    for name in ("block", "unblock", "replace"):
        assert clerk.get(f"/desk/passes/{held.pk}/{name}").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = clerk.cookies
    assert strict.post(f"/desk/passes/{held.pk}/replace").status_code == 403
    assert not Task.objects.exists()


def test_the_family_page_s_queries_do_not_grow(clerk, programme, django_assert_max_num_queries):
    for count in (3, 60):
        home = household(count)
        for number in range(count):
            one = child(home, number)
            Pass.objects.create(address=bytes([count, number]) * 10, child=one)
            granted(one, programme)
        clerk.get(f"/desk/families/{home.pk}/")
        with django_assert_max_num_queries(13):
            assert clerk.get(f"/desk/families/{home.pk}/").status_code == 200
