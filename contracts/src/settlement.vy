# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Settlement
@license EUPL-1.2
@notice Reads journals, and judges every entry. Read `_judge` first: it says what happens to one payment.
@dev `settle` makes no external call, and nothing in a batch reverts it.
"""

import batches
import domain
import orders
import passes
import programmes
import reasons
import shops
import slots
import terminals
import typed_data

uses: domain
uses: orders
uses: passes
uses: programmes
uses: shops
uses: terminals

# Entries first .. last are consumed. A payment among them was paid from its budget, unless Drawn or Rejected says more.
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

# From the budget, or from what was set aside for this shop: then that is the amount, else 0.
event AskPaid:
    terminal: indexed(address)
    programme: indexed(uint32)
    pass_address: indexed(address)
    sequence: uint32
    amount: uint32
    set_aside: uint32

# Of the amount, `drawn` repays what slices paid for the pass, and `owed` did not move yet.
event Refunded:
    terminal: indexed(address)
    programme: indexed(uint32)
    pass_address: indexed(address)
    sequence: uint32
    amount: uint32
    drawn: uint32
    owed: uint32

event TerminalRetired:
    terminal: indexed(address)
    sequence: uint32

event SegmentRefused:
    terminal: indexed(address)
    first: uint32
    reason: uint8

CLOCK_TOLERANCE: constant(uint256) = 900  # seconds that an entry may be ahead of the block that judges it
DAY: constant(uint256) = 86_400
LATE_DAYS: constant(uint256) = 7  # an older entry counts for this day: or old days would be limits that nobody used

# What a plainly valid payment must keep to, as far as it is the same for all of a segment's payments in a programme.
struct Bounds:
    opens: uint256
    closes: uint256
    floor_limit: uint256
    day_limit: uint256

# Who pays how much by an entry.
struct Claim:
    terminal: address
    sequence: uint256
    programme: uint256
    holder: address
    amount: uint256
    time: uint256
    delegation: uint256


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
    separator: bytes32 = domain._separator()
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
        self._settle_segment(separator, segment)
        at = segment.end


@internal
def _settle_segment(separator: bytes32, segment: batches.Segment):
    terminal: uint256 = terminals.terminals[segment.terminal]
    cursor: uint256 = terminal >> slots.TERMINAL_SEQUENCE & slots.U32
    refusal: uint256 = self._misplaced(segment, terminal, cursor)
    if refusal != reasons.PAID:
        self._refuse(segment, refusal)
        return

    head: bytes32 = empty(bytes32)
    body: uint256 = 0
    refusal, head, body = self._follow(separator, segment, terminal >> slots.TERMINAL_HEAD, cursor)
    if refusal != reasons.PAID:
        self._refuse(segment, refusal)
        return

    status: uint256 = self._judge(separator, segment, terminal, cursor + 1, body)
    terminals.terminals[segment.terminal] = slots.terminal(terminal & slots.U32, segment.last, head) | status
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
def _follow(
    separator: bytes32, segment: batches.Segment, kept: uint256, cursor: uint256
) -> (uint256, bytes32, uint256):
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
        if length == batches.PAYMENT_BYTES:
            head = keccak256(concat(head, slice(msg.data, at, batches.PAYMENT_BYTES)))
        else:
            head = batches.advance(head, at, length)
        at = following
    if at != segment.end:
        return reasons.SEGMENT_FORM, head, fresh
    digest: bytes32 = typed_data.journal(separator, segment.terminal, segment.last, head)
    if typed_data.signer_of(digest, segment.signature_at) != segment.terminal:
        return reasons.JOURNAL_SIGNATURE, head, fresh
    if not agrees:
        return reasons.FORK, head, fresh
    return reasons.PAID, head, fresh


@internal
def _judge(separator: bytes32, segment: batches.Segment, terminal: uint256, first: uint256, body: uint256) -> uint256:
    """
    @dev A payment ends in exactly one of three ways: paid from its budget, drawn from the terminal's slice, or
         rejected. What a programme's rules come to is worked out once for the entries that follow each other in it.
         What a payment by a letter or card needs is written out here, as a call costs it 70 gas; `_day` says what the
         lines about days mean.
    @return The terminal's status from now on.
    """
    status: uint256 = terminal & slots.TERMINAL_STATUS
    programme: uint256 = 0
    account_key: uint256 = 0
    account: uint256 = 0
    rules: uint256 = 0
    bounds: Bounds = empty(Bounds)
    revoked: bool = False
    earliest: uint256 = unsafe_sub(unsafe_div(block.timestamp, DAY), LATE_DAYS)
    at: uint256 = body
    for sequence: uint256 in range(first, segment.last + 1, bound=batches.SEGMENT_ENTRIES_MAX):
        entry: uint256 = convert(slice(msg.data, at, 32), uint256)
        here: uint256 = at
        at = unsafe_add(at, unsafe_add(entry >> 248, 1))
        form: uint256 = entry >> 240
        if form != batches.PAYMENT and not batches.is_known(form):
            self._reject(segment.terminal, sequence, reasons.FORM)
            continue
        if status & slots.TERMINAL_RETIRED != 0:
            self._reject(segment.terminal, sequence, reasons.TERMINAL_RETIRED)
            continue
        if form == batches.RETIRE:
            status |= slots.TERMINAL_RETIRED
            log TerminalRetired(terminal=segment.terminal, sequence=convert(sequence, uint32))
            continue

        if entry >> 208 & slots.U32 != programme:
            if account_key != 0:
                self._keep(account_key, account)
            programme = entry >> 208 & slots.U32
            account_key = programme << 32 | terminal & slots.U32
            account = shops.accounts[account_key]
            rules = programmes.rules[programme]
            bounds = self._bounds(rules, account)
            revoked = False
            if status & slots.TERMINAL_REVOKED_SOMEWHERE != 0:
                revoked = terminals.slices[programme][segment.terminal].revoked

        amount: uint256 = entry >> 176 & slots.U32
        time: uint256 = entry >> 136 & slots.U40
        holder: address = empty(address)
        delegation: uint256 = 0
        if form == batches.PAYMENT:
            content: bytes32 = keccak256(
                abi_encode(typed_data.PAYMENT_TYPE, segment.terminal, sequence, programme, amount, time)
            )
            digest: bytes32 = keccak256(concat(0x1901, separator, content))
            holder = typed_data.signer_of(digest, unsafe_add(here, batches.CONTENT_AT))
        elif form == batches.REFUND:
            account = self._refund(segment.terminal, sequence, account_key, amount, here, account, revoked)
            continue
        else:
            holder, delegation = self._holder(separator, segment.terminal, sequence, entry, here)
            if batches.is_ask(form):
                ask: Claim = Claim(
                    terminal=segment.terminal,
                    sequence=sequence,
                    programme=programme,
                    holder=holder,
                    amount=amount,
                    time=block.timestamp,
                    delegation=delegation,
                )
                refused: uint256 = self._unaskable(ask, here, revoked)
                paid: uint256 = self._ask(ask, refused, rules, account_key, account)
                account = unsafe_add(account, unsafe_mul(paid, slots.ACCOUNT_CENT))
                continue
        if holder == empty(address):
            self._reject(segment.terminal, sequence, reasons.SIGNATURE)
            continue
        if amount == 0:
            self._reject(segment.terminal, sequence, reasons.AMOUNT_ZERO)
            continue
        if revoked:
            self._reject(segment.terminal, sequence, reasons.TERMINAL_REVOKED)
            continue

        key: uint256 = programme << 160 | convert(holder, uint256)
        budget: uint256 = passes.budgets[key]
        day: uint256 = unsafe_div(time, DAY)
        if day < earliest:
            day = earliest
        today: uint256 = amount
        kept: uint256 = budget >> slots.BUDGET_DAY & slots.U16
        if day <= kept:
            day = kept
            today = unsafe_add(amount, budget >> slots.BUDGET_TODAY & slots.U32)
        if (
            budget & slots.BUDGET_STATUS == slots.BUDGET_KNOWN
            and amount <= budget & slots.U32
            and amount <= bounds.floor_limit
            and today <= bounds.day_limit
            and time >= bounds.opens
            and time <= bounds.closes
            and (delegation == 0 or self._misused(budget, delegation, amount, time) == reasons.PAID)
        ):
            budget = slots.spend(budget, amount, day, today)
            passes.budgets[key] = budget if delegation == 0 else slots.use(budget, delegation)
            account = unsafe_add(account, unsafe_mul(amount, slots.ACCOUNT_CENT))
        else:
            drawn: Claim = Claim(
                terminal=segment.terminal,
                sequence=sequence,
                programme=programme,
                holder=holder,
                amount=amount,
                time=time,
                delegation=delegation,
            )
            account = unsafe_add(account, unsafe_mul(self._draw(drawn, rules, account), slots.ACCOUNT_CENT))
    if account_key != 0:
        self._keep(account_key, account)
    return status


@internal
def _keep(account_key: uint256, account: uint256):
    """
    @dev A shop's account is written; what it owes for refunds comes out of the credit that came in.
    """
    kept: uint256 = account
    if account >> slots.ACCOUNT_OWED & slots.U64 != 0:
        kept = shops._repay(account_key, account)
    shops.accounts[account_key] = kept


@internal
@view
def _bounds(rules: uint256, account: uint256) -> Bounds:
    """
    @dev What plainly valid payments keep to here. Nothing keeps to the empty period.
    """
    if rules & slots.RULES_STATUS != slots.RULES_EXIST or not slots.is_admitted(rules, account):
        return Bounds(opens=1, closes=0, floor_limit=0, day_limit=0)
    return Bounds(
        opens=rules & slots.U40,
        closes=min(rules >> slots.RULES_ENDS & slots.U40, block.timestamp + CLOCK_TOLERANCE),
        floor_limit=rules >> slots.RULES_FLOOR & slots.U32,
        day_limit=rules >> slots.RULES_DAY_LIMIT & slots.U32,
    )


@internal
@view
def _day(budget: uint256, time: uint256, amount: uint256) -> (uint256, uint256):
    """
    @dev For which day the amount counts, and what the pass spends on that day with it. Days never go back: an entry
         that is handed in late counts for the newest day of its budget.
    """
    earliest: uint256 = unsafe_sub(unsafe_div(block.timestamp, DAY), LATE_DAYS)
    latest: uint256 = unsafe_div(unsafe_add(block.timestamp, CLOCK_TOLERANCE), DAY)
    day: uint256 = min(max(unsafe_div(time, DAY), earliest), latest)
    kept: uint256 = budget >> slots.BUDGET_DAY & slots.U16
    if day > kept:
        return day, amount
    return kept, unsafe_add(budget >> slots.BUDGET_TODAY & slots.U32, amount)


@internal
@view
def _spend(budget: uint256, time: uint256, amount: uint256) -> uint256:
    """
    @dev The budget after it spent this, on the day for which it counts. The caller has seen that left covers it.
    """
    day: uint256 = 0
    today: uint256 = 0
    day, today = self._day(budget, time, amount)
    return slots.spend(budget, amount, day, min(today, slots.U32))


@internal
@pure
def _misused(budget: uint256, delegation: uint256, amount: uint256, time: uint256) -> uint256:
    """
    @dev What a phone's code does not allow, or PAID.
    """
    if time > delegation >> slots.DELEGATION_EXPIRY & slots.U40:
        return reasons.PHONE_CODE_EXPIRED
    if amount > delegation >> slots.DELEGATION_CEILING & slots.U32:
        return reasons.PHONE_CODE_CEILING
    return reasons.PAID if slots.is_unused(budget, delegation) else reasons.PHONE_CODE_USED


@internal
@view
def _holder(
    separator: bytes32, terminal: address, sequence: uint256, entry: uint256, here: uint256
) -> (address, uint256):
    """
    @dev The pass that agreed to an ask, or by a phone's code, and that code; nobody when no pass did.
    """
    form: uint256 = entry >> 240
    programme: uint256 = entry >> 208 & slots.U32
    at: uint256 = here + batches.CONTENT_AT
    digest: bytes32 = empty(bytes32)
    delegation: uint256 = 0
    if form == batches.ASK:
        deadline: uint256 = batches.number(at, batches.DEADLINE_BYTES)
        amount: uint256 = entry >> 176 & slots.U32
        digest = typed_data.ask(separator, terminal, sequence, programme, amount, entry >> 136 & slots.U40, deadline)
        at += batches.DEADLINE_BYTES
    else:
        if form == batches.PHONE_ASK:
            at += batches.DEADLINE_BYTES
        delegation = batches.number(at, batches.DELEGATION_BYTES) | slots.DELEGATION_IS_ONE
        digest = typed_data.delegation(
            separator,
            programme,
            delegation >> slots.DELEGATION_CEILING & slots.U32,
            delegation >> slots.DELEGATION_EXPIRY & slots.U40,
            delegation & slots.U32,
        )
        at += batches.DELEGATION_BYTES
    return typed_data.signer_of(digest, at), delegation


@internal
def _draw(claim: Claim, rules: uint256, account: uint256) -> uint256:
    """
    @dev Pay from the terminal's slice what the budget does not validly cover. What the budget still holds of it goes
         to the reserve: the sponsor paid once, out of the slice. The approved sale is paid in full or rejected in full.
    @return The cents that the shop is credited: the amount, or 0 when the slice is too short.
    """
    key: uint256 = claim.programme << 160 | convert(claim.holder, uint256)
    budget: uint256 = passes.budgets[key]
    left: uint256 = budget & slots.U32
    broken: uint256 = self._broken_rule(claim, budget, rules, account, False)
    if claim.amount > rules >> slots.RULES_FLOOR & slots.U32 and self._is_first(reasons.ABOVE_FLOOR_LIMIT, broken):
        broken = reasons.ABOVE_FLOOR_LIMIT
    covered: uint256 = left if broken == reasons.PAID else 0
    need: uint256 = claim.amount - covered
    slice_left: uint256 = terminals.slices[claim.programme][claim.terminal].left
    if slice_left < need:
        self._reject(claim.terminal, claim.sequence, reasons.SLICE_SHORT)
        return 0

    taken: uint256 = min(left, claim.amount)
    terminals.slices[claim.programme][claim.terminal].left = slice_left - need
    if broken != reasons.PAID:
        programmes.reserves[claim.programme] += taken
    passes.budgets[key] = self._drawn_from(claim, budget, taken)

    short: bool = left < claim.amount and self._is_first(reasons.BUDGET_SHORT, broken)
    log Drawn(
        terminal=claim.terminal,
        programme=convert(claim.programme, uint32),
        pass_address=claim.holder,
        sequence=convert(claim.sequence, uint32),
        amount=convert(claim.amount, uint32),
        from_slice=convert(need, uint32),
        from_budget=convert(taken, uint32),
        reason=convert(reasons.BUDGET_SHORT if short else broken, uint8),
    )
    return claim.amount


@internal
@view
def _drawn_from(claim: Claim, budget: uint256, taken: uint256) -> uint256:
    """
    @dev The budget after a draw: what it held of the price is spent, the rest is marked, and a phone's code is used.
    """
    after: uint256 = slots.with_drawn(self._spend(budget, claim.time, taken), claim.amount - taken)
    if claim.delegation != 0 and slots.is_unused(budget, claim.delegation):
        after = slots.use(after, claim.delegation)
    return after


@internal
def _ask(claim: Claim, refused: uint256, rules: uint256, account_key: uint256, account: uint256) -> uint256:
    """
    @dev Approve now what nobody approved before: plainly valid at this block's time, whatever the floor limit says, or
         rejected. No slice is touched. What was set aside was counted then, and is no part of what is left.
    @return The cents that the shop is credited.
    """
    ordered: uint256 = orders._ready(account_key, claim.holder, claim.amount)
    reason: uint256 = refused
    if refused == reasons.PAID:
        reason = self._against(claim, rules, account, ordered != 0)
    terminals.asks[claim.terminal] = claim.sequence | reason << 32
    if reason != reasons.PAID:
        self._reject(claim.terminal, claim.sequence, reason)
        return 0
    key: uint256 = claim.programme << 160 | convert(claim.holder, uint256)
    budget: uint256 = passes.budgets[key]
    if ordered != 0:
        orders.orders[account_key][claim.holder] = 0
        budget = slots.hand_over(budget, ordered)
    else:
        budget = self._spend(budget, claim.time, claim.amount)
    passes.budgets[key] = budget if claim.delegation == 0 else slots.use(budget, claim.delegation)
    log AskPaid(
        terminal=claim.terminal,
        programme=convert(claim.programme, uint32),
        pass_address=claim.holder,
        sequence=convert(claim.sequence, uint32),
        amount=convert(claim.amount, uint32),
        set_aside=convert(ordered, uint32),
    )
    return claim.amount


@internal
@view
def _unaskable(claim: Claim, here: uint256, revoked: bool) -> uint256:
    """
    @dev Why an ask is rejected whatever the budget is, or PAID.
    """
    if claim.holder == empty(address):
        return reasons.SIGNATURE
    if claim.amount == 0:
        return reasons.AMOUNT_ZERO
    if revoked:
        return reasons.TERMINAL_REVOKED
    if block.timestamp > batches.number(here + batches.CONTENT_AT, batches.DEADLINE_BYTES):
        return reasons.ASK_TOO_LATE
    return reasons.PAID


@internal
@view
def _against(claim: Claim, rules: uint256, account: uint256, ordered: bool) -> uint256:
    """
    @dev Which rule an ask breaks, as the reason why it is rejected, or PAID.
    """
    budget: uint256 = passes.budgets[claim.programme << 160 | convert(claim.holder, uint256)]
    broken: uint256 = self._broken_rule(claim, budget, rules, account, ordered)
    if not ordered and claim.amount > budget & slots.U32 and self._is_first(reasons.BUDGET_SHORT, broken):
        broken = reasons.BUDGET_SHORT
    return reasons.PAID if broken == reasons.PAID else reasons.ASK + broken


@internal
@view
def _broken_rule(claim: Claim, budget: uint256, rules: uint256, account: uint256, ordered: bool) -> uint256:
    """
    @dev The first rule that a claim breaks, in the order of the reason codes, whatever the budget holds and the floor
         limit is; or PAID. What was ordered counted for the day on which it was set aside.
    """
    if budget & slots.BUDGET_KNOWN == 0:
        return reasons.PASS_UNKNOWN
    if budget & slots.BUDGET_BLOCKED != 0:
        return reasons.PASS_BLOCKED
    if rules & slots.RULES_PAUSED != 0:
        return reasons.PROGRAMME_PAUSED
    if claim.time < rules & slots.U40:
        return reasons.PERIOD_NOT_BEGUN
    if claim.time > rules >> slots.RULES_ENDS & slots.U40 or rules & slots.RULES_CLOSED != 0:
        return reasons.PERIOD_OVER
    if not slots.is_admitted(rules, account):
        return reasons.SHOP_NOT_ADMITTED
    if claim.time > block.timestamp + CLOCK_TOLERANCE:
        return reasons.CLOCK_AHEAD
    day: uint256 = 0
    today: uint256 = 0
    day, today = self._day(budget, claim.time, claim.amount)
    if not ordered and today > rules >> slots.RULES_DAY_LIMIT & slots.U32:
        return reasons.DAY_LIMIT
    return reasons.PAID if claim.delegation == 0 else self._misused(budget, claim.delegation, claim.amount, claim.time)


@internal
@pure
def _is_first(reason: uint256, broken: uint256) -> bool:
    """
    @dev Whether a broken rule is the one to name: the lowest code is.
    """
    return broken == reasons.PAID or reason < broken


@internal
def _refund(
    terminal: address,
    sequence: uint256,
    account_key: uint256,
    amount: uint256,
    here: uint256,
    account: uint256,
    revoked: bool,
) -> uint256:
    """
    @dev Undo an earlier sale of this shop: the pass's marks go back at once, the money as far as the shop's credit
         goes. It moves nothing but the shop's own credit, never more than the pass spent, nor than the shop took here.
    @return The account, which the caller writes.
    """
    programme: uint256 = account_key >> 32
    at: uint256 = here + batches.CONTENT_AT
    named: address = convert(batches.number(at, 20), address)
    holder: address = passes._current(programme, named)
    named_key: uint256 = programme << 160 | convert(named, uint256)
    key: uint256 = programme << 160 | convert(holder, uint256)
    budget: uint256 = passes.budgets[key]

    # What slices paid for a replaced pass since then is a mark on that one; all else went over to its successor.
    late: uint256 = 0
    if holder != named:
        late = min(passes.budgets[named_key] >> slots.BUDGET_DRAWN & slots.U32, amount)
    drawn: uint256 = min(budget >> slots.BUDGET_DRAWN & slots.U32, amount - late)
    spent: uint256 = amount - late - drawn

    reason: uint256 = reasons.PAID
    if amount == 0:
        reason = reasons.AMOUNT_ZERO
    elif revoked:
        reason = reasons.TERMINAL_REVOKED
    elif not self._is_earlier_sale(terminal, sequence, account_key & slots.U32, at + 20):
        reason = reasons.REFUND_SALE
    elif spent > budget >> slots.BUDGET_SPENT & slots.U32 or amount > account >> slots.ACCOUNT_TAKEN:
        reason = reasons.REFUND_TOO_MUCH
    if reason != reasons.PAID:
        self._reject(terminal, sequence, reason)
        return account

    if late > 0:
        passes.budgets[named_key] -= late << slots.BUDGET_DRAWN
    passes.budgets[key] = slots.unspend(budget, drawn, spent)
    owed: uint256 = account >> slots.ACCOUNT_OWED & slots.U64
    taken: uint256 = account - (amount << slots.ACCOUNT_TAKEN)
    after: uint256 = shops._give_back(account_key, taken, holder, late + drawn, spent)
    log Refunded(
        terminal=terminal,
        programme=convert(programme, uint32),
        pass_address=holder,
        sequence=convert(sequence, uint32),
        amount=convert(amount, uint32),
        drawn=convert(late + drawn, uint32),
        owed=convert((after >> slots.ACCOUNT_OWED & slots.U64) - owed, uint32),
    )
    return after


@internal
@view
def _is_earlier_sale(terminal: address, sequence: uint256, shop: uint256, at: uint256) -> bool:
    """
    @dev Whether the sale that a refund names is settled, or stands earlier in the same journal, and is of this shop.
    """
    sale_terminal: address = convert(batches.number(at, 20), address)
    sale: uint256 = batches.number(at + 20, 4)
    if sale == 0:
        return False
    if sale_terminal == terminal:
        return sale < sequence
    packed: uint256 = terminals.terminals[sale_terminal]
    return packed != 0 and packed & slots.U32 == shop and sale <= packed >> slots.TERMINAL_SEQUENCE & slots.U32


@internal
def _reject(terminal: address, sequence: uint256, reason: uint256):
    log Rejected(terminal=terminal, sequence=convert(sequence, uint32), reason=convert(reason, uint8))


@internal
def _refuse(segment: batches.Segment, reason: uint256):
    log SegmentRefused(
        terminal=segment.terminal, first=convert(segment.first, uint32), reason=convert(reason, uint8)
    )
