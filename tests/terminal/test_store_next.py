"""A journal that a newer program has written: the one before goes on with it, if it may, and nothing is lost.

The next version is made up: a table for notes, which its program fills by a trigger.
"""

import sqlite3
from contextlib import closing, contextmanager

import pytest

from contracts.wire.errors import Broken
from contracts.wire.units import Cents, Timestamp
from terminal.core.facts import NEVER, Order
from terminal.store import Reader, migrations, schema
from terminal.store.checking import require_sound
from tests.terminal.books import sell
from tests.terminal.test_store_opening import refusal
from tests.terminal.till import Till, pass_address

KNOWN = len(migrations.MIGRATIONS)
BICYCLE = Order(1, Cents(89_00), Timestamp(2**39), "fiets")
NEXT = """
CREATE TABLE notes (sequence INTEGER PRIMARY KEY REFERENCES entries (sequence), note TEXT NOT NULL) STRICT;
CREATE INDEX notes_by_note ON notes (note);
CREATE TRIGGER noted AFTER INSERT ON entries BEGIN INSERT INTO notes VALUES (NEW.sequence, 'new'); END;
"""


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


@contextmanager
def program(*steps, back=1):
    """The program whose journals have these steps more; each can be read by so many versions before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, *steps))
        versions = range(KNOWN + 1, KNOWN + len(steps) + 1)
        patch.setattr(migrations, "READABLE_FROM", {version: version - back for version in versions})
        yield


def sold(till):
    """One more sale, by the program that is there now."""
    with till.store() as store:
        sell(store, till.signer(), amount=1_00 + store.sequence)
        return store.sequence


def version(till):
    with closing(sqlite3.connect(till.journal)) as database:
        return schema.pragma(database, "user_version")


def amounts(till):
    with Reader.open(till.journal) as reader:
        require_sound(reader)
        return [sale.amount for sale in reader.sales(1)]


def test_f33_there_and_back_again_nothing_that_was_sold_is_lost(till):
    sold(till)
    with program(NEXT):
        assert (sold(till), version(till)) == (2, KNOWN + 1)
    assert (sold(till), version(till)) == (3, KNOWN + 1)
    assert amounts(till) == [1_00, 1_01, 1_02]
    with program(NEXT):
        assert sold(till) == 4
        assert amounts(till) == [1_00, 1_01, 1_02, 1_03]
        with Reader.open(till.journal) as reader:
            notes = reader._database.execute("SELECT sequence FROM notes").fetchall()
        assert notes == [(2,), (3,), (4,)]


def test_f33_an_older_journal_is_brought_forward_by_the_next_program(till):
    sold(till)
    with program(NEXT):
        with pytest.raises(Broken, match="start the daemon once"):
            Reader.open(till.journal)
        sold(till)
        with Reader.open(till.journal) as reader:
            assert (reader.sequence, reader.oldest_reader) == (2, KNOWN)


@contextmanager
def before():
    """The program of the version before the first whose journals say what can read them: it knows no orders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[: migrations.FIRST_THAT_SAYS - 1])
        patch.setattr(migrations, "READABLE_FROM", {})
        yield


def test_a_journal_of_before_such_words_is_read_by_its_own_program(tmp_path):
    with before():
        till = Till(tmp_path / "till")
        sold(till)
        with Reader.open(till.journal) as reader:
            assert reader.oldest_reader == version(till) == migrations.FIRST_THAT_SAYS - 1


def test_a_journal_of_before_orders_comes_to_have_them_and_can_be_gone_back_with(tmp_path):
    with before():
        till = Till(tmp_path / "till")
        sold(till)
    with till.store() as store:
        assert (version(till), store.oldest_reader) == (4, 3)
        assert store.orders_of(pass_address(1), NEVER) == ()
        store.replace_orders([(pass_address(1), BICYCLE)])
    with before():
        assert (sold(till), version(till)) == (2, 4)
    with till.store() as store:
        assert store.orders_of(pass_address(1), NEVER) == (BICYCLE,)
    assert amounts(till) == [1_00, 1_01]


@pytest.mark.parametrize(
    ("steps", "back"),
    [
        ((NEXT,), 0),
        ((NEXT, "CREATE TABLE later (x);"), 1),
        ((NEXT, "CREATE TABLE later (x);"), 2),
        ((NEXT + "ALTER TABLE checkpoint ADD COLUMN more INTEGER;",), 1),
        ((NEXT + "DROP TRIGGER entries_stay;",), 1),
        ((NEXT + "DROP INDEX rejections;",), 1),
    ],
    ids=["says no", "two later", "two later that says yes", "a column", "a trigger", "an index"],
)
def test_f17_what_is_not_as_this_program_knows_it_is_refused_and_stays(till, steps, back):
    sold(till)
    with program(*steps, back=back):
        sold(till)
    assert "newer version" in refusal(till)
    with pytest.raises(Broken, match="newer version"):
        Reader.open(till.journal)


def test_every_step_since_can_be_gone_back_by():
    """What every release promises: a terminal can return to the one before."""
    since = range(migrations.FIRST_THAT_SAYS, KNOWN + 1)
    assert [version for version in since if schema.readable_from(version) != version - 1] == []
