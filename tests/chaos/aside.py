"""What must hold of orders when the storm is over: of what was set aside, each is handed over, given back, or waits.

Pure, as `books` is. Five witnesses again: what families signed, the contract's events, its state, the gateways'
projection; and the screens, whose approved asks `books` holds to the same events.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Key = tuple[int, int, bytes]
"""Programme, shop, and the 20 bytes of a pass: one order of these is open at a time."""
_SAID = {"SetAside": "set aside", "AskPaid": "handed over", "SetFree": "given back"}


@dataclass(frozen=True, slots=True)
class Order:
    """What a family signed: cents, and the last second in which it can be handed over."""

    key: Key
    amount: int
    until: int


@dataclass(frozen=True, slots=True)
class Move:
    """One event of the contract about an order: `SetAside`, `AskPaid` from what was set aside, or `SetFree`.

    `amount` is what moved, in cents; `until` is told by the first of the three alone.
    """

    name: str
    key: Key
    amount: int
    until: int = 0


@dataclass(frozen=True, slots=True)
class Orders:
    """All that is known of orders."""

    signed: Sequence[Order] = ()
    moves: Sequence[Move] = ()
    """In the chain's order."""
    standing: Mapping[Key, int] = field(default_factory=dict)
    """Cents that wait, by the contract's state."""
    projected: Mapping[Key, int] = field(default_factory=dict)
    """The same, by the gateways' store."""


def findings(orders: Orders) -> Iterator[str]:
    """Everything that is wrong; nothing when each order came to one end at most, and whole."""
    waiting: dict[Key, int] = {}
    ended: dict[Key, str] = {}
    for move in orders.moves:
        yield from _wrong(move, waiting, ended)
        if move.name == "SetAside":
            waiting[move.key] = move.amount
        else:
            waiting.pop(move.key, None)
            ended[move.key] = move.name
    yield from _unsigned(orders)
    yield from _apart(waiting, orders.standing, "the contract has")
    yield from _apart(waiting, orders.projected, "the gateways have")


def counted(orders: Orders, name: str) -> int:
    """How many events of this name there were."""
    return sum(move.name == name for move in orders.moves)


def _wrong(move: Move, waiting: Mapping[Key, int], ended: Mapping[Key, str]) -> Iterator[str]:
    """What speaks against this move, by what was before."""
    waits = waiting.get(move.key, 0)
    did = f"{_named(move.key)}: {move.amount} cents were {_SAID[move.name]}"
    if move.name == "SetAside":
        if waits:
            yield f"{did} while {waits} waited"
    elif not waits:
        before = _SAID.get(ended.get(move.key, ""), "never set aside")
        yield f"{did}, and nothing waited: it was {before}"
    elif waits != move.amount:
        yield f"{did} of {waits}"


def _unsigned(orders: Orders) -> Iterator[str]:
    """Each signature counts once, and nothing is set aside without one."""
    signed = Counter(orders.signed)
    set_aside = Counter(Order(move.key, move.amount, move.until) for move in orders.moves if move.name == "SetAside")
    for order, times in set_aside.items():
        if times > signed[order]:
            yield f"{_named(order.key)}: {order.amount} cents set aside {times} times, and signed {signed[order]} times"


def _apart(waiting: Mapping[Key, int], found: Mapping[Key, int], whose: str) -> Iterator[str]:
    for key in sorted({*waiting, *found}):
        if waiting.get(key, 0) != found.get(key, 0):
            yield f"{_named(key)}: {waiting.get(key, 0)} cents wait by the events, and {whose} {found.get(key, 0)}"


def _named(key: Key) -> str:
    programme, shop, owner = key
    return f"order of pass {owner.hex()[:8]} at shop {shop} in programme {programme}"
