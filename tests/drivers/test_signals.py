"""Buzzers and lamps: tones that can be told apart without looking, on devices that may go."""

import asyncio
import errno
import fcntl
import os
import struct
import time
from contextlib import suppress
from itertools import pairwise

import pytest

from drivers import registry
from drivers.base import DriverMisconfigured, Status
from drivers.output import TONES, Signaller
from drivers.tones import PATTERNS
from tests.drivers.pty_rig import PATIENCE
from tests.drivers.rigs import running

EVENT = struct.Struct("@llHHi")


def on_times(tone):
    return [beat.on_ms for beat in PATTERNS[tone]]


# The patterns


def test_every_tone_has_a_pattern():
    assert set(PATTERNS) == set(TONES)


def test_no_two_tones_have_as_many_beats_or_last_as_long():
    assert len({len(beats) for beats in PATTERNS.values()}) == len(PATTERNS)
    lengths = sorted(sum(beat.on_ms + beat.off_ms for beat in beats) for beats in PATTERNS.values())
    assert all(longer >= 1.5 * shorter for shorter, longer in pairwise(lengths))


def test_approved_and_refused_differ_in_pitch_for_who_hears_only_the_end():
    assert PATTERNS["approved"][-1].hertz >= 4 * PATTERNS["refused"][-1].hertz


@pytest.mark.parametrize("tone", TONES)
def test_a_tone_is_noticed_and_is_over_before_the_next_sale(tone):
    assert all(50 <= milliseconds <= 500 for milliseconds in on_times(tone))
    assert sum(beat.on_ms + beat.off_ms for beat in PATTERNS[tone]) <= 1500
    assert all(beat.off_ms >= 50 for beat in PATTERNS[tone][:-1])
    assert PATTERNS[tone][-1].off_ms == 0


# Playing them


@pytest.fixture
def notebook(tmp_path):
    return tmp_path / "heard"


@pytest.fixture
def signal(notebook):
    made = registry.make("simulated-signal", {"file": str(notebook)}, allow_simulators=True)
    assert isinstance(made, Signaller)
    return made


def pitches(path):
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def played(tone):
    """What is heard of it, silences in between."""
    return [pitch for beat in PATTERNS[tone] for pitch in (beat.hertz, 0)]


async def until(question):
    async with asyncio.timeout(PATIENCE):
        while not question():  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("tone", TONES)
async def test_each_tone_is_played_to_its_end(signal, notebook, tone):
    async with running(signal):
        began = time.monotonic()
        signal.signal(tone)
        await until(lambda: pitches(notebook) == played(tone))
    assert time.monotonic() - began >= sum(beat.on_ms + beat.off_ms for beat in PATTERNS[tone][:-1]) / 1000


async def test_a_new_tone_ends_the_one_before(signal, notebook):
    last = len(played("approved"))
    async with running(signal):
        signal.signal("refused")
        await until(lambda: pitches(notebook))
        signal.signal("approved")
        await until(lambda: pitches(notebook)[-last:] == played("approved"))
    before = pitches(notebook)[:-last]
    assert before == played("refused")[: len(before)]
    assert 0 < len(before) < len(played("refused"))


async def test_a_tone_from_before_it_was_there_is_not_made_up_for(signal, notebook):
    signal.signal("refused")
    async with running(signal):
        signal.signal("scanned")
        await until(lambda: pitches(notebook) == played("scanned"))


# A lamp


@pytest.fixture
def led(tmp_path):
    folder = tmp_path / "counter"
    folder.mkdir()
    for name, content in (("brightness", "7"), ("max_brightness", "128\n"), ("trigger", "none [timer] oneshot")):
        (folder / name).write_text(content)
    return folder


async def test_a_lamp_is_taken_from_its_trigger_lights_up_and_is_dark_in_the_end(led):
    lamp = registry.make("lamp", {"led": str(led)}, allow_simulators=False)
    assert isinstance(lamp, Signaller)
    async with running(lamp) as heard:
        assert heard.changes[0].status is Status.READY
        assert (led / "trigger").read_text() == "none"
        assert (led / "brightness").read_text() == "0"
        lamp.signal("approved")
        await until(lambda: (led / "brightness").read_text() == "128")
    assert (led / "brightness").read_text() == "0"


async def test_a_folder_that_is_no_lamp_is_no_device_and_stays_as_it_is(tmp_path):
    lamp = registry.make("lamp", {"led": str(tmp_path)}, allow_simulators=False)
    async with running(lamp) as heard:
        assert heard.changes[0].status is Status.NO_DEVICE
        assert str(tmp_path) in heard.changes[0].detail
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("led", ["", "counter", "/sys/\0"])
def test_what_can_be_no_path_is_named(led):
    with pytest.raises(DriverMisconfigured, match="no absolute path"):
        registry.make("lamp", {"led": led}, allow_simulators=False)


# A buzzer


@pytest.fixture
def tones(monkeypatch):
    """What the kernel would say that the device can sound."""
    bits = [1 << 2]
    monkeypatch.setattr(fcntl, "ioctl", lambda *_: bytes([bits[0]]))
    return bits


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "event7"
    os.mkfifo(path)
    file = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    yield path, file
    os.close(file)


async def test_a_buzzer_gets_the_kernels_own_events(pipe, tones):
    path, file = pipe
    buzzer = registry.make("buzzer", {"device": str(path)}, allow_simulators=False)
    assert isinstance(buzzer, Signaller)
    events: list[tuple[int, ...]] = []
    async with running(buzzer):
        buzzer.signal("approved")
        while len(events) < 1 + len(played("approved")):  # the timeout of the suite ends it
            with suppress(BlockingIOError):
                events += EVENT.iter_unpack(os.read(file, 100 * EVENT.size))
            await asyncio.sleep(0.01)
    events += EVENT.iter_unpack(os.read(file, 100 * EVENT.size))
    assert {(kind, code) for _, _, kind, code, _ in events} == {(0x12, 0x02)}
    assert [value for *_, value in events] == [0, *played("approved"), 0]


async def test_an_input_device_without_tones_is_named(pipe, tones):
    tones[0] = 1 << 1  # clicks alone
    path, _ = pipe
    buzzer = registry.make("buzzer", {"device": str(path)}, allow_simulators=False)
    async with running(buzzer) as heard:
        assert heard.changes[0].status is Status.NO_DEVICE
        assert "without tones" in heard.changes[0].detail


async def test_a_file_that_is_no_input_device_is_named(pipe):
    """With the kernel's own answer."""
    path, _ = pipe
    buzzer = registry.make("buzzer", {"device": str(path)}, allow_simulators=False)
    async with running(buzzer) as heard:
        assert heard.changes[0].status is Status.NO_DEVICE
        assert os.strerror(errno.ENOTTY) in heard.changes[0].detail
