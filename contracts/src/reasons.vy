# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Reasons
@license EUPL-1.2
@notice The numbers under which the contract says no. contracts/wire/reasons.py is the table; a test holds these to it.
"""

PAID: constant(uint256) = 0

# Drawn: approved, not plainly valid when judged, paid from the terminal's slice.
PASS_UNKNOWN: constant(uint256) = 1
PASS_BLOCKED: constant(uint256) = 2
PROGRAMME_PAUSED: constant(uint256) = 3
PERIOD_NOT_BEGUN: constant(uint256) = 4
PERIOD_OVER: constant(uint256) = 5
SHOP_NOT_ADMITTED: constant(uint256) = 6
ABOVE_FLOOR_LIMIT: constant(uint256) = 7
BUDGET_SHORT: constant(uint256) = 8
CLOCK_AHEAD: constant(uint256) = 9
DAY_LIMIT: constant(uint256) = 10
PHONE_CODE_EXPIRED: constant(uint256) = 11
PHONE_CODE_CEILING: constant(uint256) = 12
PHONE_CODE_USED: constant(uint256) = 13

# Rejected: consumed, not paid. An honest terminal can always avoid these.
FORM: constant(uint256) = 32
SIGNATURE: constant(uint256) = 33
AMOUNT_ZERO: constant(uint256) = 34
SLICE_SHORT: constant(uint256) = 35
TERMINAL_REVOKED: constant(uint256) = 36
ASK_TOO_LATE: constant(uint256) = 38
TERMINAL_RETIRED: constant(uint256) = 39
ASK: constant(uint256) = 40  # and the number of the rule that an ask breaks
REFUND_SALE: constant(uint256) = 54
REFUND_TOO_MUCH: constant(uint256) = 55

# A segment refused: nothing is consumed, the right bytes may come later.
SEGMENT_FORM: constant(uint256) = 64
TERMINAL_UNKNOWN: constant(uint256) = 65
JOURNAL_SIGNATURE: constant(uint256) = 66
GAP: constant(uint256) = 67
FORK: constant(uint256) = 68
NOTHING_NEW: constant(uint256) = 69
