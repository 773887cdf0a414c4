"""Writes contracts/wire/vectors.json: `python -m tests.wire.make_vectors`.

Run it when the wire is changed on purpose. The tests never run it: they hold the code and the contract to the file.
"""

import json
from pathlib import Path
from typing import Any

from coincurve import PrivateKey

from contracts.wire import batch, journal, passcode, signature, typed_data
from contracts.wire.entry import Payment, frame
from contracts.wire.hashing import keccak256
from contracts.wire.receipt import Receipt
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Hash, Timestamp, to_hex

VECTORS = Path(__file__).parents[2] / "contracts" / "wire" / "vectors.json"

DOMAIN = Domain(1337, Address(bytes.fromhex("c0ffee254729296a45a3885639ac7e10f9d54979")))
NETWORK = 7
SHOP = 1
BEGIN = 1_800_000_000
SALES = ((1, 1250, BEGIN), (1, 1, BEGIN + 1), (2, 5000, BEGIN + 60), (1, 2**32 - 1, 2**40 - 1))
"""Programme, cents, time."""


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
    key = PrivateKey(passcode.parse(text, network).private_key())
    return {
        "network": network,
        "secret": to_hex(secret(number)),
        "text": text,
        "private_key": to_hex(key.secret),
        "address": to_hex(signature.address_of(key)),
    }


def history(terminal: PrivateKey, holder: PrivateKey) -> dict[str, Any]:
    """A journal, entry by entry: four payments and one entry that nobody understands."""
    address = signature.address_of(terminal)
    head = journal.genesis(DOMAIN, address)
    entries = [payment_entry(address, holder, sequence, *sale) for sequence, sale in enumerate(SALES, 1)]
    entries.append({"entry": to_hex(frame(bytes([200]) + b"a kind of the future"))})
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
        "pass": to_hex(signature.address_of(holder)),
        "genesis": to_hex(genesis),
        "entries": entries,
        "batch": to_hex(batch_of(address, genesis, entries)),
    }


def payment_entry(
    terminal: Address, holder: PrivateKey, sequence: int, programme: int, amount: int, time: int
) -> dict[str, Any]:
    """A payment at its place in a journal."""
    payment = Payment(programme, Cents(amount), Timestamp(time))
    digest = payment.digest(DOMAIN, terminal, sequence)
    signed = signature.sign(holder, digest)
    return {
        "programme": programme,
        "amount": amount,
        "time": time,
        "digest": to_hex(digest),
        "signature": to_hex(signed),
        "entry": to_hex(payment.pack(signed)),
    }


def batch_of(terminal: Address, genesis: Hash, entries: list[dict[str, Any]]) -> bytes:
    """The journal in two segments, as the contract takes them."""
    packed = [bytes.fromhex(item["entry"][2:]) for item in entries]
    signatures = [bytes.fromhex(item["journal_signature"][2:]) for item in entries]
    middle = Hash(bytes.fromhex(entries[1]["head"][2:]))
    first = batch.Segment(terminal, 1, genesis, tuple(packed[:2]), signatures[1])
    second = batch.Segment(terminal, 3, middle, tuple(packed[2:]), signatures[-1])
    return batch.encode([first, second])


def receipts(history: dict[str, Any]) -> list[dict[str, Any]]:
    """The receipts of the journal's first two payments: the first follows from genesis."""
    heads = [history["genesis"], *(item["head"] for item in history["entries"])]
    terminal = Address(bytes.fromhex(history["terminal"][2:]))
    rows = []
    for sequence, item in enumerate(history["entries"][:2], 1):
        entry, signed = (bytes.fromhex(item[name][2:]) for name in ("entry", "journal_signature"))
        previous = Hash(bytes.fromhex(heads[sequence - 1][2:]))
        text = Receipt(DOMAIN, terminal, sequence, previous, entry, signed).text()
        rows.append({"sequence": sequence, "previous_head": to_hex(previous), "text": text})
    return rows


def other_digests(key: PrivateKey) -> dict[str, Any]:
    """What is signed besides payments and journals; the key is the terminal's."""
    terminal = signature.address_of(key)
    target, body = "/v1/terminals/0x00/outcomes?after=3", b'{"a":1}'
    registration = typed_data.registration(DOMAIN, terminal, SHOP)
    return {
        "delegation": {
            "programme": 1,
            "ceiling": 2500,
            "expiry": BEGIN + 300,
            "counter": 9,
            "digest": to_hex(typed_data.delegation(DOMAIN, 1, Cents(2500), Timestamp(BEGIN + 300), 9)),
        },
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
        "journal": entries,
        "digests": other_digests(terminal),
        "signatures": signatures(holder),
        "receipts": receipts(entries),
    }


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(make(), indent=1) + "\n")
