"""A receipt says what the journal says, and whatever else is read in its place is refused by its name."""

import dataclasses

import pytest
from coincurve import PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.wire import base32, journal, passcode, receipt, signature, typed_data
from contracts.wire.entry import EntryKind, Payment, Refund, Retire, Sale, frame
from contracts.wire.errors import Refused
from contracts.wire.hashing import keccak256
from contracts.wire.reasons import Reason
from contracts.wire.receipt import Receipt
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Hash, Timestamp, address, from_hex, hash32, to_hex
from tests.wire.make_vectors import fields_of
from tests.wire.test_entry import KINDS, SAMPLES
from tests.wire.vectors import DOMAIN, GOLDEN

JOURNAL = GOLDEN["journal"]
TERMINAL = address(from_hex(JOURNAL["terminal"]))
TILL, HOLDER = PrivateKey(keccak256(b"till-01")), PrivateKey(keccak256(b"family-01"))
ROWS = GOLDEN["receipts"]
TEXTS = [row["text"] for row in ROWS]
TEXT = TEXTS[1]
GOOD = receipt.parse(TEXT)


SALE = Payment(1, Cents(12_50), Timestamp(1_800_000_000))


def made(
    sequence: int = 3, previous: bytes = bytes(range(32)), content: Sale | Refund = SALE, domain: Domain = DOMAIN
) -> Receipt:
    """A receipt whose signatures are right."""
    agreed = b"" if isinstance(content, Refund) else signature.sign(HOLDER, content.digest(domain, TERMINAL, sequence))
    entry = content.pack(agreed)
    head = journal.advance(Hash(previous), entry)
    signed = signature.sign(TILL, typed_data.journal(domain, TERMINAL, sequence, head))
    return Receipt(domain, TERMINAL, sequence, Hash(previous), entry, signed)


def reason_of(text: str) -> Reason:
    with pytest.raises(Refused) as refused:
        receipt.parse(text)
    return refused.value.reason


def again(body: bytes) -> str:
    """A code around any body, its checksum right."""
    return receipt.PREFIX + base32.encode_checked(body)


def body_of(text: str) -> bytes:
    return base32.decode_checked(text[3:], len(text[3:]) * 5 // 8 - 4)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"sequence {row['sequence']}")
def test_the_golden_receipts_are_the_journals_entries(row):
    item = JOURNAL["entries"][row["sequence"] - 1]
    read = receipt.parse(row["text"])
    assert read.text() == row["text"]
    assert (read.domain, read.terminal, read.sequence) == (DOMAIN, TERMINAL, row["sequence"])
    assert to_hex(read.previous_head) == row["previous_head"]
    assert (to_hex(read.entry), to_hex(read.signature)) == (item["entry"], item["journal_signature"])
    verified = read.verify()
    assert to_hex(read.head) == item["head"]
    assert fields_of(verified.content) == {name: item[name] for name in fields_of(verified.content)}
    assert to_hex(verified.pass_address) == JOURNAL["pass"]


def test_it_fits_a_qr_that_a_narrow_printer_can_draw():
    lengths = {from_hex(JOURNAL["entries"][row["sequence"] - 1]["entry"])[1]: len(row["text"]) for row in ROWS}
    assert lengths == {
        EntryKind.PAYMENT: 375,
        EntryKind.ASK: 383,
        EntryKind.REFUND: 343,
        EntryKind.PHONE_PAYMENT: 395,
        EntryKind.PHONE_ASK: 403,
    }
    assert all(text.isalnum() and text == text.upper() for text in TEXTS)


def test_the_longest_fits_qr_version_12():
    segno = pytest.importorskip("segno", reason="needs segno to draw a QR")
    longest = max(TEXTS, key=len)
    assert segno.make(longest, error="m", micro=False, boost_error=False).version == 12


CARRIED = [kind for kind in EntryKind if kind is not EntryKind.RETIRE]


@pytest.mark.parametrize("kind", CARRIED)
@settings(max_examples=20, deadline=None)
@given(
    sequence=st.integers(2, 2**32 - 1),
    previous=st.binary(min_size=32, max_size=32),
    domain=st.builds(Domain, st.integers(1, 2**64 - 1), st.binary(min_size=20, max_size=20).map(Address)),
    data=st.data(),
)
def test_what_is_made_is_what_is_read_and_it_verifies(kind, sequence, previous, domain, data):
    content = data.draw(KINDS[kind])
    paper = made(sequence, previous, content, domain)
    read = receipt.parse(paper.text())
    assert read == paper
    whose = content.pass_address if isinstance(content, Refund) else signature.address_of(HOLDER)
    assert read.verify() == receipt.Verified(content, whose)


@pytest.mark.parametrize("text", [TEXT.lower(), f"  {TEXT}\r\n", f"\t{TEXT}"])
def test_caps_lock_and_white_space_do_not_matter(text):
    assert receipt.parse(text) == GOOD


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.RECEIPT_FOREIGN),
        ("5449000000996", Reason.RECEIPT_FOREIGN),
        ("https://example.org", Reason.RECEIPT_FOREIGN),
        (passcode.make_static(7, bytes(16)), Reason.RECEIPT_IS_PASS),
        ("KR2" + TEXT[3:], Reason.RECEIPT_VERSION),
        ("K", Reason.RECEIPT_INCOMPLETE),
        ("KR", Reason.RECEIPT_INCOMPLETE),
        ("KR1", Reason.RECEIPT_INCOMPLETE),
        (TEXT[:200], Reason.RECEIPT_INCOMPLETE),
        (TEXT[:-1], Reason.RECEIPT_INCOMPLETE),
        (TEXT + "0", Reason.RECEIPT_TOO_LONG),
        (TEXT + TEXT, Reason.RECEIPT_TOO_LONG),
        (TEXT.replace("0", "O"), Reason.RECEIPT_DAMAGED),
        (TEXT[:-1] + ("0" if TEXT[-1] != "0" else "8"), Reason.RECEIPT_DAMAGED),
        (again(b"\x02" + body_of(TEXT)[1:]), Reason.RECEIPT_KIND),
        (again(b"\x02" + body_of(TEXT)[1:] + b"more"), Reason.RECEIPT_KIND),
        (again(body_of(TEXT)[:149] + frame(b"\xc8 a kind of the future")), Reason.RECEIPT_KIND),
        (again(body_of(TEXT)[:149] + Retire(Timestamp(1)).pack()), Reason.RECEIPT_KIND),
        (again(body_of(TEXT)[:49] + bytes(4) + body_of(TEXT)[53:]), Reason.RECEIPT_KIND),
        (again(body_of(TEXT)[:1] + bytes(8) + body_of(TEXT)[9:]), Reason.RECEIPT_KIND),
    ],
    ids=range(20),
)
def test_what_is_no_receipt_is_refused_by_its_name(text, reason):
    assert reason_of(text) is reason


@given(st.integers(3, len(TEXT) - 1), st.sampled_from(base32.ALPHABET))
def test_a_garbled_character_is_always_noticed(at, other):
    if TEXT[at] != other:
        assert reason_of(TEXT[:at] + other + TEXT[at + 1 :]) in {
            Reason.RECEIPT_DAMAGED,
            Reason.RECEIPT_INCOMPLETE,
            Reason.RECEIPT_TOO_LONG,
        }


@given(st.text(max_size=600) | st.text(base32.ALPHABET, max_size=600).map(lambda text: "KR1" + text))
def test_f22_anything_is_refused_by_a_name(text):
    assert reason_of(text).name.startswith("RECEIPT_")


@pytest.mark.parametrize("kind", CARRIED)
@given(data=st.data())
def test_a_forger_who_mends_the_checksum_is_refused(kind, data):
    content = SAMPLES[kind]
    assert not isinstance(content, Retire)
    body = bytearray(body_of(made(content=content).text()))
    body[data.draw(st.integers(1, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Refused):
        receipt.parse(again(bytes(body))).verify()


def test_the_terminals_signature_of_another_place_does_not_fit():
    with pytest.raises(Refused, match="TERMINAL_SIGNATURE"):
        dataclasses.replace(GOOD, sequence=3).verify()
    with pytest.raises(Refused, match="TERMINAL_SIGNATURE"):
        dataclasses.replace(GOOD, previous_head=hash32(bytes(32))).verify()


def test_the_first_entry_follows_from_genesis_and_from_nothing_else():
    with pytest.raises(Refused, match="TERMINAL_SIGNATURE"):
        made(sequence=1).verify()
    assert receipt.parse(TEXTS[0]).verify().content.amount == JOURNAL["entries"][0]["amount"]


def test_a_payment_that_no_pass_signed_is_no_proof_although_the_terminal_signed_it():
    entry = Payment(1, Cents(1), Timestamp(1)).pack(b"\xff" * 64)
    signed = signature.sign(TILL, typed_data.journal(DOMAIN, TERMINAL, 2, journal.advance(Hash(bytes(32)), entry)))
    with pytest.raises(Refused, match="PASS_SIGNATURE"):
        Receipt(DOMAIN, TERMINAL, 2, Hash(bytes(32)), entry, signed).verify()


@pytest.mark.parametrize(
    "changes",
    [
        {"terminal": b"short"},
        {"domain": Domain(1, Address(b""))},
        {"domain": Domain(0, DOMAIN.contract)},
        {"domain": Domain(2**64, DOMAIN.contract)},
        {"sequence": 0},
        {"sequence": 2**32},
        {"previous_head": b""},
        {"signature": bytes(63)},
        {"entry": b""},
        {"entry": frame(b"\xc8")},
        {"entry": Retire(Timestamp(1)).pack()},
    ],
    ids=range(11),
)
def test_no_receipt_is_made_of_wrong_parts(changes):
    with pytest.raises(ValueError):
        dataclasses.replace(GOOD, **changes)
