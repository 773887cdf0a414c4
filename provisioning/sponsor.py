"""`kindpakket provision sponsor`: who may fund programmes. The contract's owner says so."""

import argparse

from contracts.chain import checksum
from contracts.wire.units import Address, to_hex
from provisioning import desk
from provisioning.desk import Answer
from provisioning.town import Town, open_town

_EXAMPLE = "  KINDPAKKET_KEY=0x... kindpakket provision sponsor add --record deployment.json --admin 0x..."


def main(argv: list[str]) -> int:
    """Run one of the sub-commands."""
    parser = desk.parser("provision sponsor", "Let a municipality fund programmes.", _EXAMPLE)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    adding = commands.add_parser("add", help="register a sponsor; only the contract's owner can")
    desk.add_town(adding)
    adding.add_argument("--admin", type=desk.option(desk.address), required=True, help="the address that acts for it")
    adding.set_defaults(run=_add)
    return desk.run(parser, argv)


def add(town: Town, admin: Address) -> int:
    """Register a sponsor and give its number. Raises Reverted when the address acts for one already."""
    sent = town.act("register_sponsor", checksum(admin))
    return int(town.events(sent, "SponsorRegistered")[0]["sponsor"])


def _add(arguments: argparse.Namespace) -> Answer:
    sponsor = add(open_town(arguments), arguments.admin)
    return Answer(f"sponsor {sponsor}: {to_hex(arguments.admin)}", {"sponsor": sponsor})
