"""Crockford's Base32 (https://www.crockford.com/base32.html), read strictly and written canonically.

Codes are read by machines, so the aliases for human eyes (O for 0, I and L for 1) are not accepted:
a scanner that produces them is garbling. Lower case is folded, because caps lock turns every letter.

Codes carry a CRC-32 (ISO 3309) behind what they say: it is there for scanners that lose or garble keys, not against
forgery, which is the signatures' work.
"""

from zlib import crc32

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECKSUM_BYTES = 4
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def encoded_length(byte_count: int) -> int:
    """How many characters stand for that many bytes."""
    return -(-byte_count * 8 // 5)


def encode(data: bytes) -> str:
    """The bytes as upper-case characters, the last one padded with zero bits on the right."""
    length = encoded_length(len(data))
    number = int.from_bytes(data) << (length * 5 - len(data) * 8)
    return "".join(ALPHABET[number >> (5 * i) & 31] for i in reversed(range(length)))


def decode(text: str, byte_count: int) -> bytes:
    """The `byte_count` bytes behind the text.

    Raises ValueError for another length, a character outside the alphabet, or padding bits that are not zero.
    """
    if len(text) != encoded_length(byte_count):
        raise ValueError(f"{byte_count} bytes take {encoded_length(byte_count)} characters, not {len(text)}")
    number = 0
    for character in text.upper():
        if character not in _VALUES:
            raise ValueError("a character outside the alphabet")
        number = number << 5 | _VALUES[character]
    padding = len(text) * 5 - byte_count * 8
    if number & ((1 << padding) - 1):
        raise ValueError("padding bits that are not zero")
    return (number >> padding).to_bytes(byte_count)


def encode_checked(data: bytes) -> str:
    """The bytes and their checksum as characters."""
    return encode(data + crc32(data).to_bytes(CHECKSUM_BYTES))


def decode_checked(text: str, byte_count: int) -> bytes:
    """The `byte_count` bytes before the checksum. Raises ValueError as `decode` does, or when the checksum differs."""
    data = decode(text, byte_count + CHECKSUM_BYTES)
    body, checksum = data[:byte_count], data[byte_count:]
    if crc32(body).to_bytes(CHECKSUM_BYTES) != checksum:
        raise ValueError("the checksum differs")
    return body
