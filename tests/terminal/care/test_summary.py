"""What the support line is told: short, readable, and with nothing in it that is anybody's business."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire.units import Address, Cents
from terminal import doctor
from terminal.care.summary import LENGTH_MAX, NAMES, Who, of_counter, summary
from terminal.core.care import Trouble
from terminal.core.screen import Line
from terminal.finding import Grade
from tests.terminal.books import sell as book
from tests.terminal.till import Till
from tests.tui.moments import MOMENTS, OFFLINE, ONLINE, READY

ME = Who(Address(bytes.fromhex("8f3a22c1") + bytes(16)), "0.1.0", 7, 3 * 86_400 + 7_200)
FORM = re.compile(r"KPH1 ([0-9A-F]{8}|NONE) V[0-9A-Z.+-]* S\d+( UP\d+D\d+H)?( (OK|FAIL|WARN|\+\d+|[A-Z]+))*")
GRADED = st.lists(st.tuples(st.one_of(st.sampled_from(sorted(NAMES)), st.text()), st.sampled_from(Grade)))
ANYBODY = st.builds(
    Who, st.none(), st.text(max_size=40), st.integers(0, 2**31), st.one_of(st.none(), st.integers(0, 2**40))
)


def test_all_well():
    assert summary(ME, [("power", Grade.OK)]) == "KPH1 8F3A22C1 V0.1.0 S7 UP3D2H OK"


def test_failures_before_warnings_each_once():
    found = [("device links", Grade.WARN), ("device rechts", Grade.WARN), ("disk", Grade.FAIL), ("heat", Grade.OK)]
    assert summary(ME, found) == "KPH1 8F3A22C1 V0.1.0 S7 UP3D2H FAIL DISK WARN DEVICE"


def test_what_does_not_fit_is_counted():
    text = summary(ME, [(name, Grade.WARN) for name in sorted(NAMES)])
    assert len(text) <= LENGTH_MAX
    shown = text.partition("WARN ")[2].split()
    assert len(shown) - 1 + int(shown[-1].removeprefix("+")) == len(NAMES)


@given(ANYBODY, GRADED)
def test_it_is_always_short_and_of_closed_words(who, found):
    text = summary(who, found)
    assert len(text) <= LENGTH_MAX
    assert FORM.fullmatch(text), text
    free = set(text.split()[4:]) - {name.upper() for name in NAMES} - {"OK", "FAIL", "WARN", "OTHER"}
    assert all(re.fullmatch(r"\+\d+|UP\d+D\d+H", word) for word in free)


def test_a_name_that_somebody_chose_is_not_told():
    assert summary(ME, [("mevrouw Jansen", Grade.FAIL)]).endswith("FAIL OTHER")
    assert "JANSEN" not in summary(ME, [("device mevrouw-jansen", Grade.FAIL)])


def test_what_the_counters_screen_knows():
    def bad(screen):
        return [name for name, grade in of_counter(screen) if grade is not Grade.OK]

    assert bad(replace(READY, status=replace(ONLINE, unsent=0))) == []
    assert bad(replace(READY, status=OFFLINE)) == ["gateway", "chain", "unsent", "device"]
    assert bad(MOMENTS["stopped"]) == ["checkpoint", "gateway", "chain", "unsent", "clock", "device"]
    assert bad(MOMENTS["attention"]) == ["attention", "unsent"]
    assert bad(MOMENTS["lost"]) == ["rejected", "unsent"]
    for trouble in (Trouble.MIRROR_LOST, Trouble.MIRROR_FOREIGN):
        assert bad(replace(READY, status=replace(ONLINE, unsent=0, troubles=(trouble,)))) == ["mirror"]
    assert bad(MOMENTS["trouble"]) == ["unsent"]  # the look at the machine tells that


@given(st.integers(0, 74), st.integers(1, 2**32 - 1), st.integers(1, 2**31))
def test_neither_what_was_sold_nor_how_often_changes_it(waiting, amount, sequence):
    """Two of them a day apart tell nothing of the day's turnover."""
    quiet = replace(READY, status=replace(ONLINE, waiting=0, unsent=1), recent=())
    busy = replace(quiet, status=replace(ONLINE, waiting=waiting, unsent=max(1, waiting)), amount=Cents(amount))
    busy = replace(busy, recent=(Line(sequence, Cents(amount), READY.recent[0].state, 0),), sequence=sequence)
    assert summary(ME, of_counter(busy)) == summary(ME, of_counter(quiet))


@pytest.fixture
def till(tmp_path):
    made = Till(tmp_path / "till")
    made.know()
    return made


def told(till, capsys, *more):
    assert doctor.main(["--config", str(till.config), "--qr", *more]) == 0
    return capsys.readouterr().out


def test_doctor_shows_it_as_a_code_and_as_text(till, capsys):
    *drawing, text = told(till, capsys).splitlines()
    assert FORM.fullmatch(text)
    assert till.address.hex()[:8].upper() in text
    assert "GATEWAY" in text
    assert any("█" in line for line in drawing)


def test_doctors_code_is_read_back(till, tmp_path, capsys):
    zxingcpp = pytest.importorskip("zxingcpp", reason="needs zxing-cpp to read a code")
    numpy = pytest.importorskip("numpy", reason="needs numpy to hold a picture")
    text = told(till, capsys, str(tmp_path / "help.svg")).strip()
    import segno

    modules = [list(row) for row in segno.make(text, error="l", micro=False).matrix_iter(scale=4, border=4)]
    picture = numpy.array([[0 if dark else 255 for dark in row] for row in modules], dtype=numpy.uint8)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [text]
    assert (tmp_path / "help.svg").read_text().startswith("<?xml")


def test_a_picture_that_cannot_be_written_is_told(till, tmp_path, capsys):
    assert doctor.main(["--config", str(till.config), "--qr", str(tmp_path / "none" / "a.svg")]) == 1
    assert "name another file" in capsys.readouterr().err


def test_f36_no_secret_and_no_amount_is_in_it(till, capsys):
    """Neither the key, the settings' words, nor what was sold, how much, or to whom."""
    before = told(till, capsys).splitlines()[-1]
    with till.store() as store:
        book(store, till.signer(), amount=12_34)
    one = told(till, capsys).splitlines()[-1]
    with till.store() as store:
        for _ in range(5):
            book(store, till.signer(), amount=98_76)
    many = told(till, capsys).splitlines()[-1]
    assert one == many
    key = (till.folder / "key").read_text().strip().removeprefix("0x").upper()
    for text in (before, one):
        assert key[:8] not in text
        for word in ("SHOP", "HTTP", "127.0.0.1", "1234", "9876", "12.34", "98.76"):
            assert word not in text


def test_a_terminal_without_anything_still_says_something(tmp_path, capsys):
    assert doctor.main(["--config", str(tmp_path / "none.toml"), "--qr"]) == 0
    assert "KPH1 NONE" in capsys.readouterr().out
