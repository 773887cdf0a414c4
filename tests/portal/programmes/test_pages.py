"""Programmes through their pages, onto the contract and back."""

import pytest

from contracts.wire.units import CENTS_MAX
from provisioning import programme as programmes
from provisioning.portal.access import Role
from provisioning.portal.programmes import chain
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops.models import Shop
from provisioning.portal.tasks import doing
from provisioning.portal.tasks.models import Task
from provisioning.town import Town
from tests.portal.programmes.draft import DRAFT, drafted

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance(staff, portal):
    browser = staff(Role.FINANCE)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def test_a_programme_is_written_looked_at_and_goes_live_with_its_money(finance, work, town: Town):
    made = drafted(finance, name="From draft to live")
    page = finance.get(f"/desk/programmes/{made.pk}/live").content.decode()
    assert "What can go wrong, at most" in page
    assert made.number is None
    assert finance.post(f"/desk/programmes/{made.pk}/live").status_code == 302
    assert [task.kind for task in work()][:2] == ["programmes.create", "programmes.fund"]
    made.refresh_from_db()
    assert made.number is not None
    found = programmes.show(town, made.number)
    assert (found.name, found.reserve, found.categories) == ("From draft to live", 100_000, 0b1010)
    assert (found.floor_limit, found.day_limit, found.offline_window) == (5_000, 15_000, 86_400)
    assert (made.reserve, made.held, made.state) == (100_000, 100_000, Programme.State.LIVE)
    assert finance.get(f"/desk/programmes/{made.pk}").status_code == 200


def test_a_worker_that_is_killed_before_it_noted_makes_no_second_programme(finance, work, town: Town, monkeypatch):
    made = drafted(finance, name="Killed on the way")
    finance.post(f"/desk/programmes/{made.pk}/live")
    before = int(town.view("programme_count"))
    with monkeypatch.context() as patch:
        patch.setattr(programmes, "show", killed)
        with pytest.raises(KeyboardInterrupt):
            doing.do_next(town)
    chain.read_all(town)
    assert int(town.view("programme_count")) == before + 1
    work()
    assert int(town.view("programme_count")) == before + 1
    made.refresh_from_db()
    assert made.number == before + 1
    assert made.reserve == 100_000


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_it_goes_live_once_though_it_is_asked_twice(finance, work):
    made = drafted(finance)
    for _ in range(2):
        finance.post(f"/desk/programmes/{made.pk}/live")
    assert Task.objects.filter(kind="programmes.create").count() == 1
    work()
    finance.post(f"/desk/programmes/{made.pk}/live")
    assert Task.objects.filter(kind="programmes.create").count() == 1


@pytest.mark.parametrize("meanwhile", ["live", "delete"])
def test_what_was_given_up_makes_no_other_programme_after_the_draft_went_live_or_was_deleted(
    finance, work, town: Town, meanwhile
):
    made = drafted(finance, name=f"Refused {meanwhile}")
    finance.post(f"/desk/programmes/{made.pk}/live")
    Task.objects.update(state=Task.State.REFUSED)
    finance.post(f"/desk/programmes/{made.pk}/edit", {**DRAFT, "name": f"Better {meanwhile}"})
    finance.post(f"/desk/programmes/{made.pk}/{meanwhile}")
    work()
    before = int(town.view("programme_count"))
    refused = Task.objects.earliest("id")
    finance.post(f"/desk/tasks/{refused.pk}/again")
    assert doing.do_next(town) == refused
    refused.refresh_from_db()
    assert refused.state == Task.State.BROKEN
    assert int(town.view("programme_count")) == before


def test_it_does_not_go_live_without_the_money_for_its_tills(finance):
    made = drafted(finance, reserve="100", slice="250")
    shop = Shop(name="shop-01", state=Shop.State.ADMITTED, category=1, number=900)
    shop.contact = {}
    shop.save()
    shop.terminals.create(label="counter", address=b"\x07" * 20)
    assert "does not cover" in finance.get(f"/desk/programmes/{made.pk}/live").content.decode()
    finance.post(f"/desk/programmes/{made.pk}/live")
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends": "2019-12-31"},
        {"ends": "9999-12-31"},
        {"floor_limit": "1.234"},
        {"floor_limit": "0"},
        {"offline_hours": "97"},
        {"categories": ["99"]},
        {"name": "é" * 33},
        {"reserve": ""},
        {"name": ""},
    ],
)
def test_a_draft_that_cannot_be_is_told_at_its_field(finance, wrong):
    answer = finance.post("/desk/programmes/new", {**DRAFT, **wrong})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not Programme.objects.exists()


def test_two_programmes_have_two_names(finance):
    drafted(finance)
    assert "of this name already" in finance.post("/desk/programmes/new", DRAFT).content.decode()


def test_limits_are_changed_and_the_period_extended(finance, work, town: Town):
    made = drafted(finance, name="Changed later")
    finance.post(f"/desk/programmes/{made.pk}/live")
    work()
    said = {**DRAFT, "ends": "2091-06-30", "floor_limit": "75", "day_limit": "", "goals": "More sport"}
    assert finance.post(f"/desk/programmes/{made.pk}/edit", said).status_code == 302
    work()
    made.refresh_from_db()
    assert (made.floor_limit, made.day_limit, made.goals) == (7_500, CENTS_MAX, "More sport")
    assert programmes.show(town, made.number or 0).ends == made.ends


def test_it_is_paused_by_whoever_sees_something_wrong_and_goes_on_by_finance(finance, staff, work):
    made = drafted(finance, name="Paused")
    finance.post(f"/desk/programmes/{made.pk}/live")
    work()
    grants = staff(Role.GRANTS, name="clerk-02")
    assert grants.post(f"/desk/programmes/{made.pk}/pause").status_code == 302
    work()
    made.refresh_from_db()
    assert made.state == Programme.State.PAUSED
    assert grants.post(f"/desk/programmes/{made.pk}/resume").status_code == 403
    finance.post(f"/desk/programmes/{made.pk}/resume")
    work()
    assert Programme.objects.get(pk=made.pk).state == Programme.State.LIVE


def test_money_goes_in_once_though_its_page_is_sent_twice_and_out_as_far_as_it_is_free(finance, work):
    made = drafted(finance, name="Money")
    finance.post(f"/desk/programmes/{made.pk}/live")
    work()
    for _ in range(2):
        finance.post(f"/desk/programmes/{made.pk}/fund", {"once": "c0de", "cents": "50"})
    work()
    made.refresh_from_db()
    assert made.reserve == 105_000
    too_much = finance.post(f"/desk/programmes/{made.pk}/withdraw", {"once": "c1de", "cents": "1050,01"})
    assert too_much.status_code == 400
    finance.post(f"/desk/programmes/{made.pk}/withdraw", {"once": "c2de", "cents": "1050"})
    work()
    made.refresh_from_db()
    assert made.reserve == 0


def test_a_draft_is_thrown_away_and_a_live_programme_is_not(finance, work):
    made = drafted(finance)
    finance.post(f"/desk/programmes/{made.pk}/live")
    work()
    finance.post(f"/desk/programmes/{made.pk}/delete")
    other = drafted(finance, name="Not wanted")
    finance.post(f"/desk/programmes/{other.pk}/delete")
    assert list(Programme.objects.filter(pk__in=(made.pk, other.pk))) == [made]


def test_it_closes_90_days_after_its_end_and_not_before(finance, portal):
    made = drafted(finance)
    Programme.objects.filter(pk=made.pk).update(number=901, ends=2**39)
    finance.post(f"/desk/programmes/{made.pk}/close")
    assert not Task.objects.exists()
    Programme.objects.filter(pk=made.pk).update(begins=0, ends=1)
    finance.post(f"/desk/programmes/{made.pk}/close")
    assert Task.objects.get().kind == "programmes.close"


def test_what_the_command_line_made_is_found(work, town: Town):
    chain.read_all(town)
    known = Programme.objects.get(number=1)
    assert (known.name, known.reserve) == ("Kindpakket", programmes.show(town, 1).reserve)


def test_the_list_asks_the_database_as_often_for_sixty_as_for_three(finance, django_assert_max_num_queries):
    about = {"begins": 0, "ends": 2**39, "floor_limit": 1, "day_limit": 1, "offline_window": 3600}
    Programme.objects.bulk_create(Programme(name=f"P{number}", number=number, **about) for number in range(1000, 1060))
    with django_assert_max_num_queries(12):
        assert finance.get("/desk/programmes").content.count(b"/desk/programmes/") >= 50
    Programme.objects.filter(number__gte=1003).delete()
    with django_assert_max_num_queries(12):
        assert finance.get("/desk/programmes").status_code == 200
