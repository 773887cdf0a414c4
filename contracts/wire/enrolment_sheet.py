"""All that a new till needs, in one QR on one sheet of paper: so nothing is typed where it is set up.

    KE2AZQWMY  Base32( code 24 bytes | code hash 16 bytes | flags u8 | texts | checksum u32 )     about 250 characters

    flags      1 English (else Dutch), 2 all endpoints must agree
    texts      shop, whom to call, the gateway's URL, then one to four endpoints' URLs; each a length u8 and UTF-8

The letters AZQWMY stand on other keys in other keyboard layouts, so that one scan also tells how a scanner is set. The
code hash begins the keccak-256 of the contract's code: an endpoint of another chain is found out before a key is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from contracts.wire import base32
from contracts.wire.enrolment import CODE_BYTES, EnrolmentCode
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason

PREFIX = "KE2AZQWMY"
CODE_HASH_BYTES = 16
LONGEST = 512
"""Characters: what a QR of this size still gives to a cheap scanner, printed on a sheet."""

ENDPOINTS_MAX = 4
TEXT_MAX = 64
URL_MAX = 200
_ENGLISH, _AGREE = 1, 2
_BYTE_MAX = 255
_FIXED = CODE_BYTES + CODE_HASH_BYTES + 1


@dataclass(frozen=True, slots=True)
class EnrolmentSheet:
    """The code, and whom the till is to believe."""

    code: EnrolmentCode
    code_hash: bytes
    """The first CODE_HASH_BYTES of the keccak-256 of the contract's code."""
    shop: str
    support: str
    gateway: str
    endpoints: tuple[str, ...]
    language: Literal["nl", "en"] = "nl"
    agree: bool = False

    @classmethod
    def parse(cls, text: str) -> "EnrolmentSheet":
        """The sheet whose QR was scanned. Raises Refused(ENROL_CODE) for anything else."""
        plain = text.strip().upper()
        try:
            return _unpack(_decode(plain.removeprefix(PREFIX) if plain.startswith(PREFIX) else ""))
        except ValueError:
            raise Refused(Reason.ENROL_CODE, "it is no sheet of ours, or a part of it was lost: scan again") from None

    def text(self) -> str:
        """As it stands in the QR. Raises ValueError for what a sheet cannot say."""
        flags = _ENGLISH * (self.language == "en") + _AGREE * self.agree
        texts = b"".join(map(_framed, self._texts()))
        shown = PREFIX + base32.encode_checked(self.code.pack() + self.code_hash + bytes([flags]) + texts)
        if len(shown) > LONGEST:
            raise ValueError("names and URLs are too long for one QR: shorten them")
        return shown

    def _texts(self) -> Sequence[str]:
        return _checked((self.shop, self.support, self.gateway, *self.endpoints))


def _decode(characters: str) -> bytes:
    size = len(characters) * 5 // 8 - base32.CHECKSUM_BYTES
    if size < _FIXED or len(characters) > LONGEST:
        raise ValueError("another length than any sheet has")
    return base32.decode_checked(characters, size)


def _unpack(body: bytes) -> EnrolmentSheet:
    code, rest = EnrolmentCode.unpack(body[:CODE_BYTES]), body[CODE_BYTES:_FIXED]
    shop, support, gateway, *endpoints = _checked(_read(body[_FIXED:]))
    flags = rest[CODE_HASH_BYTES]
    if flags & ~(_ENGLISH | _AGREE):
        raise ValueError("a flag of another version")
    language: Literal["nl", "en"] = "en" if flags & _ENGLISH else "nl"
    hashed = rest[:CODE_HASH_BYTES]
    return EnrolmentSheet(code, hashed, shop, support, gateway, tuple(endpoints), language, bool(flags & _AGREE))


def _checked(texts: Sequence[str]) -> Sequence[str]:
    """Raises ValueError unless they are what a sheet says, each within its bounds."""
    names, urls = texts[:2], texts[2:]
    if not 1 < len(urls) <= 1 + ENDPOINTS_MAX:
        raise ValueError(f"a sheet names a gateway and 1 to {ENDPOINTS_MAX} endpoints")
    if not all(text.isprintable() for text in texts):
        raise ValueError("a text that cannot be shown")
    if not all(1 <= len(name) <= TEXT_MAX for name in names) or not all(len(url) <= URL_MAX for url in urls):
        raise ValueError(f"names have 1 to {TEXT_MAX} characters, URLs at most {URL_MAX}")
    if not all(url.startswith(("http://", "https://")) for url in urls):
        raise ValueError("a URL begins with https:// or http://")
    return texts


def _framed(text: str) -> bytes:
    content = text.encode()
    if len(content) > _BYTE_MAX:
        raise ValueError(f"a text of more than {_BYTE_MAX} bytes")
    return len(content).to_bytes() + content


def _read(data: bytes) -> tuple[str, ...]:
    texts = []
    while data:
        end = 1 + data[0]
        if len(data) < end:
            raise ValueError("a text without its end")
        texts.append(data[1:end].decode())
        data = data[end:]
    return tuple(texts)
