"""Asks, refunds, phones' payments and the retirement in the store, and what it answers about them."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.wire import entry as wire_entry
from contracts.wire.entry import EntryKind, Retire
from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp, address
from terminal.core.effects import AskEnd
from terminal.core.facts import Checkpoint, GivenBack, Outcome, PastSale
from terminal.store import Reader, Store, migrations, schema
from terminal.store.checking import require_sound
from tests.terminal.books import TIME, ask, give_back, next_line, retire, sell, sell_by_phone
from tests.terminal.till import DOMAIN, Till, pass_address

OTHER = Address(b"\x77" * 20)
OLD = Path(__file__).parent / "journal-1.sql"


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


def settle(store, sequence, *, ask_sequence=0, ask_reason=0):
    store.save_checkpoint(Checkpoint(9, TIME, 1, sequence, (), ask_sequence, ask_reason))


class TestKinds:
    def test_every_kind_is_there_after_a_restart(self, till, signer):
        with till.store() as store:
            sell(store, signer, number=1)
            ask(store, signer, number=2, amount=80_00)
            sell_by_phone(store, signer, number=3)
            sell_by_phone(store, signer, number=4, deadline=TIME + 9)
            give_back(store, signer, 1, number=1, amount=5_00)
            retire(store, signer)
        with till.store() as store:
            require_sound(store)
            sales = list(store.sales())
            assert [sale.kind for sale in sales] == [
                EntryKind.PAYMENT,
                EntryKind.ASK,
                EntryKind.PHONE_PAYMENT,
                EntryKind.PHONE_ASK,
            ]
            assert [(sale.deadline, sale.counter) for sale in sales] == [
                (0, None),
                (TIME + 120, None),
                (0, 1),
                (TIME + 9, 1),
            ]
            assert [sale.pass_address for sale in sales] == [pass_address(number) for number in (1, 2, 3, 4)]
            assert list(store.refunds()) == [GivenBack(5, till.address, 1, 1, pass_address(1), Cents(5_00))]
            assert store.is_retired()
            kinds = [type(booking.content).__name__ for booking in store.bookings()]
            assert kinds == ["Payment", "Ask", "PhonePayment", "PhoneAsk", "Refund", "Retire"]

    def test_nothing_follows_a_retirement(self, store, signer):
        retire(store, signer)
        line, wanted = next_line(store, signer)
        with pytest.raises(Exception, match="retired"):
            store.append(line, wanted)
        assert store.sequence == 1

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE refunds SET amount = 1",
            "DELETE FROM refunds",
            "INSERT OR REPLACE INTO refunds SELECT * FROM refunds WHERE sequence = 2",
            "UPDATE payments SET kind = 2",
        ],
    )
    def test_what_was_given_back_can_not_be_changed_either(self, store, signer, sql):
        sell(store, signer)
        give_back(store, signer, 1)
        with pytest.raises(sqlite3.IntegrityError):
            store._database.execute(sql)

    @pytest.mark.parametrize(
        ("table", "change"),
        [
            ("payments", "kind = 2"),
            ("payments", "deadline = 7"),
            ("payments", "counter = 7"),
            ("refunds", "amount = 7"),
            ("refunds", "sale_sequence = 2"),
            ("refunds", "pass = zeroblob(20)"),
        ],
    )
    def test_f17_a_note_that_differs_from_its_entry(self, store, signer, table, change):
        sell(store, signer)
        give_back(store, signer, 1)
        store._database.execute(f"DROP TRIGGER {table}_stay")
        store._database.execute(f"UPDATE {table} SET {change}")
        with pytest.raises(Broken, match="differ"):
            require_sound(store)

    def test_f17_a_note_without_its_entry(self, store, signer):
        sell(store, signer)
        store._database.execute("PRAGMA foreign_keys = OFF")
        store._database.execute("INSERT INTO refunds VALUES (2, zeroblob(20), 1, 1, zeroblob(20), 1)")
        with pytest.raises(Broken, match="missing"):
            require_sound(store)


class TestAsks:
    def test_one_is_open_until_its_end_is_noted_and_the_last_word_stands(self, till, signer):
        with till.store() as store:
            ask(store, signer)
            sell(store, signer)
            (opened,) = store.facts().open_asks
            assert (opened.sequence, opened.is_ask, opened.deadline) == (1, True, TIME + 120)
            store.resolve(1, AskEnd.PAID)
            assert store.facts().paid_asks == (opened,)
        with till.store() as store:
            assert (store.facts().open_asks, store.facts().paid_asks) == ((), (opened,))
            store.resolve(1, AskEnd.HANDED_OVER)
            assert store.facts().paid_asks == ()
            assert store.ends() == {1: AskEnd.HANDED_OVER}

    def test_one_that_was_refused_takes_nothing(self, store, signer):
        ask(store, signer)
        sell(store, signer)
        assert [entry.sequence for entry in store.facts().entries] == [1, 2]
        store.resolve(1, AskEnd.REFUSED)
        facts = store.facts()
        assert [entry.sequence for entry in facts.entries] == [2]
        assert [entry.sequence for entry in facts.recent] == [2, 1]

    def test_f39_one_that_was_given_back_before_a_cut_is_not_asked_about_again(self, store, signer):
        """The refund is durable and the note of it is not: power failed in between."""
        ask(store, signer)
        store.resolve(1, AskEnd.PAID)
        give_back(store, signer, 1, amount=80_00)
        assert store.facts().paid_asks == ()

    def test_the_last_ask_that_the_chain_judged_is_kept(self, till, signer):
        with till.store() as store:
            ask(store, signer)
            settle(store, 1, ask_sequence=1, ask_reason=48)
        with till.store() as store:
            checkpoint = store.checkpoint()
            assert (checkpoint.ask_sequence, checkpoint.ask_reason) == (1, 48)

    def test_an_end_is_noted_of_asks_in_this_journal_alone(self, store):
        with pytest.raises(Exception, match="FOREIGN KEY"):
            store.resolve(1, AskEnd.PAID)


class TestFacts:
    def test_refunds_are_among_the_newest_and_those_that_the_chain_lacks_are_told(self, store, signer):
        for number in range(1, 5):
            sell(store, signer, number=number)
        for sale in (1, 2):
            give_back(store, signer, sale, number=sale)
        settle(store, 5)
        facts = store.facts()
        assert [entry.sequence for entry in facts.recent] == [6, 5, 4, 3, 2]
        assert [refund.sequence for refund in facts.refunds] == [6]
        assert facts.terminal == store.terminal
        assert not facts.retired

    def test_the_last_sale_is_the_newest_that_can_be_given_back(self, store, signer):
        sell(store, signer, number=1, amount=10_00, time=TIME + 1)
        sell(store, signer, number=2, amount=20_00)
        ask(store, signer, number=3)
        settle(store, 3)
        store.record_outcomes([Outcome(2, Reason.SLICE_SHORT)])
        last = PastSale(store.terminal, 1, 1, pass_address(1), Cents(10_00), Cents(0), Timestamp(TIME + 1))
        assert store.facts().last_sale == last
        store.resolve(3, AskEnd.PAID)
        assert store.facts().last_sale.sequence == 3
        store.resolve(3, AskEnd.GIVEN_BACK)
        assert store.facts().last_sale == last


class TestPastSales:
    def test_they_are_this_passs_newest_first_and_what_the_chain_has_given_back_is_off(self, store, signer):
        for number, amount in ((1, 10_00), (2, 20_00), (1, 30_00)):
            sell(store, signer, number=number, amount=amount)
        give_back(store, signer, 1, number=1, amount=4_00)
        give_back(store, signer, 1, number=1, amount=1_00)
        give_back(store, signer, 1, OTHER, number=1, amount=2_00)
        found = store.sales_of(pass_address(1), settled=4)
        assert [(sale.sequence, sale.amount, sale.refunded) for sale in found] == [(3, 30_00, 0), (1, 10_00, 4_00)]

    @pytest.mark.parametrize(
        ("end", "found"), [(None, 0), (AskEnd.REFUSED, 0), (AskEnd.GIVEN_BACK, 0), (AskEnd.PAID, 1)]
    )
    def test_an_ask_is_one_when_it_was_paid(self, store, signer, end, found):
        ask(store, signer, number=1)
        if end:
            store.resolve(1, end)
        assert len(store.sales_of(pass_address(1), settled=1)) == found

    def test_f40_a_rejected_payment_is_none_and_a_rejected_refund_gave_nothing_back(self, store, signer):
        for _ in range(2):
            sell(store, signer, number=1, amount=10_00)
        give_back(store, signer, 2, number=1, amount=3_00)
        store.record_outcomes([Outcome(1, Reason.SLICE_SHORT), Outcome(3, Reason.REFUND_TOO_MUCH)])
        found = store.sales_of(pass_address(1), settled=3)
        assert [(sale.sequence, sale.refunded) for sale in found] == [(2, 0)]
        before_the_chain_says_so = store.sales_of(pass_address(1), settled=0)
        assert [sale.sequence for sale in before_the_chain_says_so] == [2, 1]


class TestHeldTo:
    """What the gateway tells, held to this journal."""

    @pytest.fixture
    def own(self, store, signer):
        """Sale 1 of EUR 10, of which entries 2 and 3 gave back EUR 3 and 2."""
        sell(store, signer, number=1, amount=10_00)
        give_back(store, signer, 1, number=1, amount=3_00)
        give_back(store, signer, 1, number=1, amount=2_00)
        return PastSale(store.terminal, 1, 1, pass_address(1), Cents(10_00), Cents(0), TIME)

    @pytest.mark.parametrize(
        ("told", "contained", "settled", "counted"),
        [
            (5_00, 3, 1, 0),  # it has both, and the core adds both
            (3_00, 2, 1, 0),
            (5_00, 3, 2, 3_00),
            (9_00, 3, 2, 7_00),  # another terminal gave back EUR 4
            (0, 1, 3, 5_00),  # it lost its store, and the chain has both
            (0, 3, 1, 0),  # nonsense gives no more than the whole
        ],
    )
    def test_f40_refunds_count_once(self, store, own, told, contained, settled, counted):
        (sale,) = store.held_to([replace(own, refunded=Cents(told))], contained, settled)
        assert sale.refunded == counted

    def test_another_terminals_sale_is_taken_on_its_word_less_what_was_given_back_here(self, store, signer, own):
        other = replace(own, terminal=OTHER, sequence=9)
        give_back(store, signer, 9, OTHER, number=1, amount=1_00)
        assert store.held_to([other], contained=3, settled=3) == (other,)
        assert store.held_to([other], contained=3, settled=4) == (replace(other, refunded=Cents(1_00)),)

    @pytest.mark.parametrize(
        "lie", [{"sequence": 2}, {"sequence": 9}, {"amount": Cents(99_00)}, {"programme": 2}, {"pass_address": OTHER}]
    )
    def test_f38_a_sale_that_this_terminal_never_made_is_left_out(self, store, own, lie):
        assert store.held_to([replace(own, **lie)], contained=3, settled=3) == ()


class TestMigrating:
    """A journal as version 1 kept it: three payments, a checkpoint, a snapshot."""

    @pytest.fixture
    def old(self, tmp_path):
        path = tmp_path / "journal.sqlite"
        with closing(sqlite3.connect(path)) as database:
            database.executescript(OLD.read_text())
            database.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
            database.execute("PRAGMA user_version = 1")
        return path

    def owner(self):
        return address(bytes.fromhex(OLD.read_text().split("terminal ", 1)[1][:40]))

    def test_nothing_of_it_is_lost_and_all_of_it_holds(self, old):
        before = self.lines(old)
        with pytest.raises(Broken, match="start the daemon once"):
            Reader.open(old)
        with Store.open(old, DOMAIN, self.owner(), volatile_ok=True) as store:
            require_sound(store)
            assert schema.pragma(store._database, "user_version") == len(migrations.MIGRATIONS)
            assert self.lines(old) == before
            facts, checkpoint = store.facts(), store.checkpoint()
            assert checkpoint is not None
            assert [(entry.sequence, entry.amount, entry.time) for entry in facts.entries] == [
                (number, 1000 + number, TIME + number) for number in (1, 2, 3)
            ]
            assert {entry.kind for entry in facts.entries} == {EntryKind.PAYMENT}
            assert (facts.sequence, facts.forwarded, facts.open_asks, facts.refunds) == (3, 2, (), ())
            assert (checkpoint.sequence, checkpoint.ask_sequence, checkpoint.slices[0].amount) == (1, 0, 500_00)
            assert store.schedule() == (2, TIME + 9)
            assert [outcome.reason for outcome in store.outcomes()] == [Reason.PAID]

    def test_what_said_nothing_of_the_new_limits_is_fetched_anew(self, old):
        with Store.open(old, DOMAIN, self.owner(), volatile_ok=True) as store:
            assert (store.snapshot_version(), store.programmes()) == (None, ())
            assert store.budgets_of(pass_address(1)) == ()

    def test_f17_one_that_is_damaged_stays_as_it_was(self, old):
        with closing(sqlite3.connect(old)) as database:
            database.execute("DROP TRIGGER payments_stay")
            database.execute("UPDATE payments SET amount = 1 WHERE sequence = 2")
            database.commit()
        before = old.read_bytes()
        with pytest.raises(Broken, match="entry 2"):
            Store.open(old, DOMAIN, self.owner(), volatile_ok=True)
        assert old.read_bytes() == before

    def lines(self, path):
        with closing(sqlite3.connect(path)) as database:
            return database.execute("SELECT * FROM entries").fetchall()


def test_a_retirement_says_nothing_but_when(store, signer):
    line = retire(store, signer)
    signed = wire_entry.unpack(line.entry)
    assert signed is not None
    assert signed.content == Retire(TIME)
