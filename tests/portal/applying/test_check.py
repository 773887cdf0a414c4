import pytest
from django.test import Client

from provisioning.portal import settings
from provisioning.portal.applying.check_views import BEGUN_MAX
from provisioning.portal.applying.models import Application
from provisioning.portal.rules.models import RuleVersion
from tests.portal.applying.conftest import ANSWERS, english


def answered(**other):
    return english().post("/check", ANSWERS | other).content.decode()


@pytest.mark.django_db
def test_without_rules_in_force_nothing_can_be_applied_for():
    assert "nothing that you can apply for" in english().get("/").content.decode()
    assert "nothing that you can apply for" in answered()


def test_five_answers_say_what_one_gets_and_nothing_is_kept(rules):
    page = answered()
    assert "You qualify for €\N{NO-BREAK SPACE}700.00 in total." in page
    assert "Child 2 gets €\N{NO-BREAK SPACE}400.00." in page
    assert Application.objects.count() == 0
    assert not Client().cookies


@pytest.mark.parametrize(("other", "said"), [
    ({"income": "1463,56"}, "You qualify"),
    ({"income": "1463,57"}, "Your income is too high."),
    ({"income": "2000", "living": "together"}, "You qualify"),
    ({"savings": "15150,01"}, "Your savings are too high."),
    ({"child-0-born": "2006-01-01", "child-1-born": ""}, "You have no child of the right age."),
])  # fmt: skip
def test_the_answers_decide(rules, other, said):
    page = answered(**other)
    assert said in page
    assert "Apply for Kindpakket" in page  # whoever disagrees may apply all the same


@pytest.mark.parametrize(("other", "said"), [
    ({"postcode": "98"}, "Type your postcode as 1234 AB."),
    ({"income": ""}, "This field is required."),
    ({"income": "1.200"}, "Type an amount as 300 or as 300,50."),
    ({"savings": "99999999"}, "This amount is too high."),
    ({"child-0-born": "2999-01-01"}, "This day is yet to come."),
    ({"child-0-born": "1980-01-01"}, "This is not a child any more."),
    ({"child-0-born": "", "child-1-born": ""}, "Fill in the day of birth."),
    ({"living": "x"}, "Select a valid choice"),
    ({"child-TOTAL_FORMS": "x"}, "Something is missing or not right."),
])  # fmt: skip
def test_what_cannot_be_read_is_said_at_its_field(rules, other, said):
    page = answered(**other)
    assert said in page
    assert 'role="alert"' in page
    assert "You qualify" not in page


def test_another_child_keeps_what_was_typed_and_complains_of_nothing(rules):
    page = answered(more="1", income="wrong")
    assert 'name="child-2-born"' in page
    assert 'value="2018-05-01"' in page
    assert 'value="wrong"' in page
    assert "errorlist" not in page


def test_there_is_an_end_to_children(rules):
    assert "child-12-born" not in answered(**{"more": "1", "child-TOTAL_FORMS": "9999"})
    assert "child-12-born" not in answered(**{"child-TOTAL_FORMS": "9999"})


def test_answers_can_be_changed(rules):
    page = answered(change="1")
    assert 'value="1200"' in page
    assert "You qualify" not in page


def test_beginning_keeps_the_answers_sealed_and_gives_the_browser_its_token(rules):
    browser = Client()
    response = browser.post("/apply/begin", ANSWERS | {"scheme": rules.scheme_id})
    assert response["location"] == "/apply/who"
    application = Application.objects.get()
    assert application.contents.answers.income == 120_000
    assert b"9801" not in bytes(application.sealed)
    cookie = response.cookies["application"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    assert cookie.value.encode() not in bytes(application.token_hash)


@pytest.mark.parametrize("other", [{"scheme": "999"}, {"scheme": "x"}, {"income": ""}])
def test_nothing_begins_without_a_scheme_or_answers(rules, other):
    assert Client().post("/apply/begin", ANSWERS | {"scheme": rules.scheme_id} | other)["location"] == "/check"
    assert Application.objects.count() == 0


def test_retired_rules_take_no_application(rules):
    RuleVersion.objects.update(state=RuleVersion.State.RETIRED)
    assert Client().post("/apply/begin", ANSWERS | {"scheme": rules.scheme_id})["location"] == "/check"


def test_one_address_cannot_begin_without_end(rules):
    begun = [Client().post("/apply/begin", ANSWERS | {"scheme": rules.scheme_id}) for _ in range(BEGUN_MAX + 1)]
    assert [response.status_code for response in begun] == [302] * BEGUN_MAX + [429]
    assert Application.objects.count() == BEGUN_MAX


@pytest.mark.parametrize("sent", [{"child-TOTAL_FORMS": "9" * 5000, "more": "1"}, {"scheme": "9" * 5000}])
def test_a_number_that_no_form_sends_breaks_nothing(rules, sent):
    page = Client().post("/check" if "more" in sent else "/apply/begin", ANSWERS | sent)
    assert page.status_code in {200, 302}
    assert Application.objects.count() == 0


@pytest.mark.django_db
def test_the_page_about_their_data_says_who_guards_it_where_the_town_has_said(monkeypatch):
    assert "data protection officer" not in english().get("/privacy").content.decode()
    told = settings.PORTAL.model_copy(update={"data_protection": "fg@example.org"})
    monkeypatch.setattr(settings, "PORTAL", told)
    assert "data protection officer: fg@example.org" in english().get("/privacy").content.decode()
