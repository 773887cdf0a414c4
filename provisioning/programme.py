"""`kindpakket provision programme`: a sponsor's budget line, its money, and its rules."""

import argparse
from dataclasses import asdict, dataclass

from contracts.chain import checksum
from contracts.wire.errors import Broken
from contracts.wire.units import Address, Cents, Timestamp, from_hex, to_hex
from provisioning import desk, period
from provisioning.desk import Answer
from provisioning.town import Town, open_town

FLOOR_LIMIT = Cents(50_00)
OFFLINE_HOURS = 24
OFFLINE_HOURS_MAX = 24 * 14

_EXAMPLE = """  kindpakket provision programme create --record deployment.json --name "Kindpakket 2026" \\
      --begins 2026-01-01 --ends 2026-12-31
  kindpakket provision programme fund --record deployment.json --programme 1 --amount 10000,00
  kindpakket provision programme show --record deployment.json --programme 1"""


@dataclass(frozen=True, slots=True)
class Terms:
    """A programme's rules. Both ends of the period belong to it; `offline_window` is in seconds."""

    begins: Timestamp
    ends: Timestamp
    floor_limit: Cents = FLOOR_LIMIT
    offline_window: int = OFFLINE_HOURS * 3600


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme as the contract has it, with its money in cents."""

    programme: int
    name: str
    sponsor: int
    token: str
    scale: int
    begins: int
    ends: int
    floor_limit: int
    offline_window: int
    paused: bool
    held: int
    reserve: int


def create(town: Town, name: str, terms: Terms, token: Address | None = None) -> int:
    """Begin a programme of the signing sponsor, and give its number. The token is the deployment's if none is given."""
    rules = (terms.begins, terms.ends, terms.floor_limit, terms.offline_window)
    sent = town.act("create_programme", name, checksum(token or town.deployment.token), *rules)
    return int(town.events(sent, "ProgrammeCreated")[0]["programme"])


def change(town: Town, programme: int, terms: Terms) -> None:
    """Give the programme other rules."""
    rules = (terms.begins, terms.ends, terms.floor_limit, terms.offline_window)
    town.act("set_programme", programme, *rules)


def pause(town: Town, programme: int, *, paused: bool = True) -> None:
    """Stop the programme, or let it go on. What is approved already is paid all the same."""
    town.act("set_paused", programme, paused)


def fund(town: Town, programme: int, cents: int, *, mint: bool = False) -> int:
    """Move the signer's tokens into the programme's reserve, and give the cents that arrived.

    `mint` makes them first, which only a development euro allows. Raises Reverted when there are too few.
    """
    found = show(town, programme)
    token = town.chain.contract("development_euro", Address(from_hex(found.token)))
    signer, units = town.signer().address, cents * found.scale
    if mint:
        town.send(token.functions.mint(signer, units))
    if town.chain.read(token.functions.allowance(signer, town.contract.address)) < units:
        town.send(token.functions.approve(town.contract.address, units))
    sent = town.act("fund", programme, cents)
    return int(town.events(sent, "Funded")[0]["amount"])


def show(town: Town, programme: int, block: str | int = "latest") -> Programme:
    """The programme after that block."""
    sponsor, name, token, *rules = town.view("programme", programme, block=block)
    scale, begins, ends, floor_limit, offline_window, paused = rules
    return Programme(
        programme=programme,
        name=name,
        sponsor=sponsor,
        token=token.lower(),
        scale=scale,
        begins=begins,
        ends=ends,
        floor_limit=floor_limit,
        offline_window=offline_window,
        paused=paused,
        held=town.view("held", programme, block=block),
        reserve=town.view("reserve", programme, block=block),
    )


def revoke_terminal(town: Town, programme: int, terminal: Address) -> int:
    """Take a terminal out of the programme for good; the cents of its slice that went back to the reserve.

    Its entries that are not settled yet are rejected from now on: settle what is honest first.
    """
    sent = town.act("revoke_terminal", programme, checksum(terminal))
    return int(town.events(sent, "TerminalRevoked")[0]["returned"])


# The commands


def main(argv: list[str]) -> int:
    """Run one of the sub-commands."""
    parser = desk.parser("provision programme", "A sponsor's programmes.", _EXAMPLE)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    creating = commands.add_parser("create", help="begin a programme")
    desk.add_town(creating)
    creating.add_argument("--name", required=True, help="what people call it, at most 64 bytes")
    creating.add_argument("--token", type=desk.option(desk.address), help="default: the deployment's")
    _add_rules(creating, required=True)
    creating.set_defaults(run=_create)
    for name, run, about in (
        ("set-period", _set_period, "change the period or the limits"),
        ("pause", _pause, "stop it for now"),
        ("resume", _resume, "let it go on"),
        ("fund", _fund, "move your tokens into its reserve"),
        ("show", _show, "its rules and its money"),
        ("revoke-terminal", _revoke_terminal, "take a terminal out of it for good"),
    ):
        command = commands.add_parser(name, help=about)
        desk.add_town(command, signs=name != "show")
        command.add_argument("--programme", type=desk.option(desk.identity), required=True, metavar="N")
        command.set_defaults(run=run)
        _add_options(command, name)
    return desk.run(parser, argv)


def _add_options(command: argparse.ArgumentParser, name: str) -> None:
    if name == "set-period":
        _add_rules(command, required=False)
    if name == "fund":
        command.add_argument("--amount", type=desk.option(desk.money), required=True, help="as 10000,00")
        command.add_argument("--mint", action="store_true", help="make the euros first: development euro only")
    if name == "revoke-terminal":
        command.add_argument("--terminal", type=desk.option(desk.address), required=True, metavar="ADDRESS")


def _add_rules(to: argparse.ArgumentParser, *, required: bool) -> None:
    to.add_argument("--begins", type=desk.option(period.begins), required=required, help="the first day: 2026-01-01")
    to.add_argument("--ends", type=desk.option(period.ends), required=required, help="the last day: 2026-12-31")
    to.add_argument("--floor-limit", type=desk.option(desk.amount), help="the most in one payment: 50,00")
    to.add_argument("--offline-hours", type=desk.option(_hours), help="how long a terminal may sell offline: 24")


def _hours(text: str) -> int:
    return desk.whole(text, 1, OFFLINE_HOURS_MAX)


def _create(arguments: argparse.Namespace) -> Answer:
    if not 1 <= len(arguments.name.encode()) <= 64:
        raise Broken("a programme's name has 1 to 64 bytes")
    terms = _with_options(Terms(arguments.begins, arguments.ends), arguments)
    programme = create(open_town(arguments), arguments.name, terms, arguments.token)
    return Answer(f"programme {programme}: {arguments.name}", {"programme": programme})


def _set_period(arguments: argparse.Namespace) -> Answer:
    town = open_town(arguments)
    now = show(town, arguments.programme)
    kept = Terms(Timestamp(now.begins), Timestamp(now.ends), Cents(now.floor_limit), now.offline_window)
    change(town, arguments.programme, _with_options(kept, arguments))
    return _described(show(town, arguments.programme))


def _with_options(terms: Terms, arguments: argparse.Namespace) -> Terms:
    """The terms with what the options say instead."""
    hours = arguments.offline_hours
    return Terms(
        arguments.begins or terms.begins,
        arguments.ends or terms.ends,
        arguments.floor_limit or terms.floor_limit,
        hours * 3600 if hours else terms.offline_window,
    )


def _pause(arguments: argparse.Namespace) -> Answer:
    pause(open_town(arguments), arguments.programme)
    return Answer(f"programme {arguments.programme} is paused", {"programme": arguments.programme, "paused": True})


def _resume(arguments: argparse.Namespace) -> Answer:
    pause(open_town(arguments), arguments.programme, paused=False)
    return Answer(f"programme {arguments.programme} goes on", {"programme": arguments.programme, "paused": False})


def _fund(arguments: argparse.Namespace) -> Answer:
    received = fund(open_town(arguments), arguments.programme, arguments.amount, mint=arguments.mint)
    data = {"programme": arguments.programme, "cents": received}
    return Answer(f"programme {arguments.programme} received {desk.euros(received)}", data)


def _show(arguments: argparse.Namespace) -> Answer:
    return _described(show(open_town(arguments, signs=False), arguments.programme))


def _described(found: Programme) -> Answer:
    lines = (
        f"programme {found.programme} of sponsor {found.sponsor}: {found.name}{' (paused)' if found.paused else ''}",
        f"  from {period.shown(found.begins)} until {period.shown(found.ends)}",
        f"  at most {desk.euros(found.floor_limit)} in one payment, {found.offline_window // 3600} h offline",
        f"  holds {desk.euros(found.held)}, of which {desk.euros(found.reserve)} free reserve",
    )
    return Answer("\n".join(lines), asdict(found))


def _revoke_terminal(arguments: argparse.Namespace) -> Answer:
    returned = revoke_terminal(open_town(arguments), arguments.programme, arguments.terminal)
    terminal = to_hex(arguments.terminal)
    sentence = f"{terminal} is out of programme {arguments.programme}; {desk.euros(returned)} went back to the reserve"
    return Answer(sentence, {"programme": arguments.programme, "terminal": terminal, "cents": returned})
