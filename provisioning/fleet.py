"""Terminals on the contract: each bound to one shop for good, with a funded slice in each programme."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.chain import checksum
from contracts.wire.errors import Broken
from contracts.wire.signature import words
from contracts.wire.units import Address, to_hex
from provisioning import programme as programmes
from provisioning import roles
from provisioning.town import Town


@dataclass(frozen=True, slots=True)
class Raise:
    """So many cents more for the terminal's slice in a programme."""

    programme: int
    cents: int


def register(town: Town, terminal: Address, shop: int, consent: bytes, slices: Sequence[Raise] = ()) -> None:
    """Bind the terminal to the shop and fund its slices. The consent is the terminal's own: 64 bytes over the two.

    The same again does no harm: a terminal of that shop stays it, and only slices that are still empty are funded.
    Raises Reverted when the terminal is another shop's or did not agree to this one, or a reserve is too small.
    """
    if shop_of(town, terminal) != shop:
        town.act("register_terminal", checksum(terminal), shop, words(consent))
    for one in slices:
        if not left(town, one.programme, terminal):
            raise_slice(town, one.programme, terminal, one.cents)


def raise_slice(town: Town, programme: int, terminal: Address, cents: int) -> int:
    """Move cents of the programme's free reserve to the terminal's slice, and give what is in it now."""
    sent = town.act("raise_slice", programme, checksum(terminal), cents)
    return int(town.events(sent, "SliceRaised")[0]["left"])


def release_slice(town: Town, programme: int, terminal: Address) -> int:
    """Return a retired terminal's slice to the programme's free reserve, and give its cents.

    Raises Reverted when the terminal has not retired, or its last entry is not settled yet.
    """
    sent = town.act("release_slice", programme, checksum(terminal))
    return int(town.events(sent, "SliceReleased")[0]["amount"])


def left(town: Town, programme: int, terminal: Address) -> int:
    """The cents in the terminal's slice."""
    return int(town.look("slice_of", programme, checksum(terminal))["left"])


def shop_of(town: Town, terminal: Address) -> int:
    """Whose terminal it is; 0 when it is not registered."""
    return int(town.look("terminal", checksum(terminal))["shop"])


@dataclass(frozen=True, slots=True)
class Replaced:
    """A terminal that took another's place: the shop of both, and the cents of the new slices by programme."""

    shop: int
    slices: dict[int, int]
    returned: dict[int, int]
    """What came back to the reserves from the old one, by programme."""
    old_retired: bool


def replace(town: Town, old: Address, new: Address, consent: bytes, *, revoke: bool) -> Replaced:
    """Bind the new terminal to the old one's shop, with slices as the old one has them in the signer's programmes.

    The slices of an old one that has retired are released. `revoke` ends one that cannot retire any more, in all of
    these programmes: where it has no slice, it could still spend budgets. The new slice is funded before the old one's
    money comes back, so an interrupted run can be run again: slices that the new one has stay as they are. Raises
    Broken when the old one is not registered, Reverted when a reserve is too small.
    """
    found = town.look("terminal", checksum(old))
    if not found["shop"]:
        raise Broken(f"the terminal {to_hex(old)} is not registered, so there is nothing to replace")
    register(town, new, int(found["shop"]), consent)
    replaced = Replaced(int(found["shop"]), {}, {}, bool(found["retired"]))
    for programme in acting_in(town):
        has = town.look("slice_of", programme, checksum(old))
        if has["left"]:
            funded = left(town, programme, new)
            replaced.slices[programme] = funded or raise_slice(town, programme, new, int(has["left"]))
        if replaced.old_retired and has["left"]:
            replaced.returned[programme] = release_slice(town, programme, old)
        elif revoke and not has["revoked"]:
            replaced.returned[programme] = programmes.revoke_terminal(town, programme, old)
    return replaced


def acting_in(town: Town) -> list[int]:
    """The open programmes of the sponsors for whose shops and terminals the signing key acts."""
    mine = roles.acting_for(town, roles.SHOPS)
    count = int(town.view("programme_count"))
    found = {number: town.look("programme", number) for number in range(1, count + 1)}
    return [number for number, each in found.items() if each["sponsor"] in mine and not each["closed"]]
