"""A new till: a sheet, a till that uses it at a real gateway, and somebody who lets it in; its slice and its end."""

import pytest
from django.utils.html import escape

from contracts.chain import checksum
from contracts.wire import journal
from contracts.wire.batch import Segment, encode
from contracts.wire.enrolment import EnrolmentCode
from contracts.wire.enrolment_sheet import EnrolmentSheet
from contracts.wire.entry import Retire
from contracts.wire.errors import TryAgain
from contracts.wire.reasons import MEANINGS, Reason
from contracts.wire.units import to_hex
from provisioning import fleet
from provisioning import programme as programmes
from provisioning.enrolling import GatewayDesk
from provisioning.portal.programmes import chain
from provisioning.portal.shops import reading
from provisioning.portal.shops.models import Enrolment, Slice, Terminal
from provisioning.town import Town
from tests.provisioning import pages
from tests.provisioning.journals import Till, now

pytestmark = pytest.mark.django_db


def sheet_of(desk, shop, work) -> tuple[Enrolment, EnrolmentSheet]:
    """A printed sheet, as the till's scanner reads it."""
    assert desk.post(f"/desk/shops/{shop.pk}/till", {"label": "counter", "language": "nl"}).status_code == 302
    work()
    made = Enrolment.objects.latest("id")
    answer = desk.post(f"/desk/tills/new/{made.pk}/sheet")
    assert answer["Content-Type"] == "application/pdf"
    [text] = pages.codes(answer.content)
    return made, EnrolmentSheet.parse(text)


def uses(gateway, till: Till, code: EnrolmentCode) -> None:
    """The till enrols by the code, as `kindpakket terminal enrol` does."""
    consent = till.consent(code.shop)
    body = {
        "terminal": to_hex(till.address),
        "consent": to_hex(consent),
        "proof": to_hex(code.proof(till.address, consent)),
    }
    answer = gateway.client.post(f"/v1/enrolments/{to_hex(code.identity)}/terminal", json=body)
    assert answer.status_code == 200, answer.text


@pytest.fixture
def terminal(with_gateway, programme, shop, desk, work, town: Town) -> tuple[Terminal, Till]:
    """A till that came in."""
    made, sheet = sheet_of(desk, shop, work)
    till = Till(town.deployment.domain)
    uses(with_gateway, till, sheet.code)
    reading.look_for_tills(town)
    desk.post(f"/desk/tills/new/{made.pk}/admit")
    work()
    return Terminal.objects.get(address=till.address), till


def test_a_sheet_says_all_that_a_till_needs(with_gateway, shop, desk, work, town: Town):
    _, sheet = sheet_of(desk, shop, work)
    assert (sheet.shop, sheet.gateway, sheet.code.shop) == ("shop-01", with_gateway.url, shop.number)
    assert sheet.endpoints == (town.deployment.rpc_url,)
    assert sheet.code.is_for(town.deployment.domain, town.deployment.network)


def test_a_till_that_used_its_sheet_is_let_in_with_its_slice(terminal, programme, shop, town: Town):
    row, till = terminal
    assert fleet.shop_of(town, till.address) == shop.number
    assert fleet.left(town, programme.number, till.address) == 250_00
    assert (row.shop, row.label) == (shop, "counter")
    assert Slice.objects.get(terminal=row, programme=programme).left == 250_00
    programme.refresh_from_db()
    assert programme.reserve == 750_00, "the rest is free"
    enrolment = Enrolment.objects.get(terminal=row)
    assert (enrolment.state, enrolment.sealed) == (Enrolment.State.ADMITTED, None)


def test_a_sheet_that_nobody_used_lets_nobody_in_and_is_ended(with_gateway, shop, desk, work, town: Town):
    made, sheet = sheet_of(desk, shop, work)
    reading.look_for_tills(town)
    desk.post(f"/desk/tills/new/{made.pk}/admit")
    assert not work()
    desk.post(f"/desk/tills/new/{made.pk}/end")
    made.refresh_from_db()
    assert (made.state, made.sealed) == (Enrolment.State.DROPPED, None)
    till = Till(town.deployment.domain)
    uses(with_gateway, till, sheet.code)
    reading.look_for_tills(town)
    desk.post(f"/desk/tills/new/{made.pk}/admit")
    assert not work()


def test_a_gateway_that_puts_a_till_of_its_own_there_is_not_believed(with_gateway, shop, desk, work, town: Town):
    made, sheet = sheet_of(desk, shop, work)
    till = Till(town.deployment.domain)
    body = {
        "terminal": to_hex(till.address),
        "consent": to_hex(till.consent(sheet.code.shop)),
        "proof": "0x" + "11" * 32,
    }
    with_gateway.client.post(f"/v1/enrolments/{to_hex(sheet.code.identity)}/terminal", json=body)
    reading.look_for_tills(town)
    made.refresh_from_db()
    assert made.state == Enrolment.State.OFFERED
    assert "never had" in made.wrong
    assert "cannot be so" in desk.get(f"/desk/tills/new/{made.pk}", headers={"accept-language": "en"}).content.decode()


def test_its_slice_is_raised_once_though_the_page_is_sent_twice(terminal, programme, desk, work, town: Town):
    row, till = terminal
    said = {"once": "5l1ce", "programme": programme.pk, "cents": "100"}
    for _ in range(2):
        desk.post(f"/desk/tills/{row.pk}/raise", said)
    work()
    assert fleet.left(town, programme.number, till.address) == 350_00
    too_much = desk.post(f"/desk/tills/{row.pk}/raise", {**said, "once": "m0re", "cents": "1000000"})
    assert too_much.status_code == 400


def test_a_stolen_one_is_blocked_only_by_who_is_sure(terminal, programme, desk, work, town: Town):
    row, till = terminal
    desk.post(f"/desk/tills/{row.pk}/revoke")
    assert not work()
    before = programmes.show(town, programme.number).reserve
    desk.post(f"/desk/tills/{row.pk}/revoke", {"sure": "yes"})
    work()
    assert town.look("slice_of", programme.number, checksum(till.address))["revoked"]
    assert programmes.show(town, programme.number).reserve == before + 250_00
    assert Slice.objects.get(terminal=row, programme=programme).revoked


def test_another_takes_the_place_of_one_that_is_lost(terminal, with_gateway, programme, desk, work, town: Town):
    row, till = terminal
    desk.post(f"/desk/tills/{row.pk}/replace")
    work()
    made, new = Enrolment.objects.latest("id"), Till(town.deployment.domain)
    uses(with_gateway, new, EnrolmentCode.parse(made.code))
    reading.look_for_tills(town)
    desk.post(f"/desk/tills/new/{made.pk}/admit", {"revoke": "yes"})
    work()
    reading.read_terminals(town)
    assert fleet.left(town, programme.number, new.address) == 250_00
    assert fleet.left(town, programme.number, till.address) == 0
    assert Slice.objects.get(terminal__address=new.address, programme=programme).left == 250_00
    assert Slice.objects.get(terminal=row, programme=programme).revoked


def test_what_lay_apart_for_one_that_retired_is_free_again(terminal, programme, desk, work, town: Town):
    row, till = terminal
    desk.post(f"/desk/tills/{row.pk}/release")
    assert not work(), "not before it has retired"
    last = till.add(Retire(now()))
    genesis = journal.genesis(till.domain, till.address)
    town.act("settle", encode([Segment(till.address, 1, genesis, (last.entry,), last.signature)]))
    reading.read_terminals(town)
    row.refresh_from_db()
    assert (row.retired, row.sequence) == (True, 1)
    desk.post(f"/desk/tills/{row.pk}/release")
    work()
    assert fleet.left(town, programme.number, till.address) == 0


def test_a_till_whose_sales_cannot_be_settled_is_told_until_they_can(terminal, desk, town: Town, monkeypatch):
    row, till = terminal
    reading.read_health(town)
    row.refresh_from_db()
    assert row.trouble is None, "a real gateway knows of none"
    trouble = {"terminal": to_hex(till.address), "reason": int(Reason.FORK), "since": 1_700_000_000}
    with monkeypatch.context() as patch:
        patch.setattr(
            GatewayDesk, "ask", lambda *_: {"terminals": [trouble, {**trouble, "terminal": "0x" + "77" * 20}]}
        )
        reading.read_health(town)
    page = desk.get(f"/desk/tills/{row.pk}").content.decode()
    assert escape(MEANINGS[Reason.FORK].nl) in page
    reading.read_health(town)
    row.refresh_from_db()
    assert (row.trouble, row.trouble_since) == (None, None)


def test_a_gateway_that_answers_what_is_no_answer_is_asked_again(terminal, town: Town, monkeypatch):
    monkeypatch.setattr(GatewayDesk, "ask", lambda *_: {"terminals": [{"terminal": "0x12", "reason": 1, "since": 1}]})
    with pytest.raises(TryAgain):
        reading.read_health(town)


def test_what_the_command_line_made_is_found(work, town: Town):
    chain.read_all(town)
    till = Till.registered(town, cents=500)
    reading.read_events(town)
    reading.read_terminals(town)
    found = Terminal.objects.get(address=till.address)
    assert (found.shop.number, Slice.objects.get(terminal=found, programme__number=1).left) == (1, 500)
