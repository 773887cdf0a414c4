"""The contract's events about one terminal, read by hand so that a terminal's commands need no chain library.

    Settled(address indexed terminal, uint32 first, uint32 last, bytes20 head)
    Drawn(address indexed terminal, uint32 indexed programme, address indexed pass, uint32 sequence, uint32 amount,
          uint32 from_slice, uint32 from_budget, uint8 reason)
    Rejected(address indexed terminal, uint32 sequence, uint8 reason)
    AskPaid(address indexed terminal, uint32 indexed programme, address indexed pass, uint32 sequence, uint32 amount,
            uint32 set_aside)
    Refunded(address indexed terminal, uint32 indexed programme, address indexed pass, uint32 sequence, uint32 amount,
             uint32 drawn, uint32 owed)
    TerminalRetired(address indexed terminal, uint32 sequence)

Topics and words as the ABI lays them out (https://docs.soliditylang.org/en/latest/abi-spec.html#events).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from contracts.wire.errors import TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.units import Address, Hash, to_hex
from terminal.endpoint import Endpoint, octets, quantity

BLOCKS_AT_ONCE = 10_000
"""What public endpoints allow in one question for events."""

WORD = 32
SETTLED = keccak256(b"Settled(address,uint32,uint32,bytes20)")
DRAWN = keccak256(b"Drawn(address,uint32,address,uint32,uint32,uint32,uint32,uint8)")
REJECTED = keccak256(b"Rejected(address,uint32,uint8)")
ASK_PAID = keccak256(b"AskPaid(address,uint32,address,uint32,uint32,uint32)")
REFUNDED = keccak256(b"Refunded(address,uint32,address,uint32,uint32,uint32,uint32)")
RETIRED = keccak256(b"TerminalRetired(address,uint32)")

_FORMS: dict[Hash, tuple[int, int]] = {
    SETTLED: (2, 3),
    DRAWN: (4, 5),
    REJECTED: (2, 2),
    ASK_PAID: (4, 3),
    REFUNDED: (4, 4),
    RETIRED: (2, 1),
}
"""How many topics each event has, and how many words besides."""


@dataclass(frozen=True, slots=True)
class Log:
    """One event; topics behind the first, and words, as numbers."""

    place: tuple[int, int]
    """Block and place in it: the chain's order."""
    kind: Hash
    topics: tuple[int, ...]
    words: tuple[int, ...]
    transaction: Hash
    """The hash of the one that emitted it."""


async def about(endpoint: Endpoint, contract: Address, terminal: Address, first: int, last: int) -> AsyncIterator[Log]:
    """All these kinds of events about the terminal in these blocks, in order. Raises TryAgain."""
    topics = [[to_hex(kind) for kind in _FORMS], to_hex(terminal.rjust(WORD, b"\0"))]
    for begin in range(first, last + 1, BLOCKS_AT_ONCE):
        end = min(begin + BLOCKS_AT_ONCE - 1, last)
        place = {"address": to_hex(contract), "fromBlock": hex(begin), "toBlock": hex(end), "topics": topics}
        answer = await endpoint.ask("eth_getLogs", place)
        if not isinstance(answer, list):
            raise TryAgain("the chain's endpoint answers no list of events")
        for log in sorted(map(_log, answer), key=lambda log: log.place):
            yield log


def words(data: bytes) -> tuple[int, ...]:
    """The whole words of the data, as numbers."""
    return tuple(int.from_bytes(data[at : at + WORD]) for at in range(0, len(data) - WORD + 1, WORD))


def _log(item: Any) -> Log:
    try:
        topics = [octets(topic) for topic in item["topics"]]
        data, place = octets(item["data"]), (quantity(item["blockNumber"]), quantity(item["logIndex"]))
        transaction = Hash(octets(item["transactionHash"]))
    except (LookupError, TypeError) as error:
        raise TryAgain("the chain's endpoint answers an event without its parts") from error
    kind = Hash(topics[0] if topics else b"")
    if _FORMS.get(kind) != (len(topics), len(data) / WORD):
        raise TryAgain("the chain's endpoint answers an event that was not asked for")
    return Log(place, kind, tuple(int.from_bytes(topic) for topic in topics[1:]), words(data), transaction)
