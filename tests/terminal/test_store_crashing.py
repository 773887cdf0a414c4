"""Killed, cut off and out of room at every point of the approve path: what was reported is there, and nothing half."""

import itertools
import os
import random
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import deque
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contracts.wire.entry import Ask
from contracts.wire.errors import Broken, Refused
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Hash, Timestamp
from terminal.core.effects import AskEnd
from terminal.core.facts import Checkpoint, GivenBack, Outcome, Slice
from terminal.signer import PassSigner, sign_entry
from terminal.store.checking import require_sound
from tests.terminal.books import (
    TIME,
    ask,
    at_each_line,
    commit_ask,
    commit_refund,
    dies_at,
    give_back,
    in_child,
    lines_of,
    next_line,
    sell,
)
from tests.terminal.till import PROGRAMME, Till, budget, pass_address

WAL = "journal.sqlite-wal"


@pytest.fixture
def memory(tmp_path):
    """A folder in memory where there is one: a killed process does not care, and hundreds of flushes cost nothing."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(dir="/dev/shm", prefix="kindpakket-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def till(memory):
    return Till(memory / "till")


def sales(till, count, report):
    """So many sales by a daemon that opens the journal itself; each is reported when it may be shown as approved."""
    with till.store() as store:
        signer = till.signer()
        for number in range(count):
            report(sell(store, signer, number=1 + number, amount=100 + number).sequence)


def sell_until_refused(store, signer):
    """How many sales went through before the disk was full."""
    sold = itertools.count()
    with pytest.raises(Refused) as refused:
        deque((sell(store, signer, amount=100 + number) for number in sold), maxlen=0)
    assert refused.value.reason is Reason.STORAGE_FAULT
    assert store.sequence == next(sold) - 1
    return store.sequence


def require_intact(till, reported):
    """All that was reported is there, and of what was not at most the one entry that was being stored."""
    with till.store() as store:
        assert reported <= store.sequence <= reported + 1
        require_sound(store)
        contents = [booking.content for booking in store.bookings()]
        assert [content.amount for content in contents] == [100 + n for n in range(store.sequence)]
        facts = store.facts()
        noted = sorted([*facts.entries, *facts.refunds], key=lambda entry: entry.sequence)
        assert [(entry.sequence, entry.amount) for entry in noted] == [
            (number, content.amount) for number, content in enumerate(contents, start=1)
        ]
        asks = [number for number, content in enumerate(contents, start=1) if isinstance(content, Ask)]
        assert [entry.sequence for entry in facts.open_asks] == asks
        sell(store, till.signer())
        return store.sequence - 1


MAKES = {
    "payment": partial(sell, number=2, amount=101),
    "ask": partial(ask, number=2, amount=101),
    "refund": partial(give_back, sale=1, number=1, amount=101),
}


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_f04_killed_before_each_line_of_the_approve_path(till, memory, make):
    """The second of two entries dies before the n-th line that signing and storing run through, for each n."""
    with till.store() as store:
        signer = till.signer()
        sell(store, signer)
        points = lines_of(lambda: make(store, signer))
    assert points >= 50
    stored = set()
    for point in range(1, points + 1):
        victim = Till(memory / f"victim-{point}")
        reader, writer = os.pipe()

        def die(victim=victim, writer=writer, point=point):
            with victim.store() as store:
                signer = victim.signer()
                sell(store, signer, number=1, amount=100)
                os.write(writer, b"\1")
                dies_at(point, lambda: os.write(writer, bytes([make(store, signer).sequence])))()

        assert in_child(die) == -signal.SIGKILL
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            reported = max(pipe.read())
        stored.add((reported, require_intact(victim, reported)))
        shutil.rmtree(victim.folder)
    assert stored == {(1, 1), (1, 2)}, "no kill fell before the commit, or none between the commit and its report"


@pytest.mark.parametrize("seed", range(12))
def test_f04_killed_at_any_moment(till, seed):
    """SIGKILL from outside, also in the midst of SQLite's own work."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        sales(till, 10_000, lambda sequence: os.write(writer, sequence.to_bytes(4)))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        first = pipe.read(4)
        time.sleep(random.Random(seed).random() / 20)  # the moment itself is what is tried
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        reported = (first + pipe.read())[-4:]
    require_intact(till, int.from_bytes(reported))


def test_f03_the_plug_is_pulled_at_each_line(till, memory):
    """What is not yet flushed may be gone, in part, when the power comes back: any length of the log's new end."""
    copies = memory / "copies"
    dice = random.Random(3)
    with till.store() as store:
        signer = till.signer()
        sell(store, signer, amount=100)
        flushed = (till.folder / WAL).stat().st_size

        def cut(point):
            size = (till.folder / WAL).stat().st_size
            for length in {size, dice.randint(flushed, size)}:
                folder = copies / f"{point}-{length}"
                folder.mkdir(parents=True)
                for name in ("journal.sqlite", WAL, "key"):
                    shutil.copy(till.folder / name, folder / name)
                os.truncate(folder / WAL, length)

        sys.settrace(at_each_line(cut))
        sell(store, signer, amount=101)
        sys.settrace(None)
    cuts = sorted(copies.iterdir())
    assert len(cuts) >= 50
    seen = set()
    for folder in cuts:
        victim = object.__new__(Till)
        victim.folder, victim.domain, victim.address = folder, till.domain, till.address
        seen.add(require_intact(victim, 1))
    assert seen == {1, 2}


class Failing:
    """A connection of which one statement fails, as a disk makes it fail."""

    def __init__(self, database, statement, code, *, happens=False, again=False):
        self._database, self._statement, self._code = database, statement, code
        self._happens, self._again, self._armed = happens, again, True

    def __getattr__(self, name):
        return getattr(self._database, name)

    def execute(self, sql, *values):
        if self._armed and sql.startswith(self._statement):
            self._armed = self._again
            if self._happens:
                self._database.execute(sql, *values)
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = self._code
            raise error
        return self._database.execute(sql, *values)


class TestF18TheDiskSaysNo:
    @pytest.mark.parametrize("statement", ["BEGIN", "INSERT INTO entries", "INSERT INTO payments", "COMMIT"])
    @pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC])
    def test_f18_an_entry_that_is_refused_is_certainly_not_stored(self, till, statement, code):
        with till.store() as store:
            signer = till.signer()
            first = sell(store, signer, amount=100)
            line, wanted = next_line(store, signer, amount=999)
            database = store._database
            store._database = Failing(database, statement, code)
            with pytest.raises(Refused) as refused:
                store.append(line, wanted)
            assert refused.value.reason is Reason.STORAGE_FAULT
            assert not database.in_transaction
            store._database = database
            assert tuple(store.lines()) == (first,)
            sell(store, signer, amount=101)
        require_intact(till, 2)

    def test_f18_after_a_failed_flush_the_place_in_the_log_is_written_over(self, till, tmp_path):
        """The frames of a commit whose flush failed may all reach the disk, and would count after a crash."""
        with till.store() as store:
            line, wanted = next_line(store, till.signer(), amount=999)
            store._database = Failing(store._database, "COMMIT", sqlite3.SQLITE_IOERR_FSYNC)
            with pytest.raises(Refused):
                store.append(line, wanted)
            store._database = store._database._database
            assert store._database.execute("SELECT faults FROM progress").fetchone() == (1,)

    def test_f18_when_nobody_can_know_the_daemon_must_stop(self, till):
        with till.store() as store:
            line, wanted = next_line(store, till.signer(), amount=100)
            database = store._database
            store._database = Failing(database, "COMMIT", sqlite3.SQLITE_IOERR_FSYNC, again=True)
            with pytest.raises(Broken, match="known at the next start"):
                store.append(line, wanted)
            store._database = database
        require_intact(till, 0)

    def test_f02_an_error_after_the_commit_is_no_refusal(self, till):
        with till.store() as store:
            line, wanted = next_line(store, till.signer(), amount=100)
            database = store._database
            store._database = Failing(database, "COMMIT", sqlite3.SQLITE_IOERR, happens=True)
            store.append(line, wanted)
            store._database = database
        require_intact(till, 1)

    def test_f17_damage_found_while_selling_stops_the_daemon(self, till):
        with till.store() as store:
            line, wanted = next_line(store, till.signer())
            database = store._database
            store._database = Failing(database, "INSERT", sqlite3.SQLITE_CORRUPT)
            with pytest.raises(Broken, match="damaged"):
                store.append(line, wanted)
            store._database = database

    def test_f18_sqlite_finds_the_disk_full(self, till):
        """A real SQLITE_FULL: SQLite may use no page more than it has."""
        with till.store() as store:
            signer = till.signer()
            pages = store._database.execute("PRAGMA page_count").fetchone()[0]
            store._database.execute(f"PRAGMA max_page_count = {pages}")
            sold = sell_until_refused(store, signer)
            store._database.execute("PRAGMA max_page_count = 1000000")
            sell(store, signer, amount=100 + sold)
        require_intact(till, sold + 1)

    def test_f18_the_system_takes_no_byte_more(self, till):
        """A real failing write: the process may not make files longer, as on a full disk."""

        def full():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            with till.store() as store:
                signer = till.signer()
                resource.setrlimit(resource.RLIMIT_FSIZE, ((till.folder / WAL).stat().st_size + 20_000, hard))
                sold = sell_until_refused(store, signer)
                assert sold > 0
                resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
                sell(store, signer, amount=100 + sold)

        assert in_child(full) == 0
        with till.store() as store:
            require_sound(store)
            count = store.sequence
        require_intact(till, count)

    def test_f18_a_disk_that_is_full_at_the_start(self, till):
        def full():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
            with pytest.raises(Broken, match="free space"):
                till.store()

        assert in_child(full) == 0
        require_intact(till, 0)


class Crashing(RuleBasedStateMachine):
    """The store against a model that remembers what was reported, with kills at every line in between."""

    folder = Path()
    """Set by the test."""
    runs = 0

    @initialize()
    def open_empty(self):
        Crashing.runs += 1
        self.till = Till(Crashing.folder / str(Crashing.runs))
        self.signer = self.till.signer()
        self.store = self.till.store()
        self.lines = []
        self.facts = {}
        self.asks = set()
        self.ends = {}
        self.forwarded = 0
        self.reasons = {}
        self.checkpoint = None
        self.budgets = {}
        self.bound = 0

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.till.folder)

    def remember(self, line, wanted):
        self.lines.append(line)
        self.facts[line.sequence] = wanted.entry()
        self.bound = max(self.bound, wanted.bound)

    @rule(number=st.integers(1, 9), amount=st.integers(1, 2**32 - 1), late=st.integers(0, 1000))
    def sell(self, number, amount, late):
        line, wanted = next_line(self.store, self.signer, number=number, amount=amount, time=TIME + late)
        self.store.append(line, wanted)
        self.remember(line, wanted)

    @rule(number=st.integers(1, 9), amount=st.integers(1, 2**32 - 1))
    def ask(self, number, amount):
        passes = PassSigner()
        wanted = commit_ask(self.store.sequence + 1, passes, number=number, amount=amount)
        self.append(wanted, passes)
        self.asks.add(wanted.sequence)

    @precondition(lambda self: self.asks)
    @rule(data=st.data(), how=st.sampled_from(AskEnd))
    def end_an_ask(self, data, how):
        sequence = data.draw(st.sampled_from(sorted(self.asks)))
        self.store.resolve(sequence, how)
        self.ends[sequence] = how

    @precondition(lambda self: self.lines)
    @rule(data=st.data(), number=st.integers(1, 9), amount=st.integers(1, 2**32 - 1))
    def give_back(self, data, number, amount):
        sale = data.draw(st.integers(1, len(self.lines)))
        wanted = commit_refund(self.store.sequence + 1, sale, self.store.terminal, number=number, amount=amount)
        self.append(wanted, PassSigner())

    def append(self, wanted, passes):
        line = sign_entry(self.signer, passes, self.store.head, wanted)
        self.store.append(line, wanted)
        self.remember(line, wanted)

    @rule(point=st.integers(1, 60), amount=st.integers(1, 10_000))
    def die_selling(self, point, amount):
        """The daemon is killed before a line of storing the next entry, or just after it."""
        line, wanted = next_line(self.store, self.signer, amount=amount)
        self.store.close()
        reader, writer = os.pipe()

        def die():
            store = self.till.store()

            def append():
                store.append(line, wanted)
                os.write(writer, b"!")

            dies_at(point, append)()
            os.kill(os.getpid(), signal.SIGKILL)

        assert in_child(die) == -signal.SIGKILL
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            reported = pipe.read() == b"!"
        self.store = self.till.store()
        stored = self.store.sequence > len(self.lines)
        assert stored or not reported
        if stored:
            self.remember(line, wanted)

    @rule()
    def restart(self):
        self.store.close()
        self.store = self.till.store()

    @rule()
    def fill_the_disk(self):
        line, wanted = next_line(self.store, self.signer)
        database = self.store._database
        vars(self.store)["_database"] = Failing(database, "COMMIT", sqlite3.SQLITE_FULL)
        with pytest.raises(Refused):
            self.store.append(line, wanted)
        self.store._database = database

    @rule(data=st.data())
    def acknowledge(self, data):
        sequence = data.draw(st.integers(0, len(self.lines) + 2))
        head = data.draw(st.sampled_from([self.store.head_at(sequence) or Hash(bytes(32)), Hash(b"\1" * 32)]))
        ours = sequence <= len(self.lines) and head == self.store.head_at(sequence)
        assert self.store.acknowledge(sequence, head) is ours
        self.forwarded = sequence if ours else self.forwarded

    @precondition(lambda self: self.lines)
    @rule(data=st.data(), reason=st.sampled_from([Reason.PAID, Reason.BUDGET_SHORT, Reason.SLICE_SHORT]))
    def hear_an_outcome(self, data, reason):
        sequence = data.draw(st.integers(1, len(self.lines)))
        self.store.record_outcomes([Outcome(sequence, reason)])
        self.reasons[sequence] = reason

    @rule(data=st.data(), amount=st.integers(0, 2**32 - 1))
    def read_a_checkpoint(self, data, amount):
        settled = data.draw(st.integers(0, len(self.lines)))
        self.checkpoint = Checkpoint(
            len(self.lines), Timestamp(TIME + amount % 99), 1, settled, (Slice(1, Cents(amount)),)
        )
        self.store.save_checkpoint(self.checkpoint)
        self.bound = max(self.bound, self.checkpoint.time)

    @rule(budgets=st.dictionaries(st.integers(1, 9), st.integers(0, 2**32 - 1)))
    def take_a_snapshot(self, budgets):
        self.budgets = budgets
        rows = [(pass_address(n), budget(left)) for n, left in budgets.items()]
        self.store.replace_snapshot("v", 1, len(self.lines), (PROGRAMME,), rows)

    @invariant()
    def all_that_was_reported_is_there(self):
        assert tuple(self.store.lines()) == tuple(self.lines)
        require_sound(self.store)
        assert self.store.forwarded == self.forwarded
        assert self.store.outcomes() == tuple(Outcome(*known) for known in sorted(self.reasons.items()))
        assert self.store.checkpoint() == self.checkpoint

    @invariant()
    def limits_are_those_of_the_open_entries(self):
        facts, confirmed = self.store.facts(), self.checkpoint.sequence if self.checkpoint else 0
        open_entries = {entry.sequence: entry for entry in facts.entries}
        settled = min(confirmed, self.store.snapshot_sequence())
        refunds = {n: note for n, note in self.facts.items() if isinstance(note, GivenBack)}
        takes = self.facts.keys() - refunds.keys() - {n for n, how in self.ends.items() if how is AskEnd.REFUSED}
        assert all(open_entries.get(n) == self.facts[n] for n in takes if n > settled)
        assert all(self.facts[n] == entry and n in takes for n, entry in open_entries.items())
        assert facts.refunds == tuple(note for n, note in sorted(refunds.items()) if n > confirmed)
        assert self.store.bound() >= self.bound or not self.lines

    @invariant()
    def asks_stand_as_they_were_noted(self):
        facts = self.store.facts()
        assert [entry.sequence for entry in facts.open_asks] == sorted(self.asks - self.ends.keys())
        given = {note.sale_sequence for note in self.facts.values() if isinstance(note, GivenBack)}
        paid = {n for n, how in self.ends.items() if how is AskEnd.PAID}
        assert [entry.sequence for entry in facts.paid_asks] == sorted(paid - given)

    @invariant()
    def budgets_are_those_of_the_last_snapshot(self):
        for number in range(1, 10):
            left = [budget.left for budget in self.store.budgets_of(pass_address(number))]
            assert left == ([self.budgets[number]] if number in self.budgets else [])


def test_f04_the_store_keeps_its_word_whatever_happens(memory):
    Crashing.folder = memory

    run_state_machine_as_test(Crashing, settings=settings(max_examples=40, stateful_step_count=25, deadline=None))
