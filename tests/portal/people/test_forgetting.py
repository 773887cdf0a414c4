from datetime import date, timedelta

import pytest
from django.utils import timezone

from provisioning.portal.access import Role
from provisioning.portal.applying.models import Application, Document, Message
from provisioning.portal.deciding.models import Decision, Import, ImportRow
from provisioning.portal.passes.models import Grant, Pass
from provisioning.portal.people import forgetting, keeping, retention, sealing
from provisioning.portal.people.models import Child, Household
from provisioning.portal.staff.models import Line
from tests.portal.deciding.families import known

today = timezone.localdate
DAY = timedelta(days=1)


def give(household, programme, **more):
    child = household.children.first()
    return Grant.objects.create(
        child=child, programme=programme, cents=1, reference=f"r{Grant.objects.count()}", **more
    )


def paper_of(application):
    sealed = sealing.seal("document", b"%PDF")
    return Document.objects.create(
        application=application, kind="income", media="application/pdf", sealed=sealed, size=4
    )


def test_money_is_answered_for_seven_years_also_after_a_leap_day():
    assert retention.money(date(2026, 12, 31)) == date(2033, 12, 31)
    assert retention.money(date(2028, 2, 29)) == date(2035, 2, 28)


def test_a_programme_without_an_end_stops_no_forgetting(programme, sent):
    programme.ends = 2**39
    programme.save()
    give(known(children=[("child-01", "2018-01-01")]), programme)
    sent(state="rejected", forget_on=today())
    assert forgetting.everything(today()) == forgetting.Forgotten(applications=1)
    assert Household.objects.filter(forget_on__year=date.max.year).exists()


def test_those_whose_day_moved_hide_nobody_whose_day_has_come(programme, monkeypatch):
    monkeypatch.setattr(forgetting, "_AT_ONCE", 1)
    moved = known(children=[("child-01", "2018-01-01")], forget_on=today())
    give(moved, programme)
    known("family-08", "0008", forget_on=today())
    Household.objects.update(made_at=timezone.now() - timedelta(days=100))
    assert forgetting.everything(today()) == forgetting.Forgotten(households=1)
    assert list(Household.objects.all()) == [moved]


def test_an_application_is_deleted_on_its_day_and_not_before(sent):
    application = sent(state="rejected", forget_on=today())
    paper_of(application)
    forgetting.everything(today() - DAY)
    assert Application.objects.exists()
    assert forgetting.everything(today()) == forgetting.Forgotten(applications=1)
    assert [Application.objects.count(), Document.objects.count()] == [0, 0]


def test_what_waits_for_a_decision_is_kept(sent):
    sent()
    household = known()
    application = sent("family-02", household=household)
    assert keeping.until(household) is None
    forgetting.everything(today() + timedelta(days=4000))
    assert Application.objects.filter(pk=application.pk).exists()
    assert Household.objects.exists()


def test_papers_go_before_the_application_does(sent, clerk):
    application = sent(state="rejected", forget_on=today() + timedelta(days=365))
    waiting = paper_of(sent("family-02"))
    paper_of(application)
    decision = Decision(application=application, verdict="reject", state="final", by=clerk)
    decision.said = {}
    decision.save()
    forgetting.everything(today() + retention.DOCUMENTS)
    assert Document.objects.count() == 2
    forgetting.everything(today() + retention.DOCUMENTS + DAY)
    assert list(Document.objects.all()) == [waiting]


def test_papers_are_kept_from_the_day_on_which_the_second_person_decided(sent, clerk):
    application = sent(state="rejected", forget_on=today() + timedelta(days=365))
    paper_of(application)
    decision = Decision(application=application, verdict="grant", state="final", by=clerk)
    decision.said, decision.second_at = {}, timezone.now() + 20 * DAY
    decision.save()
    forgetting.everything(today() + 20 * DAY + retention.DOCUMENTS)
    assert Document.objects.count() == 1
    forgetting.everything(today() + 21 * DAY + retention.DOCUMENTS)
    assert Document.objects.count() == 0


def test_a_household_goes_seven_years_after_its_programme_and_its_money_stays(programme, sent):
    household = known(children=[("child-01", "2018-01-01")])
    budget = give(household, programme)
    sent("family-07", state="granted", household=household, forget_on=today())
    day = keeping.refresh(household)
    assert day == keeping.of_programme(programme)
    forgetting.everything(day - DAY)
    assert Household.objects.exists()
    forgetting.everything(day)
    assert [each.objects.count() for each in (Household, Child, Application)] == [0, 0, 0]
    budget.refresh_from_db()
    assert (budget.child, budget.cents) == (None, 1)


def test_a_programme_that_was_extended_keeps_its_families_longer(programme):
    household = known(children=[("child-01", "2018-01-01")])
    give(household, programme)
    day = keeping.of_programme(programme)
    assert keeping.refresh(household) == day
    programme.ends += 30 * 86_400
    programme.save()
    forgetting.everything(day)
    household.refresh_from_db()
    assert household.forget_on == keeping.of_programme(programme)
    assert household.forget_on > day


def test_a_household_that_nothing_needs_goes_after_a_month(db):
    household = known()
    assert household.forget_on is None
    forgetting.everything(today() + retention.UNNEEDED - DAY)
    assert Household.objects.exists()
    forgetting.everything(today() + retention.UNNEEDED)
    assert not Household.objects.exists()


def test_a_list_that_nobody_ran_is_dropped_with_its_cells(rules, clerk):
    made = Import.objects.create(file=bytes(32), rules=rules, by=clerk)
    ImportRow.objects.create(of=made, line=2, sealed=b"sealed", print=bytes(32), kind="new")
    forgetting.everything(today() + retention.IMPORT - DAY)
    assert Import.objects.get().state == "tried"
    forgetting.everything(today() + retention.IMPORT)
    assert Import.objects.get().state == "dropped"
    assert ImportRow.objects.get().sealed is None


def test_the_trail_counts_what_was_forgotten_and_is_silent_otherwise(sent):
    sent(state="rejected", forget_on=today())
    forgetting.everything(today())
    forgetting.everything(today())
    (line,) = Line.objects.filter(action="people.forget")
    assert line.about == {"applications": 1, "documents": 0, "households": 0, "lists": 0}


def forget(browser, household, **said):
    return browser.post(f"/desk/families/{household.pk}/forget", said)


def test_a_family_that_asks_for_it_is_deleted_whole(staff, programme, sent):
    household = known(children=[("child-01", "2018-01-01")])
    give(household, programme)
    sent("family-07", household=household)
    browser = staff(Role.GRANTS)
    assert forget(browser, household).status_code == 422
    assert Household.objects.exists()
    forget(browser, household, sure="on")
    assert [each.objects.count() for each in (Household, Child, Application, Grant)] == [0, 0, 0, 0]
    assert Line.objects.get(action="people.delete").subject == f"household {household.pk}"


@pytest.mark.parametrize("is_given", [True, False])
def test_whoever_got_money_is_forgotten_as_far_as_the_books_allow(staff, programme, sent, is_given):
    household = known(children=[("child-01", "2018-01-01")])
    made = Pass.objects.create(address=bytes(20), child=household.children.get()) if is_given else None
    give(household, programme, given_to=made)
    application = sent("family-07", state="granted", household=household)
    paper_of(application)
    Message.of(application, "question", by_family=False).save()
    forget(staff(Role.GRANTS), household, sure="on")
    assert [Document.objects.count(), Message.objects.count()] == [0, 0]
    assert Household.objects.exists() is is_given
    if is_given:
        application.refresh_from_db()
        assert (application.contents.who.email, Household.objects.get().who.name) == ("", "family-07")
