"""Codes of phones, and asks, that are judged wrongly."""

from tests.contract.broken.mutant import broken

PHONES = broken(
    "settlement",
    "phone_codes",
    (
        "a phone's code is not looked at",
        "            and (delegation == 0 or self._misused(budget, delegation, amount, time) == reasons.PAID)\n",
        "",
    ),
    ("a code does not expire", "if time > delegation >> slots.DELEGATION_EXPIRY & slots.U40:", "if time > slots.U40:"),
    (
        "a code has no ceiling",
        "if amount > delegation >> slots.DELEGATION_CEILING & slots.U32:",
        "if amount > slots.U32:",
    ),
    (
        "a code is used any number of times",
        "reasons.PAID if slots.is_unused(budget, delegation) else reasons.PHONE_CODE_USED",
        "reasons.PAID",
    ),
    ("a payment uses no code", "budget if delegation == 0 else slots.use(budget, delegation)\n", "budget\n"),
    (
        "a draw uses no code",
        "        after = slots.use(after, claim.delegation)\n",
        "        pass\n",
    ),
    ("an ask uses no code", "budget if claim.delegation == 0 else slots.use(budget, claim.delegation)", "budget"),
) + broken(
    "slots",
    "phone_codes",
    ("the window is a counter too wide", "behind < WINDOW_COUNTERS and", "behind <= WINDOW_COUNTERS and"),
    ("the window is a counter too narrow", "behind < WINDOW_COUNTERS and", "behind < WINDOW_COUNTERS - 1 and"),
    ("a window keeps nothing when it moves", "(window << ahead if ahead < WINDOW_COUNTERS else 0)", "0"),
    ("a window stands still", "(window << ahead if ahead", "(window if ahead"),
)
ASKS = broken(
    "settlement",
    "asks",
    ("an ask is never late", "if block.timestamp > batches", "if empty(uint256) > batches"),
    ("an ask is late in its last second", "if block.timestamp > batches", "if block.timestamp >= batches"),
    (
        "an ask is judged by its own clock",
        "                    time=block.timestamp,\n",
        "                    time=time,\n",
    ),
    (
        "an ask takes what is not there",
        "ordered and claim.amount > budget & slots.U32 and self",
        "ordered and claim.amount > slots.U32 and self",
    ),
    ("an ask of a revoked terminal is paid", "    if revoked:\n        return reasons.TERMINAL_REVOKED\n", ""),
    ("nobody is told of an ask", "    terminals.asks[claim.terminal] = claim.sequence | reason << 32\n", ""),
    ("an ask's money is not credited", "unsafe_mul(paid, slots.ACCOUNT_CENT)", "0"),
    ("a closed programme answers asks", " or rules & slots.RULES_CLOSED != 0:\n", ":\n"),
)
