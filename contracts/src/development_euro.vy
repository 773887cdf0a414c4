# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Development euro
@license EUPL-1.2
@notice An ERC-20 euro of whole cents that anybody can mint. For development and tests: it is worth nothing.
"""

from ethereum.ercs import IERC20

implements: IERC20

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    value: uint256

event Approval:
    owner: indexed(address)
    spender: indexed(address)
    value: uint256

name: public(constant(String[16])) = "Development euro"
symbol: public(constant(String[4])) = "DEUR"
decimals: public(constant(uint8)) = 2

balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
totalSupply: public(uint256)


@external
def mint(receiver: address, amount: uint256):
    """
    @notice Make money out of nothing.
    @param receiver Who gets it.
    @param amount How much, in cents.
    """
    self.totalSupply += amount
    self.balanceOf[receiver] += amount
    log Transfer(sender=empty(address), receiver=receiver, value=amount)


@external
def transfer(receiver: address, amount: uint256) -> bool:
    """
    @notice Pay from the caller's balance.
    @param receiver Who gets it.
    @param amount How much, in cents.
    @return True, or the call reverts.
    """
    self._move(msg.sender, receiver, amount)
    return True


@external
def transferFrom(sender: address, receiver: address, amount: uint256) -> bool:
    """
    @notice Pay from somebody's balance who allowed the caller to.
    @param sender Who pays.
    @param receiver Who gets it.
    @param amount How much, in cents.
    @return True, or the call reverts.
    """
    self.allowance[sender][msg.sender] -= amount
    self._move(sender, receiver, amount)
    return True


@external
def approve(spender: address, amount: uint256) -> bool:
    """
    @notice Allow somebody to pay from the caller's balance.
    @param spender Who may.
    @param amount How much in all, in cents.
    @return True.
    """
    self.allowance[msg.sender][spender] = amount
    log Approval(owner=msg.sender, spender=spender, value=amount)
    return True


@internal
def _move(sender: address, receiver: address, amount: uint256):
    assert receiver != empty(address), "euro: no receiver"
    self.balanceOf[sender] -= amount
    self.balanceOf[receiver] += amount
    log Transfer(sender=sender, receiver=receiver, value=amount)
