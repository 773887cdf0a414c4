# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Domain
@license EUPL-1.2
@notice What binds every signature to this contract on this chain (EIP-712).
"""

import typed_data

CHAIN_ID: immutable(uint256)
HERE: immutable(address)
SEPARATOR: immutable(bytes32)


@deploy
def __init__():
    CHAIN_ID = chain.id
    HERE = self
    SEPARATOR = typed_data.domain_separator()


@external
@view
def domain_separator() -> bytes32:
    """
    @notice What binds every signature to this contract on this chain (EIP-712).
    @return The domain separator.
    """
    return self._separator()


@internal
@view
def _separator() -> bytes32:
    """
    @dev Worked out anew when the chain has split and this is another one, or when this code runs for another contract.
    """
    return SEPARATOR if chain.id == CHAIN_ID and self == HERE else typed_data.domain_separator()
