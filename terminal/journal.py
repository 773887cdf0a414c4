"""`kindpakket terminal journal`: look at the entries, take them out, and check them, also beside a running daemon."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contracts.wire import receipt as wire_receipt
from contracts.wire.errors import Broken
from contracts.wire.reasons import MEANINGS, Money, money_of
from contracts.wire.units import Address, to_hex
from terminal import check_receipt, commands, export, keys, paper, receipt, standing
from terminal import journal_pages as pages
from terminal.config import DEFAULT, Config, load
from terminal.core.effects import AskEnd
from terminal.reconcile import reconcile
from terminal.signer import forbid_core_dumps
from terminal.store import Reader, mirror_reading, restoring
from terminal.store.checking import require_sound

_EXAMPLE = """examples:
  kindpakket terminal journal list
  kindpakket terminal journal show 17
  kindpakket terminal journal export shop-03.json
  kindpakket terminal journal verify shop-03.json --against https://rpc.example.org
  kindpakket terminal journal receipt 17 --print
  kindpakket terminal journal restore --from /media/stick
  kindpakket terminal journal check-receipt KR1... --against https://rpc.example.org
"""

CODE_MAX = 4096
"""Characters that are read of a receipt's code: ten times what it has."""


def main(argv: list[str]) -> int:
    """Run one of the sub-commands: 0 done, 1 refused or failed, 2 wrong use."""
    arguments = _parser().parse_args(argv)
    return commands.run(lambda: int(arguments.command(arguments)))


def _parser() -> argparse.ArgumentParser:
    shape: dict[str, Any] = {"epilog": _EXAMPLE, "formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal journal",
        description="The terminal's entries: what was approved here, and what became of it.",
        **shape,
    )
    output = argparse.ArgumentParser(add_help=False)
    output.add_argument("--json", action="store_true", help="one JSON document instead of text")
    common = argparse.ArgumentParser(add_help=False, parents=[output])
    common.add_argument("--config", type=Path, default=DEFAULT, metavar="FILE", help=f"default: {DEFAULT}")
    chain = argparse.ArgumentParser(add_help=False)
    chain.add_argument("--against", metavar="URL", help="ask the contract at this JSON-RPC endpoint")
    chain.add_argument("--from-block", type=int, default=0, metavar="N", help="where its events begin (default 0)")
    verbs = parser.add_subparsers(
        required=True, metavar="list | show | receipt | export | verify | restore | check-receipt"
    )

    def verb(
        name: str, command: Callable[[argparse.Namespace], int], said: str, *parents: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, parents=parents or [common], help=said, description=said, **shape)
        added.set_defaults(command=command)
        return added

    verb("list", _list, "All entries, oldest first.")
    verb("show", _show, "One entry with its bytes and signatures.").add_argument(
        "sequence", type=int, metavar="N", help="the entry's number"
    )
    again = verb("receipt", _receipt, "The receipt of one entry, once more.")
    again.add_argument("sequence", type=int, metavar="N", help="the entry's number")
    again.add_argument("--print", action="store_true", help="print it on the printers of the configuration")
    exported = verb("export", _export, "Write the whole journal to a new file.")
    exported.add_argument("file", type=Path, metavar="FILE", help="a file that does not exist yet")
    exported.add_argument(
        "--from",
        type=Path,
        dest="mirror",
        metavar="FOLDER",
        help="that of the mirror in this folder; needs no terminal",
    )
    restored = verb("restore", _restore, "Make a journal that is lost or damaged anew from its mirror.")
    restored.add_argument("--from", type=Path, dest="mirror", required=True, metavar="FOLDER", help="where it is")
    verb("verify", _verify, "Recompute the chain and every signature.", common, chain).add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="an export; without it, this journal"
    )
    verb("check-receipt", _check_receipt, "What a receipt proves, from paper alone.", output, chain).add_argument(
        "code", metavar="CODE", help="what its QR code says; - reads it from a scanner or a pipe"
    )
    return parser


def _list(arguments: argparse.Namespace) -> int:
    with Reader.open(load(arguments.config).journal) as reader:
        known = list(standing.each(reader))
    table = commands.table(pages.HEADS, [pages.row(*entry) for entry in known])
    _tell(arguments, [pages.booked(*entry) for entry in known], table)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    with Reader.open(load(arguments.config).journal) as reader:
        if not 1 <= arguments.sequence <= reader.sequence:
            raise standing.missing(reader, arguments.sequence)
        line = next(reader.lines(arguments.sequence))
        booking, state, reason = next(standing.each(reader, line.sequence))
    shown = pages.booked(booking, state, reason) | {
        **pages.parties(booking),
        "pass_signature": to_hex(export.signed(line).signature),
        "entry": to_hex(line.entry),
        "head": to_hex(line.head),
        "journal_signature": to_hex(line.signature),
    }
    _tell(arguments, shown, "\n".join(f"{name:18} {value}" for name, value in shown.items() if value is not None))
    return 0


def _receipt(arguments: argparse.Namespace) -> int:
    settings = load(arguments.config)
    with Reader.open(settings.journal) as reader:
        slip = paper.slip(settings, reader, arguments.sequence)
    if not arguments.print:
        document = {"sequence": arguments.sequence, "code": slip.receipt.text(), "lines": receipt.lines(slip)}
        _tell(arguments, document, "\n".join(receipt.lines(slip)))
        return 0
    names = paper.print_now(settings, receipt.page(slip))
    _tell(arguments, {"sequence": arguments.sequence, "printed": names}, f"printed on {', '.join(names)}")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    taken = _to_export(arguments)
    export.require_sound(taken)
    export.write(arguments.file, taken)
    told = {"file": str(arguments.file), "entries": len(taken.lines), "head": to_hex(taken.head)}
    _tell(arguments, told, f"{len(taken.lines)} entries written to {arguments.file}")
    return 0


def _to_export(arguments: argparse.Namespace) -> export.Export:
    if arguments.mirror is not None:
        content = mirror_reading.read(arguments.mirror)
        return export.Export(content.owner.domain, content.owner.terminal, content.lines)
    with Reader.open(load(arguments.config).journal) as reader:
        return export.of(reader)


def _restore(arguments: argparse.Namespace) -> int:
    forbid_core_dumps()  # the key is looked at
    settings = load(arguments.config)
    where = arguments.mirror, settings.journal, settings.domain, _owner(arguments.config, settings)
    done = restoring.restore(*where, volatile_ok=settings.simulators)
    told = {
        "entries": done.content.sequence,
        "days": len(done.content.days),
        "terminal": to_hex(done.content.owner.terminal),
        "aside": None if done.aside is None else str(done.aside),
    }
    aside = "" if done.aside is None else f"; what was there is {done.aside} now"
    said = f"{told['entries']} entries and {told['days']} closed days are back, each verified{aside}. Start the daemon."
    _tell(arguments, told, said)
    return 0


def _owner(path: Path, settings: Config) -> Address | None:
    """Whose key it is; None where it is not to be had here: the daemon's next start compares."""
    try:
        return keys.load(settings, path).address
    except Broken:
        return None


def _verify(arguments: argparse.Namespace) -> int:
    taken, granted = _to_verify(arguments)
    export.require_sound(taken)
    told = {"terminal": to_hex(taken.terminal), "entries": len(taken.lines), "head": to_hex(taken.head)}
    if arguments.against is None:
        _tell(arguments, told, f"{len(taken.lines)} entries: the chain and every signature are right")
        return 0
    found = asyncio.run(reconcile(taken, arguments.against, arguments.from_block, granted))
    _tell(arguments, told | pages.reconciled(found), pages.account(found))
    return 0 if found.difference == 0 else 1


def _to_verify(arguments: argparse.Namespace) -> tuple[export.Export, frozenset[int]]:
    """The export in the file, or what stands in the journal, after a look at its tables as well.

    And the asks that the terminal took for paid, which an export does not tell.
    """
    if arguments.file is not None:
        return export.read(arguments.file), frozenset()
    with Reader.open(load(arguments.config).journal) as reader:
        require_sound(reader)
        granted = (sequence for sequence, end in reader.ends().items() if end is not AskEnd.REFUSED)
        return export.of(reader), frozenset(granted)


def _check_receipt(arguments: argparse.Namespace) -> int:
    code = sys.stdin.read(CODE_MAX) if arguments.code == "-" else arguments.code
    shown = wire_receipt.parse(code[:CODE_MAX])
    verified, reason = shown.verify(), None
    if arguments.against is not None:
        reason = asyncio.run(check_receipt.judged(shown, arguments.against, arguments.from_block))
    told = shown, verified, reason
    _tell(arguments, check_receipt.document(*told), check_receipt.text(*told))
    if reason is not None and money_of(reason) is Money.NOT_PAID:
        raise Broken(f"the contract rejected this entry, and it was not paid: {MEANINGS[reason].en}")
    return 0


def _tell(arguments: argparse.Namespace, document: Any, text: str) -> None:
    print(commands.as_json(document) if arguments.json else text)
