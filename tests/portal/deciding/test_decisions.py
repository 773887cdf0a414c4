from datetime import timedelta

import pytest
from django.utils import timezone

from provisioning.portal import settings
from provisioning.portal.access import Role
from provisioning.portal.applying.models import Application, Document, Mark, Message
from provisioning.portal.deciding.models import Decision
from provisioning.portal.passes import giving
from provisioning.portal.passes.models import Grant, Pass
from provisioning.portal.people import retention, sealing
from provisioning.portal.people.models import Child, Household
from provisioning.portal.staff.models import Line
from tests.portal.deciding.families import known
from tests.provisioning.pages import texts

AMOUNTS = {"grant-amount_0": "300"}


def text_of(answer) -> str:
    assert answer["Content-Type"] == "application/pdf"
    return "\n".join(texts(answer.content))


def act(browser, application, what, **said):
    return browser.post(f"/desk/applications/{application.pk}/{what}", said)


def decide(browser, decision, what, **said):
    return browser.post(f"/desk/decisions/{decision.pk}/{what}", said)


def state(application):
    return Application.objects.get(pk=application.pk).state


def test_what_a_family_said_is_granted_and_becomes_a_household_with_budgets(staff, sent, programme):
    application, browser = sent(children=(("child-01", 8), ("child-02", 14), ("child-03", 2))), staff(Role.GRANTS)
    page = browser.get(f"/desk/applications/{application.pk}")
    assert all(text in page.content.decode() for text in ("family-01", "child-02", "Street family-01"))
    amounts = {"grant-amount_0": "300", "grant-amount_1": "400,00", "grant-amount_2": "0"}
    assert act(browser, application, "grant", **amounts).status_code == 302
    application.refresh_from_db()
    assert (application.state, application.household.who.name) == ("granted", "family-01")
    grants = Grant.objects.filter(child__household=application.household).order_by("cents")
    assert [(grant.cents, grant.programme) for grant in grants] == [(30_000, programme), (40_000, programme)]
    assert len({grant.reference for grant in grants}) == 2
    assert {grant.series for grant in grants} == {None}, "they come at once"
    assert application.forget_on == application.household.forget_on
    assert application.forget_on.year == timezone.localdate().year + retention.MONEY_YEARS + (
        timezone.localdate().timetuple().tm_yday > 275
    )


def test_a_budget_by_the_month_is_a_grant_for_each_and_the_letter_says_so(staff, sent, rules, programme):
    programme.ends = 2**37
    programme.save()
    rules.kept = {**rules.kept, "months": 7}
    rules.save()
    application, browser = sent(), staff(Role.GRANTS)
    assert "in 7 delen" in browser.get(f"/desk/applications/{application.pk}").content.decode()
    act(browser, application, "grant", **AMOUNTS)
    grants = Grant.objects.order_by("due_on")
    assert [grant.cents for grant in grants] == [4_286] * 5 + [4_285] * 2
    assert len({grant.series for grant in grants}) == 1
    assert grants[0].series is not None
    assert grants[0].due_on == timezone.localdate()
    assert list(giving.waiting()) == [grants[0]]
    decision = Decision.objects.get()
    assert "in 7 delen" in text_of(decide(browser, decision, "letter"))
    decide(browser, decision, "undo", **{"why-why": "a slip"})
    assert not Grant.objects.exists()


def test_a_letter_says_how_many_parts_there_are_before_the_programme_ends(staff, sent, rules):
    rules.kept = {**rules.kept, "months": 12}
    rules.save()
    application, browser = sent(), staff(Role.GRANTS)
    act(browser, application, "grant", **AMOUNTS)
    count = Grant.objects.count()
    assert 3 <= count <= 4, "it ends in ninety days"
    assert f"in {count} delen" in text_of(decide(browser, Decision.objects.get(), "letter"))


def test_other_amounts_want_a_reason_that_the_family_does_not_read(staff, sent):
    application, browser = sent(), staff(Role.GRANTS)
    refused = act(browser, application, "grant", **{"grant-amount_0": "350"})
    assert refused.status_code == 422
    assert "de voorwaarden niet volgt" in refused.content.decode()
    said = {"grant-amount_0": "350", "grant-why": "a reason", "grant-words": "own words"}
    assert act(browser, application, "grant", **said).status_code == 302
    decision = Decision.objects.get()
    assert decision.said == {"words": "own words", "why": "a reason"}
    letter = text_of(decide(browser, decision, "letter"))
    assert "own words" in letter
    assert "a reason" not in letter


def test_a_grant_of_nothing_is_none(staff, sent):
    application, browser = sent(), staff(Role.GRANTS)
    assert act(browser, application, "grant", **{"grant-amount_0": "0", "grant-why": "x"}).status_code == 422
    assert not Decision.objects.exists()


def test_above_the_amount_a_second_person_confirms_and_the_first_cannot(staff, sent):
    application, first = sent(), staff(Role.GRANTS)
    act(first, application, "grant", **{"grant-amount_0": "1000,01", "grant-why": "x"})
    decision = Decision.objects.get()
    assert (decision.state, state(application), Grant.objects.count()) == ("proposed", "submitted", 0)
    decide(first, decision, "confirm")
    assert act(first, application, "reject", **{"reject-reasons": "income"}).status_code == 302
    decision.refresh_from_db()
    assert (decision.state, state(application)) == ("proposed", "submitted")
    second = staff(Role.GRANTS, name="clerk-02")
    assert str(application.code).encode() in second.get("/desk/applications/?state=second").content
    decide(second, decision, "confirm")
    decision.refresh_from_db()
    assert (decision.state, state(application), str(decision.second)) == ("final", "granted", "clerk-02")
    decide(second, decision, "confirm")
    assert Grant.objects.count() == 1


def test_at_the_amount_one_person_is_enough(staff, sent):
    application = sent()
    act(staff(Role.GRANTS), application, "grant", **{"grant-amount_0": "1000", "grant-why": "x"})
    assert state(application) == "granted"


def test_a_large_sum_for_one_household_is_not_decided_in_parts_by_one_person(staff, sent):
    first, second, browser = sent(), sent(children=(("child-02", 9),)), staff(Role.GRANTS)
    seen = {"grant-seen": "on", "grant-why": "x"}
    act(browser, first, "grant", **{"grant-amount_0": "700"}, **seen)
    household = {"grant-household": str(Household.objects.get().pk)}
    act(browser, second, "grant", **{"grant-amount_0": "300,01"}, **seen, **household)
    assert [state(first), state(second)] == ["granted", "submitted"]
    decision = Decision.objects.get(application=second)
    decide(staff(Role.GRANTS, name="clerk-02"), decision, "confirm")
    assert state(second) == "granted"


def four_eyes(monkeypatch, **cents):
    monkeypatch.setattr(settings, "PORTAL", settings.PORTAL.model_copy(update=cents))


def test_in_seven_days_one_person_grants_no_more_alone_whatever_the_families(staff, sent, monkeypatch):
    four_eyes(monkeypatch, four_eyes_week_cents=60_000)
    families = [sent(f"family-{n:02}", children=((f"child-{n:02}", 8),)) for n in range(4)]
    first, second = staff(Role.GRANTS), staff(Role.GRANTS, name="clerk-02")
    for family in families[:3]:
        act(first, family, "grant", **AMOUNTS)
    assert [state(family) for family in families] == ["granted", "granted", "submitted", "submitted"]
    decide(second, Decision.objects.get(application=families[2]), "confirm")
    act(second, families[3], "grant", **AMOUNTS)
    assert [state(family) for family in families[2:]] == ["granted", "granted"], "what two decided is nobody's alone"


def test_what_was_undone_returned_or_is_older_than_seven_days_no_longer_counts(staff, sent, monkeypatch):
    four_eyes(monkeypatch, four_eyes_week_cents=30_000)
    families = [sent(f"family-{n:02}", children=((f"child-{n:02}", 8),)) for n in range(4)]
    browser = staff(Role.GRANTS)
    act(browser, families[0], "grant", **AMOUNTS)
    decide(browser, Decision.objects.get(), "undo", **{"why-why": "a slip"})
    act(browser, families[1], "grant", **AMOUNTS)
    act(browser, families[2], "grant", **AMOUNTS)
    decide(browser, Decision.objects.get(application=families[2]), "return", **{"why-why": "a slip"})
    assert [state(family) for family in families] == ["submitted", "granted", "submitted", "submitted"]
    week = timedelta(days=7)
    Decision.objects.filter(application=families[1]).update(made_at=timezone.now() - week + timedelta(hours=1))
    act(browser, families[2], "grant", **AMOUNTS)
    assert state(families[2]) == "submitted"
    Decision.objects.filter(application=families[1]).update(made_at=timezone.now() - week)
    act(browser, families[3], "grant", **AMOUNTS)
    assert state(families[3]) == "granted"


def test_a_second_person_may_return_it_and_then_it_is_decided_anew(staff, sent):
    application, first = sent(), staff(Role.GRANTS)
    act(first, application, "grant", **{"grant-amount_0": "1500", "grant-why": "x"})
    decision = Decision.objects.get()
    second = staff(Role.GRANTS, name="clerk-02")
    assert decide(second, decision, "return", **{"why-why": ""}).status_code == 422
    decide(second, decision, "return", **{"why-why": "too much"})
    decision.refresh_from_db()
    assert (decision.state, decision.said["back"]) == ("returned", "too much")
    act(first, application, "grant", **AMOUNTS)
    assert state(application) == "granted"


def test_a_rejection_has_reasons_and_its_letter_says_them_in_the_familys_language(staff, sent):
    application, browser = sent(income=900_000, language="en"), staff(Role.GRANTS)
    assert act(browser, application, "reject").status_code == 422
    assert act(browser, application, "reject", **{"reject-reasons": "other"}).status_code == 422
    act(browser, application, "reject", **{"reject-reasons": ["income", "other"], "reject-words": "Words of ours."})
    application.refresh_from_db()
    assert application.state == "rejected"
    assert application.forget_on == timezone.localdate() + retention.REJECTED
    letter = text_of(decide(browser, Decision.objects.get(), "letter"))
    assert all(text in letter for text in ("You do not get a budget", "too high", "Words of ours.", "six weeks"))
    assert not Household.objects.exists()


@pytest.mark.parametrize(("post", "words"), [(None, "Bel ons eerst"), ("Postbus 1, 1234 AB Plaats", "Postbus 1")])
def test_a_letter_says_where_an_objection_goes(staff, sent, monkeypatch, post, words):
    monkeypatch.setattr(settings, "PORTAL", settings.PORTAL.model_copy(update={"post": post}))
    browser = staff(Role.GRANTS)
    act(browser, sent(), "grant", **AMOUNTS)
    assert words in text_of(decide(browser, Decision.objects.get(), "letter"))


def test_the_letter_of_a_grant_is_in_dutch_for_who_reads_dutch(staff, sent):
    application, browser = sent(family="Şahin"), staff(Role.GRANTS)
    act(browser, application, "grant", **AMOUNTS)
    letter = text_of(decide(browser, Decision.objects.get(), "letter"))
    assert all(text in letter for text in ("Sahin", "child-01 krijgt", "300,00", "zes weken", application.code))


def test_asking_for_more_leaves_a_question_with_the_family(staff, sent):
    application, browser = sent(), staff(Role.GRANTS)
    act(browser, application, "ask", **{"ask-text": "Which school?"})
    assert state(application) == "asked"
    assert [(one.text, one.by_family) for one in Message.objects.all()] == [("Which school?", False)]
    act(browser, application, "grant", **AMOUNTS)
    assert state(application) == "granted"


def test_it_is_undone_until_a_pass_has_it(staff, sent):
    application, browser = sent(), staff(Role.GRANTS)
    act(browser, application, "grant", **AMOUNTS)
    decision = Decision.objects.get()
    decide(browser, decision, "undo", **{"why-why": "a slip"})
    decision.refresh_from_db()
    assert (decision.state, state(application)) == ("undone", "submitted")
    assert [Grant.objects.count(), Child.objects.count(), Household.objects.count()] == [0, 0, 0]
    act(browser, application, "grant", **AMOUNTS)
    child = Child.objects.get()
    Grant.objects.update(given_to=Pass.objects.create(address=bytes(20), child=child))
    decide(browser, Decision.objects.exclude(pk=decision.pk).get(), "undo", **{"why-why": "a slip"})
    assert (state(application), Grant.objects.count()) == ("granted", 1)


def test_a_child_gets_no_second_budget_and_likely_duplicates_must_be_looked_at(staff, sent):
    first, second, browser = sent(), sent(), staff(Role.GRANTS)
    page = browser.get(f"/desk/applications/{second.pk}").content.decode()
    assert "zelfde kind" in page
    assert first.code in page
    seen = {"grant-seen": "on"}
    assert act(browser, first, "grant", **AMOUNTS).status_code == 422
    act(browser, first, "grant", **AMOUNTS, **seen)
    household = Household.objects.get()
    said = {**AMOUNTS, **seen, "grant-household": str(household.pk)}
    page = browser.post(f"/desk/applications/{second.pk}/grant", said, follow=True).content.decode()
    assert "heeft al een tegoed van deze regeling" in page
    assert (state(second), Grant.objects.count()) == ("submitted", 1)


def test_a_new_application_may_be_of_a_family_that_is_known(staff, sent):
    first, second = sent(), sent(children=(("child-02", 9),))
    browser, seen = staff(Role.GRANTS), {"grant-seen": "on"}
    act(browser, first, "grant", **AMOUNTS, **seen)
    household = Household.objects.get()
    act(browser, second, "grant", **AMOUNTS, **seen, **{"grant-household": str(household.pk)})
    assert [child.who.name for child in household.children.order_by("pk")] == ["child-01", "child-02"]
    decide(browser, Decision.objects.get(application=second), "undo", **{"why-why": "x"})
    assert [child.who.name for child in Household.objects.get().children.all()] == ["child-01"]


def test_a_family_that_moved_gets_its_letters_where_it_lives_now(staff, sent):
    household = known("family-01", "0001", [("child-02", "2015-01-01")])
    other = known("family-02", "0002", [("child-03", "2015-01-01")])
    browser = staff(Role.GRANTS)
    for application, family in ((sent(), household), (sent(children=(("child-03", 8),)), other)):
        said = {**AMOUNTS, "grant-seen": "on", "grant-household": str(family.pk)}
        Mark.objects.filter(application=application).delete()  # it is not about duplicates among applications
        browser.post(f"/desk/applications/{application.pk}/grant", said)
    household.refresh_from_db()
    assert (household.who.address, household.who.number) == ("Street family-01", "0001")
    assert household.who.email == "family-01@example.org"
    assert Household.objects.get(pk=other.pk).who.address == "Street 7"  # another name: a person looks at that


def test_what_a_family_took_back_waits_for_no_second_person(staff, sent):
    application, browser = sent(), staff(Role.GRANTS)
    act(browser, application, "grant", **{"grant-amount_0": "1000,01", "grant-why": "x"})
    second = staff(Role.GRANTS, name="clerk-02")
    page = f"/desk/applications/{application.pk}"
    assert "/confirm" in second.get(page).content.decode()
    Application.objects.update(state="withdrawn")
    assert application.code not in second.get("/desk/applications/?state=second").content.decode()
    assert "/confirm" not in second.get(page).content.decode()


def test_without_a_running_programme_nothing_is_granted(staff, sent, programme):
    application, browser = sent(), staff(Role.GRANTS)
    programme.closed = True
    programme.save()
    act(browser, application, "grant", **AMOUNTS)
    assert (state(application), Decision.objects.count()) == ("submitted", 0)


def test_a_document_is_a_file_to_keep_and_never_a_page(staff, sent):
    application, other, browser = sent(), sent("family-02"), staff(Role.GRANTS)
    sealed = sealing.seal("document", b"%PDF-1.7 <script>")
    paper = Document.objects.create(
        application=application, kind="income", media="application/pdf", sealed=sealed, size=17
    )
    answer = browser.get(f"/desk/applications/{application.pk}/documents/{paper.pk}")
    assert answer.content == b"%PDF-1.7 <script>"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert browser.get(f"/desk/applications/{other.pk}/documents/{paper.pk}").status_code == 404


def test_no_draft_is_seen_here(staff, sent):
    draft = sent(state="draft")
    browser = staff(Role.GRANTS)
    assert browser.get(f"/desk/applications/{draft.pk}").status_code == 404
    assert act(browser, draft, "grant", **AMOUNTS).status_code == 404
    assert draft.code.encode() not in browser.get("/desk/applications/?state=draft").content
    sealed = sealing.seal("document", b"%PDF-1.7")
    paper = Document.objects.create(application=draft, kind="other", media="application/pdf", sealed=sealed, size=8)
    assert browser.get(f"/desk/applications/{draft.pk}/documents/{paper.pk}").status_code == 404


def test_the_list_names_nobody_has_the_oldest_first_and_filters(staff, sent):
    new, old = sent("family-01"), sent("family-02", children=(("child-02", 9),), days=20)
    rejected = sent("family-03", state="rejected")
    browser = staff(Role.GRANTS)
    page = browser.get("/desk/applications/").content.decode()
    assert page.index(old.code) < page.index(new.code)
    assert "family-0" not in page
    assert rejected.code not in page
    page = browser.get("/desk/applications/?days=14").content.decode()
    assert old.code in page
    assert new.code not in page
    assert rejected.code in browser.get("/desk/applications/?state=rejected").content.decode()
    found = browser.post("/desk/applications/find", {"code": new.code.lower()})
    assert found["Location"] == f"/desk/applications/{new.pk}"


@pytest.mark.parametrize("count", [3, 60])
def test_queries_do_not_grow_with_the_rows(staff, sent, count, django_assert_max_num_queries):
    application = [sent("family-01") for _ in range(count)].pop()
    browser = staff(Role.GRANTS)
    with django_assert_max_num_queries(20):
        browser.get("/desk/applications/")
    with django_assert_max_num_queries(30):
        browser.get(f"/desk/applications/{application.pk}")


def test_the_trail_has_no_person(staff, sent):
    application, browser = sent(), staff(Role.GRANTS)
    browser.get(f"/desk/applications/{application.pk}")
    browser.get(f"/desk/applications/{application.pk}")
    act(browser, application, "ask", **{"ask-text": "family-01?"})
    act(browser, application, "grant", **AMOUNTS, **{"grant-words": "for child-01"})
    decide(browser, Decision.objects.get(), "undo", **{"why-why": "family-01"})
    act(browser, application, "reject", **{"reject-reasons": "other", "reject-words": "family-01"})
    lines = list(Line.objects.values_list("action", "subject", "about"))
    assert [action for action, _, _ in lines if action.startswith(("decision", "application"))] == [
        "application.opened", "application.ask", "decision.propose", "decision.grant", "decision.undo",
        "decision.reject",
    ]  # fmt: skip
    assert "family-01" not in str(lines)
    assert "child-01" not in str(lines)


def test_only_who_grants_sees_an_application(staff, sent):
    application = sent()
    others = staff(Role.SHOPS, Role.FINANCE, Role.AUDITOR)
    for path in ("", "/grant", "/reject", "/ask"):
        assert others.get(f"/desk/applications/{application.pk}{path}").status_code == 403
