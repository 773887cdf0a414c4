"""The disk of the power cuts takes what it may take, and nothing that was flushed."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.power_cuts.disk import (
    LOG,
    SECTOR,
    SHARED,
    Create,
    Disk,
    Fate,
    Flush,
    FlushNames,
    Link,
    Mark,
    Truncate,
    Unlink,
    Write,
)

OLD, NEW = b"o" * 4 * SECTOR, b"n" * 4 * SECTOR
CUTS = 200


def disk(*operations, image=None):
    made = Disk({"file": OLD} if image is None else image)
    for operation in operations:
        made.do(operation)
    return made


def contents(made, fate, name="file"):
    """All that the file is found to hold after many cuts; None where it is gone."""
    return {made.cut(fate, Random(seed)).get(name) for seed in range(CUTS)}


def test_what_was_not_flushed_is_lost_or_kept():
    written = disk(Write("file", 0, NEW))
    assert contents(written, Fate.LOST) == {OLD}
    assert contents(written, Fate.KEPT) == {NEW}
    assert written.now() == {"file": NEW}
    assert not written.is_flushed()


@pytest.mark.parametrize("fate", Fate)
def test_what_was_flushed_stays_whatever_happens(fate):
    written = disk(Write("file", 0, NEW), Flush("file"), Mark(1))
    assert contents(written, fate) == {NEW}
    assert written.is_flushed()


@pytest.mark.parametrize("fate", [Fate.TORN, Fate.SHUFFLED])
def test_a_write_is_torn_at_sectors_and_nowhere_else(fate):
    found = contents(disk(Write("file", 0, NEW)), fate)
    assert {OLD, NEW} < found
    for content in found:
        parts = [content[at : at + SECTOR] for at in range(0, len(content), SECTOR)]
        assert set(parts) <= {OLD[:SECTOR], NEW[:SECTOR]}


def test_writes_go_out_in_any_order_but_only_where_they_are_shuffled():
    two = disk(Write("file", 0, b"1" * SECTOR), Write("file", SECTOR, b"2" * SECTOR))
    second_alone = OLD[:SECTOR] + b"2" * SECTOR + OLD[2 * SECTOR :]
    assert second_alone in contents(two, Fate.SHUFFLED)
    assert second_alone not in contents(two, Fate.TORN)


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate is not Fate.SPOILT])
def test_a_write_into_a_sector_does_not_harm_its_other_bytes(fate):
    written = disk(Write("file", 100, b"new"))
    assert contents(written, fate) <= {OLD, OLD[:100] + b"new" + OLD[103:]}


def test_a_sector_that_was_being_written_may_be_rubbish_and_no_other_is():
    found = contents(disk(Write("file", SECTOR + 100, b"n" * SECTOR)), Fate.SPOILT)
    assert {content[:SECTOR] + content[3 * SECTOR :] for content in found} == {OLD[: 2 * SECTOR]}
    assert any(content[SECTOR : SECTOR + 100] != OLD[:100] for content in found)
    assert OLD[: SECTOR + 100] + b"n" * SECTOR + OLD[2 * SECTOR + 100 :] in found


def test_a_file_may_be_longer_than_what_came_of_it():
    found = contents(disk(Write("file", len(OLD), NEW)), Fate.SHUFFLED)
    assert any(
        len(content) == len(OLD + NEW) and content[len(OLD) :] not in {NEW, bytes(len(NEW))} for content in found
    )
    assert all(content.startswith(OLD) for content in found)


@pytest.mark.parametrize("fate", [Fate.TORN, Fate.SHUFFLED])
def test_a_file_that_was_cut_short_may_still_be_long(fate):
    assert contents(disk(Truncate("file", SECTOR)), fate) == {OLD, OLD[:SECTOR]}


class TestNames:
    def test_a_flushed_file_without_a_flushed_name_may_be_gone(self):
        made = disk(Create("new"), Write("new", 0, NEW), Flush("new"))
        assert contents(made, Fate.LOST, "new") == {None}
        assert contents(made, Fate.SHUFFLED, "new") == {None, NEW}

    def test_a_flushed_name_without_flushed_content_is_empty(self):
        made = disk(Create("new"), Write("new", 0, NEW), FlushNames())
        assert contents(made, Fate.LOST, "new") == {b""}

    @pytest.mark.parametrize("fate", Fate)
    def test_with_both_it_stays(self, fate):
        made = disk(Create("new"), Write("new", 0, NEW), Flush("new"), FlushNames())
        assert contents(made, fate, "new") == {NEW}

    def test_a_file_that_was_removed_may_come_back(self):
        removed = disk(Unlink("file"))
        assert contents(removed, Fate.SHUFFLED) == {None, OLD}
        removed.do(FlushNames())
        assert contents(removed, Fate.SHUFFLED) == {None}

    def test_a_second_name_is_the_same_file(self):
        linked = disk(Link("file", "name"), FlushNames(), Unlink("file"), Write("name", 0, NEW), Flush("name"))
        assert contents(linked, Fate.LOST, "file") == {NEW}
        assert contents(linked, Fate.KEPT, "file") == {None}

    def test_a_file_that_took_the_place_of_another_is_another(self):
        anew = disk(Unlink("file"), Create("file"), Write("file", 0, NEW), Flush("file"))
        assert contents(anew, Fate.SHUFFLED) == {OLD, None, NEW}


def test_what_connections_share_in_memory_is_anything_after_a_cut():
    made = disk(image={LOG: b"", "file": OLD})
    assert len(contents(made, Fate.KEPT, SHARED)) == CUTS
    assert contents(made, Fate.LOST, SHARED) == {None}


@given(
    writes=st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=2000)), max_size=8),
    fate=st.sampled_from(Fate),
    seed=st.integers(),
)
def test_after_a_flush_of_all_no_cut_takes_anything(writes, fate, seed):
    made = disk(*(Write("file", *write) for write in writes), Flush("file"), FlushNames())
    assert made.cut(fate, Random(seed)) == made.now()
