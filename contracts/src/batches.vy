# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Batches
@license EUPL-1.2
@notice How journals lie in the data of a call, as contracts/wire/batch.py and entry.py draw it. They are read where
        they lie: handing 100 kB of memory from function to function would cost more than judging it does.
"""

# selector 4 | where the bytes begin 32 | their length 32 | the bytes
OFFSET_AT: constant(uint256) = 4
BATCH_AT: constant(uint256) = 4 + 32 + 32
BATCH_BYTES_MAX: constant(uint256) = 106_496
PADDING_BYTES: constant(uint256) = 32

HEADER_BYTES: constant(uint256) = 125
SEGMENTS_MAX: constant(uint256) = BATCH_BYTES_MAX // HEADER_BYTES
SEGMENT_ENTRIES_MAX: constant(uint256) = 2_000

# length u8 | kind u8 | programme u32 | amount u32 | time u40 | r 32 | parity and s 32
PAYMENT_FORM: constant(uint256) = 78 << 8 | 1
PAYMENT_BYTES: constant(uint256) = 79
PAYMENT_SIGNATURE_AT: constant(uint256) = 15
ENTRY_WORDS_MAX: constant(uint256) = 8

struct Segment:
    terminal: address
    first: uint256  # sequence
    last: uint256
    previous_head: bytes32
    signature: Bytes[64]
    body: uint256  # where its entries begin in the call's data
    end: uint256


@internal
@view
def segment(at: uint256) -> Segment:
    """
    @dev The segment whose header lies there. Nothing in it has been checked.
    """
    header: Bytes[HEADER_BYTES] = slice(msg.data, at, HEADER_BYTES)
    # terminal 20 | first u32 | count u16 | body length u24 | previous head 32 | journal signature 64
    place: uint256 = convert(extract32(header, 0), uint256)
    first: uint256 = place >> 64 & (2**32 - 1)
    count: uint256 = convert(extract32(header, 24), uint256) >> 240
    body: uint256 = at + HEADER_BYTES
    return Segment(
        terminal=convert(place >> 96, address),
        first=first,
        last=unsafe_sub(first + count, 1),
        previous_head=extract32(header, 29),
        signature=slice(header, 61, 64),
        body=body,
        end=body + (place >> 24 & (2**24 - 1)),
    )


@internal
@view
def advance(head: bytes32, at: uint256, length: uint256) -> bytes32:
    """
    @dev The head after the entry that lies there. Other lengths than a payment's are read word by word, as the
         batch's padding is one word long.
    """
    if length == PAYMENT_BYTES:
        return keccak256(concat(head, slice(msg.data, at, PAYMENT_BYTES)))
    words: bytes32[ENTRY_WORDS_MAX] = empty(bytes32[ENTRY_WORDS_MAX])
    for i: uint256 in range(ENTRY_WORDS_MAX):
        if i * 32 < length:
            words[i] = convert(slice(msg.data, at + i * 32, 32), bytes32)
    return keccak256(concat(head, slice(abi_encode(words), 0, length)))
