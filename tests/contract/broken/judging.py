"""Journals, payments and days that are judged wrongly."""

from tests.contract.broken.mutant import broken

SEGMENTS = broken(
    "settlement",
    "segments",
    (
        "what is settled is judged again in an overlap",
        "self._judge(separator, segment, terminal, cursor + 1, body)",
        "self._judge(separator, segment, terminal, segment.first, segment.body)",
    ),
    ("a gap of one is let through", "segment.first > cursor + 1:", "segment.first > cursor + 2:"),
    ("a fork is let through", "    if not agrees:\n        return reasons.FORK, head, fresh\n", ""),
    ("the sequence stands still", "slots.U32, segment.last, head)", "slots.U32, cursor, head)"),
    ("the head stands still", "segment.last, head) | status", "segment.last, segment.previous_head) | status"),
    ("what is settled is no longer nothing new", "if segment.last <= cursor:", "if segment.last < cursor:"),
    (
        "anybody signs a journal",
        "segment.signature_at) != segment.terminal:",
        "segment.signature_at) == empty(address):",
    ),
    ("a body may be longer than its entries", "    if at != segment.end:\n", "    if at > segment.end:\n"),
    ("an unknown terminal may settle", "    if terminal == 0:\n        return reasons.TERMINAL_UNKNOWN\n", ""),
)
PAYMENTS = broken(
    "settlement",
    "judging",
    (
        "credit is lost when the programme changes",
        "            if account_key != 0:\n                self._keep(account_key, account)\n",
        "",
    ),
    ("the budget is not compared", "            and amount <= budget & slots.U32\n", ""),
    ("the floor limit is not compared", "            and amount <= bounds.floor_limit\n", ""),
    ("the beginning is not compared", "            and time >= bounds.opens\n", ""),
    ("the end is not compared", "            and time <= bounds.closes\n", ""),
    (
        "a clock may be ahead",
        "min(rules >> slots.RULES_ENDS & slots.U40, block.timestamp + CLOCK_TOLERANCE)",
        "rules >> slots.RULES_ENDS & slots.U40",
    ),
    ("a pause stops nothing", "rules & slots.RULES_STATUS != slots.RULES_EXIST or", "rules == 0 or"),
    (
        "any shop takes part",
        " or not slots.is_admitted(rules, account):\n        return Bounds",
        ":\n        return Bounds",
    ),
    (
        "a revoked terminal is paid",
        "        if revoked:\n            self",
        "        if revoked and amount == 0:\n            self",
    ),
    ("a settlement makes revoking forgotten", "terminal & slots.TERMINAL_STATUS\n", "0\n"),
    ("the slice is not compared", "if slice_left < need:", "if slice_left == 0:"),
    ("a slice is short by a cent", "if slice_left < need:", "if slice_left <= need:"),
    ("a slice does not shrink", ".left = slice_left - need", ".left = slice_left"),
    ("a broken rule is covered by the budget", "left if broken == reasons.PAID else 0", "min(left, claim.amount)"),
    (
        "the reserve gains what the budget covered",
        "    if broken != reasons.PAID:\n        programmes",
        "    if taken != 0:\n        programmes",
    ),
    ("the reserve gains nothing", "        programmes.reserves[claim.programme] += taken\n", "        pass\n"),
    ("a draw leaves no mark on the pass", "taken), claim.amount - taken)", "taken), 0)"),
    (
        "a later rule is named before the floor limit",
        " and self._is_first(reasons.ABOVE_FLOOR_LIMIT, broken):",
        " and broken == reasons.PAID:",
    ),
    (
        "nobody has a budget too",
        "        if holder == empty(address):\n            self",
        "        if holder == self:\n            self",
    ),
    (
        "zero is an amount",
        "        if amount == 0:\n            self",
        "        if amount > slots.U32:\n            self",
    ),
    (
        "what nobody understands is a payment",
        "if form != batches.PAYMENT and not batches.is_known(form):",
        "if form & 255 == 0:",
    ),
)
DAYS = broken(
    "settlement",
    "day_limit",
    ("the limit of a day is not compared", "            and today <= bounds.day_limit\n", ""),
    ("days begin at any time", "        if day < earliest:\n            day = earliest\n", ""),
    ("yesterday is today", "        if day <= kept:\n", "        if day < kept:\n"),
    ("a day that is over comes again", "        if day <= kept:\n", "        if day == kept:\n"),
    (
        "a draw finds any day behind",
        "min(max(unsafe_div(time, DAY), earliest), latest)",
        "min(unsafe_div(time, DAY), latest)",
    ),
    (
        "a draw finds any day ahead",
        "min(max(unsafe_div(time, DAY), earliest), latest)",
        "max(unsafe_div(time, DAY), earliest)",
    ),
    (
        "a draw counts on no day",
        "self._day(budget, time, amount)\n    return",
        "self._day(budget, time, 0)\n    return",
    ),
    ("a day holds more than it has room for", "min(today, slots.U32))", "today)"),
    ("a week has eight days", "LATE_DAYS: constant(uint256) = 7", "LATE_DAYS: constant(uint256) = 8"),
)
