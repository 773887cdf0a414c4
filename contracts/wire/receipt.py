"""What stands in the QR of a receipt: one entry, both signatures, and its place in the journal. Anyone can verify it.

    KR1  Base32( kind u8 | chain id u64 | contract 20 | terminal 20 | sequence u32 | previous head 32
               | journal signature 64 | entry | checksum u32 )

    kind 1           any entry of `entry` but a retirement, which says itself what it is:
                     payment 375 characters, ask 383, refund 343, phone payment 395, phone ask 403

Numbers are big-endian. Upper-case letters and digits only, as in a pass code, and for the same reasons; all fit QR
version 12 at level M. The entry comes last and says its own length. The head is not there: it follows from the previous
head and the entry, so the terminal's signature fits only if the chain's step does. No name stands in it, and nothing of
what is left on the pass. Of an ask it proves that it was asked; whether that was granted, only the contract tells.
"""

import re
import struct
from dataclasses import dataclass

from contracts.wire import base32, journal, passcode
from contracts.wire import entry as wire_entry
from contracts.wire.entry import Refund, Retire, Sale, Signed
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from contracts.wire.signature import SIGNATURE_BYTES
from contracts.wire.typed_data import Domain
from contracts.wire.units import ADDRESS_BYTES, HASH_BYTES, SEQUENCE_MAX, Address, Hash

PREFIX = "KR1"
KIND_ENTRY = 1
CHAIN_ID_MAX = 2**64 - 1

_HEADER = struct.Struct(">BQ20s20sI32s64s")
_FRAME = base32.encoded_length(_HEADER.size + 1)
"""Characters up to and with the entry's length: 150 bytes are 240 characters and no bit more."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One sale or refund of a journal, with all that vouches for it. Nothing of it is believed before `verify`.

    Raises ValueError for fields out of their range, or an entry that is neither.
    """

    domain: Domain
    terminal: Address
    sequence: int
    previous_head: Hash
    entry: bytes
    signature: bytes
    """The terminal's over the head that the entry leads to."""

    def __post_init__(self) -> None:
        addresses = len(self.domain.contract), len(self.terminal)
        if addresses != (ADDRESS_BYTES, ADDRESS_BYTES) or len(self.previous_head) != HASH_BYTES:
            raise ValueError("an address or a head of the wrong size")
        if not 0 < self.domain.chain_id <= CHAIN_ID_MAX or not 0 < self.sequence <= SEQUENCE_MAX:
            raise ValueError("a chain id or a sequence out of range")
        if len(self.signature) != SIGNATURE_BYTES:
            raise ValueError("a signature of the wrong size")
        _said(self.entry)

    @property
    def head(self) -> Hash:
        """Where the chain stands after the entry."""
        return journal.advance(self.previous_head, self.entry)

    def text(self) -> str:
        """The characters of the QR."""
        place = (self.domain.chain_id, self.domain.contract, self.terminal, self.sequence, self.previous_head)
        return PREFIX + base32.encode_checked(_HEADER.pack(KIND_ENTRY, *place, self.signature) + self.entry)

    def verify(self) -> "Verified":
        """What it proves. Raises Refused when the terminal did not sign exactly this, or no pass agreed to a sale."""
        begins = journal.genesis(self.domain, self.terminal) if self.sequence == 1 else self.previous_head
        vouched = journal.is_signed(self.domain, self.terminal, self.sequence, self.head, self.signature)
        if begins != self.previous_head or not vouched:
            raise Refused(Reason.RECEIPT_TERMINAL_SIGNATURE)
        content, signed = _said(self.entry)
        if isinstance(content, Refund):
            return Verified(content, content.pass_address)
        signer = signed.signer(self.domain, self.terminal, self.sequence)
        if signer is None:
            raise Refused(Reason.RECEIPT_PASS_SIGNATURE)
        return Verified(content, signer)


@dataclass(frozen=True, slots=True)
class Verified:
    """What the terminal vouches for."""

    content: Sale | Refund
    pass_address: Address
    """Of a sale: the pass that agreed to it. Of a refund: the pass that it names, as none signs what it is given."""


def parse(text: str) -> Receipt:
    """The receipt in a scan. Raises Refused with the name of what it is instead."""
    scanned = text.strip().upper()
    if not scanned.startswith(PREFIX):
        raise Refused(_foreign(scanned))
    body = _decode(scanned[len(PREFIX) :])
    _, chain_id, contract, terminal, sequence, previous, signature = _HEADER.unpack_from(body)
    place = Domain(chain_id, Address(contract)), Address(terminal), sequence, Hash(previous)
    try:
        return Receipt(*place, body[_HEADER.size :], signature)
    except ValueError:
        raise Refused(Reason.RECEIPT_KIND) from None  # its checksum is right: it was made like this


def _said(entry: bytes) -> tuple[Sale | Refund, Signed]:
    """What the entry says. Raises ValueError for one that a receipt does not carry."""
    signed = wire_entry.unpack(entry)
    if signed is None or isinstance(signed.content, Retire):
        raise ValueError("an entry that is neither a sale nor a refund")
    return signed.content, signed


def _decode(characters: str) -> bytes:
    """Header and entry, checksum seen to match. Raises Refused."""
    if len(characters) < _FRAME:
        raise Refused(Reason.RECEIPT_INCOMPLETE)
    try:
        frame = base32.decode(characters[:_FRAME], _HEADER.size + 1)
        if frame[0] != KIND_ENTRY:
            base32.decode_checked(characters, len(characters) * 5 // 8 - base32.CHECKSUM_BYTES)
            raise Refused(Reason.RECEIPT_KIND)  # a kind of the future has a checksum that matches at its own length
        length = len(frame) + frame[-1]
        if surplus := len(characters) - base32.encoded_length(length + base32.CHECKSUM_BYTES):
            raise Refused(Reason.RECEIPT_TOO_LONG if surplus > 0 else Reason.RECEIPT_INCOMPLETE)
        return base32.decode_checked(characters, length)
    except ValueError:
        raise Refused(Reason.RECEIPT_DAMAGED) from None


def _foreign(scanned: str) -> Reason:
    """The name of a scan that does not begin as a receipt of this version does."""
    if scanned.startswith(passcode.PREFIX):
        return Reason.RECEIPT_IS_PASS
    if scanned in {"K", "KR"}:
        return Reason.RECEIPT_INCOMPLETE
    return Reason.RECEIPT_VERSION if re.match(r"KR\d", scanned) else Reason.RECEIPT_FOREIGN
