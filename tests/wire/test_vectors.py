"""The wire gives the bytes of the golden vectors, and eth_account's own EIP-712 gives the same digests."""

from typing import Any

import pytest
from coincurve import PrivateKey
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire import batch, entry, journal, passcode, signature, typed_data
from contracts.wire.entry import Payment
from contracts.wire.hashing import keccak256
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Hash, Timestamp, address, from_hex, hash32, to_hex
from tests.wire.make_vectors import make
from tests.wire.vectors import DOMAIN, GOLDEN

JOURNAL = GOLDEN["journal"]
TERMINAL = address(from_hex(JOURNAL["terminal"]))
PAYMENTS = [item for item in JOURNAL["entries"] if "amount" in item]

TYPES = {
    "Payment": [
        ("address", "terminal"),
        ("uint32", "sequence"),
        ("uint32", "programme"),
        ("uint32", "amount"),
        ("uint40", "time"),
    ],
    "Journal": [("address", "terminal"), ("uint32", "sequence"), ("bytes32", "head")],
    "Delegation": [("uint32", "programme"), ("uint32", "ceiling"), ("uint40", "expiry"), ("uint32", "counter")],
    "Registration": [("address", "terminal"), ("uint32", "shop")],
    "Request": [
        ("address", "terminal"),
        ("string", "method"),
        ("string", "target"),
        ("bytes32", "body"),
        ("uint40", "time"),
    ],
}


def reference_digest(domain: Domain, name: str, message: dict[str, Any]) -> Hash:
    """The digest as eth_account makes it."""
    signable = encode_typed_data(
        domain_data={
            "name": "Kindpakket",
            "version": "1",
            "chainId": domain.chain_id,
            "verifyingContract": to_hex(domain.contract),
        },
        message_types={name: [{"type": kind, "name": field} for kind, field in TYPES[name]]},
        message_data=message,
    )
    return keccak256(b"\x19" + signable.version + signable.header + signable.body)


def test_the_file_is_what_the_generator_makes():
    assert make() == GOLDEN


def test_domain_separator():
    assert to_hex(DOMAIN.separator()) == GOLDEN["domain"]["separator"]


@pytest.mark.parametrize("code", GOLDEN["codes"], ids=lambda code: code["text"])
def test_pass_codes(code):
    scanned = passcode.parse(code["text"], code["network"])
    assert to_hex(bytes(scanned.secret)) == code["secret"]
    assert to_hex(scanned.private_key()) == code["private_key"]
    assert to_hex(signature.address_of(PrivateKey(scanned.private_key()))) == code["address"]


@pytest.mark.parametrize("item", PAYMENTS, ids=lambda item: f"sequence {item['sequence']}")
def test_payments(item):
    signed = entry.unpack(from_hex(item["entry"]))
    assert signed is not None
    assert signed.payment == Payment(item["programme"], Cents(item["amount"]), Timestamp(item["time"]))
    assert to_hex(signed.payment.digest(DOMAIN, TERMINAL, item["sequence"])) == item["digest"]
    assert to_hex(signed.signature) == item["signature"]
    assert signed.signer(DOMAIN, TERMINAL, item["sequence"]) == from_hex(JOURNAL["pass"])
    assert signed.payment.pack(signed.signature) == from_hex(item["entry"])


def test_the_journal():
    head = journal.genesis(DOMAIN, TERMINAL)
    assert to_hex(head) == JOURNAL["genesis"]
    for item in JOURNAL["entries"]:
        head = journal.advance(head, from_hex(item["entry"]))
        assert to_hex(head) == item["head"]
        assert to_hex(typed_data.journal(DOMAIN, TERMINAL, item["sequence"], head)) == item["journal_digest"]
        assert journal.is_signed(DOMAIN, TERMINAL, item["sequence"], head, from_hex(item["journal_signature"]))


def test_the_batch():
    segments = list(batch.decode(from_hex(JOURNAL["batch"])))
    assert [(segment.first, segment.last) for segment in segments] == [(1, 2), (3, 5)]
    assert all(segment.is_signed(DOMAIN) for segment in segments)
    assert [e for segment in segments for e in segment.entries] == [from_hex(i["entry"]) for i in JOURNAL["entries"]]
    assert batch.encode(segments) == from_hex(JOURNAL["batch"])


@pytest.mark.parametrize("row", GOLDEN["signatures"], ids=lambda row: row["about"])
def test_signatures(row):
    signer = signature.recover(hash32(from_hex(row["digest"])), from_hex(row["signature"]))
    assert (None if signer is None else to_hex(signer)) == row["signer"]


@pytest.mark.parametrize("item", PAYMENTS, ids=lambda item: f"sequence {item['sequence']}")
def test_payment_digests_are_those_of_eth_account(item):
    message = {key: item[key] for key in ("sequence", "programme", "amount", "time")} | {"terminal": to_hex(TERMINAL)}
    assert to_hex(reference_digest(DOMAIN, "Payment", message)) == item["digest"]


def test_the_other_digests_are_those_of_eth_account():
    delegation = dict(GOLDEN["digests"]["delegation"])
    assert to_hex(reference_digest(DOMAIN, "Delegation", delegation)) == delegation.pop("digest")
    request = dict(GOLDEN["digests"]["request"])
    message = request | {"body": keccak256(from_hex(request["body"]))}
    assert to_hex(reference_digest(DOMAIN, "Request", message)) == request["digest"]
    registration = GOLDEN["digests"]["registration"]
    message = {key: registration[key] for key in ("terminal", "shop")}
    assert to_hex(reference_digest(DOMAIN, "Registration", message)) == registration["digest"]
    last = JOURNAL["entries"][-1]
    message = {"terminal": to_hex(TERMINAL), "sequence": last["sequence"], "head": from_hex(last["head"])}
    assert to_hex(reference_digest(DOMAIN, "Journal", message)) == last["journal_digest"]


def test_the_terminal_agrees_to_its_shop():
    row = GOLDEN["digests"]["registration"]
    digest = typed_data.registration(DOMAIN, TERMINAL, row["shop"])
    assert to_hex(digest) == row["digest"]
    assert signature.recover(digest, from_hex(row["signature"])) == TERMINAL == from_hex(row["terminal"])


@given(shop=st.integers(0, 2**32 - 1), terminal=st.binary(min_size=20, max_size=20))
def test_every_registration_digest_is_that_of_eth_account(shop, terminal):
    ours = typed_data.registration(DOMAIN, Address(terminal), shop)
    assert ours == reference_digest(DOMAIN, "Registration", {"terminal": to_hex(terminal), "shop": shop})


@given(
    chain_id=st.integers(1, 2**64),
    contract=st.binary(min_size=20, max_size=20),
    terminal=st.binary(min_size=20, max_size=20),
    sequence=st.integers(0, 2**32 - 1),
    amount=st.integers(0, 2**32 - 1),
    time=st.integers(0, 2**40 - 1),
)
def test_every_payment_digest_is_that_of_eth_account(chain_id, contract, terminal, sequence, amount, time):
    domain = Domain(chain_id, Address(contract))
    ours = typed_data.payment(domain, Address(terminal), sequence, amount, Cents(amount), Timestamp(time))
    message = {"terminal": to_hex(terminal), "sequence": sequence, "programme": amount, "amount": amount, "time": time}
    assert ours == reference_digest(domain, "Payment", message)


@pytest.mark.parametrize("row", GOLDEN["signatures"][:1], ids=lambda row: row["about"])
def test_signatures_are_those_of_eth_account(row):
    from eth_account import Account

    key = from_hex(GOLDEN["codes"][0]["private_key"])
    theirs = Account.unsafe_sign_hash(from_hex(row["digest"]), key)
    compact = (theirs.s | (theirs.v - 27) << 255).to_bytes(32)
    assert theirs.r.to_bytes(32) + compact == from_hex(row["signature"])
