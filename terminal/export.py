"""A whole journal in one file: all that is needed to check it, or to settle it without any gateway.

    {"format": "kindpakket journal 1", "chain_id": 1337, "contract": "0x..", "terminal": "0x..", "genesis": "0x..",
     "entries": ["0x..", ...], "signatures": ["0x..", ...], "head": "0x.."}

Entry n and signature n stand at place n-1; the last signature vouches for all. A pass's secret is in none of it.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from contracts.wire import entry as wire_entry
from contracts.wire import journal
from contracts.wire.entry import Refund, Retire, Signed
from contracts.wire.errors import Broken
from contracts.wire.signature import SIGNATURE_BYTES
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, address, from_hex, hash32, to_hex
from terminal.core.line import Line
from terminal.durable import sync_folder
from terminal.store.reading import View

FORMAT = "kindpakket journal 1"
FILE_BYTES_MAX = 256 * 2**20
_KEYS = {"format", "chain_id", "contract", "terminal", "genesis", "entries", "signatures", "head"}


@dataclass(frozen=True, slots=True)
class Export:
    """A journal outside its terminal."""

    domain: Domain
    terminal: Address
    lines: tuple[Line, ...]

    @property
    def head(self) -> Hash:
        """After the last entry; genesis when there is none."""
        return self.lines[-1].head if self.lines else journal.genesis(self.domain, self.terminal)


def signed(line: Line) -> Signed:
    """What the line says. Raises Broken when it is not understood here."""
    found = wire_entry.unpack(line.entry)
    if found is None:
        raise Broken(f"entry {line.sequence} is of a kind that this program does not know: update it")
    return found


def of(view: View) -> Export:
    """The journal as it is now."""
    return Export(view.domain, view.terminal, tuple(view.lines()))


def require_sound(export: Export) -> None:
    """Recompute the chain and every signature from the entries alone. Raises Broken, naming the first bad entry."""
    domain, terminal = export.domain, export.terminal
    head = journal.genesis(domain, terminal)
    for sequence, line in enumerate(export.lines, start=1):
        head = journal.advance(head, line.entry)
        if (line.sequence, line.head) != (sequence, head):
            raise Broken(f"the chain is broken at entry {sequence}: it was changed after it was made")
        if not journal.is_signed(domain, terminal, sequence, head, line.signature):
            raise Broken(f"entry {sequence} or one before it was changed: the terminal's signature does not fit")
        said = signed(line)
        if not isinstance(said.content, Refund | Retire) and said.signer(domain, terminal, sequence) is None:
            raise Broken(f"entry {sequence} carries no signature of any pass")
        if isinstance(said.content, Retire) and line is not export.lines[-1]:
            raise Broken(f"entry {sequence} retires the terminal, and others follow it: they are not paid")


def write(path: Path, export: Export) -> None:
    """Write the file whole or not at all. Raises Broken when something is there already, or it cannot be written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with draft.open("x", encoding="ascii") as file:
            json.dump(_document(export), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # refuses where a rename would overwrite
        sync_folder(path.parent)
    except FileExistsError:
        raise Broken(f"{path} is there already and stays as it is: name another file") from None
    except OSError as error:
        raise Broken(f"{path} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def read(path: Path) -> Export:
    """The journal in the file; nothing of it is believed yet, `require_sound` looks. Raises Broken for another form."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise Broken(f"{path} is longer than any export: name the file that `journal export` wrote")
        document = from_json(path.read_bytes())
    except OSError as error:
        raise Broken(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise Broken(f"{path} is not JSON: name the file that `journal export` wrote") from error
    try:
        return _export(document)
    except ValueError as error:
        raise Broken(f"{path} is not an export of a journal ({error})") from error


def _document(export: Export) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "chain_id": export.domain.chain_id,
        "contract": to_hex(export.domain.contract),
        "terminal": to_hex(export.terminal),
        "genesis": to_hex(journal.genesis(export.domain, export.terminal)),
        "entries": [to_hex(line.entry) for line in export.lines],
        "signatures": [to_hex(line.signature) for line in export.lines],
        "head": to_hex(export.head),
    }


def _export(document: Any) -> Export:
    if not isinstance(document, Mapping) or document.keys() != _KEYS or document["format"] != FORMAT:
        raise ValueError(f"it must have the keys of the format {FORMAT!r} and no others")
    domain = Domain(_chain_id(document["chain_id"]), address(_bytes(document["contract"])))
    terminal = address(_bytes(document["terminal"]))
    if journal.genesis(domain, terminal) != hash32(_bytes(document["genesis"])):
        raise ValueError("its genesis is not that of its terminal and contract")
    export = Export(domain, terminal, _lines(domain, terminal, document["entries"], document["signatures"]))
    if export.head != hash32(_bytes(document["head"])):
        raise ValueError("its entries do not lead to its head: entries were changed, lost or added")
    return export


def _bytes(value: Any) -> bytes:
    return from_hex(value if isinstance(value, str) else "")


def _chain_id(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**63:
        raise ValueError("its chain id is no number that a chain can have")
    return value


def _lines(domain: Domain, terminal: Address, entries: Any, signatures: Any) -> tuple[Line, ...]:
    if not isinstance(entries, list) or not isinstance(signatures, list) or len(entries) != len(signatures):
        raise ValueError("it must have as many signatures as entries")
    head, lines = journal.genesis(domain, terminal), []
    for sequence, (entry, signature) in enumerate(
        zip(map(_bytes, entries), map(_bytes, signatures), strict=True), start=1
    ):
        wire_entry.unpack(entry)  # refuses bytes that are not one framed entry
        if len(signature) != SIGNATURE_BYTES:
            raise ValueError(f"signature {sequence} is not of {SIGNATURE_BYTES} bytes")
        head = journal.advance(head, entry)
        lines.append(Line(sequence, entry, head, signature))
    return tuple(lines)
