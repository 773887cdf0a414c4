"""How journals reach the contract: consumed once, in order, from the terminal's own hand, or not at all."""

import pytest

from contracts.wire import batch, journal, signature, typed_data
from contracts.wire.batch import Segment
from contracts.wire.entry import frame
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Hash
from tests.contract.called import Receipt
from tests.contract.journals import Till, address, key
from tests.contract.machines import on_each
from tests.contract.world import World

pytestmark = on_each


def refusals(receipt: Receipt) -> list[Reason]:
    """Why segments were refused."""
    return [Reason(event.reason) for event in receipt.named("SegmentRefused")]


def position(world: World, till: Till) -> tuple[int, bytes]:
    """Sequence and head of a terminal on the contract."""
    state = world.contract.view("terminal", till.address)
    return state.sequence, state.head


def spent(world: World) -> int:
    """What family-01 has spent."""
    return int(world.contract.view("budget", 1, address("family-01")).spent)


def copy_of(till: Till, length: int) -> Till:
    """The same terminal with the first entries of its journal: a card put back from an old image."""
    return Till(till.name, till.domain, till.entries[:length], till.heads[: length + 1])


@pytest.fixture
def selling(world: World) -> World:
    """A till with six sales of EUR 1, the first three of them settled."""
    for _ in range(6):
        world.till.pay("family-01", 100)
    world.settle(world.till.segment(1, 3))
    return world


def test_the_genesis_is_kept_from_the_start(world):
    assert position(world, world.till) == (0, journal.kept(world.till.heads[0]))


def test_the_rest_of_a_journal_is_settled_where_it_stopped(selling):
    receipt = selling.settle(selling.till.segment(4))
    assert [(event.first, event.last) for event in receipt.named("Settled")] == [(4, 6)]
    assert position(selling, selling.till) == (6, journal.kept(selling.till.heads[6]))
    assert spent(selling) == 600


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 3), (2, 3), (3, 3)])
def test_f01_what_is_settled_is_never_settled_again(selling, first, last):
    assert refusals(selling.settle(selling.till.segment(first, last))) == [Reason.NOTHING_NEW]
    assert spent(selling) == 300


def test_f01_the_same_segment_twice_in_one_batch_is_settled_once(selling):
    receipt = selling.settle(selling.till.segment(4), selling.till.segment(4))
    assert len(receipt.named("Settled")) == 1
    assert refusals(receipt) == [Reason.NOTHING_NEW]
    assert spent(selling) == 600


@pytest.mark.parametrize("first", [1, 2, 3])
def test_an_overlap_settles_its_new_part(selling, first):
    receipt = selling.settle(selling.till.segment(first, 5))
    assert [(event.first, event.last) for event in receipt.named("Settled")] == [(4, 5)]
    assert position(selling, selling.till) == (5, journal.kept(selling.till.heads[5]))
    assert spent(selling) == 500


@pytest.mark.parametrize("first", [5, 6])
def test_a_gap_is_refused_and_may_come_again(selling, first):
    receipt = selling.settle(selling.till.segment(first))
    assert refusals(receipt) == [Reason.GAP]
    assert receipt.named("SegmentRefused")[0].first == first
    assert spent(selling) == 300
    assert refusals(selling.settle(selling.till.segment(4))) == []


@pytest.mark.parametrize("settled_part", [0, 1, 2])
@pytest.mark.parametrize("first", [1, 2, 3, 4])
def test_f16_a_fork_is_refused_below_and_above_what_is_settled(selling, settled_part, first):
    restored = copy_of(selling.till, settled_part)
    while restored.sequence < 5:
        restored.pay("family-01", 50)
    assert refusals(selling.settle(restored.segment(first))) == [Reason.FORK]
    assert position(selling, selling.till) == (3, journal.kept(selling.till.heads[3]))
    assert spent(selling) == 300


def test_a_journal_that_goes_on_from_what_is_settled_is_no_fork(selling):
    restored = copy_of(selling.till, 3)
    restored.pay("family-01", 50)
    assert refusals(selling.settle(restored.segment(2))) == []
    assert refusals(selling.settle(selling.till.segment(4))) == [Reason.FORK]


def flipped(data: bytes, position: int, bit: int = 0) -> bytes:
    changed = bytearray(data)
    changed[position] ^= 1 << bit
    return bytes(changed)


HEADER = batch.HEADER_BYTES
PLACES = {
    "terminal": 0,
    "terminal, last byte": 19,
    "first sequence": 23,
    "count": 25,
    "body length": 28,
    "previous head": 29,
    "previous head, kept part": 60,
    "journal signature r": 61,
    "journal signature parity": 93,
    "journal signature s": 124,
    "length": HEADER,
    "kind": HEADER + 1,
    "programme": HEADER + 5,
    "amount": HEADER + 9,
    "time": HEADER + 14,
    "pass signature r": HEADER + 15,
    "pass signature r, last byte": HEADER + 46,
    "pass signature parity": HEADER + 47,
    "pass signature s": HEADER + 78,
    "the last entry's last byte": HEADER + 2 * 79 - 1,
}


@pytest.mark.parametrize("bit", [0, 7])
@pytest.mark.parametrize("place", PLACES)
def test_f37_a_changed_byte_consumes_nothing_and_the_right_bytes_come_later(world, place, bit):
    world.till.pay("family-01", 100)
    world.till.pay("family-01", 200)
    right = batch.encode([world.till.segment()])
    receipt = world.settle_bytes(flipped(right, PLACES[place], bit))
    assert receipt.named("Settled", "Drawn", "Rejected") == []
    assert len(refusals(receipt)) >= 1
    assert position(world, world.till) == (0, journal.kept(world.till.heads[0]))
    assert spent(world) == 0
    assert refusals(world.settle_bytes(right)) == []
    assert spent(world) == 300


def test_f37_a_pass_signature_that_somebody_spoils_does_not_cost_the_sale(world):
    world.till.pay("family-01", 100)
    world.till.pay("family-01", 200)
    right = world.till.segment()
    spoilt = right.entries[0][:-64] + bytes(64)
    wrong = Segment(right.terminal, 1, right.previous_head, (spoilt, right.entries[1]), right.signature)
    assert refusals(world.settle(wrong)) == [Reason.JOURNAL_SIGNATURE]
    assert refusals(world.settle(right)) == []
    assert spent(world) == 300


def test_entries_in_another_order_are_refused(world):
    world.till.pay("family-01", 100)
    world.till.pay("family-01", 200)
    right = world.till.segment()
    wrong = Segment(right.terminal, 1, right.previous_head, right.entries[::-1], right.signature)
    assert refusals(world.settle(wrong)) == [Reason.JOURNAL_SIGNATURE]
    assert spent(world) == 0


def test_a_journal_signed_by_somebody_else_is_refused(world):
    world.till.pay("family-01", 100)
    right = world.till.segment()
    digest = typed_data.journal(world.domain, world.till.address, 1, right.head())
    stranger = signature.sign(key("till-09"), digest)
    assert refusals(world.settle(Segment(right.terminal, 1, right.previous_head, right.entries, stranger))) == [
        Reason.JOURNAL_SIGNATURE
    ]


def test_the_upper_half_of_s_is_no_journal_signature(world):
    world.till.pay("family-01", 100)
    right = world.till.segment()
    upper = right.signature[:32] + (signature.HALF_ORDER + 1).to_bytes(32)
    wrong = Segment(right.terminal, 1, right.previous_head, right.entries, upper)
    assert refusals(world.settle(wrong)) == [Reason.JOURNAL_SIGNATURE]


def test_an_earlier_signature_does_not_vouch_for_later_entries(world):
    world.till.pay("family-01", 100)
    world.till.pay("family-01", 100)
    right = world.till.segment()
    early = Segment(right.terminal, 1, right.previous_head, right.entries, world.till.sign(1))
    assert refusals(world.settle(early)) == [Reason.JOURNAL_SIGNATURE]


def test_an_unknown_terminal_is_refused(world):
    stranger = Till("till-09", world.domain)
    stranger.pay("family-01", 100)
    assert refusals(world.settle(stranger.segment())) == [Reason.TERMINAL_UNKNOWN]
    assert world.contract.view("terminal", stranger.address).sequence == 0


def test_nobody_is_no_terminal(world):
    right = world.till
    right.pay("family-01", 100)
    nobody = Segment(Address(bytes(20)), 1, Hash(bytes(32)), right.entries, bytes(64))
    assert refusals(world.settle(nobody)) == [Reason.TERMINAL_UNKNOWN]


@pytest.mark.parametrize("others", ["before", "behind", "around"])
def test_f05_a_refused_segment_does_not_stop_the_others(world, others):
    second = world.new_till("till-02", world.new_shop("shop-02"))
    world.till.pay("family-01", 100)
    second.pay("family-01", 200)
    stranger = Till("till-09", world.domain)
    stranger.pay("family-01", 300)
    good, bad = [world.till.segment(), second.segment()], stranger.segment()
    order = {"before": [bad, *good], "behind": [*good, bad], "around": [good[0], bad, good[1]]}[others]
    receipt = world.settle(*order)
    assert refusals(receipt) == [Reason.TERMINAL_UNKNOWN]
    assert len(receipt.named("Settled")) == 2
    assert (world.contract.view("credit", 1, 1), world.contract.view("credit", 1, 2)) == (100, 200)


def with_header(segment: Segment, **fields: int) -> bytes:
    """The segment's bytes with first sequence, count or body length changed."""
    data = bytearray(segment.pack())
    for name, value in fields.items():
        start, end = {"first": (20, 24), "count": (24, 26), "length": (26, 29)}[name]
        data[start:end] = value.to_bytes(end - start)
    return bytes(data)


@pytest.mark.parametrize(
    "fields",
    [
        {"count": 0},
        {"count": 1},
        {"count": 3},
        {"count": 65_535},
        {"count": 2_001},
        {"first": 0},
        {"first": 2**32 - 1},
    ],
    ids=str,
)
def test_a_segment_whose_numbers_do_not_come_out_is_refused_alone(world, fields):
    second = world.new_till("till-02", 1)
    world.till.pay("family-01", 100)
    world.till.pay("family-01", 100)
    second.pay("family-01", 200)
    receipt = world.settle_bytes(with_header(world.till.segment(), **fields) + second.segment().pack() + bytes(32))
    assert refusals(receipt) == [Reason.SEGMENT_FORM]
    assert spent(world) == 200
    assert refusals(world.settle(world.till.segment())) == []


def test_a_body_that_ends_within_an_entry_is_refused_alone(world):
    second = world.new_till("till-02", 1)
    world.till.pay("family-01", 100)
    second.pay("family-01", 200)
    segment = world.till.segment()
    cut = with_header(segment, length=60)[: HEADER + 60]
    receipt = world.settle_bytes(cut + second.segment().pack() + bytes(32))
    assert refusals(receipt) == [Reason.SEGMENT_FORM]
    assert spent(world) == 200


def test_an_entry_that_claims_more_than_the_batch_holds_is_refused(world):
    world.till.append(frame(b"?"))
    segment = world.till.segment()
    data = bytearray(segment.pack())
    data[HEADER] = 255
    assert refusals(world.settle_bytes(bytes(data) + bytes(32))) == [Reason.SEGMENT_FORM]


@pytest.mark.parametrize("cut", [1, 78, 79, 80, 79 + 124])
def test_a_batch_that_is_cut_off_stops_there_and_keeps_what_came_before(world, cut):
    second = world.new_till("till-02", 1)
    world.till.pay("family-01", 100)
    second.pay("family-01", 200)
    whole = world.till.segment().pack() + second.segment().pack()
    receipt = world.settle_bytes(whole[: len(whole) - cut] + bytes(32))
    assert refusals(receipt) == [Reason.SEGMENT_FORM]
    assert spent(world) == 100
    assert refusals(world.settle(second.segment())) == []
    assert spent(world) == 300


def test_an_empty_batch_does_nothing(world):
    assert world.settle_bytes(bytes(32)).events == ()


def test_a_batch_without_padding_is_undone(world):
    assert world.revert_reason(lambda: world.settle_bytes(bytes(31))) == "settle: no padding"


def test_a_call_that_is_encoded_in_another_way_is_undone(world):
    world.till.pay("family-01", 100)
    data = world.contract.calldata("settle", batch.encode([world.till.segment()]))
    moved = data[:4] + (64).to_bytes(32) + bytes(32) + data[36:]
    reason = world.revert_reason(lambda: world.evm.transact(address("anybody"), world.contract.address, moved))
    assert reason == "settle: not encoded as usual"


def test_many_small_segments_are_all_read(world):
    tills = [world.new_till(f"till-{n:02}", 1) for n in range(2, 72)]
    for till in tills:
        till.pay("family-01", 10)
    receipt = world.settle(*(till.segment() for till in tills))
    assert len(receipt.named("Settled")) == 70
    assert spent(world) == 700


def test_a_long_journal_of_one_terminal(world):
    world.grant("family-02", 1_000)
    for _ in range(500):
        world.till.pay("family-02", 2)
    assert refusals(world.settle(world.till.segment())) == []
    assert world.contract.view("credit", 1, 1) == 1000
    assert world.contract.view("budget", 1, address("family-02")).left == 0


def test_anybody_may_settle(selling):
    data = batch.encode([selling.till.segment(4)])
    selling.contract("settle", data, sender=address("a stranger"))
    assert spent(selling) == 600


def test_another_chain_has_another_domain(world):
    ours = world.contract.view("domain_separator")
    assert ours == world.domain.separator()
    world.till.pay("family-01", 100)
    segment = world.till.segment()
    world.evm.chain_id = 1338
    assert world.contract.view("domain_separator") != ours
    assert refusals(world.settle(segment)) == [Reason.JOURNAL_SIGNATURE]
    world.evm.chain_id = 1337
    assert refusals(world.settle(segment)) == []
