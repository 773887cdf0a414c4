"""What every picture must have, whatever it looks like: nothing cut off, told apart without colour, discreet."""

from dataclasses import replace

import pytest

from contracts.wire.reasons import Reason
from contracts.wire.units import TIMESTAMP_MAX, Cents, Timestamp
from terminal.link import Screen, Stage
from terminal.trial import TEST_CODE
from terminal.tui.counter import CounterView
from terminal.tui.look import Look
from terminal.tui.widgets.big import Big
from terminal.tui.widgets.code import Code
from terminal.tui.widgets.mark import Mark
from tests.tui.moments import APPROVED, ASKING, CHOOSING, HELP, MANY, MOMENTS, NOW, READY
from tests.tui.still import SHOP, SUPPORT, StillApp, plain, still
from tests.tui.test_pictures import SIZES

REFUSABLE = [
    reason
    for reason in Reason
    if reason in range(1, 14) or reason in range(96, 160) or reason.name.startswith("ASK_") or reason in range(33, 37)
]
LOCKABLE = [Reason.FORK, Reason.GAP, Reason.STORAGE_FAULT, Reason.TERMINAL_LOCKED, Reason.TERMINAL_IS_RETIRED]


def cut_off(app) -> list[str]:
    """The texts that need more room than their box has."""
    shown = [big for big in app.query(Big) if big.is_on_screen and big.text]
    return [
        big.text
        for big in shown
        if len(big._rows) > big.content_size.height or any(len(row) > big.content_size.width for row in big._rows)
    ]


def in_blocks(app, name) -> bool:
    return "█" in "".join(app.query_one(f"#{name}", Big)._rows)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("size", SIZES)
async def test_nothing_is_cut_off_and_every_headline_is_large(size, language):
    app = still(None, language)
    async with app.run_test(size=SIZES[size]) as pilot:
        for name, moment in MOMENTS.items():
            app.query_one(CounterView).update(moment)
            await pilot.pause()
            assert cut_off(app) == [], name
            assert in_blocks(app, "headline"), name
            assert (
                moment is None or not moment.amount or not app.query_one("#figure").display or in_blocks(app, "figure")
            )


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_every_reason_fits_the_smallest_screen_with_whom_to_call(language):
    longest = "Helpdesk gemeente, werkdagen van 9 tot 17 uur, 050 123 45 67 tst"
    assert len(longest) == 64
    app = StillApp(None, Look(language, SHOP, longest))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        stages = [(Stage.REFUSED, reason) for reason in REFUSABLE] + [(Stage.LOCKED, reason) for reason in LOCKABLE]
        for stage, reason in stages:
            app.query_one(CounterView).update(replace(READY, stage=stage, reason=reason, recent=()))
            await pilot.pause()
            assert cut_off(app) == [], reason.name
            assert SUPPORT in plain(app)
            assert f" {reason.value} " in plain(app)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("size", SIZES)
async def test_approved_and_refused_differ_with_all_styles_stripped(size, language):
    """In words, in the drawing, in its side, and in whether an amount stands there."""
    pictures, sides = [], []
    for name in ("approved", "refused"):
        app = still(MOMENTS[name], language)
        async with app.run_test(size=SIZES[size]) as pilot:
            await pilot.pause()
            pictures.append(plain(app).splitlines()[1:-10])
            sides.append(app.query_one(Mark).region.x < SIZES[size][0] // 2)
            assert app.query_one("#figure").display is (name == "approved")
            assert app.query_one(Mark).display
    differing = sum(approved != refused for approved, refused in zip(*pictures, strict=True))
    assert differing > len(pictures[0]) // 2
    assert sides == [True, False]


DARK = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("name", "text"), [("learn-scan", TEST_CODE), ("help", HELP)])
async def test_a_code_is_read_from_the_screen_itself(size, name, text):
    zxingcpp = pytest.importorskip("zxingcpp", reason="needs zxing-cpp to read a code")
    numpy = pytest.importorskip("numpy", reason="needs numpy to hold a picture")
    app = still(MOMENTS[name])
    async with app.run_test(size=SIZES[size]) as pilot:
        await pilot.pause()
        box = app.query_one(Code).region
        rows = [line[box.x : box.right] for line in plain(app).splitlines()[box.y : box.bottom]]
        inks = {cell.style.color.triplet for strip in inked(app, box) for cell in strip if cell.text.strip()}
    modules = numpy.array([[DARK[each][half] for each in row] for row in rows for half in (0, 1)], dtype=numpy.uint8)
    picture = numpy.kron(255 - 255 * modules, numpy.ones((4, 4), dtype=numpy.uint8))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [text]
    assert inks == {(0, 0, 0)}


def inked(app, box):
    """The rows of a box, cell by cell with their styles."""
    return [strip.crop(box.x, box.right) for strip in app.screen._compositor.render_strips()[box.y : box.bottom]]


async def test_no_code_is_shown_when_none_is_asked_for():
    app = still(None)
    async with app.run_test() as pilot:
        for name, moment in MOMENTS.items():
            app.query_one(CounterView).update(moment)
            await pilot.pause()
            assert app.query_one(Code).display == (name in {"learn-scan", "help"}), name


async def test_what_is_left_is_not_said_when_nobody_asked_for_it():
    app = still(None, "en")
    async with app.run_test() as pilot:
        for name, moment in MOMENTS.items():
            if moment is not None and moment.left is None:
                app.query_one(CounterView).update(moment)
                await pilot.pause()
                assert "Left on the pass" not in plain(app), name


async def test_what_is_left_is_said_when_asked_for():
    app = still(MOMENTS["amount-left"], "en")
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Left on the pass: €\u00a087,50" in plain(app)


async def test_approved_turns_to_paid_while_it_is_looked_at():
    app = still(MOMENTS["approved"])
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Boeking 12: wacht" in plain(app)
        app.query_one(CounterView).update(MOMENTS["paid"])
        await pilot.pause()
        assert "Boeking 12: betaald" in plain(app)


async def test_a_rejected_payment_stands_in_the_list_with_its_number_and_whom_to_call():
    app = still(APPROVED)
    async with app.run_test() as pilot:
        await pilot.pause()
        row = next(line for line in plain(app).splitlines() if "5,25" in line)
    assert f"✗ niet betaald. Nummer 36   Hulp: {SUPPORT}" in row


async def test_a_refund_is_negative_and_an_ask_that_was_refused_is_nothing_to_call_about():
    app = still(MOMENTS["every-kind"])
    async with app.run_test() as pilot:
        await pilot.pause()
        rows = [line.strip() for line in plain(app).splitlines()]
        alarms = [row.has_class("rejected") for row in app.query(".line")]
    assert "€\u00a0-12,50  → verstuurd" in rows
    assert "€\u00a060,00  … nog vragen" in rows
    assert "€\u00a075,00  ✗ niet akkoord" in rows
    assert f"€\u00a0-149,95  ✗ niet teruggegeven. Nummer 55   Hulp: {SUPPORT}" in rows
    assert alarms == [False, False, False, True, False]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("asking-gateway", "1 van 3: vraag versturen, nog 1:58"),
        ("asking", "2 van 3: wachten op antwoord, nog 1:45"),
        ("asking-finality", "3 van 3: antwoord controleren, nog 0:09"),
        ("asking-over", "De kassa zoekt uit of er betaald is."),
    ],
)
async def test_f39_an_ask_says_what_it_waits_for_how_long_and_that_nothing_is_approved_yet(name, said):
    app = still(MOMENTS[name])
    async with app.run_test() as pilot:
        await pilot.pause()
        assert said in plain(app)
        assert "Nog niet akkoord: geef nog niets mee." in plain(app)
        assert not app.query_one(Mark).display


async def test_f39_what_was_paid_after_all_names_the_key_for_either_answer():
    app = still(MOMENTS["ask-paid"], "en")
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Were the goods handed over?" in plain(app)
        assert app.query_one("#keys", Big).text == "1 yes, handed over    2 no, money back    M later"
        assert not app.query_one(Mark).display


@pytest.mark.parametrize("typed", [1, 4, 12])
async def test_a_pin_is_as_many_dots_as_digits_were_typed(typed):
    app = still(replace(READY, stage=Stage.PIN, typed=typed))
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.query_one("#figure", Big).text == "●" * typed
        assert cut_off(app) == []
        assert in_blocks(app, "figure")


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_jumps_when_the_first_digit_of_a_pin_is_typed(size):
    app = still(MOMENTS["pin"])
    async with app.run_test(size=SIZES[size]) as pilot:
        await pilot.pause()
        before = list(app.query_one("#headline", Big)._rows)
        app.query_one(CounterView).update(MOMENTS["pin-typed"])
        await pilot.pause()
        assert app.query_one("#headline", Big)._rows == before


async def test_sales_to_give_back_stand_below_each_other_with_the_key_to_choose_them():
    app = still(MOMENTS["refund-choose"])
    async with app.run_test() as pilot:
        await pilot.pause()
        rows = [line for line in plain(app).splitlines() if "andere kassa" in line or "boeking" in line]
    assert [" ".join(row.split()) for row in rows] == [
        "1 24-11 13:55 € 12,50 boeking 12",
        "2 23-11 14:05 € 1.049,95 andere kassa",
        "3 15-11 14:05 € 20,00 boeking 9",
    ]
    assert len({row.index(",") for row in rows}) == 1


@pytest.mark.parametrize(("name", "older"), [("refund-choose", False), ("refund-many", True)])
async def test_older_sales_have_a_key_when_there_are_any(name, older):
    app = still(MOMENTS[name])
    async with app.run_test() as pilot:
        await pilot.pause()
        assert ("0 ouder" in app.query_one("#keys", Big).text) is older


@pytest.mark.parametrize("size", SIZES)
async def test_a_refund_is_never_taken_for_an_approval(size):
    """In words, in the drawing and in its side, with all styles stripped."""
    shown = {}
    for name in ("approved", "refunded"):
        app = still(MOMENTS[name])
        async with app.run_test(size=SIZES[size]) as pilot:
            await pilot.pause()
            shown[name] = (app.query_one("#headline", Big).text, app.query_one(Mark).region.x < SIZES[size][0] // 2)
    assert shown == {"approved": ("Akkoord", True), "refunded": ("Teruggave", False)}


@pytest.mark.parametrize(
    "screen",
    [
        replace(CHOOSING, sales=MANY * 3),
        replace(CHOOSING, sales=(replace(MANY[0], amount=Cents(2**32 - 1), time=Timestamp(0)),)),
        replace(ASKING, wait=None, seconds=2**40, amount=Cents(2**32 - 1), rest=Cents(2**32 - 1)),
        replace(ASKING, stage=Stage.ASK_PAID, programme="x" * 64, time=TIMESTAMP_MAX),
        replace(READY, stage=Stage.PIN, typed=500, seconds=2**40),
        replace(READY, stage=Stage.AMOUNT, amount=Cents(2**32 - 1), programme="x" * 64),
        replace(READY, stage=Stage.AMOUNT, amount=Cents(1), programme="漢字 ☃ [bold]regeling[/] €"),
        replace(READY, stage=Stage.REFUSED, reason=9999),
        replace(READY, stage=Stage.CHOOSE, choices=()),
        replace(READY, status=replace(READY.status, time=TIMESTAMP_MAX, devices=())),
        replace(READY, status=replace(READY.status, time=Timestamp(0), approves_until=NOW)),
    ],
)
async def test_whatever_a_screen_says_it_is_shown(screen: Screen):
    for size in ((80, 24), (30, 8), (1, 1), (240, 67)):
        app = still(screen)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            assert len(plain(app).splitlines()) == size[1]


async def test_a_second_later_only_the_clock_is_drawn_anew_as_a_pi_is_no_fast_machine(monkeypatch):
    app = still(READY)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        counter, styled, drawn = app.query_one(CounterView), [], []
        monkeypatch.setattr(app.stylesheet, "update_nodes", lambda nodes, **_: styled.extend(nodes))
        monkeypatch.setattr(Big, "_lay_out", lambda big: drawn.append(big.id))
        counter.update(replace(READY, status=replace(READY.status, time=Timestamp(NOW + 60))))
        await pilot.pause()
        assert (styled, drawn) == ([], ["clock"])
        counter.update(APPROVED)
        await pilot.pause()
        assert counter in styled
