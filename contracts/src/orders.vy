# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Orders
@license EUPL-1.2
@notice Money of a budget that its pass had set aside for one shop: an ask there of exactly that amount is paid from it,
        and after its time it goes back. `settle` judges such an ask, in settlement.vy.
"""

import domain
import passes
import programmes
import shops
import slots
import sponsors
import typed_data

uses: domain
uses: passes
uses: programmes
uses: shops
uses: sponsors

struct Order:
    amount: uint32
    until: uint40

event SetAside:
    programme: indexed(uint32)
    shop: indexed(uint32)
    pass_address: indexed(address)
    amount: uint32
    until: uint40

# The pass is the one that signed; to_budget went to the budget of the pass that stands for it by then. What slices had
# paid for that one went to the reserve first.
event SetFree:
    programme: indexed(uint32)
    shop: indexed(uint32)
    pass_address: indexed(address)
    to_budget: uint32
    to_reserve: uint32

DAY: constant(uint256) = 86_400
SIGNED_AT: constant(uint256) = 4 + 5 * 32  # in set_aside's data, behind selector and numbers

orders: HashMap[uint256, HashMap[address, uint256]]  # account, pass; packed as slots.vy says
order_counted: public(HashMap[address, HashMap[bytes32, bool]])  # pass, digest: two passes may sign the same


@external
def set_aside(programme: uint32, shop: uint32, amount: uint32, until: uint40, number: uint64, signature: bytes32[2]):
    """
    @notice Keep an amount of a pass's budget for a shop. Anybody may send what the pass signed; it counts once.
    @dev It keeps to every rule for payments by the block's time but the floor limit, and counts for this day.
    @param programme Whose budget.
    @param shop A shop that takes part, for which nothing of this budget is set aside yet.
    @param amount How much, in cents.
    @param until The last second in which it can be handed over, not after the programme's end.
    @param number The pass's own for this order.
    @param signature The pass's, over the order: r, then s with its parity (EIP-2098).
    """
    digest: bytes32 = typed_data.order(domain._separator(), programme, shop, amount, until, number)
    holder: address = typed_data.signer_of(digest, SIGNED_AT)
    assert holder != empty(address), "order: no signature"
    assert not self.order_counted[holder][digest], "order: set aside before"
    assert amount > 0, "order: no amount"
    key: uint256 = slots.account_key(programme, shop)
    assert self.orders[key][holder] == 0, "order: another is open"
    rules: uint256 = programmes.rules[convert(programme, uint256)]
    self._require_open(rules, shops.accounts[key], convert(until, uint256))
    self.order_counted[holder][digest] = True
    self.orders[key][holder] = convert(amount, uint256) | convert(until, uint256) << slots.ORDER_UNTIL
    budget_key: uint256 = slots.budget_key(programme, holder)
    passes.budgets[budget_key] = self._without(passes.budgets[budget_key], convert(amount, uint256), rules)
    log SetAside(programme=programme, shop=shop, pass_address=holder, amount=amount, until=until)


@external
def free_order(programme: uint32, shop: uint32, pass_address: address):
    """
    @notice Return what is set aside to the budget, or to the reserve once nobody could spend it. When its time or the
            programme is over anybody may; before, who may grant.
    @dev What slices paid for the pass is repaid first, and is spent then: or it could hide its budget in an order while
         it pays, and have it back, again and again.
    @param programme Whose budget.
    @param shop For which shop.
    @param pass_address The pass that signed it; one that replaced it since gets the money.
    """
    key: uint256 = slots.account_key(programme, shop)
    order: uint256 = self.orders[key][pass_address]
    assert order != 0, "order: none"
    number: uint256 = convert(programme, uint256)
    over: bool = block.timestamp > order >> slots.ORDER_UNTIL or programmes.rules[number] & slots.RULES_CLOSED != 0
    assert over or sponsors._may(programmes.terms[programme].sponsor, sponsors.GRANTS), "order: not over"
    self.orders[key][pass_address] = 0
    amount: uint256 = order & slots.U32
    holder: address = passes._current(number, pass_address)
    budget_key: uint256 = slots.budget_key(programme, holder)
    budget: uint256 = passes.budgets[budget_key]
    drawn: uint256 = min(budget >> slots.BUDGET_DRAWN & slots.U32, amount)
    passes.budgets[budget_key] = slots.hand_over(slots.unspend(budget, drawn, 0), drawn)
    to_budget: uint256 = passes._give_back(number, holder, drawn, amount - drawn)
    log SetFree(
        programme=programme,
        shop=shop,
        pass_address=pass_address,
        to_budget=convert(to_budget, uint32),
        to_reserve=convert(amount - to_budget, uint32),
    )


@external
@view
def order(programme: uint32, shop: uint32, pass_address: address) -> Order:
    """
    @notice What of a budget is set aside for a shop.
    @param programme The programme's id.
    @param shop The shop's id.
    @param pass_address The pass that signed it.
    @return Cents, and the last second in which they can be handed over; both 0 when nothing is.
    """
    packed: uint256 = self.orders[slots.account_key(programme, shop)][pass_address]
    return Order(amount=convert(packed & slots.U32, uint32), until=convert(packed >> slots.ORDER_UNTIL, uint40))


# --------------------------------------------------------------------------------------------------- parts

@internal
@view
def _require_open(rules: uint256, account: uint256, until: uint256):
    """
    @dev The shop can be paid by the programme now, and until then.
    """
    assert rules & slots.RULES_STATUS == slots.RULES_EXIST, "order: programme not open"
    assert block.timestamp >= rules & slots.U40, "order: period not begun"
    assert block.timestamp <= until, "order: over already"
    assert until <= rules >> slots.RULES_ENDS & slots.U40, "order: after the end"
    assert slots.is_admitted(rules, account), "order: shop not admitted"


@internal
@view
def _without(budget: uint256, amount: uint256, rules: uint256) -> uint256:
    """
    @dev The budget after an amount was set aside, which counts for today, or for the budget's newest day.
    """
    assert budget & slots.BUDGET_KNOWN != 0, "order: pass unknown"
    assert budget & slots.BUDGET_BLOCKED == 0, "order: pass blocked"
    assert amount <= budget & slots.U32, "order: more than is left"
    kept: uint256 = budget >> slots.BUDGET_DAY & slots.U16
    day: uint256 = max(block.timestamp // DAY, kept)
    today: uint256 = amount
    if day == kept:
        today += budget >> slots.BUDGET_TODAY & slots.U32
    assert today <= rules >> slots.RULES_DAY_LIMIT & slots.U32, "order: day limit"
    return slots.set_aside(budget, amount, day, today)


@internal
@view
def _ready(account_key: uint256, pass_address: address, amount: uint256) -> uint256:
    """
    @dev The amount when exactly that is set aside for this pass at this shop, and its time is not over; or 0.
    """
    order: uint256 = self.orders[account_key][pass_address]
    if order & slots.U32 != amount or block.timestamp > order >> slots.ORDER_UNTIL:
        return 0
    return amount
