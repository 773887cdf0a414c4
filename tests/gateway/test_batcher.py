"""Which segments go next, and when."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.gateway.settling.batcher import Candidate, Cut, Limits, Ready, Waiting, choose, due, enough
from contracts.wire.batch import BATCH_BYTES_MAX, HEADER_BYTES, PADDING, SEGMENTS_MAX
from contracts.wire.units import Address, Timestamp

A, B = Address(b"a" * 20), Address(b"b" * 20)


def candidate(terminal: Address, first: int, signed: set[int], count: int, length: int = 79, at: int = 0) -> Candidate:
    numbers = range(first, first + count)
    return Candidate(terminal, [Ready(number, length, number in signed, Timestamp(at)) for number in numbers])


def test_a_batch_is_due_by_age():
    limits, waiting = Limits(age=5), [Waiting(Timestamp(103), 1), Waiting(Timestamp(100), 1)]
    assert not due(waiting, limits, Timestamp(104))
    assert due(waiting, limits, Timestamp(105))
    assert not due([], limits, Timestamp(105))


def test_what_was_taken_in_while_the_clock_ran_ahead_is_due():
    assert due([Waiting(Timestamp(10**9), 1)], Limits(age=5), Timestamp(100))


def test_a_batch_is_due_by_size():
    limits = Limits(age=60, full=10)
    assert not due([Waiting(Timestamp(0), 9)], limits, Timestamp(0))
    assert due([Waiting(Timestamp(0), 5), Waiting(Timestamp(0), 5)], limits, Timestamp(0))


def test_no_more_terminals_are_taken_than_fill_a_batch():
    waiting = [Waiting(Timestamp(0), count) for count in (3, 4, 9)]
    assert [enough(waiting, entries) for entries in (1, 3, 4, 7, 8, 99)] == [1, 1, 2, 2, 3, 3]


def test_a_segment_ends_at_the_last_signature():
    assert choose([candidate(A, 4, {5, 7}, 6)], 100) == [Cut(A, 4, 7)]
    assert choose([candidate(A, 4, set(), 6)], 100) == []


def test_who_waited_longest_goes_first():
    cuts = choose([candidate(A, 1, {3}, 3, at=9), candidate(B, 1, {3}, 3, at=8)], 4)
    assert cuts == [Cut(B, 1, 3)]


def test_a_segment_that_does_not_fit_is_shortened_to_an_earlier_signature():
    assert choose([candidate(A, 1, {10, 20, 30}, 30)], 25) == [Cut(A, 1, 20)]
    length = (BATCH_BYTES_MAX - len(PADDING) - HEADER_BYTES) // 20
    assert choose([candidate(A, 1, {10, 20, 21}, 21, length=length)], 100) == [Cut(A, 1, 20)]


def test_no_more_segments_than_a_batch_has():
    many = [candidate(Address(bytes([n]) * 20), 1, {1}, 1) for n in range(SEGMENTS_MAX + 5)]
    assert len(choose(many, 1_000)) == SEGMENTS_MAX


@given(st.data())
def test_every_batch_fits_and_is_signed(data: st.DataObject):
    candidates = []
    for number in range(data.draw(st.integers(1, 5))):
        count = data.draw(st.integers(1, 600))
        signed = data.draw(st.sets(st.integers(1, count), max_size=4))
        length = data.draw(st.sampled_from([2, 79, 256]))
        candidates.append(candidate(Address(bytes([number]) * 20), 1, signed, count, length=length))
    entries_max = data.draw(st.integers(1, 700))
    by_terminal = {one.terminal: one for one in candidates}

    cuts = choose(candidates, entries_max)

    size = sum(HEADER_BYTES + cut.count * by_terminal[cut.terminal].ready[0].length for cut in cuts)
    assert size + len(PADDING) <= BATCH_BYTES_MAX
    assert sum(cut.count for cut in cuts) <= entries_max
    assert all(by_terminal[cut.terminal].ready[cut.last - 1].signed for cut in cuts)
    assert len({cut.terminal for cut in cuts}) == len(cuts)
