# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Bank
@license EUPL-1.2
@notice Payout by bank, for shops that chose it: the sponsor pays by a bank file and marks the credit as paid against
        the file's reference. The tokens go back to the sponsor's reserve once the shop confirms, or has said nothing
        for 30 days. What a shop disputes stays where it is until it confirms after all, or the sponsor takes the mark
        back.
"""

import programmes
import shops
import slots

uses: programmes
uses: shops

struct Transfer:
    amount: uint256
    since: uint256
    state: uint8

event TransferMoved:
    programme: indexed(uint32)
    shop: indexed(uint32)
    reference: indexed(bytes32)
    amount: uint256
    state: uint8

UNDISPUTED_SECONDS: constant(uint256) = 30 * 86_400
MARKED: constant(uint8) = 1
DISPUTED: constant(uint8) = 2
CONFIRMED: constant(uint8) = 3
REVERSED: constant(uint8) = 4

transfers: HashMap[uint256, HashMap[bytes32, Transfer]]  # account, reference
in_transfer: public(HashMap[uint32, uint256])  # programme: cents marked and neither confirmed nor reversed


@external
def mark_paid(programme: uint32, shop: uint32, amount: uint256, reference: bytes32):
    """
    @notice Say that a shop's credit is paid by bank.
    @param programme A programme of the calling admin's sponsor.
    @param shop A shop that chose to be paid by bank, and owes no refunds.
    @param amount How much of its credit, in cents.
    @param reference The bank file's name for this payment, once for this shop and programme.
    """
    programmes._require(programme, 0)
    assert shops.shops[shop].by_bank, "bank: not chosen by the shop"
    key: uint256 = slots.account_key(programme, shop)
    assert self.transfers[key][reference].state == 0, "bank: marked before"
    account: uint256 = shops._repay(key, shops.accounts[key])
    assert account >> slots.ACCOUNT_OWED & slots.U64 == 0, "pay_out: refunds are owed"
    assert amount > 0 and amount <= account & slots.U64, "bank: not its credit"
    shops.accounts[key] = account - amount | slots.ACCOUNT_USED
    self.in_transfer[programme] += amount
    self.transfers[key][reference] = Transfer(amount=amount, since=block.timestamp, state=MARKED)
    log TransferMoved(programme=programme, shop=shop, reference=reference, amount=amount, state=MARKED)


@external
def confirm_transfer(programme: uint32, shop: uint32, reference: bytes32):
    """
    @notice The money has arrived: the tokens are the sponsor's again. The shop says so; after 30 days without a dispute
            anybody may.
    @param programme In which programme.
    @param shop Who was paid.
    @param reference The payment.
    """
    transfer: Transfer = self.transfers[slots.account_key(programme, shop)][reference]
    late: bool = transfer.state == MARKED and block.timestamp > transfer.since + UNDISPUTED_SECONDS
    assert late or msg.sender == shops.shops[shop].payout, "bank: not confirmed by the shop"
    amount: uint256 = self._end(programme, shop, reference, CONFIRMED)
    programmes.reserves[convert(programme, uint256)] += amount


@external
def dispute_transfer(programme: uint32, shop: uint32, reference: bytes32):
    """
    @notice The money has not arrived.
    @param programme In which programme.
    @param shop A shop that is paid out to the caller.
    @param reference The payment.
    """
    assert msg.sender == shops.shops[shop].payout, "shop: only its payout address"
    key: uint256 = slots.account_key(programme, shop)
    assert self.transfers[key][reference].state == MARKED, "bank: not under way"
    self.transfers[key][reference].state = DISPUTED
    amount: uint256 = self.transfers[key][reference].amount
    log TransferMoved(programme=programme, shop=shop, reference=reference, amount=amount, state=DISPUTED)


@external
def reverse_transfer(programme: uint32, shop: uint32, reference: bytes32):
    """
    @notice The bank did not pay: the shop has its credit again.
    @param programme A programme of the calling admin's sponsor.
    @param shop Who was to be paid.
    @param reference The payment. It is not used again.
    """
    programmes._require(programme, 0)
    amount: uint256 = self._end(programme, shop, reference, REVERSED)
    key: uint256 = slots.account_key(programme, shop)
    shops.accounts[key] = shops._repay(key, shops.accounts[key] + amount)


@external
@view
def transfer(programme: uint32, shop: uint32, reference: bytes32) -> Transfer:
    """
    @notice What became of a payment by bank.
    @param programme In which programme.
    @param shop Who is paid.
    @param reference The payment.
    @return Cents, when it was marked, and 0 unknown, 1 marked, 2 disputed, 3 confirmed, 4 reversed.
    """
    return self.transfers[slots.account_key(programme, shop)][reference]


@internal
def _end(programme: uint32, shop: uint32, reference: bytes32, state: uint8) -> uint256:
    """
    @dev A payment that is under way ends.
    @return Its cents.
    """
    key: uint256 = slots.account_key(programme, shop)
    found: uint8 = self.transfers[key][reference].state
    assert found == MARKED or found == DISPUTED, "bank: not under way"
    self.transfers[key][reference].state = state
    amount: uint256 = self.transfers[key][reference].amount
    self.in_transfer[programme] -= amount
    log TransferMoved(programme=programme, shop=shop, reference=reference, amount=amount, state=state)
    return amount
