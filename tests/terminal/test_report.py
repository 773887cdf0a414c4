"""The X report: the shop's day so far, by its own midnight."""

import json
import zoneinfo
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal import zone
from terminal.core.effects import AskEnd
from terminal.core.facts import Checkpoint, Outcome, Programme, Slice
from terminal.report import command
from terminal.report.day import day_report
from terminal.report.sums import row
from tests.terminal.books import TIME, ask, give_back, retire, sell
from tests.terminal.till import PROGRAMME, Till

SWIMMING = Programme(
    2, "Zwemmen", Timestamp(0), Timestamp(2**39), Cents(50_00), Cents(100_00), 60, paused=False, admitted=True
)


def moment(year, month, day, hour=0, minute=0, second=0):
    local = datetime(year, month, day, hour, minute, second, tzinfo=ZoneInfo("Europe/Amsterdam"))
    return Timestamp(int(local.timestamp()))


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


@pytest.fixture
def day(till):
    """The report at a moment, after sales of these cents at these moments."""

    def day(at, *sales, settled=0, reasons=(), forwarded=0, seen=0):
        with till.store() as store:
            signer = till.signer()
            for number, (when, amount, programme) in enumerate(sales, start=1):
                sell(store, signer, number=number, amount=amount, time=when, programme=programme, bound=0)
            store.acknowledge(forwarded, store.head_at(forwarded))
            store.record_outcomes([Outcome(n, reason) for n, reason in enumerate(reasons, start=1)])
            store.save_checkpoint(Checkpoint(1, Timestamp(seen), 1, settled, (Slice(1, Cents(1)),)))
            return day_report(store, at)

    return day


def test_each_payment_is_counted_once_where_it_stands(day):
    noon = moment(2026, 3, 4, 12, 0)
    sales = [(noon + n, amount, programme) for n, (amount, programme) in enumerate([(100, 1), (20, 2), (3, 1), (4, 1)])]
    found = day(noon + 9, *sales, settled=2, reasons=[Reason.PAID, Reason.BUDGET_SHORT, Reason.PAID], forwarded=3)
    document = found.total.document()
    assert (document["count"], document["cents"]) == (4, 127)
    assert {state: document[state]["cents"] for state in ("paid", "drawn", "rejected", "forwarded", "waiting")} == {
        "paid": 100,
        "drawn": 20,
        "rejected": 0,
        "forwarded": 3,  # the gateway calls it paid, the chain has not confirmed it
        "waiting": 4,
    }
    assert sorted(found.programmes) == [1, 2]
    assert found.programmes[2].document()["drawn"] == {"count": 1, "cents": 20}
    assert found.carried_over.document()["count"] == 0


@pytest.mark.parametrize(
    ("when", "today"),
    [
        (moment(2026, 3, 4, 0, 0), True),
        (moment(2026, 3, 4, 23, 59, 59), True),
        (moment(2026, 3, 3, 23, 59, 59), False),
        (moment(2026, 3, 5, 0, 0), False),
    ],
)
def test_a_day_is_from_midnight_to_midnight_in_the_netherlands(day, when, today):
    found = day(moment(2026, 3, 4, 12, 0), (when, 5, 1), settled=1, reasons=[Reason.PAID])
    assert found.total.document()["count"] == today


@pytest.mark.parametrize(("month", "date", "hours"), [(3, 29, 23), (10, 25, 25)])
def test_days_on_which_the_clock_changes(day, month, date, hours):
    begin = moment(2026, month, date, 0, 0)
    last = begin + hours * 3600 - 1
    found = day(begin, (begin, 1, 1), (last, 2, 1), (last + 1, 4, 1))
    assert found.total.document()["cents"] == 3


def test_f08_what_other_days_left_open_is_listed_apart(day):
    yesterday, today = moment(2026, 3, 3, 12, 0), moment(2026, 3, 4, 12, 0)
    sales = [(yesterday, 1, 1), (yesterday, 10, 1), (yesterday, 100, 1), (today, 1000, 1)]
    found = day(today, *sales, settled=1, reasons=[Reason.PAID], forwarded=2)
    assert found.total.document()["cents"] == 1000
    carried = found.carried_over.document()
    assert (carried["cents"], carried["forwarded"]["cents"], carried["waiting"]["cents"]) == (110, 10, 100)


def test_f08_refunds_and_asks_stand_where_they_belong(till):
    yesterday, today = moment(2026, 3, 3, 12, 0), moment(2026, 3, 4, 12, 0)
    with till.store() as store:
        signer = till.signer()
        sell(store, signer, amount=20_00, time=today)
        ask(store, signer, amount=80_00, time=today)
        store.resolve(2, AskEnd.HANDED_OVER)
        ask(store, signer, amount=70_00, time=today)
        store.resolve(3, AskEnd.REFUSED)
        ask(store, signer, amount=60_00, time=today)
        give_back(store, signer, 1, amount=25_00, time=today)
        give_back(store, signer, 1, amount=1_00, time=yesterday)
        retire(store, signer)
        found = day_report(store, today)
    document = found.total.document()
    assert (document["count"], document["cents"]) == (2, 100_00)
    assert (document["refunds"], document["net_cents"]) == ({"count": 1, "cents": 25_00}, 75_00)
    assert (document["asked"]["cents"], document["refused"]["cents"]) == (60_00, 70_00)
    assert found.carried_over.document()["refunds"] == {"count": 1, "cents": 1_00}
    assert row("x", found.carried_over.document())[-2:] == ("1,00", "-1,00")


def test_f19_a_clock_that_lags_behind_the_chain_is_not_believed(day):
    today = moment(2026, 3, 4, 12, 0)
    assert day(Timestamp(0), (today, 7, 1), seen=today).day.isoformat() == "2026-03-04"


def test_the_command_prints_a_table_and_a_document(till, capsys, monkeypatch):
    monkeypatch.setattr("time.time", lambda: float(TIME))
    with till.store() as store:
        sell(store, till.signer(), amount=12_50)
        sell(store, till.signer(), amount=1_00, programme=3)
        store.replace_snapshot("a", 1, 0, (PROGRAMME, SWIMMING), [])
    assert command.main(["x", "--config", str(till.config)]) == 0
    table = capsys.readouterr().out
    assert "X report of 2023-11-14" in table
    assert [line.split()[:3] for line in table.splitlines()[3:6]] == [
        ["Kindpakket", "1", "12,50"],
        ["3", "1", "1,00"],
        ["total", "2", "13,50"],
    ]
    assert command.main(["x", "--json", "--config", str(till.config)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["day"], document["terminal"]) == ("2023-11-14", "0x" + till.address.hex())
    assert [(one["programme"], one["name"], one["cents"]) for one in document["programmes"]] == [
        (1, "Kindpakket", 12_50),
        (3, "", 1_00),
    ]


def test_it_changes_nothing_beside_a_running_daemon(till, capsys):
    with till.store() as store:
        sell(store, till.signer())
        before = till.journal.with_name("journal.sqlite-wal").read_bytes()
        assert command.main(["x", "--config", str(till.config)]) == 0
        assert till.journal.with_name("journal.sqlite-wal").read_bytes() == before


def test_a_machine_without_time_zones_is_named(day, monkeypatch):
    def missing(name):
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zone, "ZoneInfo", missing)
    with pytest.raises(Broken, match="tzdata"):
        day(TIME)


@pytest.mark.parametrize("wrong", [[], ["y"], ["x", "y"], ["z", "--json", "--csv"]])
def test_wrong_use(wrong):
    with pytest.raises(SystemExit) as left:
        command.main(wrong)
    assert left.value.code == 2


def test_a_journal_that_is_not_there(till, capsys):
    till.journal.unlink()
    assert command.main(["x", "--config", str(till.config)]) == 1
    assert "there is no journal" in capsys.readouterr().err
