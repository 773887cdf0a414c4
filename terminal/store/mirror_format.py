"""The bytes of `journal.mirror`: frames that are only ever added, each beginning in a sector of its own.

    frame  = ff "KPM" | kind u8 | body length u32 | body | crc32 u32 of all that, then zeros to the end of the sector

    1 owner  chain id u64 | contract 20 bytes | terminal 20 bytes                   once, the first frame
    2 entry  sequence u32 | bound u40 | terminal's signature 64 bytes | entry       with the pass's signature in it
    3 day    number u32 | document of the closed day, JSON in UTF-8

Big-endian. A power cut may spoil the sector that is being written, so none holds parts of two frames. What it left of a
frame is no frame: it is skipped, and the frame is added once more. So their order in the file means nothing.
"""

import errno
import os
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from contracts.wire.entry import ENTRY_BYTES_MAX
from contracts.wire.signature import SIGNATURE_BYTES
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Timestamp, address

NAME = "journal.mirror"
SECTOR = 512
BODY_BYTES_MAX = 2**24
"""More than any closed day has."""

_MAGIC = b"\xffKPM"  # no text has that byte, so no part of a closed day passes for a frame
_HEAD = struct.Struct(">4sBI")
_CHECK = struct.Struct(">I")
_OWNER = struct.Struct(">Q20s20s")
_ENTRY = struct.Struct(f">I5s{SIGNATURE_BYTES}s")
_DAY = struct.Struct(">I")
_KINDS = {1: "owner", 2: "entry", 3: "day"}


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose journal it is."""

    domain: Domain
    terminal: Address


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry of a journal, with what its terminal noted of the time."""

    sequence: int
    bound: Timestamp
    """It was not earlier than this when the entry was made."""
    signature: bytes
    """The terminal's, over the journal up to here."""
    entry: bytes


@dataclass(frozen=True, slots=True)
class KeptDay:
    """One closed day."""

    number: int
    document: str


Frame = Owner | Kept | KeptDay


def pack(frame: Frame) -> bytes:
    """The frame, in whole sectors."""
    kind, body = _body(frame)
    framed = _HEAD.pack(_MAGIC, kind, len(body)) + body
    framed += _CHECK.pack(zlib.crc32(framed))
    return framed + bytes(-len(framed) % SECTOR)


def _body(frame: Frame) -> tuple[int, bytes]:
    match frame:
        case Owner(domain, terminal):
            return 1, _OWNER.pack(domain.chain_id, domain.contract, terminal)
        case Kept(sequence, bound, signature, entry):
            return 2, _ENTRY.pack(sequence, bound.to_bytes(5), signature) + entry
        case KeptDay(number, document):
            return 3, _DAY.pack(number) + document.encode()


def opened(folder: Path) -> BinaryIO:
    """The mirror in this folder, to be read. Raises OSError, also for what is no file: a stick may hold anything."""
    path = folder / NAME
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is no file", str(path))
    return file


def frames(file: BinaryIO) -> Iterator[Frame]:
    """All frames that are whole, in the order of the file, from its beginning; the rest is passed over."""
    at = 0
    while True:
        file.seek(at)
        head = file.read(SECTOR)
        if not head:
            return
        size, frame = _frame(head, file)
        at += size
        if frame is not None:
            yield frame


def _frame(first: bytes, file: BinaryIO) -> tuple[int, Frame | None]:
    """What begins with this sector, and how much of the file that is; the sector alone where nothing does."""
    nothing = SECTOR, None
    if len(first) < _HEAD.size:
        return nothing
    magic, kind, length = _HEAD.unpack_from(first)
    if magic != _MAGIC or kind not in _KINDS or length > BODY_BYTES_MAX:
        return nothing
    whole = _HEAD.size + length + _CHECK.size
    framed = first + file.read(whole - SECTOR) if whole > SECTOR else first[:whole]
    if len(framed) < whole or _CHECK.unpack(framed[-_CHECK.size :]) != (zlib.crc32(framed[: -_CHECK.size]),):
        return nothing
    try:
        return whole + -whole % SECTOR, _read(kind, framed[_HEAD.size : -_CHECK.size])
    except (ValueError, struct.error):
        return nothing


def _read(kind: int, body: bytes) -> Frame:
    """The frame with this body. Raises ValueError or struct.error when no such frame has it."""
    match _KINDS[kind]:
        case "owner":
            chain_id, contract, terminal = _OWNER.unpack(body)
            return Owner(Domain(chain_id, address(contract)), address(terminal))
        case "entry":
            sequence, bound, signature = _ENTRY.unpack_from(body)
            entry = body[_ENTRY.size :]
            if not 2 <= len(entry) <= ENTRY_BYTES_MAX:
                raise ValueError("no entry has so many bytes")
            return Kept(sequence, Timestamp(int.from_bytes(bound)), signature, entry)
        case _:
            (number,) = _DAY.unpack_from(body)
            return KeptDay(number, body[_DAY.size :].decode())
