"""Looks for what was planted in everything that a town's programs wrote, in whatever form it might stand there."""

import base64
import json
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, quote_plus

SQLITE = b"SQLite format 3\0"
BASE64 = "base64"
_SHORTEST = 6
"""A piece of base64 with fewer signs stands anywhere by chance."""
_SIGNED = re.compile(rb"\.?[\w-]+:[\w-]+:[\w-]+", re.ASCII)
"""As Django keeps a session: base64, with a dot before it when it is packed as well."""

Pieces = Iterable[tuple[str, bytes]]
"""What was written, each with where it stands."""


def found(pieces: Pieces, plants: Mapping[str, str]) -> list[str]:
    """A line for each plant that stands in a piece: which one, in which form, and where."""
    looked_for = {name: forms(text) for name, text in plants.items()}
    return [line for where, content in pieces for line in _in_piece(where, content, looked_for)]


def _in_piece(where: str, content: bytes, looked_for: Mapping[str, Mapping[str, set[bytes]]]) -> Iterator[str]:
    small = content.lower()
    for name, ways in looked_for.items():
        for form, needles in ways.items():
            within = content if form == BASE64 else small
            if any(needle in within and _stands(needle, within) for needle in needles):
                yield f"{name} as {form} in {where}"


def forms(text: str) -> dict[str, set[bytes]]:
    """Each way in which it might stand somewhere; in small letters, but for base64, which has no others."""
    cases = {text, text.lower(), text.upper()}
    ways = {
        "plain": {one.encode() for one in cases},
        "Latin-1": {one.encode("cp1252", "ignore") for one in cases},
        "a URL": {spelt.encode() for one in cases for spelt in (quote(one, safe=""), quote(one), quote_plus(one))},
        "JSON": {json.dumps(one)[1:-1].encode() for one in cases},
        "hex": {one.encode().hex().encode() for one in cases},
        "UTF-16": {one.encode(order) for one in cases for order in ("utf-16-le", "utf-16-be")},
    }
    small = {way: {needle.lower() for needle in needles} for way, needles in ways.items()}
    return {**small, BASE64: {piece for one in cases for piece in _in_base64(one.encode())}}


def _stands(needle: bytes, within: bytes) -> bool:
    """Whether it stands there by itself, as a short figure stands within longer ones by chance."""
    if not re.fullmatch(rb"[\d.,]+", needle):
        return True
    return re.search(rb"(?<![0-9a-z])" + re.escape(needle) + rb"(?![0-9a-z])", within) is not None


def _in_base64(content: bytes) -> set[bytes]:
    """What is the same of it in base64 wherever it begins, in both alphabets."""
    pieces = set()
    for before in range(3):
        begins, ends = -(-before * 8 // 6), (before + len(content)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            pieces.add(encode(bytes(before) + content)[begins:ends])
    return {piece for piece in pieces if len(piece) >= _SHORTEST}


def written(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below the folder with its name; of a database each table as well, as rows lie across its pages."""
    for path in sorted(folder.rglob("*")):
        where = str(path.relative_to(folder))
        yield f"the name of {where}", where.encode()
        if path.is_file():
            content = path.read_bytes()
            yield where, content
            if content.startswith(SQLITE):
                yield from _tables(path, where)


def _tables(path: Path, where: str) -> Iterator[tuple[str, bytes]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.text_factory = bytes
        names = [name.decode() for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            rows = database.execute(f'SELECT * FROM "{name}"')
            yield f"{where}, {name}", b"\0".join(_values(value for row in rows for value in row))


def _values(row: Iterable[object]) -> Iterator[bytes]:
    for value in row:
        content = value if isinstance(value, bytes) else str(value).encode()
        yield content
        if _SIGNED.fullmatch(content):
            yield _unsigned(content)


def _unsigned(content: bytes) -> bytes:
    packed = content.partition(b":")[0]
    try:
        opened = base64.urlsafe_b64decode(packed.lstrip(b".") + b"==")
        return zlib.decompress(opened) if packed.startswith(b".") else opened
    except (ValueError, zlib.error):
        return b""
