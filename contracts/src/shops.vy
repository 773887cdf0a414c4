# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Shops
@license EUPL-1.2
@notice Who is paid, by which programmes, what they are owed, and what they owe: refunds beyond a shop's credit wait
        in a queue, and whatever credit comes in serves that queue before anything is paid out.
"""

import passes
import programmes
import slots
import sponsors

uses: passes
uses: programmes
uses: sponsors

struct Shop:
    sponsor: uint32
    payout: address
    by_bank: bool

struct Place:
    category: uint8
    standing: uint8

event ShopRegistered:
    shop: indexed(uint32)
    sponsor: indexed(uint32)
    payout: address

event ShopPlaced:
    programme: indexed(uint32)
    shop: indexed(uint32)
    category: uint8
    standing: uint8

event PayoutMoved:
    shop: indexed(uint32)
    payout: address

event PaidByBank:
    shop: indexed(uint32)
    by_bank: bool

event PaidOut:
    programme: indexed(uint32)
    shop: indexed(uint32)
    amount: uint256

event Compensated:
    programme: indexed(uint32)
    shop: indexed(uint32)
    digest: indexed(bytes32)
    amount: uint256

# Money of a refund moved: out of the shop's credit, into the reserve and the budget.
event Repaid:
    programme: indexed(uint32)
    shop: indexed(uint32)
    pass_address: indexed(address)
    to_reserve: uint256
    to_budget: uint256

CATEGORY_MAX: constant(uint8) = 63
BY_CATEGORY: constant(uint8) = 0
ADMITTED: constant(uint8) = 1
EXCLUDED: constant(uint8) = 2
REPAYMENTS_MAX: constant(uint256) = 16  # at a time, so that no queue can make a call too long

shop_count: public(uint32)
shops: HashMap[uint32, Shop]
accounts: HashMap[uint256, uint256]  # programme << 32 | shop; packed as slots.vy says
queues: HashMap[uint256, HashMap[uint256, uint256]]  # account, place in the queue: a repayment
compensated: public(HashMap[uint32, HashMap[bytes32, bool]])  # programme, digest


@external
def register_shop(sponsor: uint32, payout: address) -> uint32:
    """
    @notice Make a shop known. It is paid by programmes that admit it.
    @param sponsor Who registers it, and its terminals.
    @param payout Where its credit is paid out to. Only this address can name another one.
    @return The shop's id.
    """
    assert sponsors._may(sponsor, sponsors.SHOPS), "shop: of another sponsor"
    assert payout != empty(address), "shop: no address"
    self.shop_count += 1
    shop: uint32 = self.shop_count
    self.shops[shop] = Shop(sponsor=sponsor, payout=payout, by_bank=False)
    log ShopRegistered(shop=shop, sponsor=sponsor, payout=payout)
    return shop


@external
def place_shop(programme: uint32, shop: uint32, category: uint8, standing: uint8):
    """
    @notice Say what a shop is to a programme. Each programme says it for itself, so no sponsor's word counts elsewhere.
    @param programme A programme of a sponsor for which the caller acts on shops.
    @param shop A registered shop.
    @param category What it sells, 1 to 63, or 0 for none.
    @param standing Whether it takes part: 0 by its category, 1 in any case, 2 in no case.
    """
    programmes._require(programme, sponsors.SHOPS)
    assert self.shops[shop].payout != empty(address), "shop: unknown"
    assert category <= CATEGORY_MAX, "shop: category"
    assert standing <= EXCLUDED, "shop: standing"
    key: uint256 = slots.account_key(programme, shop)
    account: uint256 = self.accounts[key] & ~slots.ACCOUNT_PLACE
    account = slots.with_flag(account, slots.ACCOUNT_ADMITTED, standing == ADMITTED)
    account = slots.with_flag(account, slots.ACCOUNT_EXCLUDED, standing == EXCLUDED)
    self.accounts[key] = account | convert(category, uint256) << slots.ACCOUNT_CATEGORY
    log ShopPlaced(programme=programme, shop=shop, category=category, standing=standing)


@external
def move_payout(shop: uint32, new_payout: address):
    """
    @notice Be paid elsewhere from now on. No sponsor can say that for a shop.
    @param shop A shop that is paid out to the caller.
    @param new_payout Where it is paid out to instead.
    """
    assert msg.sender == self.shops[shop].payout, "shop: only its payout address"
    assert new_payout != empty(address), "shop: no address"
    self.shops[shop].payout = new_payout
    log PayoutMoved(shop=shop, payout=new_payout)


@external
def set_by_bank(shop: uint32, by_bank: bool):
    """
    @notice Choose to be paid by bank, on the sponsors' word, instead of in tokens; or no longer.
    @param shop A shop that is paid out to the caller.
    @param by_bank Whether it is.
    """
    assert msg.sender == self.shops[shop].payout, "shop: only its payout address"
    self.shops[shop].by_bank = by_bank
    log PaidByBank(shop=shop, by_bank=by_bank)


@external
@nonreentrant
def pay_out(shop: uint32, programme: uint32):
    """
    @notice Pay a shop's whole credit in a programme to its payout address. Anybody may ask for it.
    @param shop Whose credit; not one that chose to be paid by bank.
    @param programme In which programme.
    """
    assert not self.shops[shop].by_bank, "pay_out: paid by bank"
    key: uint256 = slots.account_key(programme, shop)
    account: uint256 = self._repay(key, self.accounts[key])
    assert account >> slots.ACCOUNT_OWED & slots.U64 == 0, "pay_out: refunds are owed"
    amount: uint256 = account & slots.U64
    assert amount > 0, "pay_out: no credit"
    self.accounts[key] = account - amount | slots.ACCOUNT_USED
    programmes._send(programme, self.shops[shop].payout, amount)
    log PaidOut(programme=programme, shop=shop, amount=amount)


@external
def repay(programme: uint32, shop: uint32):
    """
    @notice Serve the queue of a shop's refunds from its credit, 16 at a time. Settling and paying out do so as well.
    @param programme In which programme.
    @param shop Whose queue.
    """
    key: uint256 = slots.account_key(programme, shop)
    self.accounts[key] = self._repay(key, self.accounts[key])


@external
def compensate(programme: uint32, shop: uint32, digest: bytes32, amount: uint256):
    """
    @notice Credit a shop from the free reserve for an entry that was verified and cannot settle: a card that died, a
            journal put back from an old copy, a stolen terminal.
    @param programme A programme of the calling admin's sponsor.
    @param shop A registered shop.
    @param digest What was verified: keccak-256 of domain separator, terminal, sequence (4 bytes) and entry. Once each.
    @param amount How much, in cents.
    """
    programmes._require(programme, 0)
    assert self.shops[shop].payout != empty(address), "shop: unknown"
    assert not self.compensated[programme][digest], "compensate: done before"
    assert amount > 0, "compensate: no amount"
    self.compensated[programme][digest] = True
    programmes._take_reserve(convert(programme, uint256), amount)
    key: uint256 = slots.account_key(programme, shop)
    self.accounts[key] = self._repay(key, self.accounts[key] + amount)
    log Compensated(programme=programme, shop=shop, digest=digest, amount=amount)


# --------------------------------------------------------------------------------------------------- views

@external
@view
def shop(shop_id: uint32) -> Shop:
    """
    @notice What is known of a shop.
    @param shop_id The shop's id, from 1.
    @return Who registered it, where it is paid out to, and whether by bank.
    """
    return self.shops[shop_id]


@external
@view
def placed(programme: uint32, shop: uint32) -> Place:
    """
    @notice What a shop is to a programme.
    @param programme The programme's id.
    @param shop The shop's id.
    @return Its category and its standing, as place_shop takes them.
    """
    account: uint256 = self.accounts[slots.account_key(programme, shop)]
    standing: uint8 = BY_CATEGORY
    if account & slots.ACCOUNT_ADMITTED != 0:
        standing = ADMITTED
    elif account & slots.ACCOUNT_EXCLUDED != 0:
        standing = EXCLUDED
    return Place(category=convert(account >> slots.ACCOUNT_CATEGORY & slots.U8, uint8), standing=standing)


@external
@view
def is_admitted(programme: uint32, shop: uint32) -> bool:
    """
    @notice Whether budgets of a programme can be spent at a shop.
    @param programme The programme's id.
    @param shop The shop's id.
    @return Whether it takes part.
    """
    rules: uint256 = programmes.rules[convert(programme, uint256)]
    return slots.is_admitted(rules, self.accounts[slots.account_key(programme, shop)])


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
def owed(programme: uint32, shop: uint32) -> uint256:
    """
    @notice What a shop owes for refunds, out of the credit that it gets next.
    @param programme The programme's id.
    @param shop The shop's id.
    @return Cents.
    """
    return self.accounts[slots.account_key(programme, shop)] >> slots.ACCOUNT_OWED & slots.U64


@external
@view
def taken(programme: uint32, shop: uint32) -> uint256:
    """
    @notice What entries brought a shop in a programme, less what it gave back: the most that it can give back yet.
    @param programme The programme's id.
    @param shop The shop's id.
    @return Cents.
    """
    return self.accounts[slots.account_key(programme, shop)] >> slots.ACCOUNT_TAKEN


# --------------------------------------------------------------------------------------------------- parts

@internal
def _repay(key: uint256, account_: uint256) -> uint256:
    """
    @dev Serve the queue, first come first served, as far as the credit goes.
    @return The account, which the caller writes.
    """
    account: uint256 = account_
    for _: uint256 in range(REPAYMENTS_MAX):
        place: uint256 = account >> slots.ACCOUNT_FIRST & slots.U32
        if account & slots.U64 == 0 or place == account >> slots.ACCOUNT_NEXT & slots.U32:
            break
        repayment: uint256 = self.queues[key][place]
        moved: uint256 = self._move(key, repayment, account & slots.U64)
        rest: uint256 = self._less(repayment, moved)
        self.queues[key][place] = rest
        account = account - moved - (moved << slots.ACCOUNT_OWED)
        if rest == 0:
            account += 1 << slots.ACCOUNT_FIRST
    return account


@internal
def _give_back(
    key: uint256, account_: uint256, pass_address: address, to_reserve: uint256, to_budget: uint256
) -> uint256:
    """
    @dev A refund: what the credit covers moves at once, unless others wait before it. The rest is owed.
    @return The account, which the caller writes.
    """
    account: uint256 = account_
    rest: uint256 = (
        convert(pass_address, uint256)
        | to_reserve << slots.REPAYMENT_TO_RESERVE
        | to_budget << slots.REPAYMENT_TO_BUDGET
    )
    if account >> slots.ACCOUNT_OWED & slots.U64 == 0 and account & slots.U64 != 0:
        moved: uint256 = self._move(key, rest, account & slots.U64)
        rest = self._less(rest, moved)
        account -= moved
    if rest != 0:
        self.queues[key][account >> slots.ACCOUNT_NEXT & slots.U32] = rest
        owed_: uint256 = (rest >> slots.REPAYMENT_TO_RESERVE & slots.U32) + (rest >> slots.REPAYMENT_TO_BUDGET)
        account += (1 << slots.ACCOUNT_NEXT) + (owed_ << slots.ACCOUNT_OWED)
    return account


@internal
def _move(key: uint256, repayment: uint256, credit_: uint256) -> uint256:
    """
    @dev Cents of a repayment leave a shop's credit: what was drawn goes to the reserve first, then to the budget.
    @return How many.
    """
    to_reserve: uint256 = min(repayment >> slots.REPAYMENT_TO_RESERVE & slots.U32, credit_)
    to_budget: uint256 = min(repayment >> slots.REPAYMENT_TO_BUDGET, credit_ - to_reserve)
    programme: uint256 = key >> 32
    holder: address = passes._current(programme, convert(repayment & slots.U160, address))
    given: uint256 = passes._give_back(programme, holder, to_reserve, to_budget)
    log Repaid(
        programme=convert(programme, uint32),
        shop=convert(key & slots.U32, uint32),
        pass_address=holder,
        to_reserve=to_reserve + to_budget - given,
        to_budget=given,
    )
    return to_reserve + to_budget


@internal
@pure
def _less(repayment: uint256, moved: uint256) -> uint256:
    """
    @dev What is left of a repayment, and nothing at all when nothing is.
    """
    to_reserve: uint256 = repayment >> slots.REPAYMENT_TO_RESERVE & slots.U32
    to_budget: uint256 = repayment >> slots.REPAYMENT_TO_BUDGET
    if moved == to_reserve + to_budget:
        return 0
    from_reserve: uint256 = min(moved, to_reserve)
    return (
        repayment
        - (from_reserve << slots.REPAYMENT_TO_RESERVE)
        - ((moved - from_reserve) << slots.REPAYMENT_TO_BUDGET)
    )
