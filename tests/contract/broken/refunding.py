"""Refunds and retirements that go wrong."""

from tests.contract.broken.mutant import broken

REFUNDS = (
    *broken(
        "settlement",
        "refunds",
        ("a refund repays the budget first", "late + drawn, spent)\n    log", "0, amount)\n    log"),
        ("a refund leaves the marks", "    passes.budgets[key] = slots.unspend(budget, drawn, spent)\n", ""),
        (
            "more is given back than the pass spent",
            "spent > budget >> slots.BUDGET_SPENT & slots.U32 or",
            "spent > budget >> slots.BUDGET_SPENT & slots.U32 + 1 or",
        ),
        ("more is given back than the shop took", " or amount > account >> slots.ACCOUNT_TAKEN:", ":"),
        ("the same sale frees what was taken again", "account - (amount << slots.ACCOUNT_TAKEN)", "account"),
        ("a refund names itself", "        return sale < sequence\n", "        return sale <= sequence\n"),
        (
            "a refund names any shop's sale",
            "packed != 0 and packed & slots.U32 == shop and sale",
            "packed != 0 and sale",
        ),
        ("a refund names what is not settled", " and sale <= packed >> slots.TERMINAL_SEQUENCE & slots.U32\n", "\n"),
        ("a refund names the sale before the first", "    if sale == 0:\n        return False\n", ""),
        (
            "a revoked terminal gives back",
            "    elif revoked:\n        reason = reasons.TERMINAL_REVOKED\n",
            "",
        ),
    ),
    *broken(
        "settlement",
        "reissuing",
        (
            "a late draw is forgotten",
            "    if holder != named:\n",
            "    if holder == self:\n",
        ),
        (
            "a late draw is repaid twice",
            "        passes.budgets[named_key] -= late << slots.BUDGET_DRAWN\n",
            "        pass\n",
        ),
    ),
    *broken(
        "settlement",
        "owed",
        ("the queue waits for ever", "        kept = shops._repay(account_key, account)\n", "        pass\n"),
    ),
    *broken(
        "shops",
        "owed",
        (
            "a new refund jumps the queue",
            "    if account >> slots.ACCOUNT_OWED & slots.U64 == 0 and account",
            "    if account",
        ),
        ("the credit that was given back stays", "        account -= moved\n", ""),
        ("what waits is not owed", "account - moved - (moved << slots.ACCOUNT_OWED)", "account - moved"),
        ("a queue stands still", "            account += 1 << slots.ACCOUNT_FIRST\n", "            pass\n"),
        (
            "a queue is served without end",
            "REPAYMENTS_MAX: constant(uint256) = 16",
            "REPAYMENTS_MAX: constant(uint256) = 64",
        ),
        ("a part repaid is owed again", "        rest = self._less(rest, moved)\n        account", "        account"),
    ),
    *broken(
        "shops",
        "owed",
        (
            "refunds that are owed stop no payout",
            '== 0, "pay_out: refunds are owed"',
            '>= 0, "pay_out: refunds are owed"',
        ),
        half="office",
    ),
    *broken(
        "passes",
        "owed",
        ("a budget holds more than it has room for", "min(to_budget, room)", "to_budget"),
    ),
    *broken(
        "passes",
        "refunds",
        ("what is repaid after the end can be spent", "programmes._is_over(programme) or", "False or"),
        ("a repayment is lost", "    self.budgets[key] = slots.give_back(budget, given)\n", ""),
        ("a repayment of a draw is lost", " += to_reserve + to_budget - given", " += to_budget - given"),
    ),
    *broken(
        "slots",
        "refunds",
        (
            "a day does not get back what is repaid",
            " - (min(budget >> BUDGET_TODAY & U32, amount) << BUDGET_TODAY)",
            "",
        ),
        (
            "a day gets back what is only owed",
            " - (spent << BUDGET_SPENT)\n",
            " - (spent << BUDGET_SPENT) - (min(budget >> BUDGET_TODAY & U32, spent) << BUDGET_TODAY)\n",
        ),
    ),
)
RETIREMENTS = broken(
    "settlement",
    "retiring",
    ("a terminal never retires", "            status |= slots.TERMINAL_RETIRED\n", "            pass\n"),
    (
        "who has retired goes on",
        "        if status & slots.TERMINAL_RETIRED != 0:\n",
        "        if status & slots.TERMINAL_RETIRED != 0 and form == batches.RETIRE:\n",
    ),
) + broken(
    "terminals",
    "retiring",
    ("who has not retired loses its slice", ' != 0, "terminal: not retired"', ' >= 0, "terminal: not retired"'),
    ("a slice is raised for who has retired", ' == 0, "terminal: retired"', ' >= 0, "terminal: retired"'),
    ("a slice that is released stays", "    self.slices[key][terminal].left = 0\n", ""),
    ("a revoked slice stays", "Slice(left=0, revoked=True)", "Slice(left=returned, revoked=True)"),
    (
        "revoking is not marked on the terminal",
        "    self.terminals[terminal] |= slots.TERMINAL_REVOKED_SOMEWHERE\n",
        "",
    ),
    half="office",
)
