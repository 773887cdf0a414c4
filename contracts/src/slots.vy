# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Slots
@license EUPL-1.2
@notice How what `settle` reads and writes is packed, one slot for each thing, from the lowest bit upwards.

    terminal   shop u32 | sequence u32 | status u8 | head u160
    budget     left u32 | spent u32 | drawn u32 | spent today u32 | day u16 | status u8 | phone counter u32 | window u64
    rules      begins u40 | ends u40 | floor limit u32 | day limit u32 | status u8 | categories u64
    account    credit u64 | status u8 | category u8 | owed u64 | first u32 | next u32 | taken u48
    repayment  pass u160 | to the reserve u32 | to the budget u32
    order      amount u32 | until u40

    A delegation is one word too, as it lies in an entry: counter u32 | expiry u40 | ceiling u32 | is one u8.
"""

U8: constant(uint256) = 2**8 - 1
U16: constant(uint256) = 2**16 - 1
U32: constant(uint256) = 2**32 - 1
U40: constant(uint256) = 2**40 - 1
U64: constant(uint256) = 2**64 - 1
U160: constant(uint256) = 2**160 - 1

TERMINAL_SEQUENCE: constant(uint256) = 32
TERMINAL_HEAD: constant(uint256) = 72
TERMINAL_REVOKED_SOMEWHERE: constant(uint256) = 1 << 64  # one of its slices says by whom
TERMINAL_RETIRED: constant(uint256) = 1 << 65
TERMINAL_STATUS: constant(uint256) = TERMINAL_REVOKED_SOMEWHERE | TERMINAL_RETIRED

BUDGET_SPENT: constant(uint256) = 32
BUDGET_DRAWN: constant(uint256) = 64
BUDGET_TODAY: constant(uint256) = 96
BUDGET_DAY: constant(uint256) = 128
BUDGET_KNOWN: constant(uint256) = 1 << 144
BUDGET_BLOCKED: constant(uint256) = 1 << 145
BUDGET_REPLACED: constant(uint256) = 1 << 146
BUDGET_STATUS: constant(uint256) = BUDGET_KNOWN | BUDGET_BLOCKED
BUDGET_COUNTER: constant(uint256) = 152
BUDGET_WINDOW: constant(uint256) = 184
BUDGET_PHONE: constant(uint256) = U32 << BUDGET_COUNTER | U64 << BUDGET_WINDOW
BUDGET_TODAY_AND_DAY: constant(uint256) = U32 << BUDGET_TODAY | U16 << BUDGET_DAY

RULES_ENDS: constant(uint256) = 40
RULES_FLOOR: constant(uint256) = 80
RULES_DAY_LIMIT: constant(uint256) = 112
RULES_EXIST: constant(uint256) = 1 << 144
RULES_PAUSED: constant(uint256) = 1 << 145
RULES_CLOSED: constant(uint256) = 1 << 146
RULES_STATUS: constant(uint256) = RULES_EXIST | RULES_PAUSED | RULES_CLOSED
RULES_CATEGORIES: constant(uint256) = 152

ACCOUNT_ADMITTED: constant(uint256) = 1 << 64
ACCOUNT_EXCLUDED: constant(uint256) = 1 << 65
ACCOUNT_USED: constant(uint256) = 1 << 66  # keeps the slot from zero after a payout: the next credit costs 17,100 less
ACCOUNT_CATEGORY: constant(uint256) = 72
ACCOUNT_PLACE: constant(uint256) = ACCOUNT_ADMITTED | ACCOUNT_EXCLUDED | U8 << ACCOUNT_CATEGORY
ACCOUNT_OWED: constant(uint256) = 80
ACCOUNT_FIRST: constant(uint256) = 144
ACCOUNT_NEXT: constant(uint256) = 176
ACCOUNT_TAKEN: constant(uint256) = 208  # what entries brought the shop here, less its refunds: no refund is beyond it
ACCOUNT_CENT: constant(uint256) = 1 | 1 << ACCOUNT_TAKEN  # that an entry brings: credit, and taken

REPAYMENT_TO_RESERVE: constant(uint256) = 160
REPAYMENT_TO_BUDGET: constant(uint256) = 192

ORDER_UNTIL: constant(uint256) = 32

DELEGATION_EXPIRY: constant(uint256) = 32
DELEGATION_CEILING: constant(uint256) = 72
DELEGATION_IS_ONE: constant(uint256) = 1 << 104

WINDOW_COUNTERS: constant(uint256) = 64


# -------------------------------------------------------------------------------------------------- keys

@internal
@pure
def account_key(programme: uint32, shop: uint32) -> uint256:
    return convert(programme, uint256) << 32 | convert(shop, uint256)


@internal
@pure
def budget_key(programme: uint32, pass_address: address) -> uint256:
    return convert(programme, uint256) << 160 | convert(pass_address, uint256)


# -------------------------------------------------------------------------------------- terminals and rules

@internal
@pure
def terminal(shop: uint256, sequence: uint256, head: bytes32) -> uint256:
    return shop | sequence << TERMINAL_SEQUENCE | (convert(head, uint256) & U160) << TERMINAL_HEAD


@internal
@pure
def kept(head: bytes32) -> bytes20:
    """
    @dev The low 160 bits of a head: with them, a terminal fits in one slot.
    """
    return convert(convert(convert(head, uint256) & U160, address), bytes20)


@internal
@pure
def rules(
    begins: uint40, ends: uint40, floor_limit: uint32, day_limit: uint32, categories: uint64, status: uint256
) -> uint256:
    return (
        convert(begins, uint256)
        | convert(ends, uint256) << RULES_ENDS
        | convert(floor_limit, uint256) << RULES_FLOOR
        | convert(day_limit, uint256) << RULES_DAY_LIMIT
        | convert(categories, uint256) << RULES_CATEGORIES
        | status
    )


@internal
@pure
def is_admitted(rules_: uint256, account: uint256) -> bool:
    """
    @dev Whether a shop takes part in a programme: excluded never, else by name or by its category. Category 0 is none.
    """
    if account & ACCOUNT_EXCLUDED != 0:
        return False
    if account & ACCOUNT_ADMITTED != 0:
        return True
    return rules_ >> (RULES_CATEGORIES + (account >> ACCOUNT_CATEGORY & U8)) & 1 != 0


@internal
@pure
def with_flag(packed: uint256, flag: uint256, raised: bool) -> uint256:
    return packed | flag if raised else packed & ~flag


# ------------------------------------------------------------------------------------------------- budgets

@internal
@pure
def spend(budget: uint256, amount: uint256, day: uint256, today: uint256) -> uint256:
    """
    @dev From left to spent. The caller has seen that left covers it, and that today has 32 bits; left and spent
         together never exceed 32 bits.
    """
    moved: uint256 = unsafe_add(unsafe_sub(budget, amount), amount << BUDGET_SPENT)
    return moved & ~BUDGET_TODAY_AND_DAY | today << BUDGET_TODAY | day << BUDGET_DAY


@internal
@pure
def unspend(budget: uint256, drawn: uint256, spent: uint256) -> uint256:
    """
    @dev A sale is undone, and its money is on its way. The caller has seen that both are there.
    """
    return budget - (drawn << BUDGET_DRAWN) - (spent << BUDGET_SPENT)


@internal
@pure
def give_back(budget: uint256, amount: uint256) -> uint256:
    """
    @dev The money of a refund arrives, and is not spent today. The caller has seen that there is room for it.
    """
    return budget + amount - (min(budget >> BUDGET_TODAY & U32, amount) << BUDGET_TODAY)


@internal
@pure
def with_drawn(budget: uint256, more: uint256) -> uint256:
    """
    @dev The mark of what slices paid for this pass.
    """
    drawn: uint256 = min((budget >> BUDGET_DRAWN & U32) + more, U32)
    return budget & ~(U32 << BUDGET_DRAWN) | drawn << BUDGET_DRAWN


@internal
@pure
def set_aside(budget: uint256, amount: uint256, day: uint256, today: uint256) -> uint256:
    """
    @dev From left to an order. The caller has seen that left covers it, and that today has 32 bits.
    """
    return budget - amount & ~BUDGET_TODAY_AND_DAY | today << BUDGET_TODAY | day << BUDGET_DAY


@internal
@pure
def hand_over(budget: uint256, amount: uint256) -> uint256:
    """
    @dev From an order to spent. It was no part of left, so grants may have taken its room: then the mark stays short,
         as left and spent together never exceed 32 bits.
    """
    room: uint256 = U32 - (budget & U32) - (budget >> BUDGET_SPENT & U32)
    return budget + (min(amount, room) << BUDGET_SPENT)


# --------------------------------------------------------------------------------------------- phone codes

@internal
@pure
def is_unused(budget: uint256, delegation: uint256) -> bool:
    """
    @dev Whether this counter is beyond the newest one, or less than 64 behind it and not marked (as RFC 4303, 3.4.3).
    """
    newest: uint256 = budget >> BUDGET_COUNTER & U32
    counter: uint256 = delegation & U32
    if counter > newest:
        return True
    behind: uint256 = newest - counter
    return behind < WINDOW_COUNTERS and budget >> (BUDGET_WINDOW + behind) & 1 == 0


@internal
@pure
def use(budget: uint256, delegation: uint256) -> uint256:
    """
    @dev Mark an unused counter.
    """
    newest: uint256 = budget >> BUDGET_COUNTER & U32
    window: uint256 = budget >> BUDGET_WINDOW
    counter: uint256 = delegation & U32
    if counter > newest:
        ahead: uint256 = counter - newest
        window = (window << ahead if ahead < WINDOW_COUNTERS else 0) & U64 | 1
        newest = counter
    else:
        window = window | 1 << (newest - counter)
    return budget & ~BUDGET_PHONE | newest << BUDGET_COUNTER | window << BUDGET_WINDOW
