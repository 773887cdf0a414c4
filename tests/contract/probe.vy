# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Probe
@license EUPL-1.2
@notice For tests: lets the inner parts of the contract be asked one by one.
"""

import typed_data

SIGNATURE_AT: constant(uint256) = 4 + 32  # behind the digest in the data of a call of `signer`


@external
@view
def journal(domain: bytes32, terminal: address, sequence: uint256, head: bytes32) -> bytes32:
    return typed_data.journal(domain, terminal, sequence, head)


@external
@view
def ask(
    domain: bytes32,
    terminal: address,
    sequence: uint256,
    programme: uint256,
    amount: uint256,
    time: uint256,
    deadline: uint256,
) -> bytes32:
    return typed_data.ask(domain, terminal, sequence, programme, amount, time, deadline)


@external
@view
def delegation(domain: bytes32, programme: uint256, ceiling: uint256, expiry: uint256, counter: uint256) -> bytes32:
    return typed_data.delegation(domain, programme, ceiling, expiry, counter)


@external
@view
def order(domain: bytes32, programme: uint32, shop: uint32, amount: uint32, until: uint40, number: uint64) -> bytes32:
    return typed_data.order(domain, programme, shop, amount, until, number)


@external
@view
def registration(domain: bytes32, terminal: address, shop: uint32) -> bytes32:
    return typed_data.registration(domain, terminal, shop)


@external
@view
def signer(digest: bytes32, signature: bytes32[2]) -> address:
    return typed_data.signer_of(digest, SIGNATURE_AT)
