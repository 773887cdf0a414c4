"""The harness with a second medium: a stick alone brings all back, both together agree, and a lying stick is found."""

import shutil
from dataclasses import replace
from random import Random

import pytest

from terminal.store.mirror_format import NAME, Kept, Owner, pack
from tests.power_cuts import cutting, mirrored
from tests.power_cuts.cutting import Tally
from tests.power_cuts.disk import Flush, Mark, Write
from tests.power_cuts.judge import JOURNAL, Wrong
from tests.power_cuts.ledger import Ledger
from tests.power_cuts.mirrored import Alone, together
from tests.power_cuts.recording import Unclear, files, parse
from tests.power_cuts.years import Years, terminal
from tests.terminal.books import sell
from tests.terminal.sticks import mirrored as kept_on
from tests.terminal.till import DOMAIN, Till

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not here")
YEARS = Years(seed=1, version=0, shifts=3)


@needs_strace
def test_f03_f17_a_cut_stick_alone_brings_back_all_that_was_seen():
    """The first shift of a new terminal; `make power-cuts` has the whole."""
    with terminal(YEARS) as till:
        shift, tally = mirrored.recorded(till.plan(1, (None,)), {}, {}), Tally()
        assert list(cutting.cut_everywhere(shift.stick, Alone(till.key), Random(1), tally)) == []
    assert shift.card.approved > 10
    assert tally.images > shift.card.approved


@needs_strace
def test_a_stick_that_only_says_that_it_flushed_is_found():
    assert "do not come back" in (mirrored.first_finding(YEARS) or "")


class TestJudging:
    @pytest.fixture
    def till(self, tmp_path):
        return Till(tmp_path / "till")

    @pytest.fixture
    def sold(self, till, tmp_path):
        """What either medium holds after two sales, and what was approved."""
        stick = tmp_path / "stick"
        stick.mkdir()
        with kept_on(till, stick) as (store, _):
            lines = tuple(sell(store, till.signer()) for _ in range(2))
            notes = tuple(store.sales())
        card = {name: content for name, content in files(till.folder).items() if name.startswith(JOURNAL)}
        return card, files(stick), Ledger(lines=lines, notes=notes)

    def test_all_is_there(self, till, sold):
        card, stick, ledger = sold
        assert Alone(till.folder / "key").judge(stick, [ledger]) == ledger
        together(card, stick, till.folder / "key")

    def test_an_entry_that_is_lost(self, till, sold):
        _, stick, ledger = sold
        short = {NAME: stick[NAME][: 2 * 512]}
        with pytest.raises(Wrong, match="not what was approved"):
            Alone(till.folder / "key").judge(short, [ledger])
        first = replace(ledger, lines=ledger.lines[:1], notes=ledger.notes[:1])
        assert Alone(till.folder / "key").judge(short, [first, ledger]) == first

    def test_nothing_at_all(self, till, sold):
        with pytest.raises(Wrong, match="2 approved entries do not come back"):
            Alone(till.folder / "key").judge({}, [sold[2]])
        assert Alone(till.folder / "key").judge({}, [None, sold[2]]) is None

    def test_media_that_do_not_agree(self, till, sold):
        card, _, ledger = sold
        line = ledger.lines[0]
        forged = pack(Owner(DOMAIN, till.address)) + pack(Kept(1, ledger.notes[0].bound, bytes(64), line.entry))
        with pytest.raises(Wrong, match="the mirror is foreign"):
            together(card, {NAME: forged}, till.folder / "key")


class TestRecording:
    FOLDER = "".join(f"\\x{byte:02x}" for byte in b"/d")

    def parsed(self, tmp_path, *lines, in_turn=True):
        named = [line.replace("FILE", f"{self.FOLDER}\\x2f\\x66") for line in lines]
        return list(parse(named, tmp_path.__class__("/d"), tmp_path / "marks", {"f"}, in_turn=in_turn))

    WRITE = '{} pwrite64(5<FILE>, "\\x61", 1, 0) = 1\n'

    def test_a_call_that_was_broken_off_by_a_threads_end_is_whole(self, tmp_path):
        lines = (
            "7 fdatasync(5<FILE> <unfinished ...>\n",
            "9 +++ exited with 0 +++\n",
            "7 <... fdatasync resumed>) = 0\n",
        )
        assert self.parsed(tmp_path, *lines) == [(0, Flush("f"))]

    @pytest.mark.parametrize("between", ["9 openat(AT_FDCWD, 3) = 3\n", "9 <... fdatasync resumed>) = 0\n"])
    def test_one_with_something_else_in_it_is_unclear(self, tmp_path, between):
        with pytest.raises(Unclear, match="hide something"):
            self.parsed(tmp_path, "7 fdatasync(5<FILE> <unfinished ...>\n", between, "7 <... fdatasync resumed>) = 0\n")

    def test_one_that_never_came_back_is_unclear(self, tmp_path):
        with pytest.raises(Unclear, match="hide something"):
            self.parsed(tmp_path, "7 fdatasync(5<FILE> <unfinished ...>\n")

    def test_threads_in_turn_are_certain_and_threads_that_take_turns_are_not(self, tmp_path):
        seven, nine = self.WRITE.format(7), self.WRITE.format(9)
        write = Write("f", 0, b"a")
        assert self.parsed(tmp_path, seven, seven, nine) == [(0, write), (1, write), (2, write)]
        with pytest.raises(Unclear, match="more than one thread"):
            self.parsed(tmp_path, seven, nine, in_turn=False)
        with pytest.raises(Unclear, match="more than one thread"):
            self.parsed(tmp_path, seven, nine, seven)

    def test_who_tells_how_far_it_is_need_not_be_who_works(self, tmp_path):
        marks = "".join(f"\\x{byte:02x}" for byte in bytes(tmp_path / "marks"))
        told = f'8 write(3<{marks}>, "\\x31\\x0a", 2) = 2\n'
        assert self.parsed(tmp_path, told, self.WRITE.format(7), told, in_turn=False) == [
            (0, Mark(1)), (1, Write("f", 0, b"a")), (2, Mark(1)),
        ]  # fmt: skip
