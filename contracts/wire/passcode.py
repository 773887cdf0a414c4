"""What stands in the QR of a pass, and what a scan means.

    KP1  Base32( kind u8 | network u16 | content | checksum u32 )

    kind 1, static   content = secret, 16 bytes                        40 characters, QR version 3 at level M or Q
    kind 2, phone    content = programme u32 | ceiling u32 | expiry u40 | counter u32 | signature 64 bytes
                                                                       144 characters, QR version 6 at level M

Upper-case letters and digits only: the same keys on every keyboard layout, and QR's alphanumeric mode
(ISO/IEC 18004, section 7.3.4). The checksum is that of `base32`, over all that stands before it.
"""

import re
from dataclasses import dataclass, field
from enum import IntEnum

from contracts.wire import base32
from contracts.wire.entry import Delegation
from contracts.wire.errors import Refused
from contracts.wire.hashing import keccak256
from contracts.wire.reasons import Reason
from contracts.wire.signature import SIGNATURE_BYTES, is_private_key, recover
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address

PREFIX = "KP1"
SECRET_BYTES = 16
NETWORK_MAX = 2**16 - 1
LONGEST_SCAN = 512
"""No code of ours or of a product is longer; what is longer was glued together."""

_KEY_DOMAIN = b"Kindpakket pass key 1"
_HEADER_BYTES = 3


class Kind(IntEnum):
    """What the content of a pass code is."""

    STATIC = 1
    PHONE = 2


_PROGRAMME_BYTES, _DELEGATION_BYTES = 4, 4 + 5 + 4
_CONTENT_BYTES = {Kind.STATIC: SECRET_BYTES, Kind.PHONE: _PROGRAMME_BYTES + _DELEGATION_BYTES + SIGNATURE_BYTES}


@dataclass(frozen=True, slots=True)
class StaticCode:
    """A letter's or card's code: the secret from which the pass key is derived. Call `wipe` when done."""

    network: int
    secret: bytearray = field(repr=False)

    def private_key(self) -> bytes:
        """The pass's private key, 32 bytes: keccak-256 of a fixed text, the network and the secret.

        Raises Refused(SCAN_DAMAGED) for the one secret in 2**128 that gives no key.
        """
        key = keccak256(_KEY_DOMAIN, self.network.to_bytes(2), bytes(self.secret))
        if not is_private_key(key):
            raise Refused(Reason.SCAN_DAMAGED)
        return key

    def wipe(self) -> None:
        """Overwrite the secret, as far as Python allows: copies that the interpreter made stay until reused."""
        self.secret[:] = bytes(len(self.secret))


@dataclass(frozen=True, slots=True)
class PhoneCode:
    """A phone's code: a delegation and the pass's signature over it. It holds no secret, and is worth one payment."""

    network: int
    delegation: Delegation
    signature: bytes

    def pass_address(self, domain: Domain) -> Address:
        """The pass that signed it. Raises Refused(SCAN_DAMAGED) when none did."""
        signer = recover(self.delegation.digest(domain), self.signature)
        if signer is None:
            raise Refused(Reason.SCAN_DAMAGED)
        return signer


def make_static(network: int, secret: bytes) -> str:
    """The text for the QR of a letter or card. `secret` is 16 random bytes."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a pass secret is {SECRET_BYTES} bytes")
    return _encode(Kind.STATIC, network, secret)


def make_phone(network: int, delegation: Delegation, signature: bytes) -> str:
    """The text for the QR on a phone. `signature` is the pass's 64 bytes over the delegation."""
    if len(signature) != SIGNATURE_BYTES:
        raise ValueError(f"a signature is {SIGNATURE_BYTES} bytes")
    programme = delegation.programme.to_bytes(_PROGRAMME_BYTES)
    return _encode(Kind.PHONE, network, programme + delegation.pack() + signature)


def parse(text: str, network: int) -> StaticCode | PhoneCode:
    """What a scan means at a terminal of this network. Raises Refused with the name of what it is instead."""
    scanned = text.strip().upper()
    if not scanned.startswith(PREFIX):
        raise Refused(_foreign(scanned))
    body = _decode(scanned[len(PREFIX) :])
    kind, code_network = body[0], int.from_bytes(body[1:_HEADER_BYTES])
    if code_network != network:
        raise Refused(Reason.SCAN_NETWORK)
    content = body[_HEADER_BYTES:]
    return _phone(code_network, content) if kind == Kind.PHONE else StaticCode(code_network, bytearray(content))


def _phone(network: int, content: bytes) -> PhoneCode:
    terms = content[:-SIGNATURE_BYTES]
    delegation = Delegation.read(int.from_bytes(terms[:_PROGRAMME_BYTES]), terms[_PROGRAMME_BYTES:])
    return PhoneCode(network, delegation, content[-SIGNATURE_BYTES:])


def _encode(kind: Kind, network: int, content: bytes) -> str:
    if not 0 <= network <= NETWORK_MAX:
        raise ValueError(f"a network id is 0 to {NETWORK_MAX}")
    body = bytes([kind]) + network.to_bytes(2) + content
    return PREFIX + base32.encode_checked(body)


def _decode(characters: str) -> bytes:
    """Kind, network and content, checksum seen to match. Raises Refused."""
    kind = _kind(characters)
    length = _HEADER_BYTES + _CONTENT_BYTES[kind]
    surplus = len(characters) - base32.encoded_length(length + base32.CHECKSUM_BYTES)
    if surplus:
        raise Refused(Reason.SCAN_TOO_LONG if surplus > 0 else Reason.SCAN_INCOMPLETE)
    try:
        return base32.decode_checked(characters, length)
    except ValueError:
        raise Refused(Reason.SCAN_DAMAGED) from None  # the cause would carry a part of the code


def _kind(characters: str) -> Kind:
    """The kind is the first byte: two characters, of which the second holds three of its bits."""
    if len(characters) < 2:
        raise Refused(Reason.SCAN_INCOMPLETE)
    try:
        high, low = (base32.ALPHABET.index(character) for character in characters[:2])
        return Kind(high << 3 | low >> 2)
    except ValueError:
        raise Refused(_unknown_kind(characters)) from None


def _unknown_kind(characters: str) -> Reason:
    """A kind of the future has a checksum that matches at its own length; anything else is garbled."""
    try:
        base32.decode_checked(characters, len(characters) * 5 // 8 - base32.CHECKSUM_BYTES)
    except ValueError:
        return Reason.SCAN_DAMAGED
    return Reason.SCAN_KIND


_FOREIGN_SHAPES = (
    (re.compile(r"\s*"), Reason.SCAN_EMPTY),
    (re.compile(r"\d{8}|\d{12,14}"), Reason.SCAN_PRODUCT),  # GTIN-8, -12, -13, -14 (GS1 General Specifications)
    (re.compile(r"WIFI:.*", re.DOTALL), Reason.SCAN_WIFI),
    (re.compile(r"(HTTPS?://|WWW\.).*", re.DOTALL), Reason.SCAN_LINK),
    (re.compile(r"KP\d.*", re.DOTALL), Reason.SCAN_VERSION),
    (re.compile(r"KR\d.*", re.DOTALL), Reason.SCAN_RECEIPT),
    (re.compile(r"K|KP"), Reason.SCAN_INCOMPLETE),
    (re.compile(r".*" + PREFIX + r"[0-9A-HJKMNP-TV-Z]{8}.*", re.DOTALL), Reason.SCAN_TOO_LONG),
)


def _foreign(scanned: str) -> Reason:
    """The name of a scan that does not begin as a pass does."""
    if len(scanned) > LONGEST_SCAN:
        return Reason.SCAN_TOO_LONG
    return next((reason for shape, reason in _FOREIGN_SHAPES if shape.fullmatch(scanned)), Reason.SCAN_FOREIGN)
