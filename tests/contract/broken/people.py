"""What passes, people and shops may do that they may not."""

from tests.contract.broken.mutant import broken

PASSES = broken(
    "passes",
    "reissuing",
    (
        "a replaced pass keeps its budget",
        "budget & slots.BUDGET_PHONE | slots.BUDGET_STATUS | slots",
        "budget | slots.BUDGET_STATUS | slots",
    ),
    (
        "a replaced pass is open",
        "budget & slots.BUDGET_PHONE | slots.BUDGET_STATUS |",
        "budget & slots.BUDGET_PHONE | slots.BUDGET_KNOWN |",
    ),
    (
        "the new pass has the old one's codes",
        "budget & ~(slots.BUDGET_PHONE | slots.BUDGET_BLOCKED)",
        "budget & ~slots.BUDGET_BLOCKED",
    ),
    (
        "the new pass is blocked",
        "budget & ~(slots.BUDGET_PHONE | slots.BUDGET_BLOCKED)",
        "budget & ~slots.BUDGET_PHONE",
    ),
    ("a pass with a budget takes another's", '    assert self.budgets[new] == 0, "pass: known before"\n', ""),
    ("nobody succeeds", "    self.successors[old] = new_pass\n", ""),
    half="office",
)
PEOPLE = (
    *broken(
        "passes",
        "reissuing",
        (
            "nine successors are followed",
            "SUCCESSORS_MAX: constant(uint256) = 8",
            "SUCCESSORS_MAX: constant(uint256) = 9",
        ),
    ),
    *broken("slots", "judging", ("a blocked pass pays", "= BUDGET_KNOWN | BUDGET_BLOCKED", "= BUDGET_KNOWN")),
    *broken(
        "sponsors",
        "people",
        ("any role will do", "self.roles[sponsor][msg.sender] & role != 0", "self.roles[sponsor][msg.sender] != 0"),
        (
            "a role counts for every sponsor",
            "self.roles[sponsor][msg.sender] & role",
            "self.roles[1][msg.sender] & role",
        ),
        ("an admin stays one", "    self.sponsor_of[self.admins[sponsor]] = 0\n", ""),
        ("an offer is taken twice", "    self.pending_admins[sponsor] = empty(address)\n", ""),
        ("ownership needs no offer", '    assert msg.sender == self.pending_owner, "owner: not offered"\n', ""),
        ("any sponsor's admin will do", "self.admins[sponsor] == msg.sender or", "self.sponsor_of[msg.sender] != 0 or"),
        half="office",
    ),
    *broken(
        "programmes",
        "closing",
        ("a programme closes early", "+ HAND_IN_SECONDS, ", ", "),
        ("a payout is still held", "    self.held[programme] -= amount\n", ""),
        half="office",
    ),
    *broken(
        "programmes",
        "money",
        ("a promise is funding", "(staticcall token.balanceOf(self) - before) // scale", "amount"),
        (
            "a token may take more",
            ' <= tokens, "token: took too much"',
            ' <= max_value(uint256), "token: took too much"',
        ),
        half="office",
    ),
    *broken(
        "programmes",
        "sponsors",
        ("an end is moved into the past", "convert(ends, uint256) >= block.timestamp", "ends >= begins"),
        half="office",
    ),
    *broken(
        "passes",
        "money",
        ("a grant can be made twice", "    self.references[programme][reference] = True\n", ""),
        ("a grant holds any amount", 'assert ever <= slots.U32, "', 'assert ever <= max_value(uint256), "'),
        half="office",
    ),
    *broken(
        "office",
        "closing",
        (
            "an open programme is swept",
            '    assert programmes.rules[key] & slots.RULES_CLOSED != 0, "programme: not closed"\n',
            "",
        ),
        ("a budget is swept twice", "        passes.budgets[budget_key] -= left\n", ""),
        ("what is swept is lost", "    programmes.reserves[key] += total\n", ""),
        half="office",
    ),
    *broken(
        "slots",
        "categories",
        ("an excluded shop takes part", "    if account & ACCOUNT_EXCLUDED != 0:\n        return False\n", ""),
        ("an admitted shop needs a category", "    if account & ACCOUNT_ADMITTED != 0:\n        return True\n", ""),
        ("a category is another one", "(account >> ACCOUNT_CATEGORY & U8)", "(account >> ACCOUNT_CATEGORY & 1)"),
    ),
)
