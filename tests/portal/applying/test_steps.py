from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.utils import timezone

from provisioning.portal.applying import drafts, papers, sending, throttle
from provisioning.portal.applying.contents import Contents
from provisioning.portal.applying.models import Application, Document, Mark, Message
from provisioning.portal.applying.step_views import PAPERS_MAX
from provisioning.portal.people import sealing
from provisioning.portal.people.models import Particulars
from provisioning.portal.rules.judging import ForChild, Judgement
from provisioning.portal.rules.models import RuleVersion
from provisioning.portal.staff.models import Line
from tests.portal.applying.conftest import ANSWERS, CHILDREN, MONEY, PDF, WHO, fill

STEPS = ["/apply/who", "/apply/children", "/apply/money", "/apply/papers", "/apply/review"]


def paper(content=PDF, kind="income"):
    return {"kind": kind, "paper": SimpleUploadedFile("payslip.pdf", content)}


@pytest.mark.parametrize("page", [*STEPS, "/application", "/application/withdraw"])
def test_without_its_token_nothing_opens(family, page):
    assert family.get(page).status_code in {200, 302}
    assert Client().get(page)["location"] == "/application/find"
    stranger = Client()
    stranger.cookies["application"] = "guessed"
    assert stranger.get(page)["location"] == "/application/find"


def test_every_step_opens_and_says_the_code(family):
    code = Application.objects.get().code
    for step in STEPS:
        page = family.get(step)
        assert page.status_code == 200
        assert code in page.content.decode()


def test_an_application_is_filled_in_checked_and_sent(family, rules):
    fill(family)
    page = family.get("/apply/review").content.decode()
    for said in ("family-01", "child-02", "9801AB", "€\N{NO-BREAK SPACE}1,200.00", "You qualify for"):
        assert said in page
    assert family.post("/apply/review", {"truth": "on"})["location"] == "/application"
    application = Application.objects.get()
    assert application.state == Application.State.SUBMITTED
    assert application.rules == rules
    assert application.judgement == Judgement((ForChild(30_000), ForChild(40_000)), ())
    assert application.forget_on is None
    assert application.contents.who.name == "family-01"
    assert "We have received your application." in family.get("/application").content.decode()
    assert Line.objects.get().subject == f"application {application.pk}"


def test_it_is_marked_so_that_another_one_of_the_same_child_is_noticed(sent):
    prints = {(mark.kind, bytes(mark.print)) for mark in Mark.objects.all()}
    assert ("child", sealing.fingerprint("child", "Child-01 2018-05-01")) in prints
    assert ("address", sealing.fingerprint("address", "9801AB Street 1")) in prints
    assert len(prints) == 4


def test_letters_come_in_the_language_in_which_it_was_sent(family):
    fill(family)
    assert Application.objects.get().language == "en"
    family.post("/apply/review", {"truth": "on"}, headers={"accept-language": "nl"})
    assert Application.objects.get().language == "nl"


def test_of_two_browsers_that_send_it_at_once_one_does(family):
    fill(family)
    stale = Application.objects.get()
    assert family.post("/apply/review", {"truth": "on"})["location"] == "/application"
    assert not sending.send(None, stale, timezone.localdate())
    assert Mark.objects.count() == 4
    assert Line.objects.count() == 1


def test_a_step_that_comes_late_changes_nothing_that_was_sent(family):
    fill(family)
    stale = Application.objects.get()
    family.post("/apply/review", {"truth": "on"})
    other = Contents(Particulars("other"), stale.contents.children, stale.contents.answers)
    assert not drafts.change(stale, other)
    assert Application.objects.get().contents.who.name == "family-01"


def test_going_back_keeps_and_changes_what_was_said(family):
    fill(family)
    assert 'value="family-01"' in family.get("/apply/who").content.decode()
    family.post("/apply/who", WHO | {"postcode": "9805 zz"})
    family.post("/apply/children", CHILDREN | {"child-1-name": "", "child-1-born": ""})
    said = Application.objects.get().contents
    assert said.answers.postcode == "9805ZZ"
    assert [child.name for child in said.children] == ["child-01"]
    assert len(said.answers.born) == 1


def test_a_change_keeps_the_draft_for_longer(family):
    Application.objects.update(forget_on=timezone.localdate())
    family.post("/apply/money", MONEY)
    assert Application.objects.get().forget_on == timezone.localdate() + timedelta(days=30)


@pytest.mark.parametrize(("step", "other"), [
    ("who", {"name": ""}), ("who", {"email": "no"}), ("who", {"phone": "x" * 8}), ("who", {"name": "x" * 71}),
    ("children", {"child-0-name": ""}), ("children", {"child-1-born": "2999-01-01"}), ("money", {"income": "-1"}),
])  # fmt: skip
def test_a_step_with_a_mistake_keeps_nothing_and_says_so(family, step, other):
    before = bytes(Application.objects.get().sealed)
    page = family.post(f"/apply/{step}", {"who": WHO, "children": CHILDREN, "money": MONEY}[step] | other)
    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.content.decode()
    assert bytes(Application.objects.get().sealed) == before


def test_the_same_child_twice_is_refused(family):
    page = family.post("/apply/children", CHILDREN | {"child-1-name": "child-01", "child-1-born": "2018-05-01"})
    assert "The same child stands here twice." in page.content.decode()


def test_another_child_can_be_added_without_losing_a_name(family):
    page = family.post("/apply/children", CHILDREN | {"more": "1"}).content.decode()
    assert 'name="child-2-name"' in page
    assert 'value="child-02"' in page


def test_nothing_is_sent_before_it_is_complete_and_true(family):
    assert "Something is still missing." in family.post("/apply/review", {"truth": "on"}).content.decode()
    fill(family)
    assert family.post("/apply/review", {}).status_code == 200
    assert Application.objects.get().state == Application.State.DRAFT


def test_nothing_is_sent_once_the_rules_are_retired(family):
    fill(family)
    RuleVersion.objects.update(state=RuleVersion.State.RETIRED)
    assert "cannot apply for this any more" in family.post("/apply/review", {"truth": "on"}).content.decode()
    assert Application.objects.get().state == Application.State.DRAFT


def test_what_was_sent_is_changed_by_no_step(family, sent):
    before = bytes(sent.sealed)
    for step, said in (("who", WHO | {"name": "other"}), ("children", CHILDREN), ("review", {"truth": "on"})):
        assert family.post(f"/apply/{step}", said)["location"] == "/application"
    sent.refresh_from_db()
    assert bytes(sent.sealed) == before
    assert Line.objects.count() == 1


def test_papers_are_kept_sealed_and_taken_out_again(family):
    assert family.post("/apply/papers", paper())["location"] == "/apply/papers"
    kept = Document.objects.get()
    assert (kept.media, kept.content, kept.size) == ("application/pdf", PDF, len(PDF))
    assert b"family-01" not in bytes(kept.sealed)
    family.post(f"/apply/papers/{kept.pk}/remove")
    assert Document.objects.count() == 0


@pytest.mark.parametrize("content", [b"", b"<html>", b"MZ\x90", b" %PDF-"])
def test_only_papers_of_a_known_kind_and_size_are_taken(family, content):
    page = family.post("/apply/papers", paper(content))
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    assert Document.objects.count() == 0


@pytest.mark.parametrize("size", [papers.SIZE_MAX, 7 * 1024 * 1024])
def test_a_file_that_is_too_large_is_not_taken(family, size):
    page = family.post("/apply/papers", paper(b"%PDF-" + bytes(size)))
    assert "one of at most 5 MB" in page.content.decode() or "a file of at most 5 MB" in page.content.decode()
    assert Document.objects.count() == 0


def test_there_is_an_end_to_papers(family):
    for _ in range(papers.NUMBER_MAX + 1):
        family.post("/apply/papers", paper())
    assert Document.objects.count() == papers.NUMBER_MAX


def test_what_was_handed_in_stays_and_an_answer_has_room_for_more(family):
    for _ in range(papers.NUMBER_MAX):
        family.post("/apply/papers", paper())
    handed_in = set(Document.objects.values_list("pk", flat=True))
    fill(family)
    family.post("/apply/review", {"truth": "on"})
    Message.of(Application.objects.get(), "More?", by_family=False).save()
    Application.objects.update(state=Application.State.ASKED)
    for _ in range(papers.NUMBER_MAX + 1):
        family.post("/apply/papers", paper(kind="other"))
    assert Document.objects.count() == 2 * papers.NUMBER_MAX
    for number in Document.objects.values_list("pk", flat=True):
        family.post(f"/apply/papers/{number}/remove")
    assert set(Document.objects.values_list("pk", flat=True)) == handed_in
    assert family.get("/apply/papers").content.decode().count("Remove paper") == 0


def test_papers_from_one_address_end(family):
    for _ in range(PAPERS_MAX):
        throttle.count("paper", "127.0.0.1", throttle.HOUR)
    assert family.post("/apply/papers", paper()).status_code == 429
    assert Document.objects.count() == 0


@pytest.mark.parametrize(("one", "other"), [("1.11.1.1", "11.1.1.1"), ("2001:db8:1:23::1", "2001:db8:12:3::1")])
def test_no_address_is_counted_for_another(one, other):
    places = [throttle.address(RequestFactory().get("/", REMOTE_ADDR=each)) for each in (one, other)]
    assert throttle.take("paper", places[0], 1, throttle.HOUR)
    assert throttle.is_open("paper", places[1], 1)
    assert not throttle.is_open("paper", places[0], 1)


def test_nobody_takes_out_the_papers_of_another(family, rules):
    family.post("/apply/papers", paper())
    other = Client()
    other.post("/apply/begin", ANSWERS | {"scheme": rules.scheme_id})
    other.post(f"/apply/papers/{Document.objects.get().pk}/remove")
    assert Document.objects.count() == 1
