"""What the store keeps, what it refuses, and that nothing but the end of the journal ever changes."""

import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import replace

import pytest

from contracts.wire import journal
from contracts.wire.entry import Ask, Payment
from contracts.wire.errors import Broken, Refused
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Hash, Timestamp
from terminal.core.facts import Budget, Checkpoint, JournalFacts, OpenEntry, Outcome, Programme, Slice
from terminal.core.line import Line
from terminal.store import Reader, Store, schema
from tests.terminal.books import TIME, next_line, sell
from tests.terminal.till import DOMAIN, PROGRAMME, Till, budget, pass_address


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


@pytest.fixture
def store(till):
    with till.store() as opened:
        yield opened


@pytest.fixture
def signer(till):
    return till.signer()


def test_an_empty_journal_begins_at_its_genesis(store, till):
    assert (store.sequence, store.head) == (0, journal.genesis(DOMAIN, till.address))
    assert store.facts() == JournalFacts(0, 0, (), till.address)
    assert store.segment_after(0) is None


def test_what_was_appended_is_there_after_a_restart(till, signer):
    with till.store() as store:
        lines = [sell(store, signer, number=n, amount=100 + n) for n in (1, 2, 3)]
    with till.store() as store:
        assert tuple(store.lines()) == tuple(lines)
        assert [store.head_at(n) for n in (1, 2, 3, 4)] == [line.head for line in lines] + [None]
        assert (store.sequence, store.head) == (3, lines[-1].head)


def test_commits_are_flushed_before_they_return(store):
    assert schema.pragma(store._database, "synchronous") == 2
    assert schema.pragma(store._database, "journal_mode") == "wal"
    assert schema.pragma(store._database, "foreign_keys") == 1


def test_a_connection_that_does_not_flush_is_refused(till):
    class Careless(sqlite3.Connection):
        def execute(self, sql, *values):
            return super().execute(sql.replace("= FULL", "= NORMAL"), *values)

    with (
        closing(sqlite3.connect(till.journal, factory=Careless)) as database,
        pytest.raises(Broken, match="synchronous"),
    ):
        schema.make_durable(database)


def test_a_line_that_does_not_follow_is_not_stored(store, signer):
    first = sell(store, signer)
    line, wanted = next_line(store, signer)
    again = Line(1, first.entry, first.head, first.signature)
    elsewhere = Line(2, line.entry, Hash(bytes(32)), line.signature)
    for wrong, asked in ((again, replace(wanted, sequence=1)), (elsewhere, wanted)):
        with pytest.raises(Broken, match="does not follow"):
            store.append(wrong, asked)
    assert tuple(store.lines()) == (first,)
    store.append(line, wanted)


@pytest.mark.parametrize(
    "change",
    [
        {"content": Payment(1, Cents(1), TIME)},
        {"content": Payment(2, Cents(12_50), TIME)},
        {"content": Ask(1, Cents(12_50), TIME, TIME)},
        {"sequence": 2},
    ],
)
def test_limits_are_told_what_the_entry_says_and_nothing_else(store, signer, change):
    line, wanted = next_line(store, signer)
    with pytest.raises(Broken, match="something else"):
        store.append(line, replace(wanted, **change))
    assert store.sequence == 0


def test_an_entry_that_nobody_understands_is_not_stored(store, signer):
    line, wanted = next_line(store, signer)
    with pytest.raises(Broken, match="something else"):
        store.append(Line(1, b"\x02\x09\x00", line.head, line.signature), wanted)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entries SET head = zeroblob(32)",
        "DELETE FROM entries WHERE sequence = 2",
        "INSERT OR REPLACE INTO entries SELECT 1, entry, head, signature FROM entries WHERE sequence = 2",
        "INSERT INTO entries SELECT 4, entry, head, signature FROM entries WHERE sequence = 2",
        "UPDATE payments SET amount = 1",
        "DELETE FROM payments",
        "INSERT OR REPLACE INTO payments SELECT * FROM payments WHERE sequence = 1",
        "UPDATE identity SET chain_id = 5",
        "DELETE FROM identity",
    ],
)
def test_nothing_in_the_journal_can_be_changed_or_taken_out(store, signer, sql):
    lines = [sell(store, signer) for _ in range(2)]
    with pytest.raises(sqlite3.IntegrityError):
        store._database.execute(sql)
    assert tuple(store.lines()) == tuple(lines)


def test_a_segment_is_signed_and_chains_up(store, signer):
    lines = [sell(store, signer, number=n) for n in range(1, 6)]
    segment = store.segment_after(1, limit=3)
    assert segment.first == 2
    assert segment.entries == tuple(line.entry for line in lines[1:4])
    assert segment.previous_head == lines[0].head
    assert segment.is_signed(DOMAIN)
    assert store.segment_after(5) is None
    assert store.segment_after(77) is None
    assert store.segment_after(0).last == 5


class TestAcknowledging:
    def test_f07_only_our_sequence_with_our_head_counts(self, store, signer):
        first, second = sell(store, signer), sell(store, signer)
        assert store.forwarded == 0
        assert not store.acknowledge(2, first.head)
        assert not store.acknowledge(1, Hash(bytes(32)))
        assert store.forwarded == 0
        assert store.acknowledge(2, second.head)
        assert store.forwarded == 2

    def test_f16_a_head_of_a_fork_is_not_ours(self, till, signer, tmp_path):
        """The card was put back from an old copy: both journals have an entry 2, and they differ."""
        with till.store() as store:
            sell(store, signer)
        copy = tmp_path / "copy.sqlite"
        copy.write_bytes(till.journal.read_bytes())
        with till.store() as lost, Store.open(copy, DOMAIN, till.address, volatile_ok=True) as restored:
            forked = sell(lost, signer, amount=2_00)
            sell(restored, signer, amount=3_00)
            assert not restored.acknowledge(2, forked.head)
            assert restored.head_at(2) != forked.head
            assert restored.forwarded == 0

    def test_more_than_there_is_does_not_count(self, store, signer):
        line = sell(store, signer)
        assert not store.acknowledge(2, line.head)
        assert not store.acknowledge(-1, line.head)
        assert not store.acknowledge(2**70, line.head)
        assert store.segment_after(2**70) is None

    def test_a_gateway_that_lost_its_store_takes_the_mark_back(self, store, signer):
        line = sell(store, signer)
        assert store.acknowledge(1, line.head)
        assert store.acknowledge(0, journal.genesis(DOMAIN, store.terminal))
        assert store.forwarded == 0


class TestOutcomes:
    def test_the_newest_word_counts(self, store, signer):
        for _ in range(3):
            sell(store, signer)
        store.record_outcomes([Outcome(1, Reason.PAID), Outcome(2, Reason.BUDGET_SHORT)])
        store.record_outcomes([Outcome(2, Reason.PROGRAMME_PAUSED)])
        assert store.outcomes() == (Outcome(1, Reason.PAID), Outcome(2, Reason.PROGRAMME_PAUSED))
        assert store.outcomes(after=1) == (Outcome(2, Reason.PROGRAMME_PAUSED),)

    @pytest.mark.parametrize("wrong", [Outcome(2, Reason.PAID), Outcome(0, Reason.PAID), Outcome(1, Reason.FORK)])
    def test_one_that_cannot_be_spoils_all(self, store, signer, wrong):
        sell(store, signer)
        with pytest.raises(ValueError):
            store.record_outcomes([Outcome(1, Reason.PAID), wrong])
        assert store.outcomes() == ()


class TestFacts:
    def test_f03_limits_after_a_restart_are_those_of_the_open_entries(self, till, signer):
        with till.store() as store:
            for number in range(1, 8):
                sell(store, signer, number=number, amount=number * 100, time=TIME + 1000 * number)
            store.save_checkpoint(Checkpoint(9, TIME, 1, 4, (Slice(1, Cents(5)),)))
            store.replace_snapshot("a", 9, 3, (PROGRAMME,), [])
        with till.store() as store:
            facts = store.facts()
        assert [entry.sequence for entry in facts.entries] == [4, 5, 6, 7]
        at = Timestamp(TIME + 4000)
        assert facts.entries[0] == OpenEntry(4, pass_address(4), 1, Cents(400), at, at)
        assert facts.sequence == 7

    def test_payments_of_the_last_minutes_are_among_them(self, store, signer):
        for number, ago in ((1, 301), (2, 300), (3, 0)):
            sell(store, signer, number=number, time=TIME - ago)
        store.save_checkpoint(Checkpoint(9, TIME, 1, 3, ()))
        store.replace_snapshot("a", 9, 3, (), [])
        assert [entry.sequence for entry in store.facts().entries] == [2, 3]

    def test_the_newest_come_with_their_outcomes(self, store, signer):
        for number in range(1, 8):
            sell(store, signer, number=number)
        store.record_outcomes([Outcome(2, Reason.PAID), Outcome(3, Reason.PAID)])
        facts = store.facts()
        assert [entry.sequence for entry in facts.recent] == [7, 6, 5, 4, 3]
        assert facts.outcomes == (Outcome(3, Reason.PAID),)


class TestNotes:
    def test_f19_the_bound_never_goes_back(self, till, signer):
        with till.store() as store:
            assert store.bound() == 0
            store.save_bound(TIME)
            store.save_bound(Timestamp(TIME - 5))
            assert store.bound() == TIME
            store.save_checkpoint(Checkpoint(1, Timestamp(TIME + 1), 1, 0, ()))
            assert store.bound() == TIME + 1
            sell(store, signer, time=TIME + 2)
        with till.store() as store:
            assert store.bound() == TIME + 2

    def test_the_schedule_outlives_a_restart(self, till):
        with till.store() as store:
            assert store.schedule() == (0, 0)
            store.save_schedule(7, TIME)
        with till.store() as store:
            assert store.schedule() == (7, TIME)

    def test_f06_what_needs_attention_outlives_a_restart_and_drops_no_entry(self, till, signer):
        with till.store() as store:
            line = sell(store, signer)
            assert store.attention() is None
            store.save_attention(Reason.REQUEST_FORM, "x" * 10_000)
        with till.store() as store:
            assert store.attention() == (Reason.REQUEST_FORM, "x" * 500)
            assert store.segment_after(0).entries == (line.entry,)
            store.clear_attention()
            assert store.attention() is None

    def test_the_checkpoint_outlives_a_restart(self, till):
        seen = Checkpoint(5, TIME, 3, 0, (Slice(1, Cents(250_00)), Slice(4, Cents(0))))
        with till.store() as store:
            assert store.checkpoint() is None
            store.save_checkpoint(Checkpoint(4, TIME, 3, 0, (Slice(9, Cents(1)),)))
            store.save_checkpoint(seen)
        with till.store() as store:
            assert store.checkpoint() == seen


class TestSnapshot:
    def test_it_replaces_all_of_the_one_before(self, till):
        other = Programme(2, "Zwemmen", TIME, Timestamp(TIME + 9), Cents(1), Cents(2), 60, paused=True, admitted=False)
        with till.store() as store:
            assert (store.snapshot_version(), store.snapshot_sequence(), store.programmes()) == (None, 0, ())
            one = budget(5)
            store.replace_snapshot("a", 1, 0, (PROGRAMME,), [(pass_address(1), one), (pass_address(2), one)])
            spent = Budget(2, Cents(8), blocked=False, today=Cents(3), day=20_000, counter=2**32 - 1, window=2**64 - 1)
            both = (budget(7, blocked=True), spent)
            store.replace_snapshot("b", 2, 0, (PROGRAMME, other), [(pass_address(1), one) for one in both])
        with till.store() as store:
            assert (store.snapshot_version(), store.programmes()) == ("b", (PROGRAMME, other))
            assert store.budgets_of(pass_address(1)) == both
            assert store.budgets_of(pass_address(2)) == ()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"version": ""},
            {"version": "v" * 129},
            {"block": -1},
            {"sequence": 2**32},
            {"programmes": (PROGRAMME,) * 257},
            {"budgets": [(pass_address(1), budget(-1))]},
            {"budgets": [(Address(b"short"), budget(1))]},
            {"budgets": [(pass_address(1), budget(1, 2**32))]},
            {"budgets": [(pass_address(1), budget(1, counter=2**32))]},
            {"budgets": [(pass_address(1), budget(1, window=2**64))]},
        ],
    )
    def test_out_of_bounds_leaves_the_old_one_in_force(self, store, wrong):
        kept = budget(5)
        store.replace_snapshot("a", 1, 0, (PROGRAMME,), [(pass_address(1), kept)])
        new = {"version": "b", "block": 2, "sequence": 0, "programmes": (), "budgets": []}
        with pytest.raises(ValueError):
            store.replace_snapshot(**new | wrong)
        assert (store.snapshot_version(), store.budgets_of(pass_address(1))) == ("a", (kept,))

    def test_one_that_fails_half_way_leaves_nothing_behind(self, store):
        def budgets():
            for number in range(2000):
                yield Address(number.to_bytes(20)), budget(1)
            raise ConnectionError

        with pytest.raises(ConnectionError):
            store.replace_snapshot("a", 1, 0, (), budgets())
        assert store.snapshot_version() is None
        store.replace_snapshot("b", 1, 0, (), [])
        assert store._database.execute("SELECT count(*) FROM budgets").fetchone() == (0,)

    async def test_sales_go_on_while_a_hundred_thousand_budgets_come_in(self, store, signer):
        count = 100_000

        def budgets(left):
            return ((Address(n.to_bytes(20)), budget(left)) for n in range(count))

        store.replace_snapshot("a", 1, 0, (PROGRAMME,), budgets(1))
        replacing = asyncio.create_task(asyncio.to_thread(store.replace_snapshot, "b", 1, 0, (PROGRAMME,), budgets(2)))
        waits, whole = [], time.perf_counter()
        while not replacing.done():
            seen = {store.budgets_of(Address(n.to_bytes(20)))[0].left for n in (0, count // 2, count - 1)}
            assert len(seen) == 1 or store.snapshot_version() == "b"
            begun = time.perf_counter()
            sell(store, signer)
            waits.append(time.perf_counter() - begun)
            await asyncio.sleep(0.01)
        await replacing
        whole = time.perf_counter() - whole
        assert len(waits) > 5
        assert max(waits) < max(1, whole / 4), f"an approval took {max(waits)} s of {whole}"
        assert store.budgets_of(Address((count - 1).to_bytes(20)))[0].left == 2
        begun = time.perf_counter()
        for number in range(1000):
            store.budgets_of(Address(number.to_bytes(20)))
        assert time.perf_counter() - begun < 4  # a scan of so many rows takes more than 4 ms each


class TestReader:
    def test_it_reads_beside_the_daemon(self, store, signer, till):
        line = sell(store, signer)
        with Reader.open(till.journal) as reader:
            assert (reader.domain, reader.terminal, reader.head) == (DOMAIN, till.address, line.head)
            second = sell(store, signer)
            assert reader.head == second.head

    def test_it_cannot_write(self, store, till):
        with Reader.open(till.journal) as reader, pytest.raises(sqlite3.OperationalError):
            reader._database.execute("UPDATE progress SET bound = 1")

    def test_it_does_not_stop_the_daemon(self, store, signer, till):
        with Reader.open(till.journal) as reader:
            sell(store, signer)
            lines = reader.lines()
            first = next(lines)
            sell(store, signer)
            assert [first, *lines] == [store_line for store_line in store.lines() if store_line.sequence == 1]
        assert store.sequence == 2


def test_a_write_that_waits_for_another_is_refused_in_the_end(store, signer, till, monkeypatch):
    store._database.execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(till.journal, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        line, wanted = next_line(store, signer)
        with pytest.raises(Refused) as refused:
            store.append(line, wanted)
        assert refused.value.reason is Reason.STORAGE_FAULT
        with pytest.raises(Refused):
            store.save_bound(TIME)
        other.execute("ROLLBACK")
    store.append(line, wanted)
