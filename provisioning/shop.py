"""`kindpakket provision shop`: who is paid, in which programmes, and the payout itself."""

import argparse

from contracts.chain import checksum
from contracts.wire.units import Address, to_hex
from provisioning import desk
from provisioning.desk import Answer
from provisioning.town import Town, open_town

_EXAMPLE = """  kindpakket provision shop add --record deployment.json --payout 0x...
  kindpakket provision shop admit --record deployment.json --programme 1 --shop 1
  kindpakket provision shop pay-out --record deployment.json --programme 1 --shop 1"""


def main(argv: list[str]) -> int:
    """Run one of the sub-commands."""
    parser = desk.parser("provision shop", "Register shops, admit them to programmes, pay them out.", _EXAMPLE)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    adding = commands.add_parser("add", help="register a shop; any sponsor can")
    desk.add_town(adding)
    adding.add_argument("--payout", type=desk.option(desk.address), required=True, help="the address that is paid")
    adding.set_defaults(run=_add)
    for name, run, about in (
        ("admit", _admit, "let budgets of a programme be spent there"),
        ("exclude", _exclude, "no longer let budgets of a programme be spent there"),
        ("pay-out", _pay_out, "send the shop what a programme owes it; anybody can"),
    ):
        command = commands.add_parser(name, help=about)
        desk.add_town(command)
        command.add_argument("--programme", type=desk.option(desk.identity), required=True, metavar="N")
        command.add_argument("--shop", type=desk.option(desk.identity), required=True, metavar="N")
        command.set_defaults(run=run)
    return desk.run(parser, argv)


def add(town: Town, payout: Address) -> int:
    """Register a shop that is paid at this address, and give its number."""
    sent = town.act("register_shop", checksum(payout))
    return int(town.events(sent, "ShopRegistered")[0]["shop"])


def admit(town: Town, programme: int, shop: int, *, admitted: bool = True) -> None:
    """Let the shop take part in the programme, or no longer."""
    town.act("admit_shop", programme, shop, admitted)


def pay_out(town: Town, programme: int, shop: int) -> int:
    """Send the shop its credit in the programme's token, and give the cents. Raises Reverted when there is none."""
    sent = town.act("pay_out", shop, programme)
    return int(town.events(sent, "PaidOut")[0]["amount"])


def _add(arguments: argparse.Namespace) -> Answer:
    shop = add(open_town(arguments), arguments.payout)
    return Answer(f"shop {shop}, paid at {to_hex(arguments.payout)}", {"shop": shop})


def _admit(arguments: argparse.Namespace) -> Answer:
    return _set_admitted(arguments, admitted=True)


def _exclude(arguments: argparse.Namespace) -> Answer:
    return _set_admitted(arguments, admitted=False)


def _set_admitted(arguments: argparse.Namespace, *, admitted: bool) -> Answer:
    admit(open_town(arguments), arguments.programme, arguments.shop, admitted=admitted)
    verb = "takes part" if admitted else "no longer takes part"
    data = {"programme": arguments.programme, "shop": arguments.shop, "admitted": admitted}
    return Answer(f"shop {arguments.shop} {verb} in programme {arguments.programme}", data)


def _pay_out(arguments: argparse.Namespace) -> Answer:
    cents = pay_out(open_town(arguments), arguments.programme, arguments.shop)
    data = {"programme": arguments.programme, "shop": arguments.shop, "cents": cents}
    return Answer(f"paid out {desk.euros(cents)} to shop {arguments.shop}", data)
