"""Keyboards that are plugged in, pulled out, taken, forbidden, two at a time; read as real ones are."""

# ruff: noqa: E402 - without these packages there is nothing to test

import subprocess
import sys

import pytest

ecodes = pytest.importorskip("evdev", reason="evdev is not installed").ecodes
pytest.importorskip("pyudev", reason="pyudev is not installed")

from drivers import evdev_device, evdev_rows, hotplug, keyboard, keymap, keypad, registry
from drivers.base import DriverMisconfigured, KeyPress, Scan, Status, Visible
from drivers.keymap import UNREADABLE
from tests.drivers.hid_reports import RECORDINGS, key_events, recorded
from tests.drivers.keyboard_rig import PAUSE_SECONDS, Machine, write
from tests.drivers.keys import CAPS_LOCK, DOWN, DROPPED, ENTER, REPORT, SHIFT, events, frame, strokes
from tests.drivers.rigs import running

SCANNER = "0c2e:0b61"
OFFICE = "046d:c31c"
BY_ID = "/dev/input/by-id/usb-scanner-of-counter-2-event-kbd"
BY_PATH = "/dev/input/by-path/platform-usb-0:1.2:1.0-event-kbd"
CODE = "KP1ABCDEFGH0123456789"
LED_CAPS = 1


@pytest.fixture
def machine():
    made = Machine()
    yield made
    made.close()


def scanner(device=SCANNER, **options):
    return registry.make("evdev-scanner", {"device": device, **options}, allow_simulators=False)


def typed(text, layout="us"):
    return events([*strokes(text, layout), (ENTER,)])


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"the recordings are not there: {RECORDINGS}")
@pytest.mark.parametrize("name", ["sm2d-1", "sm2d-2"])
async def test_a_recorded_scan_comes_out_twice_as_it_was(machine, name):
    node = machine.plug()
    expected = (RECORDINGS / f"{name}.expected.txt").read_text(encoding="utf-8")
    async with running(scanner()) as heard:
        await write(node, key_events(recorded(name) * 2))
        assert (await heard.count(3))[1:] == [Scan(expected)] * 2


@pytest.mark.parametrize("layout", keymap.LAYOUTS)
async def test_a_scanner_is_read_under_its_layout(machine, layout):
    node = machine.plug()
    async with running(scanner(layout=layout)) as heard:
        await write(node, typed(CODE, layout))
        assert (await heard.count(2))[1] == Scan(CODE)


async def test_what_it_was_told_to_put_around_a_code_is_taken_off(machine):
    node = machine.plug()
    async with running(scanner(prefix="A", suffix="B")) as heard:
        await write(node, events(strokes(f"A{CODE}B", "us")))
        assert (await heard.count(2))[1] == Scan(CODE)


async def test_f20_it_is_grabbed_while_it_is_read_and_free_afterwards(machine):
    node = machine.plug()
    async with running(scanner()):
        assert node.grabbed
    assert not node.grabbed


async def test_f25_another_keyboard_is_left_alone(machine):
    office, node = machine.plug(OFFICE, "office"), machine.plug()
    async with running(scanner()) as heard:
        assert (node.grabbed, office.grabbed) == (True, False)
        await write(node, typed("A"))
        assert (await heard.count(2))[1] == Scan("A")


@pytest.mark.parametrize("device", [SCANNER, BY_ID, BY_PATH, "/dev/input/event1"])
async def test_f25_it_is_found_by_model_serial_port_or_node(machine, device):
    machine.plug(OFFICE)
    node = machine.plug(links=[BY_ID, BY_PATH])
    async with running(scanner(device)):
        assert node.grabbed


async def test_f25_two_scanners_of_one_model_both_work_and_their_codes_are_not_mixed(machine):
    first, second = machine.plug(name="first"), machine.plug(name="second")
    async with running(scanner()) as heard:
        assert heard.changes[0].detail == "reads first, second"
        await write(first, events(strokes("AB", "us")))
        await write(second, typed("XY"))
        await write(first, typed("CD"))
        assert set((await heard.count(3))[1:]) == {Scan("ABCD"), Scan("XY")}


async def test_f24_one_of_two_is_pulled_out_and_the_other_reads_on(machine):
    first, second = machine.plug(name="first"), machine.plug(name="second")
    async with running(scanner()) as heard:
        machine.unplug(first)
        await heard.count(2)
        assert heard.changes[1].status is Status.READY
        assert heard.changes[1].detail == "reads second"
        await write(second, typed("XY"))
        assert (await heard.count(3))[2] == Scan("XY")


async def test_f24_it_comes_back_in_another_port_and_half_a_code_is_forgotten(machine):
    node = machine.plug()
    async with running(scanner()) as heard:
        await write(node, events(strokes("KP1HALF", "us")))
        machine.unplug(node)
        await heard.count(2)
        again = machine.plug()
        await heard.count(3)
        await write(again, typed(CODE))
        await heard.count(4)
    assert [change.status for change in heard.changes] == [Status.READY, Status.LOST, Status.READY]
    assert heard.events[3] == Scan(CODE)


async def test_one_that_was_never_there_is_no_device_until_it_is_plugged_in(machine):
    async with running(scanner()) as heard:
        machine.plug()
        await heard.count(2)
    assert [change.status for change in heard.changes] == [Status.NO_DEVICE, Status.READY]
    assert "not plugged in" in heard.changes[0].detail


async def test_one_that_another_program_holds_is_taken_when_it_is_free(machine):
    node = machine.plug()
    node.busy = True
    async with running(scanner()) as heard:
        assert heard.changes[0].status is Status.NO_DEVICE
        assert "in use" in heard.changes[0].detail
        node.busy = False
        machine.say()
        await heard.count(2)
        assert heard.changes[1].status is Status.READY


async def test_one_that_may_not_be_opened_says_which_group_is_missing(machine):
    machine.forbidden.add(machine.plug().keyboard.node)
    async with running(scanner()) as heard:
        assert "group input" in heard.changes[0].detail
    assert scanner().look().status is Status.NO_DEVICE


async def test_plugs_that_cannot_be_watched_are_a_status_and_no_crash(monkeypatch):
    def refuse():
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr(evdev_device, "Hotplug", refuse)
    async with running(scanner()) as heard:
        assert heard.changes[0].status is Status.NO_DEVICE
        assert "Address family" in heard.changes[0].detail


async def test_events_that_were_lost_leave_a_mark_and_the_held_keys_are_asked_for(machine):
    node = machine.plug()
    async with running(scanner()) as heard:
        node.held = [SHIFT]
        await write(node, [*events(strokes("ab", "us")), DROPPED, REPORT, *typed("cd")])
        assert (await heard.count(2))[1] == Scan(f"ab{UNREADABLE}CD")


async def test_f22_a_code_that_is_typed_while_the_loop_is_held_up_comes_out_whole(machine):
    """Its events are many times what the kernel keeps for a reader."""
    node, long = machine.plug(), CODE * 4
    async with running(scanner()) as heard:
        node.type(typed(long))  # in the loop: nobody else has it
        assert (await heard.count(2))[1] == Scan(long)


async def test_f22_what_is_typed_beyond_all_that_is_kept_is_lost_by_name(machine):
    node = machine.plug()
    async with running(scanner()) as heard:
        node.type([*typed(CODE)] * 40)
        lost = await heard.until(lambda event: isinstance(event, Scan) and UNREADABLE in event.text)
        assert lost in heard.events
        assert heard.events.count(Scan(CODE)) == len(heard.events) - 2
        await write(node, typed("XY"))
        assert await heard.until(lambda event: event == Scan("XY")) == Scan("XY")


async def test_keys_that_are_held_when_it_is_opened_count(machine):
    node = machine.plug()
    node.held = [SHIFT, ENTER]
    async with running(scanner()) as heard:
        await write(node, typed("cd"))
        assert (await heard.count(2))[1] == Scan("CD")


async def test_f21_the_caps_lamp_is_put_out_so_that_no_scanner_types_for_it(machine):
    node = machine.plug()
    node.lit = [LED_CAPS]
    async with running(scanner()) as heard:
        assert node.lit == []
        await write(node, typed(CODE))
        assert (await heard.count(2))[1] == Scan(CODE)


async def test_f21_a_caps_lamp_that_stays_lit_is_allowed_for(machine):
    node = machine.plug()
    node.lit, node.readonly = [LED_CAPS], True
    async with running(scanner()) as heard:
        await write(node, events([*strokes(CODE, "us", caps=True), (ENTER,)]))
        assert (await heard.count(2))[1] == Scan(CODE)


async def test_a_keypad_is_read_with_num_lock_in_any_state(machine):
    node = machine.plug()
    driver = registry.make("evdev-keypad", {"device": SCANNER}, allow_simulators=False)
    async with running(driver) as heard:
        await write(node, events([(69,), (79,), (107,), (69,), (80,), (108,), (CAPS_LOCK,), (96,)]))
        assert (await heard.count(6))[1:] == [KeyPress(key) for key in ("1", "1", "2", "2", "confirm")]


async def test_a_key_that_is_held_on_the_keypad_is_pressed_once(machine):
    node = machine.plug()
    driver = registry.make("evdev-keypad", {"device": SCANNER}, allow_simulators=False)
    async with running(driver) as heard:
        await write(node, [*frame((79, 1)), *frame((79, 2)), *frame((79, 2)), *frame((79, 0)), *events([(80,)])])
        assert (await heard.count(3))[1:] == [KeyPress("1"), KeyPress("2")]


def test_a_look_opens_nothing(machine):
    assert isinstance(scanner(), Visible)
    assert scanner().look().status is Status.NO_DEVICE
    node = machine.plug()
    assert scanner().look().status is Status.READY
    assert not node.grabbed


def test_what_is_plugged_in_is_a_candidate_under_its_most_lasting_name(machine):
    machine.plug("05e0:1200", "with a serial number", [BY_PATH, BY_ID])
    machine.plug("0000:0000", "on pins", ["/dev/input/by-path/platform-keypad-event"])
    machine.plug("1111:2222", "by Bluetooth")
    machine.plug("3333:4444", "first twin", ["/dev/input/by-id/usb-twin", "/dev/input/by-path/port-1"])
    machine.plug("3333:4444", "second twin", ["/dev/input/by-id/usb-twin", "/dev/input/by-path/port-2"])
    machine.plug("0000:0000", "bare")
    found = evdev_rows.scanner_candidates()
    assert [candidate.options["device"] for candidate in found] == [
        BY_ID,
        "/dev/input/by-path/platform-keypad-event",
        "1111:2222",
        "/dev/input/by-path/port-1",
        "/dev/input/by-path/port-2",
        "/dev/input/event5",
    ]
    assert [candidate.label for candidate in found][:2] == ["with a serial number", "on pins"]
    for candidate in [*found, *evdev_rows.pad_candidates()]:
        registry.make(candidate.driver, candidate.options, allow_simulators=False)


@pytest.mark.parametrize("device", ["", "scanner", "0c2e:0B61", "0c2e", "/dev/ttyACM0", "/dev/input/"])
def test_what_names_no_keyboard_is_refused(device):
    with pytest.raises(DriverMisconfigured, match="vendor:product"):
        scanner(device)


def test_a_layout_that_does_not_exist_is_named_beside_those_that_do():
    with pytest.raises(DriverMisconfigured, match=r"'qwerty'.*us, de, fr, be"):
        scanner(layout="qwerty")


def test_the_codes_are_the_kernels():
    assert (keyboard.EV_SYN, keyboard.EV_KEY) == (ecodes.EV_SYN, ecodes.EV_KEY)
    assert (keyboard.SYN_REPORT, keyboard.SYN_DROPPED) == (ecodes.SYN_REPORT, ecodes.SYN_DROPPED)
    assert evdev_rows._LED_CAPS == ecodes.LED_CAPSL
    assert (keymap.ENTER, keymap.DOWN, keymap.CAPS_LOCK) == (ecodes.KEY_ENTER, ecodes.KEY_DOWN, ecodes.KEY_CAPSLOCK)
    assert DOWN == ecodes.KEY_DOWN
    for digit in "0123456789":
        for code in (ecodes.ecodes[f"KEY_{digit}"], ecodes.ecodes[f"KEY_KP{digit}"]):
            assert keypad.NAMES[code] == keymap.character(code, "us") == digit
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        assert keymap.character(ecodes.ecodes[f"KEY_{letter}"], "us") == letter.lower()
    unlocked = ["INSERT", "END", "DOWN", "PAGEDOWN", "LEFT", "RIGHT", "HOME", "UP", "PAGEUP"]
    assert [keypad.NAMES[ecodes.ecodes[f"KEY_{name}"]] for name in unlocked] == list("012346789")
    named = {"BACKSPACE": "correct", "KPMINUS": "correct", "ESC": "cancel", "KPSLASH": "cancel", "TAB": "menu"}
    named |= {"KPPLUS": "menu", "COMPOSE": "menu", "ENTER": "confirm", "KPENTER": "confirm", "KPASTERISK": "00"}
    assert {name: keypad.NAMES[ecodes.ecodes[f"KEY_{name}"]] for name in named} == named


@pytest.mark.parametrize(
    ("words", "is_keyboard"),
    [
        ("1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe", True),  # a USB keyboard
        ("40000000", True),  # one with the letter A alone
        ("1f0000 0", False),  # a mouse
        ("10000000000000 0", False),  # a power button
        ("", False),
    ],
)
def test_what_has_no_keys_to_type_with_is_no_keyboard(words, is_keyboard):
    assert hotplug._has_keys(words.split()) is is_keyboard


def test_this_machines_keyboards_can_be_listed_and_watched():
    """With the real udev, whatever is plugged in here."""
    assert all(each.node.startswith("/dev/input/event") for each in hotplug.keyboards())
    try:
        plugs = hotplug.Hotplug()
    except OSError as error:
        pytest.skip(f"this machine has no netlink for udev: {error}")
    with plugs:
        assert plugs.fileno() > 0
        plugs.drain()


def test_a_machine_without_the_package_has_no_such_driver_and_harms_no_other():
    code = (
        "import sys; sys.modules['evdev'] = None\n"
        "from drivers import registry\n"
        "print(registry.availability('evdev-scanner', allow_simulators=False)[0])\n"
        "print(registry.availability('simulated-scanner', allow_simulators=True)[0])\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split("\n")[:2] == ["no dependency", "ready"]


async def test_a_scanner_without_terminator_is_read_by_its_pause(machine):
    node = machine.plug()
    async with running(scanner()) as heard:
        await write(node, events(strokes(CODE, "us")))
        assert (await heard.count(2))[1] == Scan(CODE)
    assert PAUSE_SECONDS < 1
