"""`kindpakket provision grant`: budgets for passes, once for each reference.

A long list goes in parts of 200, each under a name that is made of the reference and the part's number. The contract
takes a name once, so the same command may be given again after a fault: what was done before is not done twice.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.chain import Reverted, checksum
from contracts.wire.errors import Broken
from contracts.wire.hashing import keccak256
from contracts.wire.units import CENTS_MAX, Address, Cents, Hash, to_hex
from provisioning import desk
from provisioning.desk import Answer
from provisioning.town import Town, open_town

PART = 200
"""The passes in one transaction, as many as the contract takes."""

LIST_BYTES_MAX = 16 * 1024 * 1024
_MADE_BEFORE = "grant: made before"

_EXAMPLE = """  kindpakket provision grant --record deployment.json --programme 1 --reference "2026 first half" \\
      --amount 300,00 --list passes/addresses.txt

A list has an address on each line, and behind it an amount if that pass gets another one. The same reference again
grants nothing and says so, exit 0; with another list or other amounts it is refused."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one pass gets."""

    address: Address
    amount: Cents


@dataclass(frozen=True, slots=True)
class Granted:
    """How many passes got a budget now, and how many had it from an earlier run under the same reference."""

    now: int
    before: int
    cents: int


def grant(town: Town, programme: int, reference: str, lines: Sequence[Line]) -> Granted:
    """Give each pass its amount from the programme's free reserve, once for this reference.

    Raises Broken when the reference was used for another list, Reverted when the reserve is too small.
    """
    require_once(lines)
    now, before, cents = 0, 0, 0
    for number, start in enumerate(range(0, len(lines), PART)):
        part = lines[start : start + PART]
        if _grant_part(town, programme, part_name(reference, number), part):
            now, cents = now + len(part), cents + sum(line.amount for line in part)
        else:
            before += len(part)
        if len(lines) > PART:
            desk.progress(f"{start + len(part)} of {len(lines)} passes")
    return Granted(now, before, cents)


def part_name(reference: str, number: int) -> Hash:
    """The contract's name for one part of a grant."""
    return keccak256(reference.encode(), b"\0", number.to_bytes(4))


def require_once(lines: Sequence[Line]) -> None:
    """Raises Broken when a pass stands in the list twice, which would pay it twice."""
    seen: set[Address] = set()
    for line in lines:
        if line.address in seen:
            raise Broken(f"{to_hex(line.address)} stands in the list twice; nothing was granted")
        seen.add(line.address)


def _grant_part(town: Town, programme: int, name: Hash, part: Sequence[Line]) -> bool:
    """Whether the part was granted now; else it was before."""
    addresses, amounts = [checksum(line.address) for line in part], [line.amount for line in part]
    try:
        town.act("grant", programme, name, addresses, amounts)
    except Reverted as refusal:
        if _MADE_BEFORE not in str(refusal):
            raise
        if _made_before(town, programme, name) != (addresses, amounts):
            raise Broken("this reference was used for another list, or for other amounts: choose another") from None
        return False
    return True


def _made_before(town: Town, programme: int, name: Hash) -> tuple[list[str], list[int]] | None:
    """Who was granted what under this name, as its transaction says; None when it was called from a contract."""
    event = town.contract.get_event_by_name("Granted")
    newest = town.chain.block_number("latest")
    logs = town.chain.events(event, town.deployment.block, newest, programme=programme)
    for transaction in dict.fromkeys(bytes(log["transactionHash"]) for log in logs):
        call = _grant_call(town, town.chain.call_data(transaction))
        if call and call["reference"] == name:
            return list(call["passes"]), list(call["amounts"])
    return None


def _grant_call(town: Town, data: bytes) -> Mapping[str, Any] | None:
    """The arguments of `grant`, or None when the data is no such call."""
    try:
        function, arguments = town.contract.decode_function_input(data)
    except ValueError:
        return None
    return arguments if function.fn_name == "grant" else None


def read_list(path: Path, amount: Cents | None) -> list[Line]:
    """The list in the file. `amount` is for lines that name none. Raises Broken with the line that is wrong."""
    try:
        with path.open("rb") as file:
            content = file.read(LIST_BYTES_MAX + 1)
        if len(content) > LIST_BYTES_MAX:
            raise Broken(f"{path}: a list has at most {LIST_BYTES_MAX} bytes")
        texts = content.decode("ascii").splitlines()
    except OSError as error:
        raise Broken(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError:
        raise Broken(f"{path}: is no list of addresses") from None
    numbered = ((number, text.strip()) for number, text in enumerate(texts, start=1))
    return [_line(f"{path}, line {number}", text, amount) for number, text in numbered if text]


def _line(place: str, text: str, amount: Cents | None) -> Line:
    first, _, rest = text.partition(" ")
    try:
        address, own = desk.address(first), desk.amount(rest) if rest else None
    except ValueError as error:
        raise Broken(f"{place}: {error}; nothing was granted") from None
    granted = own or amount
    if granted is None:
        raise Broken(f"{place}: no amount there, and no --amount; nothing was granted")
    return Line(address, granted)


def main(argv: list[str]) -> int:
    """Grant a list."""
    parser = desk.parser("provision grant", "Give passes a budget, once for each reference.", _EXAMPLE)
    desk.add_town(parser)
    parser.add_argument("--programme", type=desk.option(desk.identity), required=True, metavar="N")
    parser.add_argument("--reference", type=desk.option(_reference), required=True, help="your name for this grant")
    parser.add_argument("--amount", type=desk.option(desk.amount), help="for each pass, as 300,00")
    parser.add_argument("--list", type=Path, metavar="FILE", help="addresses, one on a line")
    parser.add_argument("passes", nargs="*", type=desk.option(desk.address), metavar="ADDRESS")
    parser.set_defaults(run=_grant)
    return desk.run(parser, argv)


def _reference(text: str) -> str:
    if not 1 <= len(text.encode()) <= 128:
        raise ValueError("a reference has 1 to 128 bytes")
    return text


def _grant(arguments: argparse.Namespace) -> Answer:
    lines = _lines(arguments)
    granted = grant(open_town(arguments), arguments.programme, arguments.reference, lines)
    sentence = f"granted {desk.euros(granted.cents)} to {granted.now} passes"
    if granted.before:
        sentence += f"; {granted.before} had it from before under this reference"
    data = {"programme": arguments.programme, "now": granted.now, "before": granted.before, "cents": granted.cents}
    return Answer(sentence, data)


def _lines(arguments: argparse.Namespace) -> list[Line]:
    lines = read_list(arguments.list, arguments.amount) if arguments.list else []
    if arguments.passes and arguments.amount is None:
        raise Broken("say by --amount how much each pass gets")
    lines += [Line(address, arguments.amount) for address in arguments.passes]
    if not lines:
        raise Broken("no passes: name a --list or addresses")
    if sum(line.amount for line in lines) > CENTS_MAX * PART:
        raise Broken("more money than a programme can grant")
    return lines
