"""Why a node did not take a transaction, by its words: those of geth, erigon, nethermind, besu, reth and anvil."""

from enum import Enum


class Refusal(Enum):
    """What is the matter, and with it what helps."""

    KNOWN = "the node has it already"
    NONCE_USED = "its nonce is used"
    NONCE_AHEAD = "one with an earlier nonce is missing"
    UNDERPRICED = "another with this nonce waits, and pays as much"
    TOO_CHEAP = "it pays less than the next block asks"
    NO_FUNDS = "the account cannot pay for it"
    FULL = "the node has no room"
    OTHER = "for a reason that is not known here"


_WORDS = (
    (Refusal.KNOWN, ("already known", "alreadyknown", "already imported", "known transaction", "already exists")),
    (Refusal.UNDERPRICED, ("replacement", "could not replace", "cannot replace")),
    (Refusal.NONCE_USED, ("nonce too low", "oldnonce", "nonce is too low", "nonce already used")),
    (Refusal.NONCE_AHEAD, ("nonce too high", "noncegap", "nonce gap", "gapped", "nonce too distant")),
    (Refusal.NO_FUNDS, ("insufficient funds", "insufficientfunds", "upfront cost exceeds", "balance too low")),
    (Refusal.FULL, ("pool is full", "poolfull", "pool full", "mempool is full", "pool limit", "queue is full")),
    (
        Refusal.TOO_CHEAP,
        ("underpriced", "block base fee", "feetoolow", "fee too low", "gas price too low", "below configured minimum"),
    ),
)


def sort(words: str) -> Refusal:
    """Which one the node means."""
    lower = words.lower()
    return next((refusal for refusal, known in _WORDS if any(one in lower for one in known)), Refusal.OTHER)
