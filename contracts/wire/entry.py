"""One line of a terminal's journal as packed bytes, big-endian.

    entry    = length u8 | kind u8 | content | pass signature 64 bytes         length counts what follows it

    1 payment        programme u32 | amount u32 | time u40                                              79 bytes
    2 ask            programme u32 | amount u32 | time u40 | deadline u40                               84
    3 refund         programme u32 | amount u32 | time u40 | pass 20 bytes | terminal 20 bytes | sequence u32
                     (the sale that is given back; no pass signature)                                   59
    4 retire         time u40 (no pass signature)                                                        7
    5 phone payment  programme u32 | amount u32 | time u40 | ceiling u32 | expiry u40 | counter u32     92
    6 phone ask      as 5, with deadline u40 behind time                                                97

A phone's signature is over its delegation, which names no terminal; every other pass signature is over this very line.
Whatever has a length can be framed, so an entry that nobody understands never blocks those behind it.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

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


_TERMS = struct.Struct(">II5s")
_DEADLINE_BYTES = 5
_DELEGATION = struct.Struct(">I5sI")
_REFUNDED = struct.Struct(">20s20sI")

PAYMENT_BYTES = 79
_BYTES: Mapping[int, int] = {
    EntryKind.PAYMENT: PAYMENT_BYTES,
    EntryKind.ASK: 84,
    EntryKind.REFUND: 59,
    EntryKind.RETIRE: 7,
    EntryKind.PHONE_PAYMENT: 92,
    EntryKind.PHONE_ASK: 97,
}
_UNSIGNED = frozenset({EntryKind.REFUND, EntryKind.RETIRE})


@dataclass(frozen=True, slots=True)
class Delegation:
    """What a phone's code allows: one payment in this programme, up to the ceiling, until and with the expiry."""

    programme: int
    ceiling: Cents
    expiry: Timestamp
    counter: int
    """Each is used once; an older one counts while it is less than 64 behind the newest."""

    def digest(self, domain: Domain) -> Hash:
        """What the pass signs on the phone."""
        return typed_data.delegation(domain, self.programme, self.ceiling, self.expiry, self.counter)

    def pack(self) -> bytes:
        """`ceiling u32 | expiry u40 | counter u32`, as entries and pass codes carry it behind the programme."""
        return _DELEGATION.pack(self.ceiling, self.expiry.to_bytes(5), self.counter)

    @classmethod
    def read(cls, programme: int, packed: bytes) -> Self:
        """What was packed. Raises struct.error for another length."""
        ceiling, expiry, counter = _DELEGATION.unpack(packed)
        return cls(programme, Cents(ceiling), _time(expiry), counter)


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
        return frame(_sale(EntryKind.PAYMENT, self) + signature)


@dataclass(frozen=True, slots=True)
class Ask:
    """A sale that the contract may approve until the deadline, by its own clock, and never from a slice."""

    programme: int
    amount: Cents
    time: Timestamp
    deadline: Timestamp

    def digest(self, domain: Domain, terminal: Address, sequence: int) -> Hash:
        """What the pass signs for this ask at this place of the journal."""
        return typed_data.ask(domain, terminal, sequence, self.programme, self.amount, self.time, self.deadline)

    def pack(self, signature: bytes) -> bytes:
        """The entry's bytes with the pass's signature. Raises struct.error for a value out of its range."""
        return frame(_sale(EntryKind.ASK, self) + self.deadline.to_bytes(_DEADLINE_BYTES) + signature)


class _ByPhone:
    """What both kinds have to which a phone agreed beforehand."""

    __slots__ = ()
    delegation: Delegation

    @property
    def programme(self) -> int:
        """The delegation's."""
        return self.delegation.programme

    def digest(self, domain: Domain, _: Address, __: int) -> Hash:
        """What the pass signed: the delegation, wherever the entry stands."""
        return self.delegation.digest(domain)


@dataclass(frozen=True, slots=True)
class PhonePayment(_ByPhone):
    """An approved sale to which a phone agreed beforehand, by a delegation. It names the delegation's programme."""

    amount: Cents
    time: Timestamp
    delegation: Delegation

    def pack(self, signature: bytes) -> bytes:
        """The entry's bytes with the delegation's signature. Raises struct.error for a value out of its range."""
        return frame(_sale(EntryKind.PHONE_PAYMENT, self) + self.delegation.pack() + signature)


@dataclass(frozen=True, slots=True)
class PhoneAsk(_ByPhone):
    """As an ask, with a phone's delegation."""

    amount: Cents
    time: Timestamp
    deadline: Timestamp
    delegation: Delegation

    def pack(self, signature: bytes) -> bytes:
        """The entry's bytes with the delegation's signature. Raises struct.error for a value out of its range."""
        deadline = self.deadline.to_bytes(_DEADLINE_BYTES)
        return frame(_sale(EntryKind.PHONE_ASK, self) + deadline + self.delegation.pack() + signature)


@dataclass(frozen=True, slots=True)
class Refund:
    """Cents of a sale given back to its pass; the terminal alone vouches for it, as it takes from its own shop."""

    programme: int
    amount: Cents
    time: Timestamp
    pass_address: Address
    terminal: Address
    """Of the sale, as `sequence`: a terminal of this shop."""
    sequence: int

    def pack(self, _: bytes = b"") -> bytes:
        """The entry's bytes. Raises struct.error for a value out of its range."""
        sale = _REFUNDED.pack(self.pass_address, self.terminal, self.sequence)
        return frame(_sale(EntryKind.REFUND, self) + sale)


@dataclass(frozen=True, slots=True)
class Retire:
    """The last entry of a journal: whatever follows it is not paid, and the terminal's slices are free again."""

    time: Timestamp

    def pack(self, _: bytes = b"") -> bytes:
        """The entry's bytes. Raises OverflowError for a time out of its range."""
        return frame(bytes([EntryKind.RETIRE]) + self.time.to_bytes(5))


Sale = Payment | Ask | PhonePayment | PhoneAsk
"""What a pass pays by, and signs."""
Content = Sale | Refund | Retire


@dataclass(frozen=True, slots=True)
class Signed:
    """An entry as it stands in a journal, with the signature of its pass; a refund and a retire have none."""

    content: Content
    signature: bytes

    def signer(self, domain: Domain, terminal: Address, sequence: int) -> Address | None:
        """The pass that signed it for this place, or None where the contract would find none."""
        if isinstance(self.content, Refund | Retire):
            return None
        return recover(self.content.digest(domain, terminal, sequence), self.signature)


def frame(body: bytes) -> bytes:
    """The body with its length before it. Raises ValueError above 255 bytes."""
    if len(body) >= ENTRY_BYTES_MAX:
        raise ValueError(f"an entry has at most {ENTRY_BYTES_MAX - 1} bytes behind its length")
    return bytes([len(body)]) + body


def unpack(entry: bytes) -> Signed | None:
    """What the entry says, or None where the contract would reject it as FORM.

    Raises ValueError when the bytes are not one framed entry.
    """
    if not entry or entry[0] != len(entry) - 1:
        raise ValueError("not one framed entry")
    if len(entry) == 1 or len(entry) != _BYTES.get(entry[1]):
        return None
    unsigned = len(entry) - (0 if entry[1] in _UNSIGNED else SIGNATURE_BYTES)
    return Signed(_read(entry[1], entry[2:unsigned]), entry[unsigned:])


def split(body: bytes) -> Iterator[bytes]:
    """The framed entries of a segment's body, in order. Raises ValueError when the last one is cut off."""
    at = 0
    while at < len(body):
        end = at + 1 + body[at]
        if end > len(body):
            raise ValueError("the last entry is cut off")
        yield body[at:end]
        at = end


def _sale(kind: EntryKind, content: Sale | Refund) -> bytes:
    return bytes([kind]) + _TERMS.pack(content.programme, content.amount, content.time.to_bytes(5))


def _time(packed: bytes) -> Timestamp:
    return Timestamp(int.from_bytes(packed))


def _read(kind: int, body: bytes) -> Content:
    """The content of a known kind, which has the length that it must have."""
    if kind == EntryKind.RETIRE:
        return Retire(_time(body))
    programme, cents, packed_time = _TERMS.unpack_from(body)
    amount, time, rest = Cents(cents), _time(packed_time), body[_TERMS.size :]
    deadline, delegation = _time(rest[:_DEADLINE_BYTES]), rest[-_DELEGATION.size :]
    match kind:
        case EntryKind.PAYMENT:
            return Payment(programme, amount, time)
        case EntryKind.ASK:
            return Ask(programme, amount, time, deadline)
        case EntryKind.PHONE_PAYMENT:
            return PhonePayment(amount, time, Delegation.read(programme, delegation))
        case EntryKind.PHONE_ASK:
            return PhoneAsk(amount, time, deadline, Delegation.read(programme, delegation))
    pass_address, terminal, sequence = _REFUNDED.unpack(rest)
    return Refund(programme, amount, time, Address(pass_address), Address(terminal), sequence)
