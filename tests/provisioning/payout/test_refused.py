"""What the bank refuses goes back to the shops' credits, exactly that and once; its report is not believed blindly."""

from pathlib import Path

import pytest

from contracts.wire.errors import Broken
from provisioning import bank
from provisioning.payout import status_report
from provisioning.payout.status_report import refusals
from tests.provisioning.payout.test_bank_file import AS, DAY, paid
from tests.provisioning.town import done, refused, run

MARK = "2026-11.ABCDEF"
SENT = [f"{MARK}-1-3", f"{MARK}-1-4"]


def report(*payments: str, mark: str = MARK, group: str = "", batch: str = "", version: str = "10") -> str:
    """A bank's word, as pain.002 has it."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}">'
        "<CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId><CreDtTm>2026-12-01T09:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{mark}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{group}"
        f"</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{mark}</OrgnlPmtInfId>{batch}{''.join(payments)}"
        "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    )


def of(name: str, status: str = "RJCT", code: str = "AC01") -> str:
    reason = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn><AddtlInf>some words</AddtlInf></StsRsnInf>"
    return f"<TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxSts>{status}</TxSts>{reason}</TxInfAndSts>"


def read(folder: Path, text: str | bytes) -> dict[str, str]:
    path = folder / "status.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return dict(refusals(path, MARK, SENT))


@pytest.mark.parametrize("version", ["03", "10", "14"])
def test_a_refused_payment_is_found_with_the_banks_reason(tmp_path, version):
    assert read(tmp_path, report(of(SENT[1]), version=version)) == {SENT[1]: "AC01"}


def test_what_is_not_refused_is_left(tmp_path):
    assert read(tmp_path, report(of(SENT[0], "ACSC"), of(SENT[1], "PDNG"), group="<GrpSts>PART</GrpSts>")) == {}
    assert read(tmp_path, report(group="<GrpSts>ACCP</GrpSts>")) == {}


@pytest.mark.parametrize("whole", [{"group": "<GrpSts>RJCT</GrpSts>"}, {"batch": "<PmtInfSts>RJCT</PmtInfSts>"}])
def test_a_file_that_was_refused_whole(tmp_path, whole):
    assert read(tmp_path, report(**whole)) == dict.fromkeys(SENT, "")
    assert read(tmp_path, report(of(SENT[0], code="AC04"), **whole)) == {SENT[0]: "AC04", SENT[1]: ""}


def test_a_reason_that_is_no_code_is_not_repeated(tmp_path):
    assert read(tmp_path, report(of(SENT[0], code="shop-03 has moved"))) == {SENT[0]: ""}


BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (report(of(SENT[0]), mark="2026-10.ABCDEF"), "about another file"),
        (report(of(f"{MARK}-1-5")), "does not have"),
        (report(of(SENT[0]), of(SENT[0], "ACSC")), "two things"),
        (report(of(SENT[0], "ACSC"), group="<GrpSts>RJCT</GrpSts>"), "a part was not"),
        (report(batch="<PmtInfSts>ACSC</PmtInfSts>", group="<GrpSts>RJCT</GrpSts>"), "a part was not"),
        (report(of(SENT[0], "ACSC"), batch="<PmtInfSts>RJCT</PmtInfSts>"), "a part was not"),
        (report().replace(f"<OrgnlPmtInfId>{MARK}", "<OrgnlPmtInfId>other"), "does not have"),
        (report().replace("pain.002", "pain.001"), "no status report"),
        ("<a/>", "no status report"),
        ("", "no XML"),
        ("<a>", "no XML"),
        (report().replace("\n", BOMB).replace("B1", "&b;"), "no XML"),
        (report().replace("\n", OUTSIDE).replace("B1", "&x;"), "no XML"),
        (report().replace("UTF-8", "no-such"), "no XML"),
        (b"\xff\xfe<a/>", "no XML"),
        ("<a>" * 100_000, "no XML"),
    ],
)
def test_a_report_that_does_not_fit_takes_nothing_back(tmp_path, text, says):
    with pytest.raises(Broken, match=says):
        read(tmp_path, text)


def test_a_report_is_bounded(tmp_path):
    with pytest.raises(Broken, match="at most"):
        read(tmp_path, b" " * (status_report.BYTES_MAX + 1))
    with pytest.raises(Broken, match="cannot be read"):
        refusals(tmp_path / "none.xml", MARK, SENT)


@pytest.fixture
def back(words, tmp_path) -> tuple[str, ...]:
    """The command that takes back, less which."""
    record = words[words.index("--record") : words.index("--record") + 2]
    folder = words[words.index("--folder") : words.index("--folder") + 2]
    return ("provision", "shop", "bank", "refused", *record, "--reference", "2026-11", *folder)


def test_exactly_what_the_bank_refused_is_taken_back_once_and_paid_by_the_next_file(
    words, keepers, number, back, tmp_path
):
    made = done(*words, *AS)
    path = tmp_path / "status.xml"
    path.write_text(report(of(f"{made['reference']}-{number}-{keepers[1].shop}"), mark=made["reference"]))
    by_report = (*back, "--status", str(path))
    assert "would be taken back" in run(*by_report, "--dry-run").out
    assert keepers[1].credit == 0
    (told,) = done(*by_report)["refused"]
    assert (told["shop"], told["cents"], told["reason"]) == (keepers[1].shop, 3_000, "AC01")
    assert [keeper.credit for keeper in keepers] == [0, 3_000, 0]
    assert "taken back before" in run(*by_report).out
    assert keepers[1].credit == 3_000
    later = done(*words, "--reference", "2026-12", "--date", DAY)
    assert paid(later["file"]) == {f"{number}-{keepers[1].shop}": "30.00"}


def test_shops_can_be_named_by_hand(words, keepers, back):
    assert "has no finished file" in refused(*back, "--shop", "1")
    done(*words, *AS)
    assert "has nothing for shop 999999" in refused(*back, "--shop", str(keepers[0].shop), "--shop", "999999")
    assert keepers[0].credit == 0
    done(*back, "--shop", str(keepers[0].shop), "--shop", str(keepers[2].shop))
    assert [keeper.credit for keeper in keepers] == [1_250, 0, 5]


def test_what_the_shop_has_confirmed_is_not_taken_back(words, keepers, number, back):
    made = done(*words, *AS)
    bank.confirm(keepers[0].town, number, keepers[0].shop, made["reference"])
    assert "has arrived, and stays" in run(*back, "--shop", str(keepers[0].shop)).out
    assert keepers[0].credit == 0


def test_only_the_admin_takes_back(words, keepers, back, monkeypatch):
    done(*words, *AS)
    monkeypatch.setenv("KINDPAKKET_KEY", keepers[0].town.signer().key.to_0x_hex())
    assert "only the admin" in refused(*back, "--shop", str(keepers[0].shop))
    assert keepers[0].credit == 0
