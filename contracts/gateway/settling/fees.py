"""What a transaction may cost (EIP-1559), in wei for a unit of gas. Pure.

The base fee doubles at most every six blocks, so twice today's carries a transaction through that long.
"""

from dataclasses import dataclass

GWEI = 10**9
_BUMP_NUMERATOR, _BUMP_DENOMINATOR = 9, 8  # 12.5%: what every node's pool asks for is 10%


@dataclass(frozen=True, slots=True)
class Market:
    """What the next block asks: its base fee, and what is usually given on top."""

    base: int
    tip: int


@dataclass(frozen=True, slots=True)
class Fees:
    """What one transaction offers: at most so much in all, and so much of it on top of the base fee."""

    most: int
    tip: int


def affordable(market: Market, ceiling: int) -> bool:
    """Whether a transaction under this ceiling would go into the next block."""
    return market.base + min(market.tip, 1) <= ceiling


def offer(market: Market, ceiling: int) -> Fees:
    """For a new transaction. Ask `affordable` first: under a ceiling that is too low nothing is ever mined."""
    most = min(ceiling, 2 * market.base + market.tip)
    return Fees(most, min(market.tip, most))


def replacement(before: Fees, market: Market, ceiling: int) -> Fees | None:
    """For the same nonce again: enough more that nodes take it and today's price; None when the ceiling forbids it."""
    least = Fees(_more(before.most), _more(before.tip))
    today = offer(market, ceiling)
    fees = Fees(max(least.most, today.most), max(least.tip, today.tip))
    return fees if fees.most <= ceiling and fees.most >= market.base else None


def _more(fee: int) -> int:
    return max(1, -(-fee * _BUMP_NUMERATOR // _BUMP_DENOMINATOR))  # nothing and an eighth more would be the same again
