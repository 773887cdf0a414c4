"""Learning with scanners and keypads that are keyboards: device, layout, and which is which."""

import asyncio

import pytest

from contracts.wire.errors import Broken
from drivers.base import Candidate
from terminal import listening
from terminal.trial import TEST_CODE
from tests.drivers.keyboard_rig import Machine, write
from tests.drivers.keys import CTRL, DOWN, ENTER, KP_ENTER, events, strokes
from tests.terminal.pupil import Spoken, asking, lesson

SPACE, ESCAPE, C = 57, 1, 46


@pytest.fixture
def machine(monkeypatch):
    monkeypatch.setattr(listening, "LOOK_SECONDS", 0.01)
    made = Machine()
    yield made
    made.close()


@pytest.fixture
def spoken(capsys):
    return Spoken(capsys)


def typed(text, layout):
    """What a scanner presses for the test code, and after it Enter and Down Arrow, as recorded."""
    for each in text:
        yield (SPACE,) if each == " " else strokes(each, layout)[0]
    yield (ENTER,)
    yield (DOWN,)


@pytest.mark.parametrize(("layout", "scans"), [("us", 1), ("de", 2), ("fr", 2)])
async def test_f21_a_keyboard_scanner_is_found_with_its_layout(machine, spoken, layout, scans):
    machine.plug("413c:2107", "office keyboard")
    scanner = machine.plug("0c2e:0b61", "a scanner")
    async with asking(lesson().scanner()) as answer:
        for scan in range(scans):
            await spoken.until("listening to", times=2) if not scan else await spoken.until("once more")
            while not scanner.grabbed:  # noqa: ASYNC110 - nobody says when it is opened anew
                await asyncio.sleep(0.01)
            await write(scanner, events(typed(TEST_CODE, layout)))
        found = await answer
    assert (found.driver, found.options["layout"], found.options["device"]) == ("evdev-scanner", layout, "0c2e:0b61")
    assert not scanner.grabbed


async def test_f25_the_keypad_is_the_one_whose_enter_is_pressed_and_never_the_scanner(machine, spoken):
    machine.plug("0c2e:0b61", "a scanner")
    pad = machine.plug("04d9:a02a", "a keypad")
    scanner = Candidate("evdev-scanner", {"device": "0c2e:0b61", "layout": "us"}, "a scanner")
    async with asking(lesson().keypad(scanner)) as answer:
        await spoken.until("listening to a keypad")
        await write(pad, events([(2,)]))
        await spoken.until("another key")
        while not pad.grabbed:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await write(pad, events([(KP_ENTER,)]))
        found = await answer
    assert (found.driver, dict(found.options)) == ("evdev-keypad", {"device": "04d9:a02a"})
    assert "listening to a scanner" not in spoken.text


@pytest.mark.parametrize(("kind", "stroke"), [("scanner", (CTRL, C)), ("keypad", (ESCAPE,))])
async def test_a_person_can_stop_on_the_keyboard_that_is_grabbed(machine, spoken, kind, stroke):
    keyboard = machine.plug("413c:2107", "the console's keyboard")
    question = lesson().scanner() if kind == "scanner" else lesson().keypad(None)
    async with asking(question) as answer:
        await spoken.until("listening to")
        await write(keyboard, events([stroke]))
        with pytest.raises(Broken, match="stopped"):
            await answer
    assert not keyboard.grabbed
