"""A journal that is lost comes back from its mirror, whole and verified; what is in its place is never written over."""

import os
from dataclasses import replace

import pytest

from contracts.wire.errors import Broken
from contracts.wire.typed_data import Domain
from contracts.wire.units import Timestamp
from terminal.store import Reader, checking, mirror_reading, restoring
from terminal.store.mirror import Standing
from terminal.store.mirror_format import NAME, SECTOR, Kept, frames, pack
from tests.power_cuts import ledger
from tests.terminal.books import sell
from tests.terminal.sticks import close_day, every_kind, held, mirrored
from tests.terminal.till import DOMAIN, Till, pass_address


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


class TestRestoring:
    @pytest.fixture
    def lived(self, till, stick):
        """A terminal with a few entries and a closed day, and what its journal said."""
        with mirrored(till, stick) as (store, _):
            every_kind(store, till.signer())
            close_day(till, store)
            sell(store, till.signer())
        with till.store() as store:
            return ledger.read(store)

    def restore(self, till, stick):
        return restoring.restore(stick, till.journal, DOMAIN, volatile_ok=True)

    def test_f17_the_journal_comes_back_whole_and_sells_on(self, till, stick, lived):
        till.journal.unlink()
        assert self.restore(till, stick).aside is None
        with mirrored(till, stick) as (store, heard):
            checking.require_sound(store)
            found = ledger.read(store)
            assert (found.lines, found.notes, found.bound) == (lived.lines, lived.notes, lived.bound)
            assert found.closings == lived.closings
            sell(store, till.signer())
            assert heard.standings == [Standing.GOOD]
            assert held(stick)[-1] == len(lived.lines) + 1

    def test_f17_a_damaged_journal_is_set_aside_as_it_is(self, till, stick, lived):
        os.truncate(till.journal, 5_000)
        before = till.journal.read_bytes()
        aside = self.restore(till, stick).aside
        assert aside == till.journal.with_name("journal.sqlite.aside-1")
        assert aside.read_bytes() == before
        with till.store() as store:
            assert tuple(store.lines()) == lived.lines

    def test_an_old_copy_is_set_aside_and_its_own_log_with_it(self, till, stick):
        with mirrored(till, stick) as (store, _):
            sell(store, till.signer())
            files = [till.journal, till.journal.with_name("journal.sqlite-wal")]
            old = [file.read_bytes() for file in files]
            sell(store, till.signer())
        for file, content in zip(files, old, strict=True):
            file.write_bytes(content)
        aside = self.restore(till, stick).aside
        with till.store() as store, Reader.open(aside) as reader:
            assert (store.sequence, reader.sequence) == (2, 1)

    def test_f08_a_closed_day_that_the_journal_lost_alone_is_back(self, till, stick):
        """A card that lost the last thing before the power went; nothing was sold since."""
        with mirrored(till, stick) as (store, _):
            sell(store, till.signer())
            files = [till.journal, till.journal.with_name("journal.sqlite-wal")]
            old = [file.read_bytes() for file in files]
            close_day(till, store)
        with mirrored(till, stick) as (store, _):
            closed = tuple(store.closings())
        for file, content in zip(files, old, strict=True):
            file.write_bytes(content)
        with mirrored(till, stick) as (_, heard):
            heard.until(Standing.FOREIGN, "closed day 1")
            assert "journal restore" in heard.detail
        assert self.restore(till, stick).aside is not None
        with mirrored(till, stick) as (store, heard):
            assert (tuple(store.closings()), heard.standings) == (closed, [Standing.GOOD])

    @pytest.mark.parametrize("more", [0, 1])
    def test_a_journal_that_has_as_much_or_more_is_not_touched(self, till, stick, lived, more):
        with till.store() as store:
            for _ in range(more):
                sell(store, till.signer())
        with pytest.raises(Broken, match="nothing to restore"):
            self.restore(till, stick)
        assert [file.name for file in till.folder.glob("*aside*")] == []

    def test_a_damaged_one_that_still_tells_of_more_is_not_touched(self, till, stick, lived, monkeypatch):
        with till.store() as store:
            sell(store, till.signer())

        def damaged(path):
            raise Broken("damaged")

        monkeypatch.setattr(restoring, "open_for_reading", damaged)
        with pytest.raises(Broken, match="is damaged, but has 7 entries"):
            self.restore(till, stick)

    def test_a_journal_that_went_another_way_is_not_touched(self, till, stick, tmp_path):
        empty = till.journal.read_bytes()
        with mirrored(till, stick) as (store, _):
            for _ in range(2):
                sell(store, till.signer())
        for file in till.folder.glob("journal.sqlite*"):
            file.unlink()
        till.journal.write_bytes(empty)
        with till.store() as store:
            sell(store, till.signer(), amount=1)
        with pytest.raises(Broken, match="differ"):
            self.restore(till, stick)

    def test_a_running_daemon_is_not_robbed(self, till, stick, lived):
        with till.store(), pytest.raises(Broken, match="another daemon"):
            self.restore(till, stick)

    def test_another_contracts_mirror_is_refused(self, till, stick, lived):
        with pytest.raises(Broken, match="another terminal or contract"):
            restoring.restore(stick, till.journal, Domain(1, DOMAIN.contract), volatile_ok=True)

    def test_another_terminals_mirror_is_refused(self, till, stick, lived):
        with pytest.raises(Broken, match="another terminal or contract"):
            restoring.restore(stick, till.journal, DOMAIN, pass_address(1), volatile_ok=True)

    @pytest.mark.parametrize("byte", [20, 100, 150])
    def test_a_forged_entry_is_named_and_nothing_made(self, till, stick, lived, byte):
        with (stick / NAME).open("rb") as file:
            found = list(frames(file))
        first = found[1]
        assert isinstance(first, Kept)
        entry = bytearray(first.entry)
        entry[byte % len(entry)] ^= 1
        found[1] = Kept(1, first.bound, first.signature, bytes(entry))
        (stick / NAME).write_bytes(b"".join(map(pack, found)))
        till.journal.unlink()
        with pytest.raises(Broken, match="entry 1"):
            self.restore(till, stick)
        assert not till.journal.exists()

    def test_f19_a_time_that_nobody_signed_cannot_make_the_terminal_live_in_the_future(self, till, stick, lived):
        with (stick / NAME).open("rb") as file:
            found = list(frames(file))
        late = [replace(each, bound=Timestamp(2**40 - 1)) if isinstance(each, Kept) else each for each in found]
        (stick / NAME).write_bytes(b"".join(map(pack, late)))
        till.journal.unlink()
        self.restore(till, stick)
        with till.store() as store:
            assert store.bound() == lived.bound

    def test_a_restore_that_fails_puts_back_what_was_there(self, till, stick, lived, monkeypatch):
        os.truncate(till.journal, 5_000)
        before = till.journal.read_bytes()
        monkeypatch.setattr(
            "terminal.store.opening.create", lambda *_, **__: (_ for _ in ()).throw(Broken("disk full"))
        )
        with pytest.raises(Broken, match="disk full"):
            self.restore(till, stick)
        assert till.journal.read_bytes() == before

    def test_nothing_on_the_stick(self, till, stick):
        with pytest.raises(Broken, match="put the stick in"):
            self.restore(till, stick)

    def test_a_hole_is_not_restored_over(self, till, stick):
        with mirrored(till, stick) as (store, _):
            for _ in range(3):
                sell(store, till.signer())
        with (stick / NAME).open("r+b") as file:
            file.seek(2 * SECTOR)
            file.write(bytes(SECTOR))
        with pytest.raises(Broken, match="lacks number 2"):
            mirror_reading.read(stick)
