"""`kindpakket chain owner`: who registers sponsors, handed over in two steps. The owner can touch no money."""

import argparse

from contracts.chain import checksum
from contracts.wire.units import Address
from provisioning import desk
from provisioning.desk import Answer, Command
from provisioning.town import Town, open_town


def offer(town: Town, to: Address) -> None:
    """Hand the platform over as soon as this address accepts; the zero address takes an offer back."""
    town.act("offer_ownership", checksum(to))


def accept(town: Town) -> None:
    """Become the owner, as was offered. Raises Reverted when it was not."""
    town.act("accept_ownership")


def main(argv: list[str]) -> int:
    """Run one of the sub-commands."""
    return desk.run(desk.group("chain owner", "Who registers sponsors on the contract.", _COMMANDS), argv)


def _show(arguments: argparse.Namespace) -> Answer:
    return _told(open_town(arguments, signs=False))


def _offer(arguments: argparse.Namespace) -> Answer:
    offer(open_town(arguments), arguments.to)
    return desk.offered("owner", arguments.to, "kindpakket chain owner accept")


def _accept(arguments: argparse.Namespace) -> Answer:
    town = open_town(arguments)
    accept(town)
    return _told(town)


def _told(town: Town) -> Answer:
    owner, pending = (str(town.view(name)).lower() for name in ("owner", "pending_owner"))
    offered_to = pending if int(pending, 16) else None
    sentence = f"{owner} is the owner" + (f"; offered to {offered_to}, who has not accepted yet" if offered_to else "")
    return Answer(sentence, {"owner": owner, "offered_to": offered_to})


_COMMANDS = (
    Command("show", "who is the owner", "", _show, signs=False),
    Command(
        "offer",
        "hand the platform over; nothing changes until that is accepted",
        "--to 0x...",
        _offer,
        (desk.add_offer,),
    ),
    Command("accept", "take over the platform that you were offered", "", _accept),
)
