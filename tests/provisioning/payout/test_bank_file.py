"""A file for the bank pays each credit exactly once, whatever happens between its steps."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

from provisioning import status
from provisioning.bank import State
from provisioning.payout import due
from provisioning.payout.rules import NAMESPACE
from tests.provisioning.town import done, files

DAY = (datetime.now(UTC).date() + timedelta(days=3)).isoformat()
AS = ("--reference", "2026-11", "--date", DAY)
NS = {"p": NAMESPACE}


def amounts(path: Path) -> dict[str, str]:
    """What the file pays, by the end of its end-to-end ids: programme and shop."""
    transfers = ET.parse(path).getroot().findall(".//p:CdtTrfTxInf", NS)
    return {
        transfer.findtext("p:PmtId/p:EndToEndId", "", NS).partition("-")[2].partition("-")[2]: transfer.findtext(
            "p:Amt/p:InstdAmt", "", NS
        )
        for transfer in transfers
    }


def test_each_credit_is_marked_and_in_the_file(town, words, keepers, number, tmp_path):
    made = done(*words, *AS)
    assert made["cents"] == 4_255
    path = Path(made["file"])
    assert amounts(path) == {
        f"{number}-{keeper.shop}": euros for keeper, euros in zip(keepers, ("12.50", "30.00", "0.05"), strict=True)
    }
    for keeper in keepers:
        assert keeper.credit == 0
        assert due.state(town, number, keeper.shop, made["reference"])[0] is State.MARKED
    assert [mode for _, mode in files(tmp_path / "payments")] == [0o600] * 3
    assert status.status(town).adds_up


def test_the_same_again_is_the_same_file_and_no_mark(words, keepers, tmp_path):
    first = done(*words, *AS)
    content = Path(first["file"]).read_bytes()
    keepers[0].sell(700)
    again = done(*words, *AS)
    assert not again["written_now"]
    assert again["left"] == [{"programme": keepers[0].programme, "shop": keepers[0].shop, "cents": 700, "why": "paid"}]
    Path(first["file"]).unlink()
    assert done(*words, *AS)["written_now"]
    assert Path(first["file"]).read_bytes() == content
    assert keepers[0].credit == 700
    second = done(*words, "--reference", "2026-12", "--date", DAY)
    assert second["cents"] == 700
    assert second["accounts_new"] == second["accounts_changed"] == []
