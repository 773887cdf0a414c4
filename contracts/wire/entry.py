"""One line of a terminal's journal as packed bytes, big-endian.

    entry    = length u8 | kind u8 | content | pass signature 64 bytes         length counts what follows it

    1 payment        programme u32 | amount u32 | time u40                     79 bytes
    2 ask            programme u32 | amount u32 | time u40 | deadline u40
    3 refund         programme u32 | amount u32 | time u40 | pass 20 bytes | terminal 20 bytes | sequence u32
                     (the sale that is given back; no pass signature)
    4 retire         time u40 (no pass signature)
    5 phone payment  programme u32 | amount u32 | time u40 | ceiling u32 | expiry u40 | counter u32
    6 phone ask      as 5, with deadline u40 behind time

Kinds 2 to 6 have their number and their place; contract and terminal reject them as FORM until they are built.
Whatever has a length can be framed, so an entry that nobody understands never blocks those behind it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from contracts.wire import typed_data
from contracts.wire.signature import SIGNATURE_BYTES, recover
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Hash, Timestamp

ENTRY_BYTES_MAX = 256
"""The length byte and at most 255 that follow it."""


class EntryKind(IntEnum):
    """What an entry is; the byte behind the length."""

    PAYMENT = 1
    ASK = 2
    REFUND = 3
    RETIRE = 4
    PHONE_PAYMENT = 5
    PHONE_ASK = 6


_PAYMENT = struct.Struct(">BII5s")
PAYMENT_BYTES = 1 + _PAYMENT.size + SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class Payment:
    """An approved sale: this amount from this programme's budget of the pass that signed it."""

    programme: int
    amount: Cents
    time: Timestamp

    def digest(self, domain: Domain, terminal: Address, sequence: int) -> Hash:
        """What the pass signs for this payment at this place of the journal."""
        return typed_data.payment(domain, terminal, sequence, self.programme, self.amount, self.time)

    def pack(self, signature: bytes) -> bytes:
        """The entry's bytes with the pass's signature. Raises struct.error for a value out of its range."""
        content = _PAYMENT.pack(EntryKind.PAYMENT, self.programme, self.amount, self.time.to_bytes(5))
        return frame(content + signature)


@dataclass(frozen=True, slots=True)
class SignedPayment:
    """A payment as it stands in a journal, with the signature of its pass."""

    payment: Payment
    signature: bytes

    def signer(self, domain: Domain, terminal: Address, sequence: int) -> Address | None:
        """The pass that signed it for this place, or None where the contract would find none."""
        return recover(self.payment.digest(domain, terminal, sequence), self.signature)


def frame(body: bytes) -> bytes:
    """The body with its length before it. Raises ValueError above 255 bytes."""
    if len(body) >= ENTRY_BYTES_MAX:
        raise ValueError(f"an entry has at most {ENTRY_BYTES_MAX - 1} bytes behind its length")
    return bytes([len(body)]) + body


def unpack(entry: bytes) -> SignedPayment | None:
    """The payment in the entry, or None where the contract would reject it as FORM.

    Raises ValueError when the bytes are not one framed entry.
    """
    if not entry or entry[0] != len(entry) - 1:
        raise ValueError("not one framed entry")
    if len(entry) != PAYMENT_BYTES or entry[1] != EntryKind.PAYMENT:
        return None
    _, programme, amount, time = _PAYMENT.unpack_from(entry, 1)
    payment = Payment(programme, Cents(amount), Timestamp(int.from_bytes(time)))
    return SignedPayment(payment, entry[-SIGNATURE_BYTES:])


def split(body: bytes) -> Iterator[bytes]:
    """The framed entries of a segment's body, in order. Raises ValueError when the last one is cut off."""
    at = 0
    while at < len(body):
        end = at + 1 + body[at]
        if end > len(body):
            raise ValueError("the last entry is cut off")
        yield body[at:end]
        at = end
