"""The Z report: each entry in one of them, what was open carried over, and none ever changed."""

import csv
import io
import json
import signal
import sqlite3
import subprocess
import sys
import threading
from functools import partial
from typing import Literal

import pytest

from contracts.wire import journal
from contracts.wire.errors import Broken, Refused
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp, to_hex
from drivers.output import Text
from terminal.core.effects import AskEnd
from terminal.core.facts import Checkpoint, Outcome, Slice
from terminal.report import closing, command, pages, spreadsheet
from terminal.store import Reader, closings
from terminal.store.checking import require_sound
from tests.terminal.books import TIME, ask, give_back, retire, sell
from tests.terminal.till import PROGRAMME, ROOT, Till


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


@pytest.fixture
def store(till):
    with till.store() as store:
        yield store


@pytest.fixture
def signer(till):
    return till.signer()


def settle(store, *reasons, upto=None):
    """The gateway says so, and the chain has judged that many."""
    store.record_outcomes([Outcome(number, reason) for number, reason in enumerate(reasons, start=1)])
    judged = len(reasons) if upto is None else upto
    store.save_checkpoint(Checkpoint(judged + 1, TIME, 1, judged, (Slice(1, Cents(500_00)),)))


def close(store, at=TIME):
    day = closing.closing(store, Timestamp(at), "shop-03")
    closings.append(store._path, store.turns, day)
    return day.contents()


def numbers(lines):
    return [(line["sequence"], line["standing"]) for line in lines]


def test_f08_what_is_open_is_listed_apart_carried_over_and_its_end_told(store, signer):
    for amount in (1_00, 2_00, 4_00, 8_00):
        sell(store, signer, amount=amount)
    settle(store, Reason.PAID)
    store.acknowledge(2, store.head_at(2))
    first = close(store)
    assert numbers(first["open"]) == [(2, "forwarded"), (3, "waiting"), (4, "waiting")]
    assert (first["became"], first["turnover_cents"]) == ([], 15_00)
    assert (first["first"], first["last"], first["total"]["paid"]["cents"]) == (1, 4, 1_00)

    sell(store, signer, amount=16_00)
    settle(store, Reason.PAID, Reason.BUDGET_SHORT, Reason.SLICE_SHORT)
    second = close(store)
    assert [(line["sequence"], line["standing"], line["reason"]) for line in second["became"]] == [
        (2, "drawn", "BUDGET_SHORT"),
        (3, "rejected", "SLICE_SHORT"),
    ]
    assert numbers(second["open"]) == [(4, "waiting"), (5, "waiting")]
    assert (second["first"], second["last"], second["total"]["cents"]) == (5, 5, 16_00)
    assert (second["corrections_cents"], second["turnover_cents"]) == (-4_00, 12_00)

    settle(store, Reason.PAID, Reason.BUDGET_SHORT, Reason.SLICE_SHORT, Reason.PAID, Reason.PAID)
    third = close(store)
    assert (numbers(third["became"]), third["open"]) == ([(4, "paid"), (5, "paid")], [])
    assert third["turnover_cents"] == 0
    assert sum(each["turnover_cents"] for each in (first, second, third)) == 27_00


def test_f08_asks_and_refunds_that_were_open_are_corrected_when_they_are_judged(store, signer):
    sell(store, signer, amount=20_00)
    ask(store, signer, amount=80_00)
    ask(store, signer, amount=70_00)
    give_back(store, signer, 1, amount=5_00)
    first = close(store)
    assert numbers(first["open"]) == [(1, "waiting"), (2, "asked"), (3, "asked"), (4, "waiting")]
    assert first["turnover_cents"] == 15_00
    store.resolve(2, AskEnd.HANDED_OVER)
    store.resolve(3, AskEnd.REFUSED)
    settle(store, Reason.PAID, Reason.PAID, Reason.ASK_DAY_LIMIT, Reason.REFUND_TOO_MUCH)
    second = close(store)
    assert numbers(second["became"]) == [(1, "paid"), (2, "paid"), (3, "refused"), (4, "rejected")]
    assert second["turnover_cents"] == 85_00


def test_the_reports_are_numbered_without_holes_and_chained(store, signer):
    previous = journal.genesis(store.domain, store.terminal)
    for number in (1, 2, 3):
        sell(store, signer)
        assert close(store)["previous"] == to_hex(previous)
        day = store.last_closing()
        assert (day.number, day.last, day.head) == (number, number, store.head)
        previous = day.hash
    require_sound(store)


def test_a_day_with_nothing_in_it_can_be_closed(store):
    empty = close(store)
    assert (empty["number"], empty["first"], empty["last"], empty["turnover_cents"]) == (1, 1, 0, 0)
    assert close(store)["number"] == 2
    require_sound(store)


def test_closing_twice_counts_nothing_twice(store, signer):
    sell(store, signer, amount=5_00)
    settle(store, Reason.PAID)
    assert (close(store)["turnover_cents"], close(store)["turnover_cents"]) == (5_00, 0)


def test_of_two_that_close_at_once_one_does(store, signer):
    sell(store, signer)
    one, other = (closing.closing(store, TIME, "shop-03") for _ in range(2))
    closings.append(store._path, store.turns, one)
    with pytest.raises(Refused, match="not closed"):
        closings.append(store._path, store.turns, other)
    assert [day.number for day in store.closings()] == [1]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE closings SET document = '{}'",
        "UPDATE closings SET last = 0",
        "DELETE FROM closings",
        "INSERT OR REPLACE INTO closings SELECT number, last, head, previous, hash, '{}' FROM closings",
        "INSERT INTO closings SELECT 3, last, head, hash, hash, document FROM closings",
        "INSERT INTO closings SELECT 2, last, head, previous, hash, document FROM closings",
        "INSERT INTO closings SELECT 2, last, hash, hash, hash, document FROM closings",
        "INSERT INTO closings SELECT 2, 0, head, hash, hash, document FROM closings",
    ],
)
def test_nothing_changes_a_closed_day(store, signer, change):
    sell(store, signer)
    before = close(store)
    with pytest.raises(sqlite3.Error, match=r"closed day stays|out of order"):
        store._database.execute(change)
    assert store.last_closing().contents() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE closings SET document = replace(document, '1250', '9950') WHERE number = 1", "changed after"),
        ("UPDATE closings SET last = 0 WHERE number = 1", "another one"),
        ("DELETE FROM closings WHERE number = 1", "does not follow"),
    ],
)
def test_who_changes_one_behind_the_triggers_is_found_out(store, signer, change, said):
    sell(store, signer, amount=12_50)
    close(store)
    close(store)
    for trigger in ("closings_stay", "closings_last"):
        store._database.execute(f"DROP TRIGGER {trigger}")
    store._database.execute(change)
    with pytest.raises(Broken, match=said):
        require_sound(store)


KILLED = """
import sys, os, signal
from pathlib import Path
from contracts.wire.units import Timestamp
from terminal import config
from terminal.report import closing
from terminal.store import schema
step = int(sys.argv[2])
seen = 0
def trace(statement):
    global seen
    seen += 1
    if seen == step:
        os.kill(os.getpid(), signal.SIGKILL)
connect = schema.connect
def traced(path, *, mode):
    database = connect(path, mode=mode)
    if mode == "rw":
        database.set_trace_callback(trace)
    return database
schema.connect = traced
closing.close(config.load(Path(sys.argv[1])).journal, Timestamp(1_700_000_000), "shop-03")
"""


def test_f03_a_power_cut_at_any_statement_leaves_the_day_open_or_closed_whole(till, signer):
    with till.store() as store:
        sell(store, signer, amount=12_50)
    ends = []
    for step in range(1, 20):
        run = subprocess.run([sys.executable, "-c", KILLED, str(till.config), str(step)], cwd=ROOT, check=False)
        with Reader.open(till.journal) as reader:
            require_sound(reader)
            ends.append(len(list(reader.closings())))
        if run.returncode == 0:
            break
        assert run.returncode == -signal.SIGKILL
    assert (ends[0], ends[-1]) == (0, 1)
    assert ends == sorted(ends)


def test_a_retired_terminal_closes_its_last_day(store, signer):
    sell(store, signer)
    retire(store, signer)
    assert (close(store)["last"], store.last_closing().contents()["total"]["count"]) == (2, 1)


def test_sales_go_on_while_the_day_is_closed(till, store, signer):
    store.replace_snapshot("a", 1, 0, (PROGRAMME,), [])
    close_it = partial(closing.close, till.journal, TIME, "shop-03", store.turns)
    closer = threading.Thread(target=lambda: [close_it() for _ in range(5)])
    closer.start()
    for _ in range(50):
        sell(store, signer)
    closer.join()
    days = [day.contents() for day in store.closings()]
    last = close(store)
    assert [day["number"] for day in days] == [1, 2, 3, 4, 5]
    assert sum(day["total"]["count"] for day in (*days, last)) == 50
    require_sound(store)


class TestCommand:
    @pytest.fixture(autouse=True)
    def clock(self, monkeypatch):
        monkeypatch.setattr("time.time", lambda: float(TIME))

    @pytest.fixture
    def run(self, till, capsys):
        def run(*arguments):
            status = command.main([*arguments, "--config", str(till.config)])
            return status, capsys.readouterr()

        return run

    def test_it_closes_beside_a_running_daemon_and_shows_any_of_them(self, till, store, signer, run):
        sell(store, signer, amount=12_50)
        assert run("z")[0] == 1
        status, said = run("z", "--close")
        assert status == 0
        assert "Z report 1 of 14-11-2023 23:13, shop-03" in said.out
        assert "Open, and carried over" in said.out
        settle(store, Reason.TERMINAL_REVOKED)
        document = json.loads(run("z", "--close", "--json")[1].out)
        assert (document["number"], document["became"][0]["reason"]) == (2, "TERMINAL_REVOKED")
        assert "Stop selling and call the municipality" in run("z")[1].out
        assert json.loads(run("z", "--number", "1", "--json")[1].out)["number"] == 1
        table = run("list")[1].out.splitlines()
        assert [line.split()[0] for line in table] == ["number", "1", "2"]
        assert [each["number"] for each in json.loads(run("list", "--json")[1].out)] == [1, 2]
        status, said = run("z", "--number", "9")
        assert (status, "there are 1 to 2" in said.err) == (1, True)

    def test_before_the_first_there_is_none(self, run):
        assert "no day was closed yet" in run("list")[1].out
        assert "no day was closed yet" in run("z")[1].err

    @pytest.mark.parametrize(
        "wrong", [["x", "--close"], ["list", "--print"], ["list", "--csv"], ["z", "--close", "--number", "1"]]
    )
    def test_wrong_use(self, run, wrong):
        with pytest.raises(SystemExit) as left:
            run(*wrong)
        assert left.value.code == 2

    def test_the_bookkeeper_gets_a_table(self, store, signer, run):
        sell(store, signer, amount=1_234_50)
        give_back(store, signer, 1, amount=34_50)
        settle(store, Reason.PAID)
        assert run("z", "--close")[0] == 0
        text = run("z", "--csv")[1].out
        assert "\r\n" in text
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        total = {row["standing"]: row["amount"] for row in rows if row["row"] == "total"}
        assert (total["paid"], total["given back"], total["net"]) == ("1234.50", "-34.50", "1200.00")
        assert {row["date"] for row in rows} == {"2023-11-14"}
        (open_,) = [row for row in rows if row["row"] == "open"]
        assert (open_["entry"], open_["amount"], open_["time"]) == ("2", "-34.50", "2023-11-14T23:13:20+01:00")
        x = list(csv.DictReader(io.StringIO(run("x", "--csv")[1].out, newline="")))
        assert next(row["amount"] for row in x if (row["row"], row["standing"]) == ("total", "net")) == "1200.00"

    def test_a_programme_is_no_formula(self):
        assert spreadsheet._inert("=1+1") == "'=1+1"
        assert spreadsheet._inert("-12.50") == "-12.50"


def test_the_page_fits_the_paper(store, signer):
    for number in range(1, 8):
        sell(store, signer, amount=number * 1_000_00)
    give_back(store, signer, 1, amount=1_00)
    settle(store, *[Reason.PAID] * 5, Reason.SLICE_SHORT)
    close(store)
    languages: tuple[tuple[Literal["nl", "en"], str], ...] = (("nl", "DAG AFGESLOTEN 1"), ("en", "DAY CLOSED 1"))
    for language, said in languages:
        day = store.last_closing()
        page = pages.paper(day.contents(), to_hex(day.hash), language)
        assert all(isinstance(part, Text) and len(part.text) <= (16 if part.large else 32) for part in page)
        text = " ".join(part.text for part in page)
        assert (
            " ".join(part.text.strip() for part in page if isinstance(part, Text) and part.large) == f"shop-03 {said}"
        )
        assert to_hex(day.hash)[:18] in text


def test_the_sums_on_paper_add_up(store, signer):
    for amount in (10_00, 5_00, 3_00):
        sell(store, signer, amount=amount)
    for amount in (2_00, 1_00):
        give_back(store, signer, 1, amount=amount)
    settle(store, Reason.PAID, Reason.SLICE_SHORT, Reason.PAID, Reason.PAID, Reason.REFUND_TOO_MUCH)
    close(store)
    day = store.last_closing()
    page = pages.paper(day.contents(), to_hex(day.hash), "nl")
    lines = [part.text.split() for part in page if isinstance(part, Text)]
    printed = [(" ".join(words[:-2]), words[-1]) for words in lines if words[-2:-1] == ["EUR"]]
    assert printed[:5] == [
        ("3 verkocht", "18,00"),
        ("niet betaald", "-5,00"),
        ("teruggegeven", "-2,00"),
        ("saldo", "11,00"),
        ("OMZET", "11,00"),
    ]
