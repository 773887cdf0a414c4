# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Passes
@license EUPL-1.2
@notice Budgets of passes, which are addresses and nothing else here: granted, blocked, moved to a new pass.
"""

import programmes
import slots
import sponsors

uses: programmes

struct Budget:
    left: uint32
    spent: uint32
    drawn: uint32
    today: uint32
    day: uint16
    blocked: bool
    known: bool
    counter: uint32
    window: uint64

event Granted:
    programme: indexed(uint32)
    pass_address: indexed(address)
    amount: uint32
    left: uint32

event PassBlocked:
    programme: indexed(uint32)
    pass_address: indexed(address)
    blocked: bool

event PassReissued:
    programme: indexed(uint32)
    old_pass: indexed(address)
    new_pass: indexed(address)

GRANTS_MAX: constant(uint256) = 200
SUCCESSORS_MAX: constant(uint256) = 8

budgets: HashMap[uint256, uint256]  # programme << 160 | pass; packed as slots.vy says
successors: HashMap[uint256, address]  # programme << 160 | pass
references: HashMap[uint32, HashMap[bytes32, bool]]


@external
def grant(
    programme: uint32,
    reference: bytes32,
    passes: DynArray[address, GRANTS_MAX],
    amounts: DynArray[uint32, GRANTS_MAX],
):
    """
    @notice Move free reserve to the budgets of passes.
    @param programme A programme of a sponsor for which the caller may grant.
    @param reference The sponsor's name for this grant. It is taken once, so a grant that is sent twice is made once.
    @param passes Whose budgets.
    @param amounts How much for each, in cents.
    """
    programmes._require_open(programme, sponsors.GRANTS)
    assert not self.references[programme][reference], "grant: made before"
    assert len(passes) == len(amounts), "grant: not as many amounts as passes"
    self.references[programme][reference] = True
    total: uint256 = 0
    for i: uint256 in range(len(passes), bound=GRANTS_MAX):
        total += convert(amounts[i], uint256)
        self._grant_one(programme, passes[i], amounts[i])
    programmes._take_reserve(convert(programme, uint256), total)


@external
def set_pass_blocked(programme: uint32, pass_address: address, blocked: bool):
    """
    @notice Block a lost or copied pass, or unblock it.
    @param programme A programme of a sponsor for which the caller may grant.
    @param pass_address A pass with a budget in it.
    @param blocked Whether it is blocked.
    """
    programmes._require(programme, sponsors.GRANTS)
    key: uint256 = slots.budget_key(programme, pass_address)
    budget: uint256 = self.budgets[key]
    assert budget & slots.BUDGET_KNOWN != 0, "pass: unknown"
    assert budget & slots.BUDGET_REPLACED == 0, "pass: replaced"
    self.budgets[key] = slots.with_flag(budget, slots.BUDGET_BLOCKED, blocked)
    log PassBlocked(programme=programme, pass_address=pass_address, blocked=blocked)


@external
def reissue(programme: uint32, old_pass: address, new_pass: address):
    """
    @notice Move a budget with all its marks to a new pass. What the old one still causes is drawn and marked.
    @param programme A programme of a sponsor for which the caller may grant.
    @param old_pass A pass with a budget in it; it is blocked for good.
    @param new_pass A pass without one.
    """
    programmes._require_open(programme, sponsors.GRANTS)
    old: uint256 = slots.budget_key(programme, old_pass)
    new: uint256 = slots.budget_key(programme, new_pass)
    budget: uint256 = self.budgets[old]
    assert budget & slots.BUDGET_KNOWN != 0, "pass: unknown"
    assert budget & slots.BUDGET_REPLACED == 0, "pass: replaced"
    assert new_pass != empty(address), "pass: no address"
    assert self.budgets[new] == 0, "pass: known before"
    # Codes of the old pass are not codes of the new one, so these begin anew, and the old one's stay used.
    self.budgets[new] = budget & ~(slots.BUDGET_PHONE | slots.BUDGET_BLOCKED)
    self.budgets[old] = budget & slots.BUDGET_PHONE | slots.BUDGET_STATUS | slots.BUDGET_REPLACED
    self.successors[old] = new_pass
    log PassReissued(programme=programme, old_pass=old_pass, new_pass=new_pass)


# --------------------------------------------------------------------------------------------------- views

@external
@view
def budget(programme: uint32, pass_address: address) -> Budget:
    """
    @notice What a pass has in a programme, in cents.
    @param programme The programme's id.
    @param pass_address The pass.
    @return What is left and spent, what slices paid in its place, what it spent on its last day (UTC, counted from
            1970), whether it is blocked or known at all, and which of its phone's codes were used.
    """
    packed: uint256 = self.budgets[slots.budget_key(programme, pass_address)]
    return Budget(
        left=convert(packed & slots.U32, uint32),
        spent=convert(packed >> slots.BUDGET_SPENT & slots.U32, uint32),
        drawn=convert(packed >> slots.BUDGET_DRAWN & slots.U32, uint32),
        today=convert(packed >> slots.BUDGET_TODAY & slots.U32, uint32),
        day=convert(packed >> slots.BUDGET_DAY & slots.U16, uint16),
        blocked=packed & slots.BUDGET_BLOCKED != 0,
        known=packed & slots.BUDGET_KNOWN != 0,
        counter=convert(packed >> slots.BUDGET_COUNTER & slots.U32, uint32),
        window=convert(packed >> slots.BUDGET_WINDOW & slots.U64, uint64),
    )


@external
@view
def successor(programme: uint32, pass_address: address) -> address:
    """
    @notice Which pass has the budget of one that was replaced.
    @param programme The programme's id.
    @param pass_address The old pass.
    @return The new one, or no address.
    """
    return self.successors[slots.budget_key(programme, pass_address)]


# --------------------------------------------------------------------------------------------------- parts

@internal
def _grant_one(programme: uint32, pass_address: address, amount: uint32):
    assert pass_address != empty(address), "grant: no address"
    assert amount > 0, "grant: no amount"
    key: uint256 = slots.budget_key(programme, pass_address)
    budget: uint256 = self.budgets[key]
    assert budget & slots.BUDGET_REPLACED == 0, "pass: replaced"
    ever: uint256 = (budget & slots.U32) + (budget >> slots.BUDGET_SPENT & slots.U32) + convert(amount, uint256)
    assert ever <= slots.U32, "grant: more than a budget can hold"
    budget = budget + convert(amount, uint256) | slots.BUDGET_KNOWN
    self.budgets[key] = budget
    log Granted(
        programme=programme, pass_address=pass_address, amount=amount, left=convert(budget & slots.U32, uint32)
    )


@internal
@view
def _current(programme: uint256, pass_address: address) -> address:
    """
    @dev The pass that stands for this one today.
    """
    current: address = pass_address
    for _: uint256 in range(SUCCESSORS_MAX):
        key: uint256 = programme << 160 | convert(current, uint256)
        if self.budgets[key] & slots.BUDGET_REPLACED == 0:
            break
        current = self.successors[key]
    return current


@internal
def _give_back(programme: uint256, pass_address: address, to_reserve: uint256, to_budget: uint256) -> uint256:
    """
    @dev Money of a refund arrives. What no budget can take, or nobody could spend, is the sponsor's.
    @return What went to the budget, in cents.
    """
    key: uint256 = programme << 160 | convert(pass_address, uint256)
    budget: uint256 = self.budgets[key]
    room: uint256 = slots.U32 - (budget & slots.U32) - (budget >> slots.BUDGET_SPENT & slots.U32)
    given: uint256 = min(to_budget, room)
    if programmes._is_over(programme) or budget & slots.BUDGET_REPLACED != 0:
        given = 0
    self.budgets[key] = slots.give_back(budget, given)
    programmes.reserves[programme] += to_reserve + to_budget - given
    return given
