"""A file for the bank, from the plan of one to the yes of another, and what comes back from the bank."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import xmlschema
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.utils import timezone

from contracts.chain import Chain
from contracts.wire.errors import Broken
from provisioning import bank
from provisioning.payout.plan import Plan
from provisioning.payout.rules import faults
from provisioning.portal import settings
from provisioning.portal.config import Config
from provisioning.portal.payouts import asked, chain
from provisioning.portal.payouts.models import BankFile, Credit, Payment
from provisioning.portal.shops.models import Shop
from provisioning.portal.staff.models import Line
from provisioning.portal.tasks import doing
from provisioning.portal.tasks.handlers import HANDLERS
from provisioning.portal.tasks.models import Task
from tests.portal.payouts.conftest import CREDITS
from tests.provisioning.payout.accounts import ACCOUNTS, traces

SCHEMA = Path(__file__).parents[3].parent / "shared/data/iso20022/pain.001.001.09.xsd"


def url(file: BankFile, action: str = "") -> str:
    return f"/desk/payouts/files/{file.pk}/{action}"


def amounts(content: bytes) -> list[str]:
    return re.findall(r'<InstdAmt Ccy="EUR">([0-9.]+)<', content.decode())


def states(file: BankFile) -> list[str]:
    return [each.state for each in file.payments.order_by("cents")]


def test_a_file_that_two_people_made_pays_each_credit_once(desk, keepers):
    file = desk.planned()
    page = desk.second.get(url(file)).content.decode()
    assert all(iban.replace(" ", "") in page for _, iban in ACCOUNTS)
    assert [keeper.credit for keeper in keepers] == list(CREDITS)
    desk.confirmed(file)
    assert (file.state, states(file)) == (BankFile.State.MADE, ["marked"] * 3)
    assert [keeper.credit for keeper in keepers] == [0, 0, 0]
    answer = desk.first.post(url(file, "download"))
    assert amounts(answer.content) == ["12.50", "30.00", "0.05"]
    assert [*faults(answer.content)] == []
    assert f"kenmerk {file}" in file.payments.first().text
    assert Line.objects.filter(action="payouts.download", subject=f"bank file {file.pk}").count() == 1
    assert answer["Content-Disposition"] == f'attachment; filename="{file.reference}.xml"'


def test_while_its_marks_are_not_final_the_worker_does_what_others_ask(desk, keepers, monkeypatch):
    file = desk.planned()
    before, real = desk.town.chain.block_number("latest"), Chain.block_number
    with monkeypatch.context() as patch:
        patch.setattr(Chain, "block_number", lambda self, which: before if which == "finalized" else real(self, which))
        assert desk.second.post(url(file, "confirm")).status_code == 302
        paying = desk.work(Task.State.WAITING)
        assert "no final block" in paying.said
        assert [keeper.credit for keeper in keepers] == [0, 0, 0]
        assert doing.do_next(desk.town) is None
        assert not asked.place(file).marked.exists()
    Task.objects.filter(pk=paying.pk).update(not_before=timezone.now())
    desk.work()
    file.refresh_from_db()
    assert (file.state, states(file)) == (BankFile.State.MADE, ["marked"] * 3)
    assert amounts(desk.first.post(url(file, "download")).content) == ["12.50", "30.00", "0.05"]


def test_the_file_is_what_the_bank_s_schema_takes(desk, keepers):
    if not SCHEMA.exists():
        pytest.skip("the ISO 20022 schemas are not beside this tree")
    file = desk.confirmed(desk.planned())
    xmlschema.XMLSchema(str(SCHEMA)).validate(desk.first.post(url(file, "download")).content.decode())


def test_who_planned_a_file_does_not_confirm_it(desk, keepers):
    file = desk.planned()
    assert '<button class="main">' not in desk.first.get(url(file)).content.decode()
    assert desk.first.post(url(file, "confirm")).status_code == 403
    with pytest.raises(IntegrityError):
        BankFile.objects.filter(pk=file.pk).update(confirmed_by=file.made_by)


def test_a_worker_pays_nothing_that_nobody_confirmed(desk, keepers):
    file = desk.planned()
    with pytest.raises(Broken, match="nobody confirmed"):
        HANDLERS["payouts.pay"].act(desk.town, {"file": file.pk})
    assert [keeper.credit for keeper in keepers] == list(CREDITS)


def test_a_dropped_file_marks_nothing_and_makes_no_account_known(desk, keepers):
    file = desk.planned()
    assert desk.first.post(url(file, "drop")).status_code == 302
    assert desk.second.post(url(file, "confirm")).status_code == 404
    again = desk.planned()
    assert again.new == [keeper.shop for keeper in keepers]
    assert again.reference != file.reference
    assert [keeper.credit for keeper in keepers] == list(CREDITS)


def test_one_programme_is_in_one_open_file(desk, keepers):
    file = desk.planned()
    said = {"programmes": [desk.number], "least": "", "day": desk.day}
    assert desk.first.post("/desk/payouts/new", said).status_code == 200
    desk.confirmed(file)
    assert desk.first.post("/desk/payouts/new", said).status_code == 302


@pytest.mark.parametrize("days", [-1, 400])
def test_a_day_that_no_bank_pays_on_is_refused(desk, days):
    day = (timezone.localdate() + timedelta(days=days)).isoformat()
    answer = desk.first.post("/desk/payouts/new", {"programmes": [desk.number], "day": day})
    assert answer.status_code == 200
    assert not BankFile.objects.exists()


def test_a_small_credit_waits_and_a_shop_without_account_is_named(desk, keepers):
    lost = Shop.objects.get(number=keepers[1].shop)
    lost.contact = {"iban": "NL92ABNA0417164300"}
    lost.save()
    file = desk.planned(least="1,00")
    assert [each["cents"] for each in file.plan["payments"]] == [1_250]
    assert [each[1:] for each in file.left] == [
        [keepers[1].shop, 3_000, "NO_ACCOUNT"],
        [keepers[2].shop, 5, "BELOW"],
    ]


def test_a_shop_with_another_account_is_asked_first(desk, keepers):
    desk.confirmed(desk.planned())
    keepers[0].sell(700)
    moved = Shop.objects.get(number=keepers[0].shop)
    moved.contact = {"iban": ACCOUNTS[1][1], "account_name": ACCOUNTS[0][0]}
    moved.save()
    file = desk.planned()
    assert (file.changed, file.new) == ([keepers[0].shop], [])
    assert desk.second.post(url(file, "confirm")).status_code == 200
    assert not Task.objects.filter(state=Task.State.WAITING).exists()
    desk.confirmed(file, **{f"shop-{keepers[0].shop}": "on"})
    assert amounts(file.content) == ["7.00"]


def test_what_was_confirmed_is_paid_though_an_account_changes_meanwhile(desk, keepers):
    file = desk.planned()
    moved = Shop.objects.get(number=keepers[0].shop)
    moved.contact = {"iban": ACCOUNTS[1][1], "account_name": ACCOUNTS[0][0]}
    moved.save()
    keepers[0].sell(700)
    desk.confirmed(file)
    assert ACCOUNTS[0][1] in file.content.decode()
    assert amounts(file.content) == ["12.50", "30.00", "0.05"]
    assert keepers[0].credit == 700


def test_a_file_that_cannot_be_begun_is_dropped_and_one_that_was_begun_is_not(desk, keepers):
    file = desk.planned()
    desk.second.post(url(file, "confirm"))
    assert desk.second.post(url(file, "drop")).status_code == 404, "its task may be at work"
    place = asked.place(file)
    act = HANDLERS["payouts.pay"].act
    place.folder.mkdir()
    place.plan.write_text(Plan.model_validate({**file.plan, "tag": "AAAAAA"}).model_dump_json())
    desk.work(Task.State.BROKEN)
    desk.second.post(url(file, "drop"))
    desk.work(Task.State.BROKEN)
    place.plan.unlink()
    desk.second.post(url(file, "drop"))
    desk.work()
    file.refresh_from_db()
    assert file.state == BankFile.State.DROPPED
    with pytest.raises(Broken, match="was dropped"):
        act(desk.town, {"file": file.pk})
    assert [keeper.credit for keeper in keepers] == list(CREDITS)


def test_a_task_that_was_killed_before_it_was_noted_is_done_again_to_the_same_file(desk, keepers):
    file = desk.planned()
    desk.second.post(url(file, "confirm"))
    act = HANDLERS["payouts.pay"].act
    first = act(desk.town, {"file": file.pk})
    assert act(desk.town, {"file": file.pk}) == first
    desk.work()
    file.refresh_from_db()
    assert amounts(file.content) == ["12.50", "30.00", "0.05"]


def report(file: BankFile, payment: Payment, mark: str = "") -> SimpleUploadedFile:
    name = f"{file}-{payment.programme}-{payment.shop}"
    original = mark or str(file)
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
    <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
    <OrgnlGrpInfAndSts><OrgnlMsgId>{original}</OrgnlMsgId></OrgnlGrpInfAndSts>
    <OrgnlPmtInfAndSts><OrgnlPmtInfId>{original}</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId>
    <TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>
    </CstmrPmtStsRpt></Document>"""
    return SimpleUploadedFile("pain.002.xml", text.encode())


def test_what_the_bank_refused_is_taken_back_and_paid_by_the_next_file(desk, keepers):
    file = desk.confirmed(desk.planned())
    payment = file.payments.get(shop=keepers[1].shop)
    seen = desk.first.post(url(file, "refused"), {"by_report": "1", "report": report(file, payment)})
    page = seen.content.decode()
    assert f'value="{payment.pk}-AC01"' in page
    assert keepers[1].credit == 0
    assert desk.first.post(url(file, "back"), {"payment": [f"{payment.pk}-AC01"]}).status_code == 302
    desk.work()
    payment.refresh_from_db()
    assert (payment.state, payment.said) == (Payment.State.REVERSED, "AC01")
    assert [keeper.credit for keeper in keepers] == [0, 3_000, 0]
    assert amounts(desk.confirmed(desk.planned()).content) == ["30.00"]


@pytest.mark.parametrize("upload", [{"mark": "2026-01-01-1.ABCDEF"}, None])
def test_a_report_that_does_not_fit_takes_nothing_back(desk, keepers, upload):
    file = desk.confirmed(desk.planned())
    given = report(file, file.payments.first(), **upload) if upload else SimpleUploadedFile("a.xml", b"%PDF-1.7")
    answer = desk.first.post(url(file, "refused"), {"by_report": "1", "report": given})
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Task.objects.filter(kind="payouts.refused").exists()


def test_payments_can_be_ticked_and_those_of_another_file_are_not_taken_back(desk, keepers):
    file = desk.confirmed(desk.planned())
    keepers[0].sell(700)
    other = desk.confirmed(desk.planned())
    foreign, own = other.payments.get(), file.payments.get(shop=keepers[2].shop)
    desk.first.post(url(file, "back"), {"payment": [str(own.pk), str(foreign.pk), "x", "1-<b>"]})
    desk.work()
    assert states(file) == ["reversed", "marked", "marked"]
    assert states(other) == ["marked"]


def test_the_desk_sees_what_shops_say_of_their_payments(desk, keepers):
    file = desk.confirmed(desk.planned())
    bank.confirm(keepers[0].town, desk.number, keepers[0].shop, str(file))
    bank.dispute(keepers[1].town, desk.number, keepers[1].shop, str(file))
    chain.transfers(desk.town)
    assert states(file) == ["marked", "confirmed", "disputed"]


def test_payments_that_nobody_disputed_are_ended_after_thirty_days_and_no_others(desk, keepers):
    file = desk.confirmed(desk.planned())
    desk.first.post(url(file, "arrived"))
    assert not Task.objects.filter(kind="payouts.confirm").exists()
    file.payments.filter(shop=keepers[0].shop).update(since=1)
    assert "End these payments" in desk.first.get(url(file), headers={"accept-language": "en"}).content.decode()
    desk.first.post(url(file, "arrived"))
    desk.work(Task.State.REFUSED)  # the contract has its own clock


def test_a_shop_that_is_paid_in_tokens_is_paid_at_once(desk, keepers):
    bank.set_by_bank(keepers[0].town, keepers[0].shop, by_bank=False)
    try:
        chain.credits_due(desk.town)
        credit = Credit.objects.get(programme=desk.number, shop=keepers[0].shop)
        assert (credit.why, credit.cents) == (Credit.Why.TOKENS, 1_250)
        place = f"/desk/payouts/credits/{desk.number}"
        assert desk.first.post(f"{place}/{keepers[1].shop}").status_code == 404
        assert desk.first.post(f"{place}/{keepers[0].shop}").status_code == 302
        assert desk.work().result == {"cents": 1_250}
        assert not Credit.objects.filter(programme=desk.number, shop=keepers[0].shop).exists()
        assert HANDLERS["payouts.tokens"].act(desk.town, {"programme": desk.number, "shop": keepers[0].shop}) == {
            "cents": 0
        }
        chain.credits_due(desk.town)
        assert [each.cents for each in Credit.objects.filter(programme=desk.number)] == [3_000, 5]
    finally:
        bank.set_by_bank(keepers[0].town, keepers[0].shop, by_bank=True)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_browser_s_calendar_gets_its_day_in_every_language(desk, language):
    page = desk.first.get("/desk/payouts/new", headers={"accept-language": language}).content.decode()
    assert f'value="{desk.day}"' in page


def test_without_an_account_of_the_town_no_file_is_begun(desk, monkeypatch):
    monkeypatch.setattr(settings, "PORTAL", Config())
    answer = desk.first.post("/desk/payouts/new", {"programmes": [desk.number], "day": desk.day})
    assert "payer_iban" in answer.content.decode()
    assert not BankFile.objects.exists()


def test_accounts_are_readable_in_no_table_and_in_no_file_once_it_is_sealed(desk, keepers, place):
    file = desk.confirmed(desk.planned())
    chain.transfers(desk.town)
    assert not list(place.glob("payouts/*.xml"))
    kept = b"".join(path.read_bytes() for path in place.rglob("*") if path.is_file())
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            kept += repr(
                [[bytes(cell) if isinstance(cell, memoryview) else cell for cell in row] for row in cursor]
            ).encode()
    assert [trace for trace in traces() if trace.encode() in kept] == []
    assert ACCOUNTS[0][1] in file.content.decode()
