"""A shop's statement and its terminal's Z reports come to the same cents."""

import csv
import io
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from contracts.wire.units import Cents, Timestamp
from provisioning import fleet, grant, period, programme, settle, shop
from provisioning.fleet import Raise
from provisioning.portal.access import Role
from provisioning.portal.payouts import days
from provisioning.portal.payouts.models import DaySum, Mark, Unread
from provisioning.portal.payouts.statement import Line, statement
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops.models import Shop, Terminal
from provisioning.town import Town
from terminal import export
from terminal.core.facts import Checkpoint, Outcome
from terminal.report import closing
from terminal.store import Reader, Store, closings
from tests.provisioning.conftest import OTHER_ADDRESS, TERMS
from tests.provisioning.pages import texts
from tests.terminal.books import ask, give_back, sell
from tests.terminal.till import Till, pass_address

pytestmark = pytest.mark.django_db
DAY = 86_400
FAMILIES = range(901, 905)


class Counter:
    """A shop's till with its real journal, and the same entries on the contract."""

    def __init__(self, town: Town, number: int, folder: Path) -> None:
        self.town, self.number = town, number
        self.till = Till(folder, domain=town.deployment.domain)
        self.signer = self.till.signer()
        self.shop = shop.add(town, OTHER_ADDRESS)
        for each in (1, number):
            shop.admit(town, each, self.shop)
        consent = self.signer.sign_registration(self.shop)
        fleet.register(town, self.till.address, self.shop, consent, [Raise(1, 20_00)])

    def settle(self, store: Store) -> None:
        """What is new goes to the contract, and the till hears what became of all of it."""
        with Reader.open(self.till.journal) as reader:
            exported = export.of(reader)
        done = settle.settle(self.town, exported)
        store.record_outcomes([Outcome(each.sequence, each.reason) for each in done.fates if each.reason is not None])
        block = self.town.chain.block("finalized")
        store.save_checkpoint(Checkpoint(block.number, block.time, self.shop, len(done.fates), ()))

    def close(self, store: Store) -> dict:
        day = closing.closing(store, Timestamp(int(time.time())), "shop-03")
        closings.append(self.till.journal, store.turns, day)
        return day.contents()


class Street:
    """A shop's two days: its till, what that closed them with, and the two programmes."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.number = programme.create(town, "Kindpakket", TERMS)
        programme.fund(town, self.number, 1_000_00, mint=True)
        self.counter = Counter(town, self.number, folder)
        for number in (1, self.number):
            lines = [grant.Line(pass_address(family), Cents(100_00)) for family in FAMILIES]
            grant.grant(town, number, f"statement {number}", lines)
        self.now = int(time.time())
        with self.counter.till.store() as store:
            self.reports = [*self._days(store)]

    def _days(self, store: Store) -> Iterator[dict]:
        for sell_all, at in ((first_day, self.now - DAY), (second_day, self.now)):
            sell_all(store, self.counter, at)
            self.counter.settle(store)
            yield self.counter.close(store)


@pytest.fixture(scope="module")
def street(shared_town: Town, tmp_path_factory: pytest.TempPathFactory) -> Street:
    return Street(shared_town, tmp_path_factory.mktemp("till") / "till")


@pytest.fixture
def counter(street: Street, db: None) -> Counter:
    """And the desk that knows it."""
    for number, name in ((1, "Meedoen"), (street.number, "Kindpakket")):
        terms = {"begins": 0, "ends": 2**39, "floor_limit": 1, "day_limit": 1, "offline_window": 1}
        Programme.objects.create(number=number, name=name, **terms)
    row = Shop(number=street.counter.shop, name="=shop-03")
    row.contact = {}
    row.save()
    Terminal.objects.create(shop=row, label="-till-1", address=street.counter.till.address)
    return street.counter


@pytest.fixture
def reports(street: Street) -> list[dict]:
    """Two closed days."""
    return street.reports


def of_z(report: dict) -> dict[int, tuple[int, ...]]:
    """By programme: sales, sold, not paid, given back, net."""
    return {
        each["programme"]: (
            each["count"],
            each["cents"],
            each["rejected"]["cents"],
            each["refunds"]["cents"] - each["refunds_rejected"]["cents"],
            each["net_cents"],
        )
        for each in report["programmes"]
    }


def figures(line: Line) -> tuple[int, ...]:
    sums = line.sums
    return sums.count, sums.sold, sums.rejected, sums.refunded, sums.net


def of_day(counter: Counter, day: date) -> dict[int, tuple[int, ...]]:
    numbers = {"Meedoen": 1, "Kindpakket": counter.number}
    return {numbers[line.programme]: figures(line) for line in statement(counter.shop, day, day).lines}


def first_day(store: Store, counter: Counter, at: int) -> None:
    """Paid, given back in part, drawn from the slice, and not paid at all; in two programmes."""
    one, two, three, _ = FAMILIES
    sell(store, counter.signer, number=one, amount=12_50, time=at)
    sell(store, counter.signer, number=two, amount=3_05, time=at, programme=counter.number)
    give_back(store, counter.signer, 1, number=one, amount=2_00, time=at)
    sell(store, counter.signer, number=three, amount=40_00, time=at)
    sell(store, counter.signer, number=three, amount=40_00, time=at)
    sell(store, counter.signer, number=three, amount=35_00, time=at)  # 20,00 is left: the rest from the slice
    sell(store, counter.signer, number=three, amount=45_00, time=at)  # more than budget and slice have
    give_back(store, counter.signer, 2, number=two, amount=90_00, time=at)  # of another programme: not taken


def second_day(store: Store, counter: Counter, at: int) -> None:
    """An ask that is paid, one that is not, and a sale."""
    _, two, three, four = FAMILIES
    ask(store, counter.signer, number=four, amount=80_00, time=at, deadline=at + 3_600)
    ask(store, counter.signer, number=three, amount=80_00, time=at, deadline=at + 3_600)
    sell(store, counter.signer, number=two, amount=99, time=at)


def test_each_day_is_the_z_report_to_the_cent(town: Town, counter: Counter, reports: list[dict]):
    days.read(town)
    today = period.day(int(time.time()))
    yesterday = date.fromordinal(today.toordinal() - 1)
    for day, report in zip((yesterday, today), reports, strict=True):
        assert of_day(counter, day) == of_z(report)
        lines = statement(counter.shop, day, day).lines
        assert sum(line.sums.net for line in lines) == report["turnover_cents"]
        assert (min(line.first for line in lines), max(line.last for line in lines)) == (
            report["first"],
            report["last"],
        )
    assert reports[0]["total"]["rejected"]["count"]
    assert reports[0]["total"]["drawn"]["count"]
    assert reports[1]["total"]["refused"]["count"]
    total = statement(counter.shop, yesterday, today).total
    credit = sum(int(town.view("taken", programme, counter.shop)) for programme in (1, counter.number))
    assert total.net == sum(report["turnover_cents"] for report in reports) == credit


def test_each_entry_is_counted_once_however_the_reading_is_cut(town: Town, counter, reports, monkeypatch):
    days.read(town)
    whole = [*DaySum.objects.values_list("day", "programme", "refund", "standing", "count", "cents", "first", "last")]
    DaySum.objects.all().delete()
    Mark.objects.all().delete()
    monkeypatch.setattr(days, "_BLOCKS", 3)
    for _ in range(town.chain.block_number("finalized") // 3 + 2):
        days.read(town)
    found = DaySum.objects.values_list("day", "programme", "refund", "standing", "count", "cents", "first", "last")
    assert sorted(map(str, found)) == sorted(map(str, whole))


def test_a_mistake_while_adding_leaves_all_as_it_was(town: Town, counter, reports, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise ValueError

    monkeypatch.setattr(Mark.objects, "update_or_create", fail)
    with pytest.raises(ValueError):
        days.read(town)
    assert not DaySum.objects.exists()


def test_what_no_node_shows_is_told(town: Town, counter, reports, monkeypatch, staff):
    monkeypatch.setattr("contracts.wire.batch.find", lambda *_: None)
    days.read(town)
    assert Unread.objects.filter(shop=counter.shop).exists()
    today = period.day(int(time.time()))
    assert statement(counter.shop, today, today).unread == 11
    page = staff(Role.FINANCE).get("/desk/payouts/statement", chosen(counter), headers={"accept-language": "en"})
    assert "11 entries could not be read here" in page.content.decode()


def chosen(counter: Counter) -> dict[str, str]:
    today = period.day(int(time.time()))
    return {"shop": str(counter.shop), "first": date.fromordinal(today.toordinal() - 1).isoformat(), "last": str(today)}


def test_page_table_and_paper_say_the_same(town: Town, counter, reports, staff):
    days.read(town)
    browser = staff(Role.FINANCE)
    page = browser.get("/desk/payouts/statement", chosen(counter), headers={"accept-language": "en"}).content.decode()
    answer = browser.get("/desk/payouts/statement.csv", chosen(counter))
    text = b"".join(answer.streaming_content).decode().lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {each["terminal"] for each in rows} == {"'-till-1"}
    cents = sum(int(each["net"].replace(".", "")) for each in rows)
    assert cents == sum(report["turnover_cents"] for report in reports)
    paper = browser.get("/desk/payouts/statement.pdf", chosen(counter), headers={"accept-language": "en"})
    said = "".join(texts(b"".join(paper)))
    net = f"{cents // 100:,}.{cents % 100:02}"
    assert f"€\N{NO-BREAK SPACE}{net}" in page
    assert net in said
    assert "-till-1" in said
