"""`kindpakket provision sponsor`: who may fund programmes, and who acts for whom.

The contract's owner registers sponsors. A sponsor's admin may do everything in its programmes, gives others some of it,
and hands all of it over in two steps: who is offered it must accept, so it is never given to an address by mistake.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass

from contracts.chain import checksum
from contracts.wire.errors import Broken
from contracts.wire.units import Address, to_hex
from provisioning import desk, roles
from provisioning.desk import Answer, Command
from provisioning.town import Town, open_town


@dataclass(frozen=True, slots=True)
class Sponsor:
    """A sponsor and those who act for it; addresses in lower case."""

    sponsor: int
    admin: str
    offered_to: str | None
    """Who becomes its admin by accepting."""
    accounts: Mapping[str, int]
    """The roles of each account that has any."""


def add(town: Town, admin: Address) -> int:
    """Register a sponsor and give its number. Raises Reverted when the address acts for one already."""
    sent = town.act("register_sponsor", checksum(admin))
    return int(town.events(sent, "SponsorRegistered")[0]["sponsor"])


def show(town: Town, sponsor: int) -> Sponsor:
    """The sponsor as the contract has it. Raises Broken when there is none of this number."""
    admin: str = town.look("sponsor", sponsor)["admin"]
    if not int(admin, 16):
        raise Broken(f"there is no sponsor {sponsor}: the owner registers sponsors")
    accounts = sorted({args["account"] for args in town.history("RolesSet", sponsor=sponsor)})
    having = {account.lower(): int(town.view("roles", sponsor, account)) for account in accounts}
    given = {account: held for account, held in having.items() if held}
    return Sponsor(sponsor, admin.lower(), _offered_to(town, sponsor), given)


def give(town: Town, account: Address, given: int) -> int:
    """Let the account act in these roles besides those it has, for the admin's sponsor; all that it has then."""
    return _set_roles(town, account, _roles_of(town, account) | given)


def take(town: Town, account: Address, taken: int) -> int:
    """Let the account act in these roles no longer; all that it has then."""
    return _set_roles(town, account, _roles_of(town, account) & ~taken)


def offer_admin(town: Town, to: Address) -> None:
    """Hand the admin's sponsor over as soon as this address accepts; the zero address takes an offer back."""
    town.act("offer_admin", checksum(to))


def accept_admin(town: Town, sponsor: int) -> None:
    """Become the sponsor's admin, as was offered. Raises Reverted when it was not."""
    town.act("accept_admin", sponsor)


def _roles_of(town: Town, account: Address) -> int:
    sponsor = int(town.view("sponsor_of", town.me()))
    return int(town.view("roles", sponsor, checksum(account)))


def _set_roles(town: Town, account: Address, wanted: int) -> int:
    town.act("set_roles", checksum(account), wanted)
    return wanted


def _offered_to(town: Town, sponsor: int) -> str | None:
    """The newest offer that was neither accepted nor taken back."""
    admin_moved = [(log, None) for log in town.logs("AdminMoved", sponsor=sponsor)]
    offers = [(log, log["args"]["new_admin"]) for log in town.logs("AdminOffered", sponsor=sponsor)]
    in_order = sorted(admin_moved + offers, key=lambda pair: (pair[0]["blockNumber"], pair[0]["logIndex"]))
    newest = in_order[-1][1] if in_order else None
    return newest.lower() if newest and int(newest, 16) else None


# The commands


def main(argv: list[str]) -> int:
    """Run one of the sub-commands."""
    return desk.run(
        desk.group("provision sponsor", "Let a municipality fund programmes, and say who acts for it.", _COMMANDS), argv
    )


def _add_admin(to: argparse.ArgumentParser) -> None:
    to.add_argument("--admin", type=desk.option(desk.address), required=True, help="the address that acts for it")


def _add_sponsor(to: argparse.ArgumentParser) -> None:
    to.add_argument("--sponsor", type=desk.option(desk.identity), required=True, metavar="N", help="its number")


def _add_account(to: argparse.ArgumentParser) -> None:
    to.add_argument("--account", type=desk.option(desk.address), required=True, metavar="ADDRESS", help="who")
    about = (
        "grants: budgets and passes; shops: shops, terminals, slices; pausing: stop a programme (may be given again)"
    )
    to.add_argument("--role", choices=sorted(roles.NAMES), action="append", required=True, help=about)


def _run_add(arguments: argparse.Namespace) -> Answer:
    sponsor = add(open_town(arguments), arguments.admin)
    return Answer(f"sponsor {sponsor}: {to_hex(arguments.admin)}", {"sponsor": sponsor})


def _run_show(arguments: argparse.Namespace) -> Answer:
    found = show(open_town(arguments, signs=False), arguments.sponsor)
    lines = [
        f"sponsor {found.sponsor}: {found.admin} is its admin, and may do everything",
        *([f"  offered to {found.offered_to}, who has not accepted yet"] if found.offered_to else []),
        *(f"  {account} may do: {roles.said(held)}" for account, held in found.accounts.items()),
    ]
    accounts = {account: roles.said(held).split(", ") for account, held in found.accounts.items()}
    data = {"sponsor": found.sponsor, "admin": found.admin, "offered_to": found.offered_to, "accounts": accounts}
    return Answer("\n".join(lines), data)


def _run_give(arguments: argparse.Namespace) -> Answer:
    return _told(arguments, give(open_town(arguments), arguments.account, roles.bits(arguments.role)))


def _run_take(arguments: argparse.Namespace) -> Answer:
    return _told(arguments, take(open_town(arguments), arguments.account, roles.bits(arguments.role)))


def _told(arguments: argparse.Namespace, held: int) -> Answer:
    account, names = to_hex(arguments.account), [name for name, bit in roles.NAMES.items() if held & bit]
    return Answer(f"{account} may now do: {roles.said(held)}", {"account": account, "roles": names})


def _run_offer(arguments: argparse.Namespace) -> Answer:
    offer_admin(open_town(arguments), arguments.to)
    return desk.offered("admin", arguments.to, "kindpakket provision sponsor accept-admin")


def _run_accept(arguments: argparse.Namespace) -> Answer:
    town = open_town(arguments)
    accept_admin(town, arguments.sponsor)
    data = {"sponsor": arguments.sponsor, "admin": town.me().lower()}
    return Answer(f"{town.me().lower()} is the admin of sponsor {arguments.sponsor} now", data)


_COMMANDS = (
    Command("add", "register a sponsor; only the contract's owner can", "--admin 0x...", _run_add, (_add_admin,)),
    Command("show", "who acts for a sponsor", "--sponsor 1", _run_show, (_add_sponsor,), signs=False),
    Command(
        "give",
        "let an account act for your sponsor",
        "--account 0x... --role grants --role shops",
        _run_give,
        (_add_account,),
    ),
    Command("take", "let it do so no longer", "--account 0x... --role shops", _run_take, (_add_account,)),
    Command(
        "offer-admin",
        "hand your sponsor over; nothing changes until that is accepted",
        "--to 0x...",
        _run_offer,
        (desk.add_offer,),
    ),
    Command("accept-admin", "take over a sponsor that you were offered", "--sponsor 1", _run_accept, (_add_sponsor,)),
)
