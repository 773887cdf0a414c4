"""Writes contracts/wire/vectors.json: `python -m tests.wire.make_vectors`.

Run it when the wire is changed on purpose. The tests never run it: they hold the code and the contract to the file.
"""

import json
from pathlib import Path
from typing import Any

from coincurve import PrivateKey

from contracts.wire import batch, journal, passcode, signature, typed_data
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
    frame,
)
from contracts.wire.hashing import keccak256
from contracts.wire.receipt import Receipt
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Hash, Timestamp, to_hex

VECTORS = Path(__file__).parents[2] / "contracts" / "wire" / "vectors.json"

DOMAIN = Domain(1337, Address(bytes.fromhex("c0ffee254729296a45a3885639ac7e10f9d54979")))
NETWORK = 7
SHOP = 1
BEGIN = 1_800_000_000
AGREED = Delegation(1, Cents(25_00), Timestamp(BEGIN + 300), 9)
AGREED_TO_MORE = Delegation(1, Cents(99_00), Timestamp(BEGIN + 600), 10)
LARGEST = Delegation(2**32 - 1, Cents(2**32 - 1), Timestamp(2**40 - 1), 2**32 - 1)


def secret(number: int) -> bytes:
    """The secret of a pass code, the same in every run."""
    return keccak256(b"secret", bytes([number]))[: passcode.SECRET_BYTES]


def codes() -> list[dict[str, Any]]:
    """Static pass codes, and the address that each stands for."""
    return [
        code(number, network) for number, network in ((1, NETWORK), (2, NETWORK), (3, 0), (4, passcode.NETWORK_MAX))
    ]


def code(number: int, network: int) -> dict[str, Any]:
    """One of them."""
    text = passcode.make_static(network, secret(number))
    key = PrivateKey(passcode.StaticCode(network, bytearray(secret(number))).private_key())
    return {
        "network": network,
        "secret": to_hex(secret(number)),
        "text": text,
        "private_key": to_hex(key.secret),
        "address": to_hex(signature.address_of(key)),
    }


def phone_codes() -> list[dict[str, Any]]:
    """Pass codes of phones: the first two are those by which the journal's phone entries were paid."""
    cases = ((1, NETWORK, AGREED), (1, NETWORK, AGREED_TO_MORE), (2, passcode.NETWORK_MAX, LARGEST))
    return [phone_code(number, network, delegation) for number, network, delegation in cases]


def phone_code(number: int, network: int, delegation: Delegation) -> dict[str, Any]:
    """One of them, signed by the pass of that number."""
    key = PrivateKey(bytes.fromhex(code(number, network)["private_key"][2:]))
    digest = delegation.digest(DOMAIN)
    signed = signature.sign(key, digest)
    return {
        "network": network,
        "programme": delegation.programme,
        "ceiling": delegation.ceiling,
        "expiry": delegation.expiry,
        "counter": delegation.counter,
        "digest": to_hex(digest),
        "signature": to_hex(signed),
        "text": passcode.make_phone(network, delegation, signed),
        "address": to_hex(signature.address_of(key)),
    }


def contents(terminal: Address, holder: Address) -> list[Content | None]:
    """A journal: payments, an entry that nobody understands (None), every other kind, and one behind the end."""
    return [
        Payment(1, Cents(12_50), Timestamp(BEGIN)),
        Payment(1, Cents(1), Timestamp(BEGIN + 1)),
        Payment(2, Cents(50_00), Timestamp(BEGIN + 60)),
        Payment(1, Cents(2**32 - 1), Timestamp(2**40 - 1)),
        None,
        Ask(1, Cents(60_00), Timestamp(BEGIN + 120), Timestamp(BEGIN + 240)),
        PhonePayment(Cents(12_50), Timestamp(BEGIN + 180), AGREED),
        PhoneAsk(Cents(75_00), Timestamp(BEGIN + 240), Timestamp(BEGIN + 360), AGREED_TO_MORE),
        Refund(1, Cents(12_50), Timestamp(BEGIN + 300), holder, terminal, 1),
        Retire(Timestamp(BEGIN + 360)),
        Payment(1, Cents(2_00), Timestamp(BEGIN + 420)),
    ]


def history(terminal: PrivateKey, holder: PrivateKey) -> dict[str, Any]:
    """The journal, entry by entry, each with the terminal's signature."""
    address, owner = signature.address_of(terminal), signature.address_of(holder)
    head = journal.genesis(DOMAIN, address)
    entries = [item_of(address, holder, n, content) for n, content in enumerate(contents(address, owner), 1)]
    genesis = head
    for sequence, item in enumerate(entries, 1):
        head = journal.advance(head, bytes.fromhex(item["entry"][2:]))
        digest = typed_data.journal(DOMAIN, address, sequence, head)
        item |= {
            "sequence": sequence,
            "head": to_hex(head),
            "journal_digest": to_hex(digest),
            "journal_signature": to_hex(signature.sign(terminal, digest)),
        }
    return {
        "terminal": to_hex(address),
        "terminal_key": to_hex(terminal.secret),
        "pass": to_hex(owner),
        "genesis": to_hex(genesis),
        "entries": entries,
        "batch": to_hex(batch_of(address, genesis, entries)),
    }


def item_of(terminal: Address, holder: PrivateKey, sequence: int, content: Content | None) -> dict[str, Any]:
    """An entry at its place: what it says by name, what its pass signed if it signs anything, and its bytes."""
    if content is None:
        return {"entry": to_hex(frame(bytes([200]) + b"a kind of the future"))}
    if isinstance(content, Refund | Retire):
        return described(content, content.pack())
    digest = content.digest(DOMAIN, terminal, sequence)
    signed = signature.sign(holder, digest)
    return described(content, content.pack(signed)) | {"digest": to_hex(digest), "signature": to_hex(signed)}


def described(content: Content, packed: bytes) -> dict[str, Any]:
    """What an entry says by name, and its bytes."""
    return {"kind": packed[1], **fields_of(content), "entry": to_hex(packed)}


def fields_of(content: Content) -> dict[str, Any]:
    """What it says, in the order of the bytes. Of a refund `sale_terminal` and `sale_sequence` are the sale's."""
    if isinstance(content, Retire):
        return {"time": content.time}
    said: dict[str, Any] = {"programme": content.programme, "amount": content.amount, "time": content.time}
    match content:
        case Ask(deadline=deadline) | PhoneAsk(deadline=deadline):
            said |= {"deadline": deadline}
        case Refund():
            said |= {"pass": to_hex(content.pass_address), "sale_terminal": to_hex(content.terminal)}
            said |= {"sale_sequence": content.sequence}
    match content:
        case PhonePayment(delegation=agreed) | PhoneAsk(delegation=agreed):
            said |= {"ceiling": agreed.ceiling, "expiry": agreed.expiry, "counter": agreed.counter}
    return said


def batch_of(terminal: Address, genesis: Hash, entries: list[dict[str, Any]]) -> bytes:
    """The journal in three segments, as the contract takes them."""
    packed, heads, signatures = (
        [bytes.fromhex(item[name][2:]) for item in entries] for name in ("entry", "head", "journal_signature")
    )
    begins = [genesis, *map(Hash, heads)]
    parts = ((0, 2), (2, 5), (5, len(entries)))
    return batch.encode(
        batch.Segment(terminal, first + 1, begins[first], tuple(packed[first:end]), signatures[end - 1])
        for first, end in parts
    )


def receipts(history: dict[str, Any]) -> list[dict[str, Any]]:
    """Receipts of the journal: of two payments, of which the first follows from genesis, and of each other kind."""
    heads = [history["genesis"], *(item["head"] for item in history["entries"])]
    terminal = Address(bytes.fromhex(history["terminal"][2:]))
    rows = []
    for item in history["entries"]:
        sequence = item["sequence"]
        if sequence > 2 and item.get("kind") in {None, EntryKind.PAYMENT, EntryKind.RETIRE}:
            continue
        entry, signed = (bytes.fromhex(item[name][2:]) for name in ("entry", "journal_signature"))
        previous = Hash(bytes.fromhex(heads[sequence - 1][2:]))
        text = Receipt(DOMAIN, terminal, sequence, previous, entry, signed).text()
        rows.append({"sequence": sequence, "previous_head": to_hex(previous), "text": text})
    return rows


def other_digests(key: PrivateKey) -> dict[str, Any]:
    """What is signed besides sales, delegations and journals; the key is the terminal's."""
    terminal = signature.address_of(key)
    target, body = "/v1/terminals/0x00/outcomes?after=3", b'{"a":1}'
    registration = typed_data.registration(DOMAIN, terminal, SHOP)
    return {
        "registration": {
            "terminal": to_hex(terminal),
            "shop": SHOP,
            "digest": to_hex(registration),
            "signature": to_hex(signature.sign(key, registration)),
        },
        "request": {
            "terminal": to_hex(terminal),
            "method": "GET",
            "target": target,
            "body": to_hex(body),
            "time": BEGIN,
            "digest": to_hex(typed_data.request(DOMAIN, terminal, "GET", target, body, Timestamp(BEGIN))),
        },
    }


def orders(holder: PrivateKey) -> list[dict[str, Any]]:
    """Orders that a pass signed. The number is in decimal digits, as not every reader of JSON has 64 bits for it."""
    cases = ((1, SHOP, 89_00, BEGIN + 14 * 86_400, 1), (2, 3, 1, BEGIN, 2**53 + 1))
    return [order(holder, *case) for case in (*cases, (2**32 - 1, 2**32 - 1, 2**32 - 1, 2**40 - 1, 2**64 - 1))]


def order(holder: PrivateKey, programme: int, shop: int, amount: int, until: int, number: int) -> dict[str, Any]:
    """One of them."""
    digest = typed_data.order(DOMAIN, programme, shop, Cents(amount), Timestamp(until), number)
    return {
        "programme": programme,
        "shop": shop,
        "amount": amount,
        "until": until,
        "number": str(number),
        "digest": to_hex(digest),
        "signature": to_hex(signature.sign(holder, digest)),
        "address": to_hex(signature.address_of(holder)),
    }


def requests(holder: PrivateKey) -> list[dict[str, Any]]:
    """What a pass signs to ask a portal for its own things; the bodies are UTF-8."""
    cases = (("/pass/api/state", "{}"), ("/pass/api/order", '{"shop":1,"name":"fiets \u20ac 89"}'))
    return [request(holder, target, body.encode()) for target, body in cases]


def request(holder: PrivateKey, target: str, body: bytes) -> dict[str, Any]:
    """One of them."""
    address = signature.address_of(holder)
    digest = typed_data.request(DOMAIN, address, "POST", target, body, Timestamp(BEGIN))
    return {
        "address": to_hex(address),
        "method": "POST",
        "target": target,
        "body": to_hex(body),
        "time": BEGIN,
        "digest": to_hex(digest),
        "signature": to_hex(signature.sign(holder, digest)),
    }


def signatures(key: PrivateKey) -> list[dict[str, Any]]:
    """One digest with signatures that are good, written the other way round, or no signature at all."""
    digest = keccak256(b"a digest")
    good = signature.sign(key, digest)
    r, parity, s = good[:32], good[32] >> 7, int.from_bytes(good[32:]) % 2**255
    zero, signer = bytes(32), signature.address_of(key)
    flipped = (s | (1 - parity) << 255).to_bytes(32)
    other = signature.recover(digest, r + flipped)
    largest = signature.recover(digest, r + signature.HALF_ORDER.to_bytes(32))
    rows: list[tuple[str, bytes, Address | None]] = [
        ("good", good, signer),
        ("the other parity: somebody else", r + flipped, other),
        ("the upper half of s", r + (signature.HALF_ORDER + 1).to_bytes(32), None),
        ("the largest s", r + signature.HALF_ORDER.to_bytes(32), largest),
        ("r is zero", zero + good[32:], None),
        ("s is zero", r + zero, None),
        ("r is the order", signature.ORDER.to_bytes(32) + good[32:], None),
        ("r is on no point", (5).to_bytes(32) + good[32:], None),
        ("nothing but ones", b"\xff" * 64, None),
    ]
    return [
        {
            "about": about,
            "digest": to_hex(digest),
            "signature": to_hex(value),
            "signer": None if who is None else to_hex(who),
        }
        for about, value, who in rows
    ]


def make() -> dict[str, Any]:
    """Everything that stands in the file."""
    terminal, holder = PrivateKey(keccak256(b"till-01")), PrivateKey(bytes.fromhex(code(1, NETWORK)["private_key"][2:]))
    entries = history(terminal, holder)
    return {
        "domain": {
            "chain_id": DOMAIN.chain_id,
            "contract": to_hex(DOMAIN.contract),
            "separator": to_hex(DOMAIN.separator()),
        },
        "codes": codes(),
        "phone_codes": phone_codes(),
        "journal": entries,
        "digests": other_digests(terminal),
        "orders": orders(holder),
        "requests": requests(holder),
        "signatures": signatures(holder),
        "receipts": receipts(entries),
    }


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(make(), indent=1) + "\n")
