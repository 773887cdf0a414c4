"""`kindpakket provision shop`: who is paid, in which programmes, and the payout itself."""

import argparse
from enum import IntEnum

from contracts.chain import checksum
from contracts.wire.units import Address, to_hex
from provisioning import categories, desk, roles
from provisioning.desk import Answer, Command
from provisioning.town import Town, open_town


class Standing(IntEnum):
    """Whether a shop takes part in a programme, by the contract's numbers."""

    BY_CATEGORY = 0
    ADMITTED = 1
    EXCLUDED = 2


_SAID = {
    Standing.BY_CATEGORY: "takes part where its category does",
    Standing.ADMITTED: "takes part in any case",
    Standing.EXCLUDED: "does not take part",
}


def add(town: Town, payout: Address, sponsor: int | None = None) -> int:
    """Register a shop that is paid at this address, and give its number.

    The sponsor is the one for which the signing key acts, if none is given; Broken when there are several.
    """
    sent = town.act("register_shop", sponsor or roles.only(town, roles.SHOPS), checksum(payout))
    return int(town.events(sent, "ShopRegistered")[0]["shop"])


def place(town: Town, programme: int, shop: int, category: int, standing: Standing) -> None:
    """Say what the shop is to the programme: what it sells there (0: nothing of a kind), and whether it takes part."""
    town.act("place_shop", programme, shop, category, standing)


def placed(town: Town, programme: int, shop: int) -> tuple[int, Standing]:
    """What the shop is to the programme."""
    found = town.look("placed", programme, shop)
    return int(found["category"]), Standing(found["standing"])


def admit(town: Town, programme: int, shop: int, *, admitted: bool = True) -> None:
    """Let the shop take part in the programme whatever it sells, or in no case; its category stays."""
    category, _ = placed(town, programme, shop)
    place(town, programme, shop, category, Standing.ADMITTED if admitted else Standing.EXCLUDED)


def categorise(town: Town, programme: int, shop: int, category: int) -> None:
    """Say what the shop sells, to this programme; whether it was admitted or excluded stays."""
    _, standing = placed(town, programme, shop)
    place(town, programme, shop, category, standing)


def pay_out(town: Town, programme: int, shop: int) -> int:
    """Send the shop its credit in the programme's token, and give the cents.

    Refunds that it owes are served first. Raises Reverted when nothing is left, or more is owed than there is.
    """
    sent = town.act("pay_out", shop, programme)
    return int(town.events(sent, "PaidOut")[0]["amount"])


def repay(town: Town, programme: int, shop: int) -> int:
    """Serve the refunds that the shop owes from its credit, 16 at a time, and give the cents that are owed then."""
    town.act("repay", programme, shop)
    return int(town.view("owed", programme, shop))


def move_payout(town: Town, shop: int, to: Address) -> None:
    """Have the shop paid elsewhere. Raises Reverted unless the shop's present payout address signs."""
    town.act("move_payout", shop, checksum(to))


# The commands


def main(argv: list[str]) -> int:
    """Run one of the sub-commands."""
    return desk.run(
        desk.group("provision shop", "Register shops, place them in programmes, pay them out.", _COMMANDS), argv
    )


def _add_payout(to: argparse.ArgumentParser) -> None:
    to.add_argument("--payout", type=desk.option(desk.address), required=True, help="the address that is paid")
    about = "who registers it; default: the sponsor for which your key acts"
    to.add_argument("--sponsor", type=desk.option(desk.identity), metavar="N", help=about)


def _add_category(to: argparse.ArgumentParser) -> None:
    about = "what it sells, a number or a name: 1, kleding, clothing"
    to.add_argument("--category", type=desk.option(categories.read), required=True, metavar="C", help=about)


def _add_to(to: argparse.ArgumentParser) -> None:
    to.add_argument("--to", type=desk.option(desk.address), required=True, help="the address that is paid instead")


def _add(arguments: argparse.Namespace) -> Answer:
    shop = add(open_town(arguments), arguments.payout, arguments.sponsor)
    return Answer(f"shop {shop}, paid at {to_hex(arguments.payout)}", {"shop": shop})


def _admit(arguments: argparse.Namespace) -> Answer:
    town = open_town(arguments)
    admit(town, arguments.programme, arguments.shop)
    return _placed(town, arguments)


def _exclude(arguments: argparse.Namespace) -> Answer:
    town = open_town(arguments)
    admit(town, arguments.programme, arguments.shop, admitted=False)
    return _placed(town, arguments)


def _categorise(arguments: argparse.Namespace) -> Answer:
    town = open_town(arguments)
    categorise(town, arguments.programme, arguments.shop, arguments.category)
    return _placed(town, arguments)


def _by_category(arguments: argparse.Namespace) -> Answer:
    town = open_town(arguments)
    category, _ = placed(town, arguments.programme, arguments.shop)
    place(town, arguments.programme, arguments.shop, category, Standing.BY_CATEGORY)
    return _placed(town, arguments)


def _show(arguments: argparse.Namespace) -> Answer:
    return _placed(open_town(arguments, signs=False), arguments)


def _placed(town: Town, arguments: argparse.Namespace) -> Answer:
    programme, shop = arguments.programme, arguments.shop
    category, standing = placed(town, programme, shop)
    admitted = bool(town.view("is_admitted", programme, shop))
    money = {name: int(town.view(name, programme, shop)) for name in ("credit", "owed")}
    sentence = (
        f"shop {shop} ({categories.said(category)}) {_SAID[standing]}: budgets of programme {programme} "
        f"can{'' if admitted else 'not'} be spent there; it has {desk.euros(money['credit'])} to be paid out"
    )
    owes = f", and owes {desk.euros(money['owed'])} for refunds" if money["owed"] else ""
    place = {"category": category, "standing": standing.name.lower(), "admitted": admitted}
    return Answer(sentence + owes, {"programme": programme, "shop": shop, **place, **money})


def _pay_out(arguments: argparse.Namespace) -> Answer:
    cents = pay_out(open_town(arguments), arguments.programme, arguments.shop)
    data = {"programme": arguments.programme, "shop": arguments.shop, "cents": cents}
    return Answer(f"paid out {desk.euros(cents)} to shop {arguments.shop}", data)


def _repay(arguments: argparse.Namespace) -> Answer:
    owed = repay(open_town(arguments), arguments.programme, arguments.shop)
    data = {"programme": arguments.programme, "shop": arguments.shop, "owed": owed}
    return Answer(f"shop {arguments.shop} owes {desk.euros(owed)} for refunds now", data)


def _move_payout(arguments: argparse.Namespace) -> Answer:
    move_payout(open_town(arguments), arguments.shop, arguments.to)
    data = {"shop": arguments.shop, "payout": to_hex(arguments.to)}
    sentence = f"shop {arguments.shop} is paid at {to_hex(arguments.to)} from now on; only that key can move it again"
    return Answer(sentence, data)


_PLACE = (desk.add_programme, desk.add_shop)
_THERE = "--programme 1 --shop 1"
_COMMANDS = (
    Command("add", "register a shop", "--payout 0x...", _add, (_add_payout,)),
    Command("admit", "let budgets of a programme be spent there, whatever it sells", _THERE, _admit, _PLACE),
    Command("exclude", "let budgets of a programme not be spent there, whatever it sells", _THERE, _exclude, _PLACE),
    Command("by-category", "let it take part when its category does", _THERE, _by_category, _PLACE),
    Command(
        "categorise",
        "say what it sells, to a programme",
        f"{_THERE} --category kleding",
        _categorise,
        (*_PLACE, _add_category),
    ),
    Command("show", "what it is to a programme, and what it has there", _THERE, _show, _PLACE, signs=False),
    Command("pay-out", "send the shop what a programme owes it; anybody can", _THERE, _pay_out, _PLACE),
    Command("repay", "serve the refunds that it owes from its credit; anybody can", _THERE, _repay, _PLACE),
    Command(
        "move-payout",
        "have it paid elsewhere; only its payout address's key can",
        "--shop 1 --to 0x...",
        _move_payout,
        (desk.add_shop, _add_to),
    ),
)
