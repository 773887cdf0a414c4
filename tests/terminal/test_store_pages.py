"""Pages of a snapshot, cut off at each of their transactions: the old one stays in force, and going on mends it."""

import sqlite3
from contextlib import contextmanager

import pytest

from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from contracts.wire.units import Address
from terminal.store import snapshot
from tests.terminal.till import PROGRAMME, Till, budget

OLD = dict.fromkeys(range(1, 41), 1)
FIRST, SECOND = dict.fromkeys(range(1, 16), 2), dict.fromkeys(range(10, 21), 3) | {99: 3}


def rows(left):
    return [(Address(number.to_bytes(20)), budget(cents)) for number, cents in left.items()]


def told(store):
    numbers = [*range(1, 41), 99]
    found = {number: store.budgets_of(Address(number.to_bytes(20))) for number in numbers}
    return {number: budgets[0].left for number, budgets in found.items() if budgets}


class Cut(Exception):
    pass


@contextmanager
def cut_at(monkeypatch, number):
    """The process ends before its transaction of this number, from 0; whether it came so far."""
    seen = [0]
    whole = snapshot._Writer._transaction

    @contextmanager
    def counted(writer):
        if seen[0] == number:
            raise Cut
        seen[0] += 1
        with whole(writer):
            yield

    with monkeypatch.context() as patch:
        patch.setattr(snapshot._Writer, "_transaction", counted)
        yield


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("merge_max", [1_000, 0])
def test_f03_cut_off_anywhere_the_old_one_counts_and_the_next_try_makes_it_whole(till, monkeypatch, full, merge_max):
    monkeypatch.setattr(snapshot, "CHUNK", 4)
    monkeypatch.setattr(snapshot, "MERGE_MAX", merge_max)
    after = ({} if full else OLD) | FIRST | SECOND
    cuts = 0
    while True:
        store = till.store()
        store.replace_snapshot("a", 1, 0, (PROGRAMME,), rows(OLD))
        done = False
        try:
            with cut_at(monkeypatch, cuts):
                store.take_page("b", 2, 0, (PROGRAMME,), rows(FIRST), full=full, more=True)
                store.take_page("c", 3, 0, (PROGRAMME,), rows(SECOND), full=False, more=False)
            done = True
        except Cut:
            cuts += 1
        store.close()
        store = till.store()
        if store.snapshot_version() == "c":
            assert told(store) == after, cuts
        else:
            assert (store.snapshot_version(), told(store)) == ("a", OLD), cuts
            if store.coming() is None:
                store.take_page("b", 2, 0, (PROGRAMME,), rows(FIRST), full=full, more=True)
            store.take_page("c", 3, 0, (PROGRAMME,), rows(SECOND), full=False, more=False)
            assert told(store) == after, cuts
        assert store.coming() is None
        store.take_page("d", 4, 0, (PROGRAMME,), rows({1: 9}), full=False, more=False)
        assert told(store) == after | {1: 9}
        kept = store._database.execute("SELECT count(*) FROM budgets").fetchone()
        assert kept == (len(after),), "nothing is left behind"
        store.close()
        if done:
            break
    assert cuts > 10


def test_what_has_come_can_be_dropped(till):
    with till.store() as store:
        store.replace_snapshot("a", 1, 0, (PROGRAMME,), rows(OLD))
        store.take_page("b", 2, 0, (PROGRAMME,), rows(FIRST), full=False, more=True)
        store.forget_pages()
        assert (store.coming(), store.snapshot_version(), told(store)) == (None, "a", OLD)


def test_too_many_budgets_are_refused(till, monkeypatch):
    monkeypatch.setattr(snapshot, "BUDGETS_MAX", 20)
    with till.store() as store:
        store.take_page("a", 1, 0, (PROGRAMME,), rows(FIRST), full=True, more=True)
        with pytest.raises(ValueError, match="at most 20"):
            store.take_page("b", 1, 0, (PROGRAMME,), rows(OLD), full=False, more=True)
        assert store.programmes() == ()


@pytest.mark.parametrize("merge_max", [1_000, 0])
def test_f38_what_is_added_little_by_little_has_an_end_too(till, monkeypatch, merge_max):
    monkeypatch.setattr(snapshot, "BUDGETS_MAX", len(OLD) + 1)
    monkeypatch.setattr(snapshot, "MERGE_MAX", merge_max)
    with till.store() as store:
        store.replace_snapshot("a", 1, 0, (PROGRAMME,), rows(OLD))
        store.take_page("b", 2, 0, (PROGRAMME,), rows(SECOND), full=False, more=False)
        with pytest.raises(ValueError, match="at most 41"):
            store.take_page("c", 3, 0, (PROGRAMME,), rows({1: 8, 100: 8}), full=False, more=False)
        assert (store.snapshot_version(), told(store)) == ("b", OLD | SECOND)
        store.take_page("d", 4, 0, (PROGRAMME,), rows({1: 9}), full=False, more=False)
        assert told(store) == OLD | SECOND | {1: 9}


def test_f18_a_full_disk_leaves_the_old_one_in_force(till, monkeypatch):
    def full(*_, **__):
        raise sqlite3.OperationalError("database or disk is full")

    with till.store() as store:
        store.replace_snapshot("a", 1, 0, (PROGRAMME,), rows(OLD))
        monkeypatch.setattr(snapshot._Writer, "write", full)
        with pytest.raises(Refused) as refused:
            store.take_page("b", 2, 0, (PROGRAMME,), rows(FIRST), full=False, more=False)
        assert refused.value.reason is Reason.STORAGE_FAULT
        assert (store.snapshot_version(), told(store)) == ("a", OLD)
