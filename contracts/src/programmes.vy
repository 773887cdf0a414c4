# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Programmes
@license EUPL-1.2
@notice Budget lines of sponsors: their rules, and their money as it comes in and goes out. Rules only define which
        payment is plainly valid; what was approved under older ones is paid all the same, from slices.
"""

from ethereum.ercs import IERC20
from ethereum.ercs import IERC20Detailed

import slots
import sponsors

uses: sponsors

struct Programme:
    sponsor: uint32
    name: String[64]
    token: address
    scale: uint256
    begins: uint40
    ends: uint40
    floor_limit: uint32
    day_limit: uint32
    offline_window: uint32
    categories: uint64
    paused: bool
    closed: bool

# What is known of a programme besides its rules; no payment is judged by it.
struct Terms:
    sponsor: uint32
    name: String[64]
    token: address
    scale: uint256
    offline_window: uint32

event ProgrammeCreated:
    programme: indexed(uint32)
    sponsor: indexed(uint32)
    name: String[64]
    token: address
    begins: uint40
    ends: uint40
    floor_limit: uint32
    day_limit: uint32
    offline_window: uint32
    categories: uint64

event ProgrammeChanged:
    programme: indexed(uint32)
    begins: uint40
    ends: uint40
    floor_limit: uint32
    day_limit: uint32
    offline_window: uint32
    categories: uint64

event ProgrammePaused:
    programme: indexed(uint32)
    paused: bool

event ProgrammeClosed:
    programme: indexed(uint32)

event Funded:
    programme: indexed(uint32)
    amount: uint256

event Withdrawn:
    programme: indexed(uint32)
    amount: uint256

HELD_MAX: constant(uint256) = slots.U64  # per programme, so that no sum of its parts ever overflows
HAND_IN_SECONDS: constant(uint256) = 90 * 86_400  # after the end: until then every entry finds its slice

programme_count: public(uint32)
terms: HashMap[uint32, Terms]
held: public(HashMap[uint32, uint256])  # all of a programme's money, in cents
rules: HashMap[uint256, uint256]  # programme; packed as slots.vy says
reserves: HashMap[uint256, uint256]  # programme


@external
def create_programme(
    name: String[64],
    token: address,
    begins: uint40,
    ends: uint40,
    floor_limit: uint32,
    day_limit: uint32,
    offline_window: uint32,
    categories: uint64,
) -> uint32:
    """
    @notice Begin a programme of the calling admin's sponsor.
    @param name What people call it.
    @param token The ERC-20 euro that it pays in, with 2 to 18 decimals.
    @param begins The first second in which a budget can be spent.
    @param ends The last second in which a budget can be spent.
    @param floor_limit The most that a terminal may approve at once by itself, in cents.
    @param day_limit The most that one pass may spend in a day (UTC), in cents.
    @param offline_window How old a terminal's checkpoint may be, in seconds. No payment is judged by it.
    @param categories Whose shops take part: bit c for category c; shops can be admitted and excluded besides.
    @return The programme's id.
    """
    sponsor: uint32 = sponsors._calling_sponsor()
    assert len(name) > 0, "programme: no name"
    decimals: uint8 = staticcall IERC20Detailed(token).decimals()
    assert decimals >= 2 and decimals <= 18, "programme: token decimals"
    self.programme_count += 1
    programme: uint32 = self.programme_count
    self.terms[programme] = Terms(
        sponsor=sponsor,
        name=name,
        token=token,
        scale=10 ** convert(decimals - 2, uint256),
        offline_window=offline_window,
    )
    self._set_rules(programme, begins, ends, floor_limit, day_limit, categories, slots.RULES_EXIST)
    log ProgrammeCreated(
        programme=programme,
        sponsor=sponsor,
        name=name,
        token=token,
        begins=begins,
        ends=ends,
        floor_limit=floor_limit,
        day_limit=day_limit,
        offline_window=offline_window,
        categories=categories,
    )
    return programme


@external
def set_programme(
    programme: uint32,
    begins: uint40,
    ends: uint40,
    floor_limit: uint32,
    day_limit: uint32,
    offline_window: uint32,
    categories: uint64,
):
    """
    @notice Change a programme's rules. What was approved under the old ones is paid all the same, from slices.
    @dev An end that is moved lies in the future: entries always have their 90 days to be handed in.
    @param programme A programme of the calling admin's sponsor.
    @param begins The first second in which a budget can be spent.
    @param ends The last second in which a budget can be spent.
    @param floor_limit The most that a terminal may approve at once by itself, in cents.
    @param day_limit The most that one pass may spend in a day (UTC), in cents.
    @param offline_window How old a terminal's checkpoint may be, in seconds.
    @param categories Whose shops take part: bit c for category c.
    """
    self._require(programme, 0)
    old: uint256 = self.rules[convert(programme, uint256)]
    assert old & slots.RULES_CLOSED == 0, "programme: closed"
    moved: bool = convert(ends, uint256) != old >> slots.RULES_ENDS & slots.U40
    assert not moved or convert(ends, uint256) >= block.timestamp, "programme: the end lies in the past"
    self._set_rules(programme, begins, ends, floor_limit, day_limit, categories, old & slots.RULES_STATUS)
    self.terms[programme].offline_window = offline_window
    log ProgrammeChanged(
        programme=programme,
        begins=begins,
        ends=ends,
        floor_limit=floor_limit,
        day_limit=day_limit,
        offline_window=offline_window,
        categories=categories,
    )


@external
def set_paused(programme: uint32, paused: bool):
    """
    @notice Stop a programme, or let it go on. What was approved meanwhile is paid all the same, from slices.
    @param programme A programme of a sponsor for which the caller may pause.
    @param paused Whether it stands still.
    """
    self._require(programme, sponsors.PAUSING)
    key: uint256 = convert(programme, uint256)
    self.rules[key] = slots.with_flag(self.rules[key], slots.RULES_PAUSED, paused)
    log ProgrammePaused(programme=programme, paused=paused)


@external
def close_programme(programme: uint32):
    """
    @notice End a programme for good, 90 days after its period at the earliest: its budgets and slices can be swept.
    @param programme A programme of the calling admin's sponsor.
    """
    self._require(programme, 0)
    key: uint256 = convert(programme, uint256)
    rules: uint256 = self.rules[key]
    assert rules & slots.RULES_CLOSED == 0, "programme: closed"
    assert block.timestamp > (rules >> slots.RULES_ENDS & slots.U40) + HAND_IN_SECONDS, "programme: 90 days not over"
    self.rules[key] = rules | slots.RULES_CLOSED
    log ProgrammeClosed(programme=programme)


@external
@nonreentrant
def fund(programme: uint32, amount: uint256):
    """
    @notice Add to a programme's reserve. What arrived counts, not what was promised.
    @param programme Any programme.
    @param amount How much the caller pays, in cents; the contract must be allowed to take it.
    """
    assert self.terms[programme].sponsor != 0, "programme: unknown"
    token: IERC20 = IERC20(self.terms[programme].token)
    scale: uint256 = self.terms[programme].scale
    before: uint256 = staticcall token.balanceOf(self)
    assert extcall token.transferFrom(msg.sender, self, amount * scale, default_return_value=True), "token: refused"
    received: uint256 = (staticcall token.balanceOf(self) - before) // scale
    assert received <= HELD_MAX - self.held[programme], "fund: more than a programme can hold"
    self.held[programme] += received
    self.reserves[convert(programme, uint256)] += received
    log Funded(programme=programme, amount=received)


@external
@nonreentrant
def withdraw(programme: uint32, amount: uint256):
    """
    @notice Return free reserve to the sponsor's admin.
    @param programme A programme of the calling admin's sponsor.
    @param amount How much, in cents.
    """
    self._require(programme, 0)
    self._take_reserve(convert(programme, uint256), amount)
    self._send(programme, msg.sender, amount)
    log Withdrawn(programme=programme, amount=amount)


# --------------------------------------------------------------------------------------------------- views

@external
@view
def programme(programme_id: uint32) -> Programme:
    """
    @notice A programme and its rules.
    @param programme_id The programme's id, from 1.
    @return All of it; sponsor 0 when it is unknown.
    """
    terms: Terms = self.terms[programme_id]
    rules: uint256 = self.rules[convert(programme_id, uint256)]
    return Programme(
        sponsor=terms.sponsor,
        name=terms.name,
        token=terms.token,
        scale=terms.scale,
        begins=convert(rules & slots.U40, uint40),
        ends=convert(rules >> slots.RULES_ENDS & slots.U40, uint40),
        floor_limit=convert(rules >> slots.RULES_FLOOR & slots.U32, uint32),
        day_limit=convert(rules >> slots.RULES_DAY_LIMIT & slots.U32, uint32),
        offline_window=terms.offline_window,
        categories=convert(rules >> slots.RULES_CATEGORIES & slots.U64, uint64),
        paused=rules & slots.RULES_PAUSED != 0,
        closed=rules & slots.RULES_CLOSED != 0,
    )


@external
@view
def reserve(programme: uint32) -> uint256:
    """
    @notice What a programme has free: neither granted, nor set apart in slices, nor owed to shops.
    @param programme The programme's id.
    @return Cents.
    """
    return self.reserves[convert(programme, uint256)]


# --------------------------------------------------------------------------------------------------- parts

@internal
@view
def _require(programme: uint32, role: uint256):
    """
    @dev The caller acts for the programme's sponsor in this role; 0 is the admin's alone.
    """
    sponsor: uint32 = self.terms[programme].sponsor
    assert sponsor != 0, "programme: unknown"
    assert sponsors._may(sponsor, role), "programme: of another sponsor"


@internal
@view
def _require_open(programme: uint32, role: uint256):
    self._require(programme, role)
    assert self.rules[convert(programme, uint256)] & slots.RULES_CLOSED == 0, "programme: closed"


@internal
@view
def _is_over(programme: uint256) -> bool:
    """
    @dev Whether nothing can be spent in it any more, by its rules as they are.
    """
    rules: uint256 = self.rules[programme]
    return rules & slots.RULES_CLOSED != 0 or block.timestamp > rules >> slots.RULES_ENDS & slots.U40


@internal
def _set_rules(
    programme: uint32,
    begins: uint40,
    ends: uint40,
    floor_limit: uint32,
    day_limit: uint32,
    categories: uint64,
    status: uint256,
):
    assert begins <= ends, "programme: ends before it begins"
    assert categories & 1 == 0, "programme: category 0 is none"
    self.rules[convert(programme, uint256)] = slots.rules(begins, ends, floor_limit, day_limit, categories, status)


@internal
def _take_reserve(programme: uint256, amount: uint256):
    free: uint256 = self.reserves[programme]
    assert amount <= free, "reserve: not enough"
    self.reserves[programme] = free - amount


@internal
def _send(programme: uint32, to: address, amount: uint256):
    """
    @dev Cents leave the contract. A token that takes more than it was told to would empty other programmes.
    """
    self.held[programme] -= amount
    token: IERC20 = IERC20(self.terms[programme].token)
    tokens: uint256 = amount * self.terms[programme].scale
    before: uint256 = staticcall token.balanceOf(self)
    assert extcall token.transfer(to, tokens, default_return_value=True), "token: refused"
    assert before - staticcall token.balanceOf(self) <= tokens, "token: took too much"
