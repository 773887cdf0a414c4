"""How a terminal ends, and another takes its place: the parts of `kindpakket provision terminal` for that.

A terminal keeps its key and its shop for good, so a new device is a new terminal. The old one ends by its own last
entry (`kindpakket terminal retire`), or is revoked when it cannot do that any more.
"""

import argparse

from contracts.wire.errors import Broken
from contracts.wire.units import to_hex
from provisioning import desk
from provisioning.desk import Answer


def add_terminals(to: argparse.ArgumentParser) -> None:
    """The options for both terminals."""
    to.add_argument("--old", type=desk.option(desk.address), required=True, metavar="ADDRESS", help="the one that goes")
    to.add_argument(
        "--new", type=desk.option(desk.address), required=True, metavar="ADDRESS", help="the one that comes"
    )
    about = (
        "revoke the old one in your programmes: for one that is broken, lost or stolen and cannot retire; settle an "
        "export or mirror of its journal first (chain settle), as nothing of it is paid afterwards"
    )
    to.add_argument("--revoke", action="store_true", help=about)


def release_slice(arguments: argparse.Namespace) -> Answer:
    """Free a retired terminal's slice."""
    from provisioning import fleet  # noqa: PLC0415 -- web3 is loaded only by what speaks to a node
    from provisioning.town import open_town  # noqa: PLC0415 -- as above

    programme, terminal = arguments.programme, to_hex(arguments.terminal)
    cents = fleet.release_slice(open_town(arguments), programme, arguments.terminal)
    sentence = f"{desk.euros(cents)} of {terminal}'s slice are back in the reserve of programme {programme}"
    return Answer(sentence, {"programme": programme, "terminal": terminal, "cents": cents})


def replace(arguments: argparse.Namespace) -> Answer:
    """Register the new terminal and fund it as the old one is; say, or do, how that one ends."""
    from provisioning import fleet  # noqa: PLC0415 -- as above
    from provisioning.town import open_town  # noqa: PLC0415 -- as above

    if arguments.old == arguments.new:
        raise Broken("a terminal does not replace itself: the new one has a key of its own, by `make`")
    town = open_town(arguments)
    done = fleet.replace(town, arguments.old, arguments.new, arguments.consent, revoke=arguments.revoke)
    old, new = to_hex(arguments.old), to_hex(arguments.new)
    slices = ", ".join(f"{desk.euros(cents)} in programme {number}" for number, cents in done.slices.items())
    lines = [
        f"terminal {new} is of shop {done.shop}, with {slices or 'no slices, as the old one has none here'}",
        _end_of_old(old, done.old_retired, arguments.revoke),
    ]
    data = {"terminal": new, "shop": done.shop, "slices": done.slices, "returned": done.returned}
    return Answer(
        "\n".join(lines), {**data, "old": old, "old_retired": done.old_retired, "old_revoked": arguments.revoke}
    )


def _end_of_old(old: str, retired: bool, revoked: bool) -> str:  # noqa: FBT001 -- two words about one terminal
    if retired:
        return f"the old one, {old}, has retired, and its slices are free again"
    if revoked:
        return f"the old one, {old}, is revoked in your programmes: what it had not handed in is not paid any more"
    return (
        f"the old one, {old}, still sells: run `kindpakket terminal retire` on it, wait until all is settled, and run "
        "this again to free its slices; if it cannot, run this again with --revoke"
    )
