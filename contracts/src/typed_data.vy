# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Typed data
@license EUPL-1.2
@notice What is signed (EIP-712) and who signed it (EIP-2098), as contracts/wire/typed_data.py and signature.py have it.
"""

DOMAIN_TYPE: constant(bytes32) = keccak256(
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
PAYMENT_TYPE: constant(bytes32) = keccak256(
    "Payment(address terminal,uint32 sequence,uint32 programme,uint32 amount,uint40 time)"
)
ASK_TYPE: constant(bytes32) = keccak256(
    "Ask(address terminal,uint32 sequence,uint32 programme,uint32 amount,uint40 time,uint40 deadline)"
)
DELEGATION_TYPE: constant(bytes32) = keccak256(
    "Delegation(uint32 programme,uint32 ceiling,uint40 expiry,uint32 counter)"
)
ORDER_TYPE: constant(bytes32) = keccak256(
    "Order(uint32 programme,uint32 shop,uint32 amount,uint40 until,uint64 number)"
)
JOURNAL_TYPE: constant(bytes32) = keccak256("Journal(address terminal,uint32 sequence,bytes32 head)")
REGISTRATION_TYPE: constant(bytes32) = keccak256("Registration(address terminal,uint32 shop)")

SIGNATURE_BYTES: constant(uint256) = 64
PARITY_BIT: constant(uint256) = 255
S_MASK: constant(uint256) = 2**255 - 1
HALF_ORDER: constant(uint256) = 57896044618658097711785492504343953926418782139537452191302581570759080747168


@internal
@view
def domain_separator() -> bytes32:
    """
    @dev What binds a signature to this contract on this chain.
    """
    return keccak256(abi_encode(DOMAIN_TYPE, keccak256("Kindpakket"), keccak256("1"), chain.id, self))


@internal
@pure
def ask(
    domain: bytes32,
    terminal: address,
    sequence: uint256,
    programme: uint256,
    amount: uint256,
    time: uint256,
    deadline: uint256,
) -> bytes32:
    """
    @dev What a pass signs when the contract is asked first.
    """
    content: bytes32 = keccak256(abi_encode(ASK_TYPE, terminal, sequence, programme, amount, time, deadline))
    return keccak256(concat(0x1901, domain, content))


@internal
@pure
def delegation(domain: bytes32, programme: uint256, ceiling: uint256, expiry: uint256, counter: uint256) -> bytes32:
    """
    @dev What a pass signs on a phone.
    """
    content: bytes32 = keccak256(abi_encode(DELEGATION_TYPE, programme, ceiling, expiry, counter))
    return keccak256(concat(0x1901, domain, content))


@internal
@pure
def order(
    domain: bytes32, programme: uint32, shop: uint32, amount: uint32, until: uint40, number: uint64
) -> bytes32:
    """
    @dev What a pass signs to have an amount set aside.
    """
    content: bytes32 = keccak256(abi_encode(ORDER_TYPE, programme, shop, amount, until, number))
    return keccak256(concat(0x1901, domain, content))


@internal
@pure
def journal(domain: bytes32, terminal: address, sequence: uint256, head: bytes32) -> bytes32:
    """
    @dev What a terminal signs.
    """
    content: bytes32 = keccak256(abi_encode(JOURNAL_TYPE, terminal, sequence, head))
    return keccak256(concat(0x1901, domain, content))


@internal
@pure
def registration(domain: bytes32, terminal: address, shop: uint32) -> bytes32:
    """
    @dev What a terminal signs once, to be bound to a shop.
    """
    content: bytes32 = keccak256(abi_encode(REGISTRATION_TYPE, terminal, shop))
    return keccak256(concat(0x1901, domain, content))


@internal
@view
def signer_of(digest: bytes32, at: uint256) -> address:
    """
    @dev Who made the signature that lies there in the call's data, r, then s with its parity; or nobody. The upper half
         of s is the same signature written differently, and none here (EIP-2).
    """
    signature: Bytes[SIGNATURE_BYTES] = slice(msg.data, at, SIGNATURE_BYTES)
    parity_and_s: uint256 = convert(extract32(signature, 32), uint256)
    s: uint256 = parity_and_s & S_MASK
    if s > HALF_ORDER:
        return empty(address)
    return ecrecover(digest, unsafe_add(27, parity_and_s >> PARITY_BIT), convert(extract32(signature, 0), uint256), s)
