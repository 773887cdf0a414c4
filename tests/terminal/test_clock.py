"""The bound comes from blocks and uptime alone; a clock can be anything."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from contracts.wire.units import TIMESTAMP_MAX, Timestamp
from terminal.clock import Clock, Sources, kernel_synchronised

SECOND = 1_000_000_000


@dataclass
class Times:
    uptime: int = 5 * SECOND
    wall: float = 1_000.0
    synchronised: bool = False

    def sources(self):
        return Sources(lambda: self.uptime, lambda: self.wall, lambda: self.synchronised)


def test_without_a_checkpoint_there_is_no_bound_however_long_it_runs():
    times = Times()
    clock = Clock(Timestamp(0), times.sources())
    times.uptime += 100 * SECOND
    assert clock.bound() == 0
    assert clock.moment().uptime_ms == 100_000


def test_the_bound_is_the_block_time_and_the_uptime_since():
    times = Times()
    clock = Clock(Timestamp(0), times.sources())
    times.uptime += 7 * SECOND
    clock.raise_to(Timestamp(50_000))
    times.uptime += 3 * SECOND
    assert clock.bound() == 50_003


def test_after_a_boot_it_goes_on_from_what_was_kept():
    times = Times()
    clock = Clock(Timestamp(60_000), times.sources())
    times.uptime += 9 * SECOND
    assert clock.bound() == 60_009


def test_an_older_block_never_takes_it_back():
    clock = Clock(Timestamp(60_000), Times().sources())
    clock.raise_to(Timestamp(50_000))
    assert clock.bound() == 60_000


@given(st.lists(st.tuples(st.floats(-1e12, 1e13), st.booleans()), max_size=20))
def test_f19_no_clock_moves_the_bound(walls):
    times = Times()
    clock = Clock(Timestamp(60_000), times.sources())
    for wall, synchronised in walls:
        times.wall, times.synchronised = wall, synchronised
        moment = clock.moment()
        assert moment.bound == 60_000
        assert 0 <= moment.clock <= TIMESTAMP_MAX
        assert moment.synchronised is synchronised


def test_the_kernel_can_be_asked():
    assert kernel_synchronised() in {True, False}
