"""Money that is paid out, confirmed or bound wrongly."""

from tests.contract.broken.mutant import broken

OTHERS = (
    *broken(
        "shops",
        "money",
        (
            "a payout is still owed",
            "account - amount | slots.ACCOUNT_USED\n    programmes",
            "account | slots.ACCOUNT_USED\n    programmes",
        ),
        (
            "a payout gives the slot up",
            "account - amount | slots.ACCOUNT_USED\n    programmes",
            "account - amount\n    programmes",
        ),
        ("a payout can be entered again", "@nonreentrant\ndef pay_out", "def pay_out"),
        half="office",
    ),
    *broken(
        "shops",
        "people",
        (
            "anybody moves a payout",
            ' == self.shops[shop].payout, "shop: only its payout address"\n    assert new',
            ' != self, "shop: only its payout address"\n    assert new',
        ),
        half="office",
    ),
    *broken(
        "shops",
        "compensating",
        ("a digest is compensated twice", "    self.compensated[programme][digest] = True\n", ""),
        ("a compensation costs nothing", "    programmes._take_reserve(convert(programme, uint256), amount)\n", ""),
        half="office",
    ),
    *broken(
        "bank",
        "bank",
        (
            "a shop need not choose the bank",
            '    assert shops.shops[shop].by_bank, "bank: not chosen by the shop"\n',
            "",
        ),
        ("a payment by bank is still credit", "account - amount | slots.ACCOUNT_USED", "account | slots.ACCOUNT_USED"),
        ("marking gives the slot up", "account - amount | slots.ACCOUNT_USED", "account - amount"),
        (
            "a reference is marked twice",
            "self.transfers[key][reference].state == 0,",
            "self.transfers[key][reference].state != MARKED,",
        ),
        (
            "a bank is believed at once",
            "UNDISPUTED_SECONDS: constant(uint256) = 30 * 86_400",
            "UNDISPUTED_SECONDS: constant(uint256) = 29 * 86_400",
        ),
        ("a dispute is passed over", "transfer.state == MARKED and block", "transfer.state != CONFIRMED and block"),
        ("a transfer ends twice", "    self.transfers[key][reference].state = state\n", ""),
        ("what is confirmed is lost", "    programmes.reserves[convert(programme, uint256)] += amount\n", ""),
        (
            "what is reversed is lost",
            "shops._repay(key, shops.accounts[key] + amount)",
            "shops._repay(key, shops.accounts[key])",
        ),
    ),
    *broken(
        "terminals",
        "consent",
        (
            "a terminal is not asked",
            '    assert typed_data.signer_of(digest, CONSENT_AT) == terminal, "terminal: did not agree"\n',
            "",
        ),
        ("any key agrees for a terminal", "CONSENT_AT) == terminal,", "CONSENT_AT) != empty(address),"),
        half="office",
    ),
    *broken(
        "terminals",
        "sponsors",
        (
            "a terminal can change its shop",
            '    assert self.terminals[terminal] == 0, "terminal: registered before"\n',
            "",
        ),
        half="office",
    ),
    *broken("typed_data", "vectors", ("s may be in its upper half", "if s > HALF_ORDER:", "if s > S_MASK:")),
    *broken(
        "domain",
        "segments",
        (
            "the domain is that of the first chain",
            "if chain.id == CHAIN_ID and self == HERE else",
            "if self == HERE else",
        ),
    ),
    *broken(
        "domain",
        "consent",
        ("the domain is the office's", "if chain.id == CHAIN_ID and self == HERE else", "if chain.id == CHAIN_ID else"),
        half="office",
    ),
    *broken(
        "kindpakket",
        "sponsors",
        ("a checkpoint tells what may be swept", "0 if programmes._is_over(key) else terminals", "terminals"),
        ("a checkpoint forgets the last ask", "convert(ask & slots.U32, uint32)", "convert(ask >> 64, uint32)"),
    ),
    *broken("batches", "retiring", ("a retirement is a form that nobody knows", " or form == RETIRE\n", "\n")),
)
