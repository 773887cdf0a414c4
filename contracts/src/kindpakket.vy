# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Kindpakket
@license EUPL-1.2
@notice The judge of every payment: holds the money of programmes, and pays shops what their terminals approved.
@dev Read `_judge` first: it says what happens to one payment. Money is in whole euro cents; a programme's token
     moves only in `fund`, `withdraw` and `pay_out`, as cents times the programme's scale.

     For every programme, at every moment:  held = reserve + budgets + slices + credits
     and for every token:                   balance >= the sum of held * scale over its programmes

     batches.vy reads journals, typed_data.vy finds who signed, slots.vy packs what is kept, reasons.vy has the codes.
"""

from ethereum.ercs import IERC20
from ethereum.ercs import IERC20Detailed

import batches
import reasons
import slots
import typed_data

# ------------------------------------------------------------------------------------------------ structs

struct Checkpoint:
    chain_id: uint256
    network: uint16
    block_number: uint256
    block_time: uint256
    shop: uint32
    sequence: uint32
    head: bytes20
    slices: DynArray[uint256, CHECKPOINT_PROGRAMMES_MAX]

struct Sponsor:
    admin: address

struct Shop:
    sponsor: uint32
    payout: address

struct Programme:
    sponsor: uint32
    name: String[64]
    token: address
    scale: uint256
    begins: uint40
    ends: uint40
    floor_limit: uint32
    offline_window: uint32
    paused: bool

struct Terminal:
    shop: uint32
    sequence: uint32
    head: bytes20

struct Budget:
    left: uint32
    spent: uint32
    drawn: uint32
    blocked: bool
    known: bool

struct Slice:
    left: uint256
    revoked: bool

# What is known of a programme besides its rules; no payment is judged by it.
struct Terms:
    sponsor: uint32
    name: String[64]
    token: address
    scale: uint256
    offline_window: uint32

# ------------------------------------------------------------------------------------------------- events

event SponsorRegistered:
    sponsor: indexed(uint32)
    admin: address

event ProgrammeCreated:
    programme: indexed(uint32)
    sponsor: indexed(uint32)
    name: String[64]
    token: address
    begins: uint40
    ends: uint40
    floor_limit: uint32
    offline_window: uint32

event ProgrammeChanged:
    programme: indexed(uint32)
    begins: uint40
    ends: uint40
    floor_limit: uint32
    offline_window: uint32

event ProgrammePaused:
    programme: indexed(uint32)
    paused: bool

event ShopRegistered:
    shop: indexed(uint32)
    sponsor: indexed(uint32)
    payout: address

event ShopAdmitted:
    programme: indexed(uint32)
    shop: indexed(uint32)
    admitted: bool

event TerminalRegistered:
    terminal: indexed(address)
    shop: indexed(uint32)

event Funded:
    programme: indexed(uint32)
    amount: uint256

event Granted:
    programme: indexed(uint32)
    pass_address: indexed(address)
    amount: uint32
    left: uint32

event PassBlocked:
    programme: indexed(uint32)
    pass_address: indexed(address)
    blocked: bool

event SliceRaised:
    programme: indexed(uint32)
    terminal: indexed(address)
    amount: uint256
    left: uint256

event TerminalRevoked:
    programme: indexed(uint32)
    terminal: indexed(address)
    returned: uint256

event Withdrawn:
    programme: indexed(uint32)
    amount: uint256

# Entries first .. last are consumed. Each was paid from its budget, unless Drawn or Rejected says otherwise.
event Settled:
    terminal: indexed(address)
    first: uint32
    last: uint32
    head: bytes20

# from_slice left the terminal's slice, from_budget left the budget; what both exceed the amount by went to the reserve.
event Drawn:
    terminal: indexed(address)
    programme: indexed(uint32)
    pass_address: indexed(address)
    sequence: uint32
    amount: uint32
    from_slice: uint32
    from_budget: uint32
    reason: uint8

event Rejected:
    terminal: indexed(address)
    sequence: uint32
    reason: uint8

event SegmentRefused:
    terminal: indexed(address)
    first: uint32
    reason: uint8

event PaidOut:
    programme: indexed(uint32)
    shop: indexed(uint32)
    amount: uint256

# ---------------------------------------------------------------------------------------------- constants

HELD_MAX: constant(uint256) = slots.U64  # per programme, so that no sum of its parts ever overflows
CLOCK_TOLERANCE: constant(uint256) = 900  # seconds that an entry may be ahead of the block that judges it
GRANTS_MAX: constant(uint256) = 200
CHECKPOINT_PROGRAMMES_MAX: constant(uint256) = 32

# ------------------------------------------------------------------------------------------------ storage

owner: public(immutable(address))
network: public(immutable(uint16))
CHAIN_ID: immutable(uint256)
DOMAIN_SEPARATOR: immutable(bytes32)

sponsor_count: public(uint32)
programme_count: public(uint32)
shop_count: public(uint32)
sponsor_of: public(HashMap[address, uint32])

sponsors: HashMap[uint32, Sponsor]
shops: HashMap[uint32, Shop]
terms: HashMap[uint32, Terms]
references: HashMap[uint32, HashMap[bytes32, bool]]

# What settle reads and writes. The first four are packed as slots.vy says.
rules: HashMap[uint256, uint256]  # programme
terminals: HashMap[address, uint256]
budgets: HashMap[uint256, uint256]  # programme << 160 | pass
accounts: HashMap[uint256, uint256]  # programme << 32 | shop
slices: HashMap[uint256, HashMap[address, Slice]]  # programme, terminal
reserves: HashMap[uint256, uint256]  # programme

held: public(HashMap[uint32, uint256])


@deploy
def __init__(network_id: uint16):
    """
    @notice The deployer may register sponsors, and nothing else.
    @param network_id Whose passes are used here; it stands in every pass code.
    """
    owner = msg.sender
    network = network_id
    CHAIN_ID = chain.id
    DOMAIN_SEPARATOR = typed_data.domain_separator()


# ----------------------------------------------------------------------------------- sponsors, programmes

@external
def register_sponsor(admin: address) -> uint32:
    """
    @notice Let somebody fund programmes.
    @param admin Who acts for the sponsor; an address acts for one sponsor.
    @return The sponsor's id.
    """
    assert msg.sender == owner, "sponsor: only the owner"
    assert admin != empty(address), "sponsor: no address"
    assert self.sponsor_of[admin] == 0, "sponsor: registered before"
    self.sponsor_count += 1
    sponsor: uint32 = self.sponsor_count
    self.sponsors[sponsor] = Sponsor(admin=admin)
    self.sponsor_of[admin] = sponsor
    log SponsorRegistered(sponsor=sponsor, admin=admin)
    return sponsor


@external
def create_programme(
    name: String[64], token: address, begins: uint40, ends: uint40, floor_limit: uint32, offline_window: uint32
) -> uint32:
    """
    @notice Begin a programme of the calling sponsor.
    @param name What people call it.
    @param token The ERC-20 euro that it pays in, with 2 to 18 decimals.
    @param begins The first second in which a budget can be spent.
    @param ends The last second in which a budget can be spent.
    @param floor_limit The most that one payment may be, in cents.
    @param offline_window How old a terminal's checkpoint may be, in seconds. No payment is judged by it.
    @return The programme's id.
    """
    sponsor: uint32 = self._calling_sponsor()
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
    self._set_rules(programme, begins, ends, floor_limit, slots.RULES_EXIST)
    log ProgrammeCreated(
        programme=programme,
        sponsor=sponsor,
        name=name,
        token=token,
        begins=begins,
        ends=ends,
        floor_limit=floor_limit,
        offline_window=offline_window,
    )
    return programme


@external
def set_programme(programme: uint32, begins: uint40, ends: uint40, floor_limit: uint32, offline_window: uint32):
    """
    @notice Change a programme's rules. What was approved under the old ones is paid all the same, from slices.
    @param programme A programme of the calling sponsor.
    @param begins The first second in which a budget can be spent.
    @param ends The last second in which a budget can be spent.
    @param floor_limit The most that one payment may be, in cents.
    @param offline_window How old a terminal's checkpoint may be, in seconds.
    """
    self._only_sponsor_of(programme)
    status: uint256 = self.rules[convert(programme, uint256)] & slots.RULES_STATUS
    self._set_rules(programme, begins, ends, floor_limit, status)
    self.terms[programme].offline_window = offline_window
    log ProgrammeChanged(
        programme=programme, begins=begins, ends=ends, floor_limit=floor_limit, offline_window=offline_window
    )


@external
def set_paused(programme: uint32, paused: bool):
    """
    @notice Stop a programme, or let it go on. What was approved meanwhile is paid all the same, from slices.
    @param programme A programme of the calling sponsor.
    @param paused Whether it stands still.
    """
    self._only_sponsor_of(programme)
    key: uint256 = convert(programme, uint256)
    self.rules[key] = slots.with_flag(self.rules[key], slots.RULES_PAUSED, paused)
    log ProgrammePaused(programme=programme, paused=paused)


# ---------------------------------------------------------------------------------------- shops, terminals

@external
def register_shop(payout: address) -> uint32:
    """
    @notice Make a shop known, by any sponsor. It is paid by programmes that admit it.
    @param payout Where its credit is paid out to, for good.
    @return The shop's id.
    """
    sponsor: uint32 = self._calling_sponsor()
    assert payout != empty(address), "shop: no address"
    self.shop_count += 1
    shop: uint32 = self.shop_count
    self.shops[shop] = Shop(sponsor=sponsor, payout=payout)
    log ShopRegistered(shop=shop, sponsor=sponsor, payout=payout)
    return shop


@external
def admit_shop(programme: uint32, shop: uint32, admitted: bool):
    """
    @notice Let budgets of a programme be spent at a shop, or no longer.
    @param programme A programme of the calling sponsor.
    @param shop A registered shop.
    @param admitted Whether it takes part.
    """
    self._only_sponsor_of(programme)
    assert self.shops[shop].payout != empty(address), "shop: unknown"
    key: uint256 = slots.account_key(programme, shop)
    self.accounts[key] = slots.with_flag(self.accounts[key], slots.ACCOUNT_ADMITTED, admitted)
    log ShopAdmitted(programme=programme, shop=shop, admitted=admitted)


@external
def register_terminal(terminal: address, shop: uint32, signature: bytes32[2]):
    """
    @notice Bind a terminal to a shop, for good: its journal names no shop, so a change would pay the wrong one.
    @dev The terminal must agree, or any sponsor could bind it to a shop of its own before the rightful one does.
    @param terminal The address of the terminal's key.
    @param shop A shop that the calling sponsor registered.
    @param signature The terminal's, over the registration: r, then s with its parity (EIP-2098).
    """
    sponsor: uint32 = self._calling_sponsor()
    assert self.shops[shop].sponsor == sponsor, "shop: of another sponsor"
    assert terminal != empty(address), "terminal: no address"
    assert self.terminals[terminal] == 0, "terminal: registered before"
    domain: bytes32 = self._domain_separator()
    digest: bytes32 = typed_data.registration(domain, terminal, shop)
    signer: address = typed_data.recover(digest, concat(signature[0], signature[1]))
    assert signer == terminal, "terminal: did not agree"
    genesis: bytes32 = keccak256(concat(domain, convert(terminal, bytes20)))
    self.terminals[terminal] = slots.terminal(convert(shop, uint256), 0, genesis)
    log TerminalRegistered(terminal=terminal, shop=shop)


@external
def raise_slice(programme: uint32, terminal: address, amount: uint256):
    """
    @notice Move free reserve to a terminal's slice: the most that a sponsor can lose to what this terminal approves.
    @param programme A programme of the calling sponsor.
    @param terminal A registered terminal that this programme has not revoked.
    @param amount How much more, in cents.
    """
    self._only_sponsor_of(programme)
    key: uint256 = convert(programme, uint256)
    assert self.terminals[terminal] != 0, "terminal: unknown"
    assert not self.slices[key][terminal].revoked, "terminal: revoked"
    self._take_reserve(key, amount)
    self.slices[key][terminal].left += amount
    log SliceRaised(programme=programme, terminal=terminal, amount=amount, left=self.slices[key][terminal].left)


@external
def revoke_terminal(programme: uint32, terminal: address):
    """
    @notice Pay nothing more of this programme to a stolen terminal, for good. Its slice returns to the reserve.
    @dev Its honest entries that are not settled yet are rejected too, as its clock cannot be trusted after the theft.
    @param programme A programme of the calling sponsor.
    @param terminal A registered terminal.
    """
    self._only_sponsor_of(programme)
    key: uint256 = convert(programme, uint256)
    assert self.terminals[terminal] != 0, "terminal: unknown"
    assert not self.slices[key][terminal].revoked, "terminal: revoked"
    returned: uint256 = self.slices[key][terminal].left
    self.slices[key][terminal] = Slice(left=0, revoked=True)
    self.reserves[key] += returned
    self.terminals[terminal] |= slots.TERMINAL_REVOKED_SOMEWHERE
    log TerminalRevoked(programme=programme, terminal=terminal, returned=returned)


# --------------------------------------------------------------------------------------------------- money

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
def grant(
    programme: uint32,
    reference: bytes32,
    passes: DynArray[address, GRANTS_MAX],
    amounts: DynArray[uint32, GRANTS_MAX],
):
    """
    @notice Move free reserve to the budgets of passes.
    @param programme A programme of the calling sponsor.
    @param reference The sponsor's name for this grant. It is taken once, so a grant that is sent twice is made once.
    @param passes Whose budgets.
    @param amounts How much for each, in cents.
    """
    self._only_sponsor_of(programme)
    assert not self.references[programme][reference], "grant: made before"
    assert len(passes) == len(amounts), "grant: not as many amounts as passes"
    self.references[programme][reference] = True
    total: uint256 = 0
    for i: uint256 in range(len(passes), bound=GRANTS_MAX):
        total += convert(amounts[i], uint256)
        self._grant_one(programme, passes[i], amounts[i])
    self._take_reserve(convert(programme, uint256), total)


@external
def set_pass_blocked(programme: uint32, pass_address: address, blocked: bool):
    """
    @notice Block a lost or copied pass, or unblock it.
    @param programme A programme of the calling sponsor.
    @param pass_address A pass with a budget in it.
    @param blocked Whether it is blocked.
    """
    self._only_sponsor_of(programme)
    key: uint256 = slots.budget_key(programme, pass_address)
    assert self.budgets[key] & slots.BUDGET_KNOWN != 0, "pass: unknown"
    self.budgets[key] = slots.with_flag(self.budgets[key], slots.BUDGET_BLOCKED, blocked)
    log PassBlocked(programme=programme, pass_address=pass_address, blocked=blocked)


@external
@nonreentrant
def withdraw(programme: uint32, amount: uint256):
    """
    @notice Return free reserve to the sponsor's admin.
    @param programme A programme of the calling sponsor.
    @param amount How much, in cents.
    """
    self._only_sponsor_of(programme)
    self._take_reserve(convert(programme, uint256), amount)
    self._send(programme, msg.sender, amount)
    log Withdrawn(programme=programme, amount=amount)


@external
@nonreentrant
def pay_out(shop: uint32, programme: uint32):
    """
    @notice Pay a shop's whole credit in a programme to its payout address. Anybody may ask for it.
    @param shop Whose credit.
    @param programme In which programme.
    """
    key: uint256 = slots.account_key(programme, shop)
    account: uint256 = self.accounts[key]
    amount: uint256 = account & slots.U64
    assert amount > 0, "pay_out: no credit"
    self.accounts[key] = account - amount | slots.ACCOUNT_USED
    self._send(programme, self.shops[shop].payout, amount)
    log PaidOut(programme=programme, shop=shop, amount=amount)


# -------------------------------------------------------------------------------------------------- settle

@external
def settle(batch: Bytes[batches.BATCH_BYTES_MAX]):
    """
    @notice Judge journals of terminals. Anybody may send them: authority is in the signatures.
    @dev Nothing in the batch can revert it: what is wrong is rejected or refused with a reason, and the rest goes on.
    @param batch Segments of journals and 32 bytes of padding, as contracts/wire/batch.py makes them.
    """
    self._settle(len(batch))  # no variable may stand here: it would lie behind the memory of the longest batch


@internal
def _settle(length: uint256):
    assert convert(slice(msg.data, batches.OFFSET_AT, 32), uint256) == 32, "settle: not encoded as usual"
    assert length >= batches.PADDING_BYTES, "settle: no padding"
    end: uint256 = batches.BATCH_AT + length - batches.PADDING_BYTES
    domain: bytes32 = self._domain_separator()
    at: uint256 = batches.BATCH_AT
    for _: uint256 in range(batches.SEGMENTS_MAX):
        if at >= end:
            break
        if at + batches.HEADER_BYTES > end:
            log SegmentRefused(terminal=empty(address), first=0, reason=convert(reasons.SEGMENT_FORM, uint8))
            break
        segment: batches.Segment = batches.segment(at)
        if segment.end > end:
            self._refuse(segment, reasons.SEGMENT_FORM)
            break
        self._settle_segment(domain, segment)
        at = segment.end


@internal
def _settle_segment(domain: bytes32, segment: batches.Segment):
    terminal: uint256 = self.terminals[segment.terminal]
    cursor: uint256 = terminal >> slots.TERMINAL_SEQUENCE & slots.U32
    refusal: uint256 = self._misplaced(segment, terminal, cursor)
    if refusal != reasons.PAID:
        self._refuse(segment, refusal)
        return

    head: bytes32 = empty(bytes32)
    body: uint256 = 0
    refusal, head, body = self._follow(domain, segment, terminal >> slots.TERMINAL_HEAD, cursor)
    if refusal != reasons.PAID:
        self._refuse(segment, refusal)
        return

    self._judge(domain, segment, terminal, cursor + 1, body)
    status: uint256 = terminal & slots.TERMINAL_REVOKED_SOMEWHERE
    self.terminals[segment.terminal] = slots.terminal(terminal & slots.U32, segment.last, head) | status
    log Settled(
        terminal=segment.terminal,
        first=convert(cursor + 1, uint32),
        last=convert(segment.last, uint32),
        head=slots.kept(head),
    )


@internal
@pure
def _misplaced(segment: batches.Segment, terminal: uint256, cursor: uint256) -> uint256:
    """
    @dev Why this segment cannot be what comes next in its terminal's journal, or PAID.
    """
    if segment.first == 0 or segment.last < segment.first or segment.last > slots.U32:
        return reasons.SEGMENT_FORM
    if segment.last - segment.first >= batches.SEGMENT_ENTRIES_MAX:
        return reasons.SEGMENT_FORM
    if terminal == 0:
        return reasons.TERMINAL_UNKNOWN
    if segment.last <= cursor:
        return reasons.NOTHING_NEW
    if segment.first > cursor + 1:
        return reasons.GAP
    return reasons.PAID


@internal
@view
def _follow(domain: bytes32, segment: batches.Segment, kept: uint256, cursor: uint256) -> (uint256, bytes32, uint256):
    """
    @dev Walk the chain of heads. What is settled already is walked too: it proves that the journal is the same one.
    @return Why nothing may be consumed, or PAID; the last head; where the first new entry lies.
    """
    head: bytes32 = segment.previous_head
    at: uint256 = segment.body
    fresh: uint256 = 0
    agrees: bool = False
    for sequence: uint256 in range(segment.first, segment.last + 1, bound=batches.SEGMENT_ENTRIES_MAX):
        if sequence == unsafe_add(cursor, 1):
            fresh = at
            agrees = convert(head, uint256) & slots.U160 == kept
        length: uint256 = unsafe_add(convert(slice(msg.data, at, 32), uint256) >> 248, 1)
        following: uint256 = unsafe_add(at, length)
        if following > segment.end:
            return reasons.SEGMENT_FORM, head, fresh
        head = batches.advance(head, at, length)
        at = following
    if at != segment.end:
        return reasons.SEGMENT_FORM, head, fresh
    digest: bytes32 = typed_data.journal(domain, segment.terminal, segment.last, head)
    if typed_data.recover(digest, segment.signature) != segment.terminal:
        return reasons.JOURNAL_SIGNATURE, head, fresh
    if not agrees:
        return reasons.FORK, head, fresh
    return reasons.PAID, head, fresh


@internal
def _judge(domain: bytes32, segment: batches.Segment, terminal: uint256, first: uint256, body: uint256):
    """
    @dev Every entry ends in exactly one of three ways: paid from its budget, drawn from the terminal's slice, or
         rejected. What a programme's rules come to is worked out once for the entries that follow each other in it.
    """
    shop: uint256 = terminal & slots.U32
    programme: uint256 = 0
    account_key: uint256 = 0
    account: uint256 = 0
    rules: uint256 = 0
    opens: uint256 = 0
    closes: uint256 = 0
    floor_limit: uint256 = 0
    revoked: bool = False
    at: uint256 = body
    for sequence: uint256 in range(first, segment.last + 1, bound=batches.SEGMENT_ENTRIES_MAX):
        # length u8 | kind u8 | programme u32 | amount u32 | time u40 ...
        entry: uint256 = convert(slice(msg.data, at, 32), uint256)
        here: uint256 = at
        at = unsafe_add(at, unsafe_add(entry >> 248, 1))
        if entry >> 240 != batches.PAYMENT_FORM:
            self._reject(segment.terminal, sequence, reasons.FORM)
            continue
        amount: uint256 = entry >> 176 & slots.U32
        time: uint256 = entry >> 136 & slots.U40

        if entry >> 208 & slots.U32 != programme:
            if account_key != 0:
                self.accounts[account_key] = account
            programme = entry >> 208 & slots.U32
            account_key = programme << 32 | shop
            account = self.accounts[account_key]
            rules = self.rules[programme]
            opens, closes, floor_limit = self._window(rules, account)
            revoked = False
            if terminal & slots.TERMINAL_REVOKED_SOMEWHERE != 0:
                revoked = self.slices[programme][segment.terminal].revoked

        digest: bytes32 = typed_data.payment(domain, segment.terminal, sequence, programme, amount, time)
        signature_at: uint256 = unsafe_add(here, batches.PAYMENT_SIGNATURE_AT)
        signer: address = typed_data.recover(digest, slice(msg.data, signature_at, typed_data.SIGNATURE_BYTES))
        if signer == empty(address):
            self._reject(segment.terminal, sequence, reasons.SIGNATURE)
            continue
        if amount == 0:
            self._reject(segment.terminal, sequence, reasons.AMOUNT_ZERO)
            continue
        if revoked:
            self._reject(segment.terminal, sequence, reasons.TERMINAL_REVOKED)
            continue

        key: uint256 = programme << 160 | convert(signer, uint256)
        budget: uint256 = self.budgets[key]
        if (
            budget & slots.BUDGET_STATUS == slots.BUDGET_KNOWN
            and amount <= budget & slots.U32
            and amount <= floor_limit
            and time >= opens
            and time <= closes
        ):
            self.budgets[key] = slots.spend(budget, amount)
            account = unsafe_add(account, amount)
        else:
            account = unsafe_add(
                account, self._draw(segment.terminal, sequence, programme, signer, amount, time, rules, account)
            )
    if account_key != 0:
        self.accounts[account_key] = account


@internal
@view
def _window(rules: uint256, account: uint256) -> (uint256, uint256, uint256):
    """
    @dev What a plainly valid payment must keep to: from, until, and how much. Nothing keeps to the empty window.
    """
    if rules & slots.RULES_STATUS != slots.RULES_EXIST or account & slots.ACCOUNT_ADMITTED == 0:
        return 1, 0, 0
    closes: uint256 = min(rules >> slots.RULES_ENDS & slots.U40, block.timestamp + CLOCK_TOLERANCE)
    return rules & slots.U40, closes, rules >> slots.RULES_FLOOR & slots.U32


@internal
def _draw(
    terminal: address,
    sequence: uint256,
    programme: uint256,
    signer: address,
    amount: uint256,
    time: uint256,
    rules: uint256,
    account: uint256,
) -> uint256:
    """
    @dev Pay from the terminal's slice what the budget does not validly cover. What the budget still holds of it goes
         to the reserve: the sponsor paid once, out of the slice. The approved sale is paid in full or rejected in full.
    @return The cents that the shop is credited: the amount, or 0 when the slice is too short.
    """
    key: uint256 = programme << 160 | convert(signer, uint256)
    budget: uint256 = self.budgets[key]
    left: uint256 = budget & slots.U32
    broken: uint256 = self._broken_rule(budget, rules, account, amount, time)
    covered: uint256 = left if broken == reasons.PAID else 0
    need: uint256 = amount - covered
    slice_left: uint256 = self.slices[programme][terminal].left
    if slice_left < need:
        self._reject(terminal, sequence, reasons.SLICE_SHORT)
        return 0

    taken: uint256 = min(left, amount)
    drawn: uint256 = min((budget >> slots.BUDGET_DRAWN & slots.U32) + amount - taken, slots.U32)
    self.slices[programme][terminal].left = slice_left - need
    if broken != reasons.PAID:
        self.reserves[programme] += taken
    self.budgets[key] = slots.spend(budget, taken) & ~(slots.U32 << slots.BUDGET_DRAWN) | drawn << slots.BUDGET_DRAWN

    short: bool = left < amount and (broken == reasons.PAID or broken > reasons.BUDGET_SHORT)
    log Drawn(
        terminal=terminal,
        programme=convert(programme, uint32),
        pass_address=signer,
        sequence=convert(sequence, uint32),
        amount=convert(amount, uint32),
        from_slice=convert(need, uint32),
        from_budget=convert(taken, uint32),
        reason=convert(reasons.BUDGET_SHORT if short else broken, uint8),
    )
    return amount


@internal
@view
def _broken_rule(budget: uint256, rules: uint256, account: uint256, amount: uint256, time: uint256) -> uint256:
    """
    @dev The first rule that the payment breaks, in the order of the reason codes, whatever the budget holds; or PAID.
    """
    if budget & slots.BUDGET_KNOWN == 0:
        return reasons.PASS_UNKNOWN
    if budget & slots.BUDGET_BLOCKED != 0:
        return reasons.PASS_BLOCKED
    if rules & slots.RULES_PAUSED != 0:
        return reasons.PROGRAMME_PAUSED
    if time < rules & slots.U40:
        return reasons.PERIOD_NOT_BEGUN
    if time > rules >> slots.RULES_ENDS & slots.U40:
        return reasons.PERIOD_OVER
    if account & slots.ACCOUNT_ADMITTED == 0:
        return reasons.SHOP_NOT_ADMITTED
    if amount > rules >> slots.RULES_FLOOR & slots.U32:
        return reasons.ABOVE_FLOOR_LIMIT
    if time > block.timestamp + CLOCK_TOLERANCE:
        return reasons.CLOCK_AHEAD
    return reasons.PAID


@internal
def _reject(terminal: address, sequence: uint256, reason: uint256):
    log Rejected(terminal=terminal, sequence=convert(sequence, uint32), reason=convert(reason, uint8))


@internal
def _refuse(segment: batches.Segment, reason: uint256):
    log SegmentRefused(
        terminal=segment.terminal, first=convert(segment.first, uint32), reason=convert(reason, uint8)
    )


# --------------------------------------------------------------------------------------------------- views

@external
@view
def domain_separator() -> bytes32:
    """
    @notice What binds every signature to this contract on this chain (EIP-712).
    @return The domain separator.
    """
    return self._domain_separator()


@external
@view
def checkpoint(terminal: address, programmes: DynArray[uint32, CHECKPOINT_PROGRAMMES_MAX]) -> Checkpoint:
    """
    @notice What a terminal can know for certain, all of one block.
    @param terminal The terminal's address; an unknown one has shop 0.
    @param programmes Whose slices it asks for.
    @return Chain and block, the terminal's shop, sequence and head, and its slices in cents, 0 where revoked.
    """
    state: Terminal = self._terminal(terminal)
    slices: DynArray[uint256, CHECKPOINT_PROGRAMMES_MAX] = []
    for programme: uint32 in programmes:
        slices.append(self.slices[convert(programme, uint256)][terminal].left)
    return Checkpoint(
        chain_id=chain.id,
        network=network,
        block_number=block.number,
        block_time=block.timestamp,
        shop=state.shop,
        sequence=state.sequence,
        head=state.head,
        slices=slices,
    )


@external
@view
def sponsor(sponsor_id: uint32) -> Sponsor:
    """
    @notice Who acts for a sponsor.
    @param sponsor_id The sponsor's id, from 1.
    @return Its admin; no address when it is unknown.
    """
    return self.sponsors[sponsor_id]


@external
@view
def shop(shop_id: uint32) -> Shop:
    """
    @notice What is known of a shop.
    @param shop_id The shop's id, from 1.
    @return Who registered it, and where it is paid out to.
    """
    return self.shops[shop_id]


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
        offline_window=terms.offline_window,
        paused=rules & slots.RULES_PAUSED != 0,
    )


@external
@view
def terminal(terminal_address: address) -> Terminal:
    """
    @notice How far a terminal's journal is settled.
    @param terminal_address The terminal's address.
    @return Its shop (0 when it is unknown), and the sequence and head of its last settled entry.
    """
    return self._terminal(terminal_address)


@external
@view
def budget(programme: uint32, pass_address: address) -> Budget:
    """
    @notice What a pass has in a programme, in cents.
    @param programme The programme's id.
    @param pass_address The pass.
    @return What is left and spent, what slices paid in its place, and whether it is blocked or known at all.
    """
    packed: uint256 = self.budgets[slots.budget_key(programme, pass_address)]
    return Budget(
        left=convert(packed & slots.U32, uint32),
        spent=convert(packed >> slots.BUDGET_SPENT & slots.U32, uint32),
        drawn=convert(packed >> slots.BUDGET_DRAWN & slots.U32, uint32),
        blocked=packed & slots.BUDGET_BLOCKED != 0,
        known=packed & slots.BUDGET_KNOWN != 0,
    )


@external
@view
def slice_of(programme: uint32, terminal: address) -> Slice:
    """
    @notice What a programme set apart for what a terminal approves.
    @param programme The programme's id.
    @param terminal The terminal's address.
    @return What is left of it in cents, and whether the programme revoked the terminal.
    """
    return self.slices[convert(programme, uint256)][terminal]


@external
@view
def credit(programme: uint32, shop: uint32) -> uint256:
    """
    @notice What a programme owes a shop.
    @param programme The programme's id.
    @param shop The shop's id.
    @return Cents.
    """
    return self.accounts[slots.account_key(programme, shop)] & slots.U64


@external
@view
def is_admitted(programme: uint32, shop: uint32) -> bool:
    """
    @notice Whether budgets of a programme can be spent at a shop.
    @param programme The programme's id.
    @param shop The shop's id.
    @return Whether it takes part.
    """
    return self.accounts[slots.account_key(programme, shop)] & slots.ACCOUNT_ADMITTED != 0


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
def _calling_sponsor() -> uint32:
    sponsor: uint32 = self.sponsor_of[msg.sender]
    assert sponsor != 0, "sponsor: only a sponsor"
    return sponsor


@internal
@view
def _only_sponsor_of(programme: uint32):
    sponsor: uint32 = self.terms[programme].sponsor
    assert sponsor != 0, "programme: unknown"
    assert self.sponsors[sponsor].admin == msg.sender, "programme: of another sponsor"


@internal
def _set_rules(programme: uint32, begins: uint40, ends: uint40, floor_limit: uint32, status: uint256):
    assert begins <= ends, "programme: ends before it begins"
    self.rules[convert(programme, uint256)] = slots.rules(begins, ends, floor_limit, status)


@internal
def _grant_one(programme: uint32, pass_address: address, amount: uint32):
    assert pass_address != empty(address), "grant: no address"
    assert amount > 0, "grant: no amount"
    key: uint256 = slots.budget_key(programme, pass_address)
    budget: uint256 = self.budgets[key]
    ever: uint256 = (budget & slots.U32) + (budget >> slots.BUDGET_SPENT & slots.U32) + convert(amount, uint256)
    assert ever <= slots.U32, "grant: more than a budget can hold"
    budget = budget + convert(amount, uint256) | slots.BUDGET_KNOWN
    self.budgets[key] = budget
    log Granted(
        programme=programme, pass_address=pass_address, amount=amount, left=convert(budget & slots.U32, uint32)
    )


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


@internal
@view
def _domain_separator() -> bytes32:
    return DOMAIN_SEPARATOR if chain.id == CHAIN_ID else typed_data.domain_separator()


@internal
@view
def _terminal(terminal: address) -> Terminal:
    packed: uint256 = self.terminals[terminal]
    return Terminal(
        shop=convert(packed & slots.U32, uint32),
        sequence=convert(packed >> slots.TERMINAL_SEQUENCE & slots.U32, uint32),
        head=slots.kept(convert(packed >> slots.TERMINAL_HEAD, bytes32)),
    )
