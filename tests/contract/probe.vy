# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Probe
@license EUPL-1.2
@notice For tests: lets the inner parts of the contract be asked one by one.
"""

import typed_data


@external
@view
def payment(
    domain: bytes32, terminal: address, sequence: uint256, programme: uint256, amount: uint256, time: uint256
) -> bytes32:
    return typed_data.payment(domain, terminal, sequence, programme, amount, time)


@external
@view
def journal(domain: bytes32, terminal: address, sequence: uint256, head: bytes32) -> bytes32:
    return typed_data.journal(domain, terminal, sequence, head)


@external
@view
def registration(domain: bytes32, terminal: address, shop: uint32) -> bytes32:
    return typed_data.registration(domain, terminal, shop)


@external
@view
def recover(digest: bytes32, signature: Bytes[typed_data.SIGNATURE_BYTES]) -> address:
    return typed_data.recover(digest, signature)
