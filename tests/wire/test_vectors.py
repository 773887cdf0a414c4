"""The wire gives the bytes of the golden vectors, and eth_account's own EIP-712 gives the same digests."""

from typing import Any

import pytest
from coincurve import PrivateKey
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire import batch, entry, journal, passcode, signature, typed_data
from contracts.wire.entry import Delegation, EntryKind, Refund, Retire
from contracts.wire.hashing import keccak256
from contracts.wire.passcode import PhoneCode, StaticCode
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Hash, Timestamp, address, from_hex, hash32, to_hex
from tests.wire.make_vectors import fields_of, make
from tests.wire.vectors import DOMAIN, GOLDEN

JOURNAL = GOLDEN["journal"]
TERMINAL = address(from_hex(JOURNAL["terminal"]))
UNDERSTOOD = [item for item in JOURNAL["entries"] if "kind" in item]
SIGNED = [item for item in UNDERSTOOD if "signature" in item]
TYPE_OF = {
    EntryKind.PAYMENT: "Payment",
    EntryKind.ASK: "Ask",
    EntryKind.PHONE_PAYMENT: "Delegation",
    EntryKind.PHONE_ASK: "Delegation",
}

TYPES = {
    "Payment": [
        ("address", "terminal"),
        ("uint32", "sequence"),
        ("uint32", "programme"),
        ("uint32", "amount"),
        ("uint40", "time"),
    ],
    "Ask": [
        ("address", "terminal"),
        ("uint32", "sequence"),
        ("uint32", "programme"),
        ("uint32", "amount"),
        ("uint40", "time"),
        ("uint40", "deadline"),
    ],
    "Journal": [("address", "terminal"), ("uint32", "sequence"), ("bytes32", "head")],
    "Delegation": [("uint32", "programme"), ("uint32", "ceiling"), ("uint40", "expiry"), ("uint32", "counter")],
    "Order": [
        ("uint32", "programme"),
        ("uint32", "shop"),
        ("uint32", "amount"),
        ("uint40", "until"),
        ("uint64", "number"),
    ],
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
    assert isinstance(scanned, StaticCode)
    assert to_hex(bytes(scanned.secret)) == code["secret"]
    assert to_hex(scanned.private_key()) == code["private_key"]
    assert to_hex(signature.address_of(PrivateKey(scanned.private_key()))) == code["address"]


@pytest.mark.parametrize("row", GOLDEN["phone_codes"], ids=lambda row: f"counter {row['counter']}")
def test_phone_codes(row):
    scanned = passcode.parse(row["text"], row["network"])
    assert isinstance(scanned, PhoneCode)
    assert scanned.delegation == Delegation(*(row[name] for name in ("programme", "ceiling", "expiry", "counter")))
    assert to_hex(scanned.delegation.digest(DOMAIN)) == row["digest"]
    assert to_hex(scanned.signature) == row["signature"]
    assert to_hex(scanned.pass_address(DOMAIN)) == row["address"]
    assert passcode.make_phone(row["network"], scanned.delegation, scanned.signature) == row["text"]


@pytest.mark.parametrize("item", UNDERSTOOD, ids=lambda item: f"sequence {item['sequence']}")
def test_entries(item):
    signed = entry.unpack(from_hex(item["entry"]))
    assert signed is not None
    assert item["kind"] == from_hex(item["entry"])[1]
    assert {name: item[name] for name in fields_of(signed.content)} == fields_of(signed.content)
    assert to_hex(signed.signature) == item.get("signature", "0x")
    assert signed.content.pack(signed.signature) == from_hex(item["entry"])


@pytest.mark.parametrize("item", SIGNED, ids=lambda item: f"sequence {item['sequence']}")
def test_what_a_pass_signed(item):
    signed = entry.unpack(from_hex(item["entry"]))
    assert signed is not None
    assert not isinstance(signed.content, Refund | Retire)
    assert to_hex(signed.content.digest(DOMAIN, TERMINAL, item["sequence"])) == item["digest"]
    assert signed.signer(DOMAIN, TERMINAL, item["sequence"]) == from_hex(JOURNAL["pass"])


def test_every_kind_stands_in_the_journal():
    assert {item["kind"] for item in UNDERSTOOD} == set(EntryKind)


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
    assert [(segment.first, segment.last) for segment in segments] == [(1, 2), (3, 5), (6, 11)]
    assert all(segment.is_signed(DOMAIN) for segment in segments)
    assert [e for segment in segments for e in segment.entries] == [from_hex(i["entry"]) for i in JOURNAL["entries"]]
    assert batch.encode(segments) == from_hex(JOURNAL["batch"])


@pytest.mark.parametrize("row", GOLDEN["signatures"], ids=lambda row: row["about"])
def test_signatures(row):
    signer = signature.recover(hash32(from_hex(row["digest"])), from_hex(row["signature"]))
    assert (None if signer is None else to_hex(signer)) == row["signer"]


@pytest.mark.parametrize("item", SIGNED, ids=lambda item: f"sequence {item['sequence']}")
def test_the_digests_that_passes_sign_are_those_of_eth_account(item):
    name = TYPE_OF[item["kind"]]
    known = item | {"terminal": to_hex(TERMINAL)}
    message = {field: known[field] for _, field in TYPES[name]}
    assert to_hex(reference_digest(DOMAIN, name, message)) == item["digest"]


@pytest.mark.parametrize("row", GOLDEN["phone_codes"], ids=lambda row: f"counter {row['counter']}")
def test_the_digests_that_phones_sign_are_those_of_eth_account(row):
    message = {field: row[field] for _, field in TYPES["Delegation"]}
    assert to_hex(reference_digest(DOMAIN, "Delegation", message)) == row["digest"]


def test_the_other_digests_are_those_of_eth_account():
    request = dict(GOLDEN["digests"]["request"])
    message = request | {"body": keccak256(from_hex(request["body"]))}
    assert to_hex(reference_digest(DOMAIN, "Request", message)) == request["digest"]
    registration = GOLDEN["digests"]["registration"]
    message = {key: registration[key] for key in ("terminal", "shop")}
    assert to_hex(reference_digest(DOMAIN, "Registration", message)) == registration["digest"]
    last = JOURNAL["entries"][-1]
    message = {"terminal": to_hex(TERMINAL), "sequence": last["sequence"], "head": from_hex(last["head"])}
    assert to_hex(reference_digest(DOMAIN, "Journal", message)) == last["journal_digest"]


def order_digest(programme: int, shop: int, amount: int, until: int, number: int) -> Hash:
    """Of an order's fields, in the order of its type."""
    return typed_data.order(DOMAIN, programme, shop, Cents(amount), Timestamp(until), number)


@pytest.mark.parametrize("row", GOLDEN["orders"], ids=lambda row: f"number {row['number']}")
def test_orders(row):
    order = {field: int(row[field]) for _, field in TYPES["Order"]}
    digest = order_digest(*order.values())
    assert to_hex(digest) == row["digest"] == to_hex(reference_digest(DOMAIN, "Order", order))
    assert signature.recover(digest, from_hex(row["signature"])) == from_hex(row["address"])


@pytest.mark.parametrize("row", GOLDEN["requests"], ids=lambda row: row["target"])
def test_what_a_pass_signs_to_ask_a_portal(row):
    who, body = address(from_hex(row["address"])), from_hex(row["body"])
    digest = typed_data.request(DOMAIN, who, row["method"], row["target"], body, row["time"])
    message = row | {"terminal": row["address"], "body": keccak256(body)}
    assert to_hex(digest) == row["digest"] == to_hex(reference_digest(DOMAIN, "Request", message))
    assert signature.recover(digest, from_hex(row["signature"])) == who


def test_the_terminal_agrees_to_its_shop():
    row = GOLDEN["digests"]["registration"]
    digest = typed_data.registration(DOMAIN, TERMINAL, row["shop"])
    assert to_hex(digest) == row["digest"]
    assert signature.recover(digest, from_hex(row["signature"])) == TERMINAL == from_hex(row["terminal"])


@given(shop=st.integers(0, 2**32 - 1), terminal=st.binary(min_size=20, max_size=20))
def test_every_registration_digest_is_that_of_eth_account(shop, terminal):
    ours = typed_data.registration(DOMAIN, Address(terminal), shop)
    assert ours == reference_digest(DOMAIN, "Registration", {"terminal": to_hex(terminal), "shop": shop})


ORDERS = st.tuples(*[st.integers(0, 2**32 - 1)] * 3, st.integers(0, 2**40 - 1), st.integers(0, 2**64 - 1))


@given(values=ORDERS)
def test_every_order_digest_is_that_of_eth_account(values):
    ours = order_digest(*values)
    order = dict(zip((field for _, field in TYPES["Order"]), values, strict=True))
    assert ours == reference_digest(DOMAIN, "Order", order)


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


@given(
    chain_id=st.integers(1, 2**64),
    contract=st.binary(min_size=20, max_size=20),
    terminal=st.binary(min_size=20, max_size=20),
    numbers=st.tuples(*[st.integers(0, 2**32 - 1)] * 3),
    times=st.tuples(*[st.integers(0, 2**40 - 1)] * 2),
)
def test_every_ask_and_delegation_digest_is_that_of_eth_account(chain_id, contract, terminal, numbers, times):
    domain = Domain(chain_id, Address(contract))
    ours = typed_data.ask(domain, Address(terminal), *numbers, *times)
    values = (to_hex(terminal), *numbers, *times)
    named = {field: value for (_, field), value in zip(TYPES["Ask"], values, strict=True)}
    assert ours == reference_digest(domain, "Ask", named)
    agreed = {"programme": numbers[0], "ceiling": numbers[1], "expiry": times[0], "counter": numbers[2]}
    assert typed_data.delegation(domain, **agreed) == reference_digest(domain, "Delegation", agreed)


@pytest.mark.parametrize("row", GOLDEN["signatures"][:1], ids=lambda row: row["about"])
def test_signatures_are_those_of_eth_account(row):
    from eth_account import Account

    key = from_hex(GOLDEN["codes"][0]["private_key"])
    theirs = Account.unsafe_sign_hash(from_hex(row["digest"]), key)
    compact = (theirs.s | (theirs.v - 27) << 255).to_bytes(32)
    assert theirs.r.to_bytes(32) + compact == from_hex(row["signature"])
