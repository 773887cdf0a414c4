"""Entries: packing, framing, and what the contract would reject."""

import struct

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire import entry, signature
from contracts.wire.entry import (
    Ask,
    Content,
    Delegation,
    EntryKind,
    Payment,
    PhoneAsk,
    PhonePayment,
    Refund,
    Retire,
    Signed,
)
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Timestamp

NUMBERS = st.integers(0, 2**32 - 1)
CENTS = NUMBERS.map(Cents)
TIMES = st.integers(0, 2**40 - 1).map(Timestamp)
ADDRESSES = st.binary(min_size=20, max_size=20).map(Address)
SIGNATURES = st.binary(min_size=64, max_size=64)
FRAMES = st.binary(max_size=255).map(entry.frame)

DELEGATIONS = st.builds(Delegation, NUMBERS, CENTS, TIMES, NUMBERS)
KINDS: dict[EntryKind, st.SearchStrategy[Content]] = {
    EntryKind.PAYMENT: st.builds(Payment, NUMBERS, CENTS, TIMES),
    EntryKind.ASK: st.builds(Ask, NUMBERS, CENTS, TIMES, TIMES),
    EntryKind.REFUND: st.builds(Refund, NUMBERS, CENTS, TIMES, ADDRESSES, ADDRESSES, NUMBERS),
    EntryKind.RETIRE: st.builds(Retire, TIMES),
    EntryKind.PHONE_PAYMENT: st.builds(PhonePayment, CENTS, TIMES, DELEGATIONS),
    EntryKind.PHONE_ASK: st.builds(PhoneAsk, CENTS, TIMES, TIMES, DELEGATIONS),
}
CONTENTS = st.one_of(*KINDS.values())

SIGNATURE = bytes(range(64))
NOW = Timestamp(1_800_000_000)
AGREED = Delegation(1, Cents(2500), Timestamp(NOW + 300), 9)
SAMPLES: dict[EntryKind, Content] = {
    EntryKind.PAYMENT: Payment(1, Cents(1250), NOW),
    EntryKind.ASK: Ask(1, Cents(1250), NOW, Timestamp(NOW + 120)),
    EntryKind.REFUND: Refund(1, Cents(1250), NOW, Address(b"\xaa" * 20), Address(b"\xbb" * 20), 7),
    EntryKind.RETIRE: Retire(NOW),
    EntryKind.PHONE_PAYMENT: PhonePayment(Cents(1250), NOW, AGREED),
    EntryKind.PHONE_ASK: PhoneAsk(Cents(1250), NOW, Timestamp(NOW + 120), AGREED),
}
TERMS, DEADLINE, DELEGATED = (
    "00000001" + "000004e2" + "006b49d200",
    "006b49d278",
    "000009c4" + "006b49d32c" + "00000009",
)
DRAWN = {
    EntryKind.PAYMENT: "4e01" + TERMS + SIGNATURE.hex(),
    EntryKind.ASK: "5302" + TERMS + DEADLINE + SIGNATURE.hex(),
    EntryKind.REFUND: "3a03" + TERMS + "aa" * 20 + "bb" * 20 + "00000007",
    EntryKind.RETIRE: "0604" + "006b49d200",
    EntryKind.PHONE_PAYMENT: "5b05" + TERMS + DELEGATED + SIGNATURE.hex(),
    EntryKind.PHONE_ASK: "6006" + TERMS + DEADLINE + DELEGATED + SIGNATURE.hex(),
}
SAMPLE = bytes.fromhex(DRAWN[EntryKind.PAYMENT])


def signature_of(content: Content, signature: bytes) -> bytes:
    """The signature that stands behind this content: none when no pass signs it."""
    return b"" if isinstance(content, Refund | Retire) else signature


@pytest.mark.parametrize("kind", EntryKind)
@given(data=st.data(), signature=SIGNATURES)
def test_round_trip(kind, data, signature):
    content = data.draw(KINDS[kind])
    packed = content.pack(signature)
    assert packed[1] == kind
    assert entry.unpack(packed) == Signed(content, signature_of(content, signature))


@pytest.mark.parametrize("kind", EntryKind)
def test_the_bytes_are_where_the_drawing_says(kind):
    assert SAMPLES[kind].pack(SIGNATURE).hex() == DRAWN[kind]
    assert len(bytes.fromhex(DRAWN[EntryKind.PAYMENT])) == entry.PAYMENT_BYTES


@given(CONTENTS, SIGNATURES, st.data())
def test_one_byte_changed_is_never_the_same_entry(content, signature, data):
    packed = content.pack(signature)
    at = data.draw(st.integers(1, len(packed) - 1))
    changed = packed[:at] + bytes([packed[at] ^ data.draw(st.integers(1, 255))]) + packed[at + 1 :]
    assert entry.unpack(changed) != entry.unpack(packed)


@given(st.binary(max_size=120).map(entry.frame))
def test_what_is_understood_is_packed_to_the_same_bytes(data):
    signed = entry.unpack(data)
    assert signed is None or signed.content.pack(signed.signature) == data


@pytest.mark.parametrize(
    "content",
    [
        Payment(2**32, Cents(1), NOW),
        Payment(1, Cents(2**32), NOW),
        Ask(1, Cents(-1), NOW, NOW),
        Refund(1, Cents(1), NOW, Address(bytes(20)), Address(bytes(20)), 2**32),
        PhonePayment(Cents(1), NOW, Delegation(1, Cents(2**32), NOW, 1)),
        PhoneAsk(Cents(1), NOW, NOW, Delegation(1, Cents(1), NOW, 2**32)),
    ],
    ids=range(6),
)
def test_a_value_out_of_range_is_not_packed(content):
    with pytest.raises(struct.error):
        content.pack(bytes(64))


@pytest.mark.parametrize(
    "content",
    [
        Payment(1, Cents(1), Timestamp(2**40)),
        Ask(1, Cents(1), NOW, Timestamp(2**40)),
        Retire(Timestamp(2**40)),
        PhonePayment(Cents(1), NOW, Delegation(1, Cents(1), Timestamp(2**40), 1)),
        PhoneAsk(Cents(1), NOW, Timestamp(-1), AGREED),
    ],
    ids=range(5),
)
def test_a_time_out_of_range_is_not_packed(content):
    with pytest.raises(OverflowError):
        content.pack(bytes(64))


@pytest.mark.parametrize("sample", DRAWN.values(), ids=[kind.name for kind in DRAWN])
def test_other_kinds_are_framed_but_not_understood(sample):
    packed = bytes.fromhex(sample)
    for kind in set(range(256)) - set(EntryKind):
        assert entry.unpack(packed[:1] + bytes([kind]) + packed[2:]) is None


@pytest.mark.parametrize("kind", EntryKind)
def test_a_kind_of_another_length_is_framed_but_not_understood(kind):
    """Every length: that of another kind too."""
    understood = [entry.unpack(entry.frame(bytes([kind]).ljust(length, b"\0"))) for length in range(1, 256)]
    assert [length for length, signed in enumerate(understood, 1) if signed] == [len(DRAWN[kind]) // 2 - 1]


def test_a_length_and_nothing_else_is_framed_but_not_understood():
    assert entry.unpack(b"\0") is None


@pytest.mark.parametrize("data", [b"", SAMPLE[:-1], SAMPLE + b"\0", SAMPLE + SAMPLE])
def test_what_is_not_one_entry_is_refused(data):
    with pytest.raises(ValueError, match="not one framed entry"):
        entry.unpack(data)


KEY = PrivateKey((7).to_bytes(32))
PASS = signature.address_of(KEY)
DOMAIN, TERMINAL = Domain(1, Address(b"\1" * 20)), Address(b"\2" * 20)
OTHERWHERE = [
    (Domain(2, DOMAIN.contract), TERMINAL, 3),
    (Domain(1, Address(b"\3" * 20)), TERMINAL, 3),
    (DOMAIN, Address(b"\3" * 20), 3),
    (DOMAIN, TERMINAL, 4),
]


@pytest.mark.parametrize("kind", [EntryKind.PAYMENT, EntryKind.ASK])
def test_a_pass_signs_for_one_place_alone(kind):
    content = SAMPLES[kind]
    assert isinstance(content, Payment | Ask)
    signed = Signed(content, signature.sign(KEY, content.digest(DOMAIN, TERMINAL, 3)))
    assert signed.signer(DOMAIN, TERMINAL, 3) == PASS
    assert PASS not in [signed.signer(*place) for place in OTHERWHERE]


@pytest.mark.parametrize("kind", [EntryKind.PHONE_PAYMENT, EntryKind.PHONE_ASK])
def test_a_phone_signs_for_every_place_of_one_contract(kind):
    content = SAMPLES[kind]
    assert isinstance(content, PhonePayment | PhoneAsk)
    assert content.programme == AGREED.programme
    signed = Signed(content, signature.sign(KEY, AGREED.digest(DOMAIN)))
    assert [signed.signer(*place) == PASS for place in OTHERWHERE] == [False, False, True, True]


@pytest.mark.parametrize("kind", [EntryKind.REFUND, EntryKind.RETIRE])
def test_nobody_signs_what_takes_from_the_shop_alone(kind):
    assert Signed(SAMPLES[kind], b"").signer(DOMAIN, TERMINAL, 3) is None


@pytest.mark.parametrize("kind", [EntryKind.PAYMENT, EntryKind.ASK, EntryKind.PHONE_PAYMENT, EntryKind.PHONE_ASK])
def test_a_signature_of_nobody_has_no_signer(kind):
    assert Signed(SAMPLES[kind], b"\xff" * 64).signer(DOMAIN, TERMINAL, 3) is None


@given(st.lists(FRAMES, max_size=20))
def test_whatever_has_a_length_can_be_framed(frames):
    assert list(entry.split(b"".join(frames))) == frames


@given(st.lists(FRAMES, min_size=1, max_size=5), st.data())
def test_a_cut_body_is_refused(frames, data):
    body = b"".join(frames)
    cut = data.draw(st.integers(len(body) - len(frames[-1]) + 1, max(len(body) - 1, len(body) - len(frames[-1]) + 1)))
    if cut < len(body):
        with pytest.raises(ValueError, match="cut off"):
            list(entry.split(body[:cut]))


@given(st.binary(max_size=600))
def test_any_bytes_are_split_or_refused(body):
    try:
        frames = list(entry.split(body))
    except ValueError:
        return
    assert b"".join(frames) == body


def test_a_frame_has_at_most_255_bytes_behind_its_length():
    assert len(entry.frame(bytes(255))) == entry.ENTRY_BYTES_MAX
    with pytest.raises(ValueError, match="at most 255"):
        entry.frame(bytes(256))
