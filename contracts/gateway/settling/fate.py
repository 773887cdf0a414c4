"""What to do with a transaction that was made, by what the chain shows of it. Pure: no store, no chain, no clock.

Whatever is decided here can cost gas, and no money: the contract's cursor counts each entry once.
"""

from dataclasses import dataclass
from enum import Enum


class Do(Enum):
    """What comes next for one transaction."""

    WAIT = "nothing"
    SEND = "hand the same bytes to the node, which does not have them"
    REPLACE = "the same call with the same nonce, at a higher price"
    MINED = "it is in a block: its terminals may go on"
    RETURN = "its block was undone: it is on its way again"
    FINISH = "its block is final: account for it, and forget it"
    TAKE_OUT = "its nonce was used by something else, or cannot come: its entries go in another"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known here: the nonce, the block in which it was seen, and seconds since it was sent or could move.

    `first` says that no transaction of this account waits before it: only then is its price what holds it up. `handed`
    says that a node was given it a moment ago.
    """

    nonce: int
    block: int | None
    quiet: int
    first: bool
    handed: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What the chain shows: the account's next nonce, the final block, and the block of the attempt that is in one.

    `moving` says that blocks were made since it was sent: a chain that stands still is no reason to pay more.
    """

    nonce: int
    final_block: int
    receipt: int | None
    moving: bool


def is_asked_for(known: Known, nonce: int, final_block: int) -> bool:
    """Whether the receipts of the attempts tell anything new."""
    return nonce > known.nonce and (known.block is None or known.block <= final_block)


def decide(known: Known, shown: Shown, stuck_seconds: int) -> Do:
    """What comes next. What is shown must all be of one node; receipts only where they are asked for."""
    if shown.receipt is not None:
        return _found(known, shown.receipt, shown.final_block)
    if shown.nonce > known.nonce:
        return _used(known, shown.final_block, stuck_seconds)
    if known.block is not None:
        return Do.RETURN
    stuck = known.first and shown.moving and known.quiet >= stuck_seconds
    if stuck and shown.nonce < known.nonce:
        return Do.TAKE_OUT  # an earlier nonce is missing, and no price helps
    if stuck:
        return Do.REPLACE
    return Do.WAIT if known.handed else Do.SEND


def _found(known: Known, receipt: int, final_block: int) -> Do:
    if receipt <= final_block:
        return Do.FINISH
    return Do.WAIT if known.block == receipt else Do.MINED


def _used(known: Known, final_block: int, stuck_seconds: int) -> Do:
    """The nonce counts, and no attempt has a receipt: a node may find that later than the nonce, but not for long."""
    if known.block is not None and known.block > final_block:
        return Do.WAIT
    return Do.TAKE_OUT if known.quiet >= stuck_seconds else Do.WAIT
