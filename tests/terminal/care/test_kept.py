"""How much is written in a day: over looks, boots and cards, whatever the kept file says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.care import disk, kept, readings
from terminal.care.kept import DAY_SECONDS, FILE, Kept, Seen
from tests.terminal.care.machine import BOOT, PI, machine, shop

MEGABYTE = 2048
"""In sectors."""


def after(*seen, begin=None):
    known = begin or Kept()
    for each in seen:
        known = known.at(each)
    return known


def test_the_disk_is_the_one_that_the_journal_is_on_and_its_whole_counter_counts(tmp_path):
    seen = disk.counters(machine(tmp_path, PI).texts(disk.COUNTED), shop())
    assert seen == Seen(BOOT, 266_412, 1_024_000)


def test_the_first_look_only_begins():
    assert after(Seen("a", 50_000, 10**7)) == Kept("a", 50_000, 10**7)


def test_a_day_is_measured_in_time_that_the_machine_runs():
    begin = after(Seen("a", 100, 0))
    half = after(Seen("a", 100 + DAY_SECONDS // 2, 100 * MEGABYTE), begin=begin)
    assert (half.day, half.bytes, half.seconds) == (0, 100 * 2**20, DAY_SECONDS // 2)
    whole = after(Seen("b", DAY_SECONDS // 2, 50 * MEGABYTE), begin=half)
    assert (whole.day, whole.bytes, whole.seconds) == (150 * 2**20, 0, 0)


def test_after_a_boot_all_since_then_counts():
    known = after(Seen("a", 100, 5 * MEGABYTE), Seen("b", 60, MEGABYTE), Seen("b", 120, 3 * MEGABYTE))
    assert (known.bytes, known.seconds) == (3 * 2**20, 120)


@pytest.mark.parametrize("seen", [Seen("a", 90, 10), Seen("a", 200, 5)])
def test_a_counter_that_went_back_has_begun_anew(seen):
    known = after(Seen("a", 100, 8), seen)
    assert (known.bytes, known.seconds) == (seen.sectors * 512, seen.uptime)


@given(st.lists(st.builds(Seen, st.sampled_from(["", "a", "b"]), st.integers(0, 10**6), st.integers(0, 10**9))))
def test_no_day_is_negative_and_none_is_longer_than_it_should(looks):
    known = after(*looks)
    assert min(known.bytes, known.day, known.seconds) >= 0
    assert known.seconds < DAY_SECONDS


def test_it_is_kept_over_the_night(tmp_path):
    known = Kept("a", 5, 6, 7, 8, 9, "b")
    kept.save(tmp_path, known)
    assert kept.load(tmp_path) == known
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


GOOD = {"boot": "a", "uptime": 1, "sectors": 1, "bytes": 1, "seconds": 1, "day": 1, "weak_boot": ""}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"boot": 1}',
        "\xff",
        "x" * 9000,
        *(json.dumps({**GOOD, **more}) for more in ({"day": "1"}, {"more": 1})),
    ],
)
def test_a_file_that_makes_no_sense_is_a_new_beginning(tmp_path, content):
    (tmp_path / FILE).write_text(content, encoding="latin-1")
    assert kept.load(tmp_path) == Kept()
    (tmp_path / FILE).write_text(json.dumps(GOOD))
    assert kept.load(tmp_path).day == 1


def test_f18_a_disk_that_takes_nothing_is_no_reason_to_stop(tmp_path, caplog):
    kept.save(tmp_path / "gone", Kept())
    assert "care.not_kept" in caplog.text


def test_before_a_day_is_over_what_it_looks_like_is_said_and_not_judged(tmp_path):
    root = machine(tmp_path, PI)
    begun = Kept(BOOT, 266_412 - 7200, 1_024_000 - 300 * MEGABYTE)
    wear = next(each for each in readings.look(root, shop(kept=begun)) if each.check.name == "wear")
    assert wear.check.finding == "3600 MB written in a day, as it looks so far"
    assert wear.trouble is None


def test_the_power_that_was_too_weak_is_remembered_for_this_boot(tmp_path):
    weak = machine(tmp_path, PI, {"sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1"})
    assert readings.remember(weak, shop()).weak_boot == BOOT
    well = machine(tmp_path, PI)
    assert readings.remember(well, shop()).weak_boot == ""
    assert readings.remember(well, shop(kept=Kept(weak_boot=BOOT))).weak_boot == BOOT
