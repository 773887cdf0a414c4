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

# The form of an entry is its first two bytes: its length, which counts what follows it, and its kind.
PAYMENT: constant(uint256) = 78 << 8 | 1
ASK: constant(uint256) = 83 << 8 | 2
REFUND: constant(uint256) = 58 << 8 | 3
RETIRE: constant(uint256) = 6 << 8 | 4
PHONE_PAYMENT: constant(uint256) = 91 << 8 | 5
PHONE_ASK: constant(uint256) = 96 << 8 | 6

# length u8 | kind u8 | programme u32 | amount u32 | time u40 | an ask's deadline u40 | a phone's delegation | r, s
CONTENT_AT: constant(uint256) = 15  # behind the time, in all but a retire
DEADLINE_BYTES: constant(uint256) = 5
DELEGATION_BYTES: constant(uint256) = 13  # ceiling u32 | expiry u40 | counter u32
PAYMENT_BYTES: constant(uint256) = 79
PHONE_PAYMENT_BYTES: constant(uint256) = 92
ENTRY_WORDS_MAX: constant(uint256) = 8

struct Segment:
    terminal: address
    first: uint256  # sequence
    last: uint256
    previous_head: bytes32
    signature_at: uint256  # where the terminal's signature lies
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
        signature_at=at + 61,
        body=body,
        end=body + (place >> 24 & (2**24 - 1)),
    )


@internal
@pure
def is_known(form: uint256) -> bool:
    """
    @dev Whether entries of this form are understood.
    """
    sale: bool = form == PAYMENT or form == PHONE_PAYMENT or form == ASK or form == PHONE_ASK
    return sale or form == REFUND or form == RETIRE


@internal
@pure
def is_ask(form: uint256) -> bool:
    return form == ASK or form == PHONE_ASK


@internal
@view
def number(at: uint256, size: uint256) -> uint256:
    """
    @dev The number of that many bytes that lies there.
    """
    return convert(slice(msg.data, at, 32), uint256) >> (256 - 8 * size)


@internal
@view
def advance(head: bytes32, at: uint256, length: uint256) -> bytes32:
    """
    @dev The head after the entry that lies there, of any length: it is read word by word, as the batch's padding is one
         word long.
    """
    if length == PHONE_PAYMENT_BYTES:
        return keccak256(concat(head, slice(msg.data, at, PHONE_PAYMENT_BYTES)))
    words: bytes32[ENTRY_WORDS_MAX] = empty(bytes32[ENTRY_WORDS_MAX])
    for i: uint256 in range(ENTRY_WORDS_MAX):
        if i * 32 < length:
            words[i] = convert(slice(msg.data, at + i * 32, 32), bytes32)
    return keccak256(concat(head, slice(abi_encode(words), 0, length)))
