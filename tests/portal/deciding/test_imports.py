from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from provisioning.portal import settings
from provisioning.portal.access import Role
from provisioning.portal.deciding import alone, running
from provisioning.portal.deciding.models import Decision, Import, ImportRow
from provisioning.portal.passes.models import Grant, Pass
from provisioning.portal.people import retention
from provisioning.portal.people.models import Child, Household
from provisioning.portal.staff.models import Line
from tests.portal.deciding.families import by_number, known
from tests.provisioning.pages import texts

HEAD = "nummer;naam;adres;postcode;kind;geboren"
NO_TOWN: Any = None
YEAR = timezone.localdate().year
BORN = f"{YEAR - 8}-01-01"


def line(number, family, child, born=BORN, postcode="9801AB"):
    return f"{number};{family};Street {family};{postcode};{child};{born}"


def hand_in(browser, rules, *lines, content=None):
    content = "\n".join([HEAD, *lines]).encode() if content is None else content
    return browser.post("/desk/imports/", {"scheme": rules.pk, "file": SimpleUploadedFile("list.csv", content)})


def do(browser, made, what, **said):
    return browser.post(f"/desk/imports/{made.pk}/{what}", said)


def finish(made):
    made.refresh_from_db()
    while made.state == "running":
        running.go_on(NO_TOWN)
        made.refresh_from_db()


def kinds(made):
    return [(row.line, row.kind, row.code) for row in made.rows.all()]


def test_a_list_is_tried_without_granting_anything(staff, rules, sent, programme):
    budget = known("family-03", "0003", [("child-03", BORN)]).children.get()
    Grant.objects.create(child=budget, programme=programme, cents=1, reference="r")
    known("family-04", "0004", [("child-04", BORN)])
    sent("family-05", children=(("child-05", 8),))
    browser = staff(Role.GRANTS)
    answer = hand_in(
        browser, rules,
        line("0001", "family-01", "child-01"), line("0002", "family-02", "child-02", born="x"),
        line("0003", "family-03", "child-03"), line("0004", "family-04", "child-04"),
        line("0005", "family-05", "child-05"), line("0006", "family-06", "child-06", born=f"{YEAR - 2}-01-01"),
        line("0007", "family-07", "child-07", postcode="1000AA"), line("0008", "family-01", "child-01"),
        line("0004", "family-04", "kind-04"),
    )  # fmt: skip
    made = Import.objects.get()
    assert answer["Location"] == f"/desk/imports/{made.pk}"
    assert kinds(made) == [
        (2, "new", ""), (3, "faulty", "born"), (4, "duplicate", "budget"), (5, "known", ""),
        (6, "duplicate", "applied"), (7, "outside", "rule_young"), (8, "outside", "rule_postcode"),
        (9, "duplicate", "twice"), (10, "new", ""),
    ]  # fmt: skip
    page = browser.get(answer["Location"]).content.decode()
    assert "regel 2" in page
    assert "family-0" not in page
    assert (Grant.objects.count(), Decision.objects.count(), made.state) == (1, 0, "tried")
    assert not ImportRow.objects.exclude(kind__in=("new", "known")).exclude(sealed=None).exists()


def test_what_it_grants_is_granted_once_and_by_a_second_person(staff, rules, programme):
    known("family-02", "0002", [("child-02", BORN)], language="en")
    first, second = staff(Role.GRANTS), staff(Role.GRANTS, name="clerk-02")
    lines = [line("0001", "family-01", f"child-1{n}") for n in range(3)] + [line("0002", "family-02", "child-02")]
    hand_in(first, rules, *lines)
    made = Import.objects.get()
    do(first, made, "start")
    made.refresh_from_db()
    assert made.state == "tried"  # four times EUR 300 is above the amount for one person
    do(second, made, "start")
    finish(made)
    assert made.state == "done"
    assert [grant.cents for grant in Grant.objects.filter(programme=programme)] == [30_000] * 4
    household = by_number("0001")
    assert (household.known, household.who.name, household.children.count()) == (True, "family-01", 3)
    assert household.forget_on is not None
    decision = Decision.objects.get(household=household)
    assert (decision.amounts, decision.by.get_username(), str(decision.second)) == (
        [30_000] * 3,
        "clerk-01",
        "clerk-02",
    )
    assert Household.objects.count() == 2
    assert not ImportRow.objects.exclude(sealed=None, print=None).exists()
    do(second, made, "start")
    made.refresh_from_db()
    assert (made.state, Grant.objects.count()) == ("done", 4)


def test_lists_of_one_person_count_in_the_sum_of_seven_days(staff, rules, sent, monkeypatch):
    week = settings.PORTAL.model_copy(update={"four_eyes_week_cents": 60_000})
    monkeypatch.setattr(settings, "PORTAL", week)
    first, second = staff(Role.GRANTS), staff(Role.GRANTS, name="clerk-02")
    for number in range(3):
        hand_in(first, rules, line(f"000{number}", f"family-0{number}", f"child-0{number}"))
    one, two, three = Import.objects.order_by("pk")
    for made in (one, two, three):
        do(first, made, "start")
        finish(made)
    assert [one.state, two.state, three.state] == ["done", "done", "tried"]
    application = sent("family-07", children=(("child-07", 8),))
    first.post(f"/desk/applications/{application.pk}/grant", {"grant-amount_0": "300"})
    assert Decision.objects.get(application=application).state == "proposed"
    do(second, three, "start")
    finish(three)
    assert three.state == "done"
    assert alone.granted(User.objects.get(username="clerk-02").pk) == 0, "a list that two looked at is nobody's alone"


def test_a_list_without_contacts_leaves_those_that_the_family_gave(staff, rules):
    household = known("family-02", "0002", [("child-02", BORN)])
    household.describe(replace(household.who, town="Town", email="family-02@example.org", phone="0612345678"))
    household.save()
    browser = staff(Role.GRANTS)
    hand_in(browser, rules, line("0002", "family-02", "child-02"))
    do(browser, Import.objects.get(), "start")
    finish(Import.objects.get())
    who = by_number("0002").who
    assert (who.address, who.town) == ("Street family-02", "Town")
    assert (who.email, who.phone) == ("family-02@example.org", "0612345678")


def test_it_goes_on_where_it_was_stopped_and_looks_again(staff, rules, monkeypatch, programme):
    monkeypatch.setattr(running, "PART", 2)
    browser = staff(Role.GRANTS)
    hand_in(browser, rules, *(line("0001", "family-01", f"child-{n}") for n in range(3)))
    made = Import.objects.get()
    do(browser, made, "start")
    assert running.run_part(made.pk)
    made.refresh_from_db()
    assert (made.state, Grant.objects.count()) == ("running", 2)
    page = browser.get(f"/desk/imports/{made.pk}").content.decode()
    assert "2 van 3 regels zijn klaar" in page
    child = known("family-09", "0009", [("child-2", BORN)]).children.get()
    Grant.objects.create(child=child, programme=programme, cents=1, reference="r")
    finish(made)
    assert kinds(made) == [(2, "new", ""), (3, "new", ""), (4, "duplicate", "budget")]
    assert Grant.objects.count() == 3


def test_a_programme_that_is_closed_meanwhile_ends_it(staff, rules, monkeypatch, programme):
    monkeypatch.setattr(running, "PART", 1)
    browser = staff(Role.GRANTS)
    hand_in(browser, rules, line("0001", "family-01", "child-01"), line("0002", "family-02", "child-02"))
    made = Import.objects.get()
    do(browser, made, "start")
    running.go_on(NO_TOWN)
    programme.closed = True
    programme.save()
    finish(made)
    assert (made.state, Grant.objects.count()) == ("dropped", 1)
    assert not ImportRow.objects.exclude(sealed=None, print=None).exists()


def test_a_part_that_breaks_off_leaves_nothing_of_itself(staff, rules, monkeypatch):
    browser = staff(Role.GRANTS)
    hand_in(browser, rules, line("0001", "family-01", "child-01"), line("0002", "family-02", "child-02"))
    made = Import.objects.get()
    do(browser, made, "start")
    monkeypatch.setattr(running, "_write_down", lambda *_about: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        running.run_part(made.pk)
    assert [Grant.objects.count(), Household.objects.count(), made.rows.filter(done=True).count()] == [0, 0, 0]
    monkeypatch.undo()
    finish(made)
    assert Grant.objects.count() == 2


def test_one_family_of_a_list_is_taken_back_until_a_pass_has_it(staff, rules):
    browser = staff(Role.GRANTS)
    hand_in(browser, rules, line("0001", "family-01", "child-01"), line("0002", "family-02", "child-02"))
    made = Import.objects.get()
    do(browser, made, "start")
    finish(made)
    first, second = (Decision.objects.get(household=by_number(number)) for number in ("0001", "0002"))
    page = browser.post(f"/desk/decisions/{first.pk}/undo", follow=True).content.decode()
    assert "Ongedaan gemaakt" in page
    assert by_number("0001").forget_on == timezone.localdate() + retention.UNNEEDED  # it is not kept for money
    assert list(Grant.objects.values_list("child__household", flat=True)) == [second.household_id]
    child = Child.objects.get(household=second.household)
    Grant.objects.update(given_to=Pass.objects.create(address=bytes(20), child=child))
    browser.post(f"/desk/decisions/{second.pk}/undo")
    second.refresh_from_db()
    assert (second.state, Grant.objects.count()) == ("final", 1)


def test_the_same_file_is_refused_until_it_is_dropped(staff, rules):
    browser = staff(Role.GRANTS)
    hand_in(browser, rules, line("0001", "family-01", "child-01"))
    assert hand_in(browser, rules, line("0001", "family-01", "child-01")).status_code == 422
    made = Import.objects.get()
    do(browser, made, "drop")
    assert not ImportRow.objects.exclude(sealed=None, print=None).exists()
    assert hand_in(browser, rules, line("0001", "family-01", "child-01")).status_code == 302
    do(browser, made, "start")
    made.refresh_from_db()
    assert made.state == "dropped"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a;b\n1;2\n", "nummer"),
        (b"%PDF-1.7\x81\x8d", "geen lijst"),
        (HEAD.encode(), "geen regels"),
        (b"", "leeg"),
    ],
)
def test_what_is_no_list_is_refused_with_why(staff, rules, content, said):
    answer = hand_in(staff(Role.GRANTS), rules, content=content)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Import.objects.exists()


def test_without_a_running_programme_no_list_is_taken(staff, rules, programme):
    programme.number = None
    programme.save()
    assert hand_in(staff(Role.GRANTS), rules, line("0001", "family-01", "child-01")).status_code == 422


def test_its_letters_are_in_each_familys_language(staff, rules):
    browser = staff(Role.GRANTS)
    head = f"{HEAD};taal"
    content = f"{head}\n{line('0001', 'family-01', 'child-01')};nl\n{line('0002', 'family-02', 'child-02')};en".encode()
    hand_in(browser, rules, content=content)
    made = Import.objects.get()
    do(browser, made, "start")
    finish(made)
    answer = do(browser, made, "letters", pile="1")
    first, second = texts(answer.content)
    assert all(text in first for text in ("family-01", "child-01 krijgt", "sociale dienst"))
    assert all(text in second for text in ("family-02", "child-02 gets", "social service"))
    browser.post(f"/desk/decisions/{Decision.objects.get(household=by_number('0001')).pk}/undo")
    (left,) = texts(do(browser, made, "letters", pile="1").content)
    assert "family-02" in left


def test_a_list_gives_by_the_month_and_each_letter_says_so(staff, rules, programme):
    programme.ends = 2**37
    programme.save()
    rules.kept = {**rules.kept, "months": 12}
    rules.save()
    browser = staff(Role.GRANTS)
    hand_in(browser, rules, line("0001", "family-01", "child-01"), line("0001", "family-01", "child-02"))
    made = Import.objects.get()
    do(browser, made, "start")
    finish(made)
    assert Grant.objects.count() == 24
    assert set(Grant.objects.values_list("cents", flat=True)) == {2_500}
    series = set(Grant.objects.values_list("series", "child"))
    assert (len(series), len(dict(series))) == (2, 2), "one for each child"
    assert Decision.objects.get().amounts == [30_000, 30_000]
    (letter,) = texts(do(browser, made, "letters", pile="1").content)
    assert letter.count("300,00") == 2
    assert "in 12 delen" in letter


def test_the_trail_has_counts_and_no_person(staff, rules):
    browser = staff(Role.GRANTS)
    hand_in(browser, rules, line("0001", "family-01", "child-01"))
    made = Import.objects.get()
    do(browser, made, "start")
    finish(made)
    lines = list(Line.objects.values_list("action", "about"))
    assert [action for action, _ in lines if action.startswith("import")] == [
        "import.try", "import.start", "import.done",
    ]  # fmt: skip
    assert "family-01" not in str(lines)


@pytest.mark.parametrize("count", [3, 60])
def test_queries_do_not_grow_with_the_lines(staff, rules, count, django_assert_max_num_queries):
    browser = staff(Role.GRANTS)
    with django_assert_max_num_queries(40):
        hand_in(browser, rules, *(line(f"{n:04d}", f"family-{n}", f"child-{n}") for n in range(count)))
    with django_assert_max_num_queries(20):
        browser.get(f"/desk/imports/{Import.objects.get().pk}")


def test_only_who_grants_sees_a_list(staff, rules):
    others = staff(Role.SHOPS, Role.FINANCE, Role.AUDITOR)
    assert hand_in(others, rules, line("0001", "family-01", "child-01")).status_code == 403
    assert Child.objects.count() == 0
