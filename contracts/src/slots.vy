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
    account    credit u64 | status u8

    Of a budget the day and the phone code, of rules the day limit and the categories, have their place and no use yet.
"""

U32: constant(uint256) = 2**32 - 1
U40: constant(uint256) = 2**40 - 1
U64: constant(uint256) = 2**64 - 1
U160: constant(uint256) = 2**160 - 1

TERMINAL_SEQUENCE: constant(uint256) = 32
TERMINAL_HEAD: constant(uint256) = 72
TERMINAL_REVOKED_SOMEWHERE: constant(uint256) = 1 << 64  # one of its slices says by whom

BUDGET_SPENT: constant(uint256) = 32
BUDGET_DRAWN: constant(uint256) = 64
BUDGET_KNOWN: constant(uint256) = 1 << 144
BUDGET_BLOCKED: constant(uint256) = 1 << 145
BUDGET_STATUS: constant(uint256) = BUDGET_KNOWN | BUDGET_BLOCKED

RULES_ENDS: constant(uint256) = 40
RULES_FLOOR: constant(uint256) = 80
RULES_EXIST: constant(uint256) = 1 << 144
RULES_PAUSED: constant(uint256) = 1 << 145
RULES_STATUS: constant(uint256) = RULES_EXIST | RULES_PAUSED

ACCOUNT_ADMITTED: constant(uint256) = 1 << 64
ACCOUNT_USED: constant(uint256) = 1 << 65  # keeps the slot from zero after a payout: the next credit costs 17,100 less


@internal
@pure
def account_key(programme: uint32, shop: uint32) -> uint256:
    return convert(programme, uint256) << 32 | convert(shop, uint256)


@internal
@pure
def budget_key(programme: uint32, pass_address: address) -> uint256:
    return convert(programme, uint256) << 160 | convert(pass_address, uint256)


@internal
@pure
def terminal(shop: uint256, sequence: uint256, head: bytes32) -> uint256:
    return shop | sequence << TERMINAL_SEQUENCE | (convert(head, uint256) & U160) << TERMINAL_HEAD


@internal
@pure
def rules(begins: uint40, ends: uint40, floor_limit: uint32, status: uint256) -> uint256:
    return (
        convert(begins, uint256)
        | convert(ends, uint256) << RULES_ENDS
        | convert(floor_limit, uint256) << RULES_FLOOR
        | status
    )


@internal
@pure
def spend(budget: uint256, amount: uint256) -> uint256:
    """
    @dev From left to spent. The caller has seen that left covers it; left and spent together never exceed 32 bits.
    """
    return unsafe_add(unsafe_sub(budget, amount), amount << BUDGET_SPENT)


@internal
@pure
def kept(head: bytes32) -> bytes20:
    """
    @dev The low 160 bits of a head: with them, a terminal fits in one slot.
    """
    return convert(convert(convert(head, uint256) & U160, address), bytes20)


@internal
@pure
def with_flag(packed: uint256, flag: uint256, raised: bool) -> uint256:
    return packed | flag if raised else packed & ~flag
