import json
from datetime import UTC, datetime

import pytest

from provisioning.portal.access import Role
from provisioning.portal.applying.models import Application, Message
from provisioning.portal.deciding.models import Decision
from provisioning.portal.orders.models import Line as OrderLine
from provisioning.portal.orders.models import Order
from provisioning.portal.passes.models import Grant, Pass
from provisioning.portal.people.models import Child, ChildParticulars, Household
from provisioning.portal.programmes.models import Programme
from provisioning.portal.staff.models import Line
from tests.portal.deciding.families import by_number, known
from tests.provisioning.pages import texts

CORRECT = {"name": "family-08", "address": "Street 8", "postcode": "9802 ac", "number": "0008", "language": "en"}


@pytest.fixture
def household(programme, sent, clerk):
    made = known(children=[("child-01", "2018-01-01")])
    child = made.children.get()
    Grant.objects.create(child=child, programme=programme, cents=12_300, reference="r")
    Pass.objects.create(address=bytes(range(20)), child=child)
    application = sent("family-07", state="rejected", household=made)
    Message.of(application, "a question", by_family=False).save()
    decision = Decision(application=application, verdict="reject", state="final", by=clerk, reasons=["income"])
    decision.said = {"words": "words of ours"}
    decision.save()
    return made


def act(browser, household, what, **said):
    return browser.post(f"/desk/families/{household.pk}/{what}", said)


def test_all_that_is_known_is_given_as_json_and_on_paper(staff, household):
    browser = staff(Role.GRANTS)
    browser.get(f"/desk/families/{household.pk}/kept")
    known_of = json.loads(act(browser, household, "known", **{"as": "json"}).content)
    (child,), (application,) = known_of["children"], known_of["applications"]
    assert (known_of["name"], child["name"], child["born"]) == ("family-07", "child-01", "2018-01-01")
    assert child["budgets"][0]["cents"] == 12_300
    assert child["passes"][0]["label"] == "0001-0203"
    assert application["answers"]["income"] == 100_000
    assert application["conversation"][0]["text"] == "a question"
    assert application["decisions"][0]["words"] == "words of ours"
    assert {"at", "what"} == set(known_of["trail"][0])
    paper = "\n".join(texts(act(browser, household, "known", **{"as": "pdf"}).content))
    assert all(text in paper for text in ("Naam: family-07", "Geboren: 2018-01-01", "words of ours", "a question"))


def test_the_paper_has_amounts_words_and_the_time_of_this_country(staff, household):
    Application.objects.update(submitted_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    paper = "\n".join(texts(act(staff(Role.GRANTS), household, "known", **{"as": "pdf"}).content))
    assert "2026-07-02 00:30" in paper
    assert "1.000,00" in paper
    assert "Uw inkomen is te hoog." in paper


def test_what_was_ordered_with_its_passes_is_known_too(staff, household, admitted):
    about = {
        "shop": admitted(3),
        "programme": Programme.objects.first(),
        "cents": 89_00,
        "until": 0,
        "signature": bytes(64),
    }
    mine = Order.objects.create(code="CODE-0001", holder=bytes(range(20)), number=1, state="handed_over", **about)
    OrderLine.objects.create(order=mine, name="Bicycle", cents=89_00, quantity=1)
    Order.objects.create(code="CODE-0002", holder=bytes(20), number=1, state="handed_over", **about)
    browser = staff(Role.GRANTS)
    (order,) = json.loads(act(browser, household, "known", **{"as": "json"}).content)["children"][0]["orders"]
    assert (order["code"], order["products"], order["cents"]) == ("CODE-0001", ["1 x Bicycle"], 89_00)
    paper = "\n".join(texts(act(browser, household, "known", **{"as": "pdf"}).content))
    assert all(text in paper for text in ("CODE-0001", "Winkel: shop-03", "1 x Bicycle", "Stand: Meegegeven"))


def test_who_applied_and_is_not_known_otherwise_sees_and_deletes_it_too(staff, sent):
    application, browser = sent(state="rejected"), staff(Role.GRANTS)
    place = f"/desk/applications/{application.pk}"
    assert f"{place}/forget" in browser.get(place).content.decode()
    assert json.loads(browser.post(f"{place}/known", {"as": "json"}).content)["who"]["name"] == "family-01"
    assert "family-01" in "\n".join(texts(browser.post(f"{place}/known", {"as": "pdf"}).content))
    assert browser.post(f"{place}/forget").status_code == 422
    browser.post(f"{place}/forget", {"sure": "on"})
    assert not Application.objects.exists()
    assert Line.objects.latest("id").action == "people.delete"


def test_what_a_known_family_applied_for_is_asked_for_at_its_own_page(staff, household):
    place = f"/desk/applications/{Application.objects.get().pk}"
    browser = staff(Role.GRANTS)
    assert f"{place}/forget" not in browser.get(place).content.decode()
    for what in ("known", "forget"):
        assert browser.post(f"{place}/{what}", {"sure": "on"}).status_code == 404
    assert Application.objects.exists()


def test_particulars_are_corrected_and_the_trail_says_which_and_not_what(staff, household):
    browser = staff(Role.GRANTS)
    assert act(browser, household, "correct", **CORRECT).status_code == 302
    found = by_number("0008")
    assert (found.pk, found.who.name, found.who.postcode, found.language) == (household.pk, "family-08", "9802AC", "en")
    line = Line.objects.get(action="people.correct")
    assert line.about == {"fields": ["address", "language", "name", "number", "postcode"]}


def test_a_childs_name_and_birthday_are_corrected_and_found_by_what_they_are_now(staff, household):
    browser, child = staff(Role.GRANTS), household.children.get()
    said = {f"child-{child.pk}-name": "child-09", f"child-{child.pk}-born": "2018-02-01"}
    assert act(browser, household, f"children/{child.pk}", **said).status_code == 302
    child.refresh_from_db()
    assert child.who == ChildParticulars("child-09", "2018-02-01")
    assert bytes(child.by_child) == child.who.fingerprint
    line = Line.objects.get(action="people.correct")
    assert line.about == {"child": child.pk, "fields": ["born", "name"]}


@pytest.mark.parametrize("said", [{"name": ""}, {"born": "2999-01-01"}, {"name": "child-02"}])
def test_a_child_is_not_made_nobody_unborn_or_its_sister(staff, household, said):
    child = household.children.get()
    Child.of(household, ChildParticulars("child-02", "2018-01-01")).save()
    given = {"name": "child-01", "born": "2018-01-01"} | said
    typed = {f"child-{child.pk}-{name}": value for name, value in given.items()}
    assert act(staff(Role.GRANTS), household, f"children/{child.pk}", **typed).status_code == 422
    child.refresh_from_db()
    assert child.who == ChildParticulars("child-01", "2018-01-01")


def test_a_number_that_another_family_has_is_refused(staff, household):
    known("family-08", "0008")
    assert act(staff(Role.GRANTS), household, "correct", **CORRECT).status_code == 422
    assert (
        act(staff(Role.GRANTS, name="clerk-02"), household, "correct", **{**CORRECT, "postcode": "x"}).status_code
        == 422
    )
    assert Household.objects.get(pk=household.pk).who.name == "family-07"


def test_the_page_says_what_is_kept_and_until_when(staff, household):
    page = staff(Role.GRANTS).get(f"/desk/families/{household.pk}/kept")
    assert all(text in page.content.decode() for text in ("child-01", "AAAA-", "Bewaard tot"))
    assert Line.objects.filter(action="people.opened", subject=f"household {household.pk}").count() == 1


def test_only_who_grants_may_see_a_family(staff, household):
    others = staff(Role.SHOPS, Role.FINANCE, Role.AUDITOR)
    assert others.get(f"/desk/families/{household.pk}/kept").status_code == 403
    for what in ("correct", "known", "forget"):
        assert act(others, household, what).status_code == 403
