import pytest
from django.utils import timezone

from provisioning.portal.applying import codes
from provisioning.portal.applying.follow_views import WRONG_MAX
from provisioning.portal.applying.models import Application, Message
from provisioning.portal.staff.models import Line
from tests.portal.applying.conftest import ELDEST, english


def found(code, born=ELDEST, browser=None, **more):
    return (browser or english()).post("/application/find", {"code": code, "born": born}, **more)


def test_code_and_day_of_birth_open_it_in_another_browser(sent):
    browser = english()
    assert found(sent.code.lower().replace("-", " "), browser=browser)["location"] == "/application"
    assert "We have received your application." in browser.get("/application").content.decode()


def test_a_draft_goes_on_in_another_browser_and_the_first_one_is_out(family):
    browser = english()
    found(Application.objects.get().code, browser=browser)
    assert browser.get("/apply/who").status_code == 200
    assert family.get("/apply/who")["location"] == "/application/find"


@pytest.mark.parametrize("born", ["2018-05-01", "2012-05-02"])
def test_only_the_eldest_child_counts(sent, born):
    assert "cannot find this application" in found(sent.code, born).content.decode()


def test_an_unknown_code_says_the_same(sent):
    unknown, wrong = found("2222-2222").content.decode(), found(sent.code, "2012-05-02").content.decode()
    assert "cannot find this application" in unknown
    assert "cannot find this application" in wrong
    assert "eight letters" in found("U111-1111").content.decode()


def test_guesses_from_one_address_end(sent):
    for _ in range(WRONG_MAX):
        assert found("2222-2222").status_code == 200
    assert found(sent.code).status_code == 429
    assert found(sent.code, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_an_address_of_ipv6_is_its_network(sent):
    for number in range(WRONG_MAX):
        assert found("2222-2222", REMOTE_ADDR=f"2001:db8::{number:x}").status_code == 200
    assert found(sent.code, REMOTE_ADDR="2001:db8::ffff:1").status_code == 429
    assert found(sent.code, REMOTE_ADDR="2001:db8:0:1::1").status_code == 302


def test_guesses_at_one_code_end_wherever_they_come_from(sent):
    for number in range(WRONG_MAX):
        assert found(sent.code, "2012-05-02", REMOTE_ADDR=f"192.0.2.{number}").status_code == 200
    assert found(sent.code, REMOTE_ADDR="192.0.2.99").status_code == 429


def test_what_the_town_asks_is_shown_and_answered(family, sent):
    assert "Send the answer" not in family.get("/application").content.decode()
    Message.of(sent, "Which shop?", by_family=False).save()
    Application.objects.update(state=Application.State.ASKED)
    page = family.get("/application").content.decode()
    assert "Which shop?" in page
    assert "Send the answer" in page
    assert family.get("/apply/papers").status_code == 200
    assert family.post("/application", {"reply": "shop-01"}).status_code == 302
    sent.refresh_from_db()
    assert sent.state == Application.State.SUBMITTED
    assert [message.text for message in sent.conversation.all()] == ["Which shop?", "shop-01"]
    assert b"shop-01" not in bytes(sent.conversation.last().sealed)


def test_nobody_answers_what_was_not_asked(family, sent):
    family.post("/application", {"reply": "more"})
    assert sent.conversation.count() == 0


@pytest.mark.parametrize("state", Application.State)
def test_every_state_has_its_words(family, sent, state):
    Application.objects.update(state=state)
    assert 'class="note' in family.get("/application").content.decode()


def test_an_application_is_taken_back(family, sent):
    assert "Yes, take it back" in family.get("/application/withdraw").content.decode()
    family.post("/application/withdraw")
    sent.refresh_from_db()
    assert sent.state == Application.State.WITHDRAWN
    assert sent.forget_on > timezone.localdate()
    assert [line.action for line in Line.objects.all()] == ["application.sent", "application.withdrawn"]
    assert family.get("/application/withdraw")["location"] == "/application"


def test_a_draft_that_is_taken_back_is_gone(family):
    family.post("/application/withdraw")
    assert Application.objects.count() == 0


def test_what_is_decided_is_not_taken_back(family, sent):
    Application.objects.update(state=Application.State.GRANTED)
    family.post("/application/withdraw")
    assert Application.objects.get().state == Application.State.GRANTED


def test_a_browser_forgets_it(family):
    assert family.post("/application/stop")["location"] == "/"
    assert family.get("/application")["location"] == "/application/find"


def test_codes_read_as_they_are_said():
    code = codes.new()
    assert codes.read(code.lower()) == codes.read(code.replace("-", "")) == code
    for wrong in ("", "AAAA-AAAA", code + "2", code[:-1]):
        with pytest.raises(ValueError, match="eight"):
            codes.read(wrong)
