"""Terminals on the contract: each bound to one shop for good, with a funded slice in each programme."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.chain import checksum
from contracts.wire.signature import words
from contracts.wire.units import Address
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
    if int(town.view("terminal", checksum(terminal))[0]) != shop:
        town.act("register_terminal", checksum(terminal), shop, words(consent))
    for one in slices:
        if not left(town, one.programme, terminal):
            raise_slice(town, one.programme, terminal, one.cents)


def raise_slice(town: Town, programme: int, terminal: Address, cents: int) -> int:
    """Move cents of the programme's free reserve to the terminal's slice, and give what is in it now."""
    sent = town.act("raise_slice", programme, checksum(terminal), cents)
    return int(town.events(sent, "SliceRaised")[0]["left"])


def left(town: Town, programme: int, terminal: Address) -> int:
    """The cents in the terminal's slice."""
    return int(town.view("slice_of", programme, checksum(terminal))[0])
