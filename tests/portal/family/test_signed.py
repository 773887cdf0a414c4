"""Who may ask: whoever has the key of a pass that is known, for this request alone, and not too often."""

import json
import logging
import time

import pytest

from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, to_hex
from provisioning.portal import settings
from provisioning.portal.family import signed
from provisioning.portal.figures.models import Budget
from provisioning.portal.passes.models import Pass
from provisioning.portal.staff.models import Line
from provisioning.portal.tasks.models import Task
from tests.portal.family.asking import Phone

PATH = "/pass/api/state"


def code(answer):
    return answer.status_code, json.loads(answer.content)["error"]


def test_a_pass_is_told_of_itself_without_account_or_cookie(phone):
    answer = phone.ask("state")
    assert answer.status_code == 200
    assert json.loads(answer.content)["pass"]["state"] == "made"
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"


def test_a_pass_that_got_something_by_another_way_than_the_desk_is_known_too(record, programme):
    stranger = Phone(record.domain)
    assert code(stranger.ask("state")) == (404, "unknown")
    Budget.objects.create(programme=programme.number, address=stranger.address, granted=100_00)
    assert code(stranger.ask("state")) == (503, "away")  # known, and its budget is read where there is no node
    Budget.objects.update(programme=99)
    assert code(stranger.ask("state")) == (404, "unknown")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_unknown_pass_is_told_so_in_the_readers_language(record, db, language):
    stranger = Phone(record.domain)
    stranger.browser.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    said = json.loads(stranger.ask("state").content)["said"]
    assert ("niet bekend" in said) == (language == "nl")


def test_whoever_has_another_key_is_not_the_pass(phone):
    thief = Phone(phone.domain)
    headers = thief.headers(PATH, b"{}") | {"X-Pass": to_hex(phone.address)}
    assert code(phone.post(PATH, b"{}", headers)) == (400, "signature")


def test_a_signature_is_for_one_path_one_body_and_one_contract(phone):
    headers = phone.headers(PATH, b"{}")
    assert phone.post(PATH, b"{}", headers).status_code == 200
    assert code(phone.post("/pass/api/block", b"{}", headers)) == (400, "signature")
    assert code(phone.post(f"{PATH}?a=1", b"{}", headers)) == (400, "signature")
    assert code(phone.post(PATH, b"{ }", headers)) == (400, "signature")
    elsewhere = Phone(Domain(phone.domain.chain_id, Address(b"\x09" * 20)), phone.key)
    assert code(elsewhere.ask("state")) == (400, "signature")
    assert not Task.objects.exists()


@pytest.mark.parametrize(("name", "value"), [
    ("X-Pass", ""), ("X-Pass", "0x12"), ("X-Pass", "kindpakket"),
    ("X-Signature", ""), ("X-Signature", "0x" + "00" * 64), ("X-Signature", "0x" + "11" * 65),
    ("X-Time", ""), ("X-Time", "-1"), ("X-Time", "9" * 40), ("X-Time", "1\u0661"),
])  # fmt: skip
def test_headers_of_another_form_are_no_signature(phone, name, value):
    assert code(phone.post(PATH, b"{}", phone.headers(PATH, b"{}") | {name: value})) == (400, "signature")


@pytest.mark.parametrize("seconds", [-signed.SKEW_SECONDS - 5, signed.SKEW_SECONDS + 5])
def test_a_phone_whose_clock_is_wrong_is_told_the_time_and_asks_again(phone, seconds):
    answer = phone.post(PATH, b"{}", phone.headers(PATH, b"{}", int(time.time()) + seconds))
    assert code(answer) == (401, "clock")
    told = json.loads(answer.content)["time"]
    assert phone.post(PATH, b"{}", phone.headers(PATH, b"{}", told)).status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"more": 1}', b"null", b"\xff"])
def test_a_body_of_another_form_is_refused(phone, body):
    assert code(phone.post(PATH, body, phone.headers(PATH, body))) == (400, "body")


def test_a_body_that_is_too_long_is_not_looked_at(phone):
    body = b"{" + b" " * signed.BODY_BYTES_MAX + b"}"
    assert code(phone.post(PATH, body, phone.headers(PATH, body))) == (400, "body")


def test_only_what_is_sent_counts(phone):
    assert phone.browser.get(PATH).status_code == 405


def test_a_request_that_comes_twice_does_nothing_more(phone):
    headers = phone.headers("/pass/api/block", b"{}")
    answers = [phone.post("/pass/api/block", b"{}", headers) for _ in range(2)]
    assert [json.loads(each.content) for each in answers] == [{"state": "asked"}] * 2
    assert Task.objects.count() == 1


def test_a_pass_that_asks_too_often_waits(phone, monkeypatch):
    monkeypatch.setattr(signed, "OF_PASS_MAX", 3)
    assert [phone.ask("state").status_code for _ in range(4)] == [200, 200, 200, 429]
    other = Phone(phone.domain)
    Pass.objects.create(address=other.address)
    assert other.ask("state").status_code == 200


def test_an_address_that_tries_keys_is_slowed_down_and_no_neighbour_by_what_is_right(phone, monkeypatch):
    monkeypatch.setattr(signed, "WRONG_MAX", 3)
    assert [phone.ask("state").status_code for _ in range(5)] == [200] * 5
    assert [code(Phone(phone.domain).ask("state"))[0] for _ in range(4)] == [404, 404, 404, 429]
    assert phone.ask("state").status_code == 429
    phone.browser.defaults["REMOTE_ADDR"] = "192.0.2.9"
    assert phone.ask("state").status_code == 200


def test_an_address_asks_so_often_and_no_more(phone, monkeypatch):
    monkeypatch.setattr(signed, "FROM_ADDRESS_MAX", 2)
    assert [phone.ask("state").status_code for _ in range(3)] == [200, 200, 429]


def test_nothing_of_a_pass_stands_in_a_log_or_the_trail(phone, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.request").propagate = True
    phone.ask("state")
    phone.post(PATH, b"{ }", phone.headers(PATH, b"{}"))
    phone.ask("block")
    told = caplog.text + "".join(f"{line.subject} {line.about}" for line in Line.objects.all())
    assert phone.address.hex() not in told.lower()
    assert phone.headers(PATH, b"{}")["X-Signature"][2:] not in told


def test_without_a_contract_nobody_is_told_anything(phone, tmp_path):
    (tmp_path / settings.PORTAL.record).unlink()
    assert code(phone.ask("state")) == (503, "away")
