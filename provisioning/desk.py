"""What the commands of a sponsor and an operator share: their options, the town that they act on, and how they speak.

A command answers with a sentence for people, or with `--json` one JSON object. Progress goes to stderr.
"""

import argparse
import getpass
import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from contracts.deployment import Deployment
from contracts.wire import units
from contracts.wire.errors import Broken
from contracts.wire.passcode import NETWORK_MAX
from contracts.wire.units import Address, Cents, from_hex, to_hex

KEY_VARIABLE = "KINDPAKKET_KEY"
PASSWORD_VARIABLE = "KINDPAKKET_PASSWORD"  # noqa: S105 -- the variable's name
IDENTITY_MAX = 2**32 - 1
MONEY_MAX = 2**63 - 1
"""Cents; far more than a programme can hold is refused before it reaches the contract."""

KEY_HELP = f"""The key that signs is read from {KEY_VARIABLE} (0x and 64 hex digits), or from --keystore FILE, whose
password is read from {PASSWORD_VARIABLE} or asked for. It never stands on the command line."""


def parser(command: str, about: str, example: str, *, signs: bool = True) -> argparse.ArgumentParser:
    """A parser whose help ends with an example, and with where the key comes from if the command signs anything."""
    return argparse.ArgumentParser(
        prog=f"kindpakket {command}",
        description=about,
        epilog=_epilog(example, signs=signs),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _epilog(example: str, *, signs: bool) -> str:
    return f"example:\n{example}" + (f"\n\n{KEY_HELP}" if signs else "")


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a group. `example` is what stands behind its name and the record there."""

    name: str
    about: str
    example: str
    run: Callable[[argparse.Namespace], "Answer"]
    options: Sequence[Callable[[argparse.ArgumentParser], None]] = ()
    signs: bool = True


def group(name: str, about: str, commands: Sequence[Command]) -> argparse.ArgumentParser:
    """A parser of commands that act on a town; the help of each ends with an example of it."""
    examples = {each.name: _example(name, each) for each in commands}
    made = parser(name, about, "\n".join(examples.values()))
    verbs = made.add_subparsers(required=True, metavar="COMMAND")
    for each in commands:
        add_command(verbs, each, examples[each.name])
    return made


def add_command(to: Any, command: Command, example: str) -> argparse.ArgumentParser:
    """Add it to argparse's sub-parsers, with its example."""
    added: argparse.ArgumentParser = to.add_parser(
        command.name,
        help=command.about,
        description=f"{command.about[0].upper()}{command.about[1:]}.",
        epilog=_epilog(example, signs=command.signs),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_town(added, signs=command.signs)
    for add_options in command.options:
        add_options(added)
    added.set_defaults(run=command.run)
    return added


def _example(name: str, command: Command) -> str:
    return f"  kindpakket {name} {command.name} --record deployment.json {command.example}".rstrip()


def add_town(to: argparse.ArgumentParser, *, signs: bool = True) -> None:
    """The options that say which contract on which node, and with which key."""
    to.add_argument("--record", type=Path, required=True, metavar="FILE", help="the deployment's record")
    to.add_argument("--rpc", metavar="URL", help="JSON-RPC of a node; default: the one in the record")
    if signs:
        add_keystore(to)
    add_json(to)


def add_programme(to: argparse.ArgumentParser) -> None:
    """The option for a programme."""
    to.add_argument("--programme", type=option(identity), required=True, metavar="N", help="the programme's number")


def add_shop(to: argparse.ArgumentParser) -> None:
    """The option for a shop."""
    to.add_argument("--shop", type=option(identity), required=True, metavar="N", help="the shop's number")


def add_terminal(to: argparse.ArgumentParser) -> None:
    """The option for a terminal."""
    about = "the terminal's address, as `make` printed it"
    to.add_argument("--terminal", type=option(address), required=True, metavar="ADDRESS", help=about)


def add_offer(to: argparse.ArgumentParser) -> None:
    """The options that say who is offered something: `to`, the zero address for nobody."""
    who = to.add_mutually_exclusive_group(required=True)
    who.add_argument("--to", type=option(address), metavar="ADDRESS", help="who is to take over")
    nobody = Address(bytes(units.ADDRESS_BYTES))
    who.add_argument("--nobody", dest="to", action="store_const", const=nobody, help="take an offer back")


def offered(what: str, to: Address, accept: str) -> "Answer":
    """What the person who offers must know."""
    if not any(to):
        return Answer("nobody is offered it any more", {"offered_to": None})
    data = {"offered_to": to_hex(to)}
    return Answer(f"{to_hex(to)} becomes the {what} by accepting it: {accept}; until then nothing changes", data)


def add_keystore(to: argparse.ArgumentParser) -> None:
    """The option for a keystore."""
    to.add_argument("--keystore", type=Path, metavar="FILE", help=f"the key, instead of {KEY_VARIABLE}")


def add_json(to: argparse.ArgumentParser) -> None:
    """The option for an answer that a machine reads."""
    to.add_argument("--json", action="store_true", help="answer with one JSON object")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command did: for people, and for machines. `aside` when stdout carries something else."""

    sentence: str
    data: Mapping[str, Any]
    aside: bool = False

    def say(self, *, as_json: bool) -> None:
        """Print it."""
        print(json.dumps(self.data) if as_json else self.sentence, file=sys.stderr if self.aside else sys.stdout)


def progress(sentence: str) -> None:
    """Say how far a long work is."""
    print(sentence, file=sys.stderr, flush=True)


def node(given: str | None, deployment: Deployment) -> str:
    """The node that was given, or else the one in the record. Raises Broken when there is neither."""
    url = given or deployment.rpc_url
    if url is None:
        raise Broken("no node to ask: give --rpc URL")
    return url


def password() -> str:
    """Ask the person for the keystore's password. Raises Broken when there is nobody to ask."""
    if not sys.stdin.isatty():
        raise Broken(f"the keystore has a password: set {PASSWORD_VARIABLE}")
    return getpass.getpass("password of the keystore: ")


def environment() -> Mapping[str, str]:
    """Where the key and the password are looked for."""
    return os.environ


def run(parser: argparse.ArgumentParser, argv: Sequence[str]) -> int:
    """Run the command that the options chose, and say its answer. Each sets `run`: options -> Answer."""
    arguments = parser.parse_args(argv)
    answer: Answer = arguments.run(arguments)
    answer.say(as_json=arguments.json)
    return 0


# What arguments are read with. Each raises ValueError with what it expects.


_T = TypeVar("_T")


def option(read: Callable[[str], _T]) -> Callable[[str], _T]:
    """The reader for argparse, which says what was expected and exits 2."""

    def checked(text: str) -> _T:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return checked


def address(text: str) -> Address:
    """0x and 40 hex digits."""
    return units.address(from_hex(text))


def identity(text: str) -> int:
    """The number of a sponsor, programme or shop: 1 and up."""
    return whole(text, 1, IDENTITY_MAX)


def network(text: str) -> int:
    """Whose passes: 0 to 65535."""
    return whole(text, 0, NETWORK_MAX)


def whole(text: str, least: int, most: int) -> int:
    """A whole number between two bounds."""
    if re.fullmatch(r"\d{1,20}", text, re.ASCII) is None or not least <= int(text) <= most:
        raise ValueError(f"expected a whole number from {least} to {most}")
    return int(text)


_AMOUNT = re.compile(r"(\d{1,17})(?:[.,](\d{2}))?", re.ASCII)


def money(text: str) -> int:
    """`300`, `300,00` or `300.00` euro in cents. Raises ValueError for anything else, as `1.234` or `3,5`."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise ValueError("an amount is written as 300 or 300,00, with no dots between thousands")
    cents = int(found[1]) * 100 + int(found[2] or 0)
    if not 0 < cents <= MONEY_MAX:
        raise ValueError("an amount is more than nothing")
    return cents


def amount(text: str) -> Cents:
    """As `money`, within what one pass or payment can be: up to 42.949.672,95."""
    return units.cents(money(text))


def euros(cents: int) -> str:
    """The amount as people read it: EUR 1.234,50."""
    return f"EUR {units.euros(Cents(cents))}"
