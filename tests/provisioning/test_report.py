"""A programme's report, from purchases that the contract settled."""

import csv
import io
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from coincurve import PrivateKey

from contracts.chain import checksum
from contracts.wire import batch, journal
from contracts.wire.entry import Refund
from contracts.wire.errors import Broken
from contracts.wire.signature import address_of
from contracts.wire.units import Cents, Timestamp
from provisioning import grant, passes, period, programme, report_reading, shop
from provisioning.town import Town
from tests.provisioning.conftest import OTHER_ADDRESS, TERMS
from tests.provisioning.journals import Till, payment
from tests.provisioning.town import done, refused, run

FAMILIES = 24


class Street:
    """A programme with two shops of many and one of few; one pass was replaced, and one payment was rejected."""

    def __init__(self, town: Town) -> None:
        self.number = programme.create(town, "Meedoen", TERMS)
        programme.fund(town, self.number, 1_000_000, mint=True)
        self.families = [PrivateKey() for _ in range(FAMILIES)]
        lines = [grant.Line(address_of(key), Cents(100_00)) for key in self.families]
        grant.grant(town, self.number, "all", lines)
        self.shops = [self._shop(town) for _ in range(3)]
        self.idle = self._shop(town)
        self._sell(town)
        self._replace(town)

    def _shop(self, town: Town) -> int:
        number = shop.add(town, OTHER_ADDRESS)
        shop.admit(town, self.number, number)
        return number

    def _sell(self, town: Town) -> None:
        large, small, few = (Till.registered(town, number, 0) for number in self.shops)
        for key in self.families[:20]:
            large.add(payment(20_00, self.number), key)
        for key in self.families[:12]:
            small.add(payment(5_00, self.number), key)
        few.add(payment(7_00, self.number), self.families[0])
        few.add(payment(200_00, self.number), self.families[1])  # more than there is, and no slice
        few.add(payment(3_00, self.number), self.families[2])
        refunded = few.lines[0]
        few.add(
            Refund(
                self.number,
                Cents(2_00),
                Timestamp(int(time.time())),
                address_of(self.families[0]),
                few.address,
                refunded.sequence,
            )
        )
        for till in (large, small, few):
            town.act("settle", batch.encode([segment_of(till)]))

    def _replace(self, town: Town) -> None:
        self.old, self.new = address_of(self.families[0]), passes.new_pass(7).address
        town.act("reissue", self.number, checksum(self.old), checksum(self.new))


def segment_of(till: Till) -> batch.Segment:
    entries = tuple(line.entry for line in till.lines)
    genesis = journal.genesis(till.domain, till.address)
    return batch.Segment(till.address, 1, genesis, entries, till.lines[-1].signature)


@pytest.fixture(scope="module")
def street(shared_town: Town) -> Street:
    return Street(shared_town)


def words(record: Path, street: Street, *more: str) -> tuple[str, ...]:
    return ("provision", "report", "--record", str(record), "--programme", str(street.number), *more)


def test_what_is_read_is_what_was_bought(town: Town, street: Street):
    seen = report_reading.look(town, street.number)
    assert (seen.passes, seen.activated, seen.granted) == (FAMILIES, 20, FAMILIES * 100_00)
    large, small, few = street.shops
    assert seen.taken == {large: 400_00, small: 60_00, few: 8_00, street.idle: 0}
    assert [len(seen.buyers[number]) for number in street.shops] == [20, 12, 2]
    assert seen.buyers[few] == {street.new: 5_00, address_of(street.families[2]): 3_00}
    assert all(street.old not in there for there in seen.buyers.values())


def test_the_report_shows_no_shop_of_few(record: Path, street: Street):
    found = done(*words(record, street))
    large, small, few = street.shops
    alone, together = found["shops"]
    assert alone == {"shops": [large], "cents": 400_00}
    assert together == {"shops": [small, few, street.idle], "cents": 68_00}
    assert (found["spent"], found["granted"]) == (468_00, FAMILIES * 100_00)
    assert found["activated"] == {"at_least": FAMILIES - 9, "at_most": FAMILIES - 1}


@pytest.mark.parametrize(("language", "spent"), [("nl", "besteed"), ("en", "spent")])
def test_table_spreadsheet_and_picture_say_the_same(
    town: Town, record: Path, street: Street, tmp_path: Path, language, spent
):
    files = [tmp_path / f"report.{kind}" for kind in ("csv", "svg")]
    said = run(*words(record, street, "--csv", str(files[0]), "--svg", str(files[1]), "--language", language))
    assert said.status == 0, said.err
    assert spent in said.out
    day = period.shown(town.chain.block("finalized").time)[:10]
    assert said.out.startswith("Meedoen, ")
    assert day in said.out.splitlines()[0]
    assert "EUR 468,00" in said.out
    assert "20%" in said.out
    rows = list(csv.DictReader(io.StringIO(files[0].read_text())))
    assert {"figure": "spent", "name": spent, "value": "468.00", "shops": ""} in rows
    together = " ".join(map(str, [*street.shops[1:], street.idle]))
    assert [row["shops"] for row in rows if row["figure"] == "shop"] == [str(street.shops[0]), together]
    assert {row["value"] for row in rows if row["figure"] == "activated"} == {"15-23"}
    texts = [element.text for element in ET.fromstring(files[1].read_text()).iter() if element.text]
    assert any("EUR 468,00" in text for text in texts)
    assert "EUR 8,00" not in said.out + files[1].read_text()
    assert ",8.00" not in files[0].read_text()


def test_a_bar_is_as_long_as_its_part(record: Path, street: Street, tmp_path: Path):
    done(*words(record, street, "--svg", str(tmp_path / "report.svg")))
    bars = [element for element in ET.parse(tmp_path / "report.svg").iter() if element.get("fill") == "#1f5f8b"]
    wide = {round(float(bar.get("width", "0")) / 380, 3) for bar in bars}
    assert {round(468 / 2400, 3), round(400 / 468, 3), round(68 / 468, 3)} <= wide


def test_a_file_that_is_there_stays(record: Path, street: Street, tmp_path: Path):
    (tmp_path / "report.csv").write_text("mine")
    assert "stays as it is" in refused(*words(record, street, "--csv", str(tmp_path / "report.csv")))
    assert (tmp_path / "report.csv").read_text() == "mine"


def test_a_programme_that_is_none_is_refused(town: Town):
    with pytest.raises(Broken, match="no programme"):
        report_reading.look(town, 999)
