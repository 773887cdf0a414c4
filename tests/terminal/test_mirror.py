"""The second medium: what is approved stands there too; its loss costs nothing, and it is never written over."""

import errno
import os
import threading

import pytest

from terminal.store import mirror_compare, mirror_reading
from terminal.store.mirror import Mirror, Standing
from terminal.store.mirror_format import NAME, SECTOR, Kept, KeptDay, Owner, frames, pack
from tests.terminal.books import TIME, retire, sell
from tests.terminal.sticks import Heard, close_day, every_kind, held, mirrored
from tests.terminal.till import DOMAIN, PATIENCE, Till

ORDER = {Owner: 0, Kept: 1, KeptDay: 2}


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    """A disk that many tests share is slower than a counter's."""
    monkeypatch.setattr("terminal.store.mirror.PATIENCE_SECONDS", PATIENCE)


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


class TestKeepingUp:
    def test_an_entry_stands_there_when_the_store_says_that_it_is_stored(self, till, stick):
        signer = till.signer()
        with mirrored(till, stick) as (store, heard):
            for number in (1, 2, 3):
                sell(store, signer)
                assert held(stick) == list(range(1, number + 1))
            assert heard.standings == [Standing.GOOD]

    def test_it_holds_all_that_is_needed_of_every_kind(self, till, stick):
        with mirrored(till, stick) as (store, _):
            every_kind(store, till.signer())
            retire(store, till.signer())
            content = mirror_reading.read(stick)
            assert content.lines == tuple(store.lines())
            assert (content.owner.domain, content.owner.terminal) == (DOMAIN, till.address)

    def test_each_entry_has_a_sector_of_its_own(self, till, stick):
        with mirrored(till, stick) as (store, _):
            every_kind(store, till.signer())
        assert (stick / NAME).stat().st_size == 6 * SECTOR

    def test_what_it_lacks_is_written_at_the_start(self, till, stick):
        with till.store() as store:
            every_kind(store, till.signer())
            close_day(till, store)
        with mirrored(till, stick) as (store, _):
            content = mirror_reading.read(stick)
            assert content.lines == tuple(store.lines())
            assert [day.number for day in content.days] == [1]

    def test_an_old_mirror_is_caught_up(self, till, stick):
        with mirrored(till, stick) as (store, _):
            sell(store, till.signer())
        with till.store() as store:
            sell(store, till.signer())
        with mirrored(till, stick):
            assert held(stick) == [1, 2]

    def test_the_terminal_key_is_not_on_it(self, till, stick):
        with mirrored(till, stick) as (store, _):
            sell(store, till.signer())
        key = bytes.fromhex((till.folder / "key").read_text().strip().removeprefix("0x"))
        content = (stick / NAME).read_bytes()
        assert key not in content
        assert key.hex().encode() not in content


class TestDamage:
    @pytest.mark.parametrize("sector", [1, 2, 3])
    def test_f03_a_spoilt_sector_is_skipped_and_its_entry_added_again(self, till, stick, sector):
        with mirrored(till, stick) as (store, _):
            for _ in range(3):
                sell(store, till.signer())
        with (stick / NAME).open("r+b") as file:
            file.seek(sector * SECTOR)
            file.write(os.urandom(SECTOR))
        with mirrored(till, stick) as (store, heard):
            assert heard.standings == [Standing.GOOD]
            assert mirror_reading.read(stick).lines == tuple(store.lines())

    def test_f03_half_a_frame_at_the_end(self, till, stick):
        with mirrored(till, stick) as (store, _):
            sell(store, till.signer())
            sell(store, till.signer())
        os.truncate(stick / NAME, 2 * SECTOR + 100)
        with mirrored(till, stick):
            assert held(stick) == [1, 2]
            assert (stick / NAME).stat().st_size == 4 * SECTOR

    @pytest.mark.parametrize("left", [0, 1, 100, SECTOR])
    def test_f03_a_mirror_that_had_only_begun(self, till, stick, left):
        (stick / NAME).write_bytes(pack(Owner(DOMAIN, till.address))[:left])
        with mirrored(till, stick) as (store, heard):
            sell(store, till.signer())
            assert (heard.standings, held(stick)) == ([Standing.GOOD], [1])


class TestStrangers:
    def test_another_terminals_mirror_is_named_and_stays(self, till, stick, tmp_path):
        other = Till(tmp_path / "other")
        with mirrored(other, stick) as (store, _):
            sell(store, other.signer())
        before = (stick / NAME).read_bytes()
        with mirrored(till, stick) as (store, heard):
            sell(store, till.signer())
            heard.until(Standing.FOREIGN)
            assert "another terminal" in heard.detail
        assert (stick / NAME).read_bytes() == before

    @pytest.mark.parametrize("size", [10_000, 512 * 20])
    def test_a_file_of_somebody_else_stays(self, till, stick, size):
        before = os.urandom(size)
        (stick / NAME).write_bytes(before)
        with mirrored(till, stick) as (store, heard):
            sell(store, till.signer())
            heard.until(Standing.FOREIGN)
        assert (stick / NAME).read_bytes() == before

    def test_f16_a_mirror_that_is_ahead_proves_an_old_copy_and_stays(self, till, stick):
        with mirrored(till, stick) as (store, _):
            sell(store, till.signer())
            old = till.journal.read_bytes(), till.journal.with_name("journal.sqlite-wal").read_bytes()
            sell(store, till.signer())
        before = (stick / NAME).read_bytes()
        till.journal.write_bytes(old[0])
        till.journal.with_name("journal.sqlite-wal").write_bytes(old[1])
        with mirrored(till, stick) as (store, heard):
            assert store.sequence == 1
            heard.until(Standing.AHEAD)
            assert "entry 2" in heard.detail
        assert (stick / NAME).read_bytes() == before

    def test_f16_an_old_copy_is_told_from_a_stranger_whatever_comes_first_in_the_file(self, till, stick):
        """A day that was closed since, or an entry that stands behind later ones, as it was added again."""
        with mirrored(till, stick) as (store, _):
            sell(store, till.signer())
            old = till.journal.read_bytes(), till.journal.with_name("journal.sqlite-wal").read_bytes()
            close_day(till, store)
            for _ in range(2):
                sell(store, till.signer())
        with (stick / NAME).open("rb") as file:
            owner, first, second, third, day = sorted(frames(file), key=lambda frame: ORDER[type(frame)])
        till.journal.write_bytes(old[0])
        till.journal.with_name("journal.sqlite-wal").write_bytes(old[1])
        for order in ((owner, first, day, second, third), (owner, first, third, second, day)):
            (stick / NAME).write_bytes(b"".join(map(pack, order)))
            with mirrored(till, stick) as (_, heard):
                heard.until(Standing.AHEAD)

    def test_what_nobody_signed_proves_nothing(self, till, stick):
        with mirrored(till, stick) as (store, _):
            sell(store, till.signer())
            forged = Kept(2, TIME, bytes(64), next(store.lines()).entry)
        with (stick / NAME).open("ab") as file:
            file.write(pack(forged))
        with mirrored(till, stick) as (_, heard):
            heard.until(Standing.FOREIGN)
            assert "entry 2" in heard.detail


class TestLoss:
    def test_a_stick_that_is_not_there_stops_nothing_and_is_caught_up_when_it_comes(self, till, tmp_path, monkeypatch):
        monkeypatch.setattr("terminal.store.mirror.LOOK_SECONDS", 0.01)
        stick = tmp_path / "stick"
        with mirrored(till, stick) as (store, heard):
            sell(store, till.signer())
            heard.until(Standing.LOST)
            assert "there is no folder" in heard.detail
            stick.mkdir()
            heard.until(Standing.GOOD)
            assert held(stick) == [1]

    def test_a_stick_that_is_taken_out_is_missed_without_a_sale(self, till, stick, monkeypatch):
        monkeypatch.setattr("terminal.store.mirror.LOOK_SECONDS", 0.01)
        with mirrored(till, stick) as (store, heard):
            sell(store, till.signer())
            away = stick.rename(stick.with_name("away"))
            heard.until(Standing.LOST)
            sell(store, till.signer())
            away.rename(stick)
            heard.until(Standing.GOOD)
            assert held(stick) == [1, 2]

    def test_f18_a_full_stick_is_lost_and_sales_go_on(self, till, stick, monkeypatch):
        with mirrored(till, stick) as (store, heard):
            sell(store, till.signer())

            def full(*_):
                raise OSError(errno.ENOSPC, "No space left on device")

            with monkeypatch.context() as patch:
                patch.setattr(os, "pwrite", full)
                sell(store, till.signer())
                assert heard.standings[-1] is Standing.LOST
                assert "No space left" in heard.detail
            assert store.sequence == 2
            sell(store, till.signer())
            heard.until(Standing.GOOD)
            assert held(stick) == [1, 2, 3]

    def test_one_that_hangs_costs_one_sale_its_patience_and_then_nothing(self, till, stick, monkeypatch):
        answers, hangs, flush = threading.Event(), threading.Event(), os.fdatasync

        def hang(descriptor):
            hangs.set()
            assert answers.wait(PATIENCE)
            flush(descriptor)

        with mirrored(till, stick) as (store, heard):
            sell(store, till.signer())
            monkeypatch.setattr("terminal.store.mirror.PATIENCE_SECONDS", 0.2)
            monkeypatch.setattr(os, "fdatasync", hang)
            sell(store, till.signer())
            assert hangs.is_set()
            assert (heard.standings[-1], heard.detail) == (Standing.LOST, "it does not answer")
            sell(store, till.signer())
            assert store.sequence == 3
            answers.set()
            heard.until(Standing.GOOD)
            assert mirror_reading.read(stick).lines == tuple(store.lines())

    def test_one_that_hangs_at_the_start_is_not_waited_for_longer(self, till, stick, monkeypatch):
        monkeypatch.setattr("terminal.store.mirror.PATIENCE_SECONDS", 0.2)
        answers, scan = threading.Event(), mirror_compare.compare
        monkeypatch.setattr(
            "terminal.store.mirror_file.compare", lambda *what: (answers.wait(PATIENCE), scan(*what))[1]
        )
        with mirrored(till, stick) as (store, heard):
            assert heard.standings == [Standing.LOST]
            sell(store, till.signer())
            answers.set()
            heard.until(Standing.GOOD)
            assert held(stick) == [1]

    def test_it_is_no_second_medium_on_the_same_disk(self, till, stick):
        with till.store() as store:
            mirror, heard = Mirror(stick, till.journal), Heard()
            store.keep_mirror(mirror)
            mirror.watch(heard)
            assert heard.standings == [Standing.LOST]
            assert "forgets at a power cut" in heard.detail or "same disk" in heard.detail
        assert not (stick / NAME).exists()
