# pragma version 0.4.3
# pragma evm-version prague
"""
@title A token that misbehaves
@license EUPL-1.2
@notice For tests: an ERC-20 that takes fees, returns false, returns nothing, reverts or calls back, as it is told.
"""

interface Victim:
    def pay_out(shop: uint32, programme: uint32): nonpayable
    def fund(programme: uint32, amount: uint256): nonpayable

decimals: public(uint8)
balanceOf: public(HashMap[address, uint256])

fee_in: public(uint256)  # kept from what arrives
fee_out: public(uint256)  # taken from the sender on top
answers: public(bool)
reverts: public(bool)
calls_back: public(bool)


@deploy
def __init__(decimals: uint8):
    self.decimals = decimals
    self.answers = True


@external
def behave(fee_in: uint256, fee_out: uint256, answers: bool, reverts: bool, calls_back: bool):
    self.fee_in = fee_in
    self.fee_out = fee_out
    self.answers = answers
    self.reverts = reverts
    self.calls_back = calls_back


@external
def mint(receiver: address, amount: uint256):
    self.balanceOf[receiver] += amount


@external
def approve(spender: address, amount: uint256) -> bool:
    return True


@external
def transfer(receiver: address, amount: uint256) -> bool:
    assert not self.reverts, "token: not today"
    if self.calls_back:
        extcall Victim(msg.sender).pay_out(1, 1)
    self.balanceOf[msg.sender] -= amount + self.fee_out
    self.balanceOf[receiver] += amount
    return self.answers


@external
def transferFrom(sender: address, receiver: address, amount: uint256) -> bool:
    assert not self.reverts, "token: not today"
    if self.calls_back:
        extcall Victim(msg.sender).fund(1, 1)
    self.balanceOf[sender] -= amount
    self.balanceOf[receiver] += amount - self.fee_in
    return self.answers
