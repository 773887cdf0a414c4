# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Kindpakket
@license EUPL-1.2
@notice The judge of every payment: holds the money of programmes, and pays shops what their terminals approved.
        Settling, checkpoints, orders and payout by bank are here; all else that this contract does stands in office.vy.
@dev Money is in whole euro cents; a programme's token moves only in `fund`, `withdraw` and `pay_out`, as cents times
     the programme's scale.

     For every programme, at every moment:  held = reserve + budgets + set aside + slices + credits + in transfer
     and for every token:                   balance >= the sum of held * scale over its programmes

     settlement.vy    judges: begin there, at `_judge`
     office.vy        the doors for people, to the modules below
     sponsors.vy      who may do what
     programmes.vy    rules, and money that comes and goes
     passes.vy        budgets
     shops.vy         who is paid, and what is owed
     bank.vy          payout by bank
     orders.vy        what is set aside for a shop
     terminals.vy     journals' places, slices, asks
     batches.vy reads journals, typed_data.vy finds who signed, slots.vy packs what is kept, reasons.vy has the codes,
     domain.vy binds signatures to this contract.
"""

import bank
import domain
import orders
import passes
import programmes
import settlement
import shops
import slots
import sponsors
import terminals

initializes: domain
initializes: sponsors
initializes: programmes[sponsors := sponsors]
initializes: passes[programmes := programmes]
initializes: shops[passes := passes, programmes := programmes, sponsors := sponsors]
initializes: bank[programmes := programmes, shops := shops]
initializes: terminals[domain := domain, programmes := programmes, shops := shops, sponsors := sponsors]
initializes: orders[
    domain := domain, passes := passes, programmes := programmes, shops := shops, sponsors := sponsors
]
initializes: settlement[
    domain := domain,
    orders := orders,
    passes := passes,
    programmes := programmes,
    shops := shops,
    terminals := terminals,
]

exports: (
    bank.__interface__,
    domain.__interface__,
    orders.__interface__,
    settlement.__interface__,
)

struct Checkpoint:
    chain_id: uint256
    network: uint16
    block_number: uint256
    block_time: uint256
    shop: uint32
    sequence: uint32
    head: bytes20
    ask_sequence: uint32
    ask_reason: uint8
    slices: DynArray[uint256, CHECKPOINT_PROGRAMMES_MAX]

CHECKPOINT_PROGRAMMES_MAX: constant(uint256) = 32
OFFICE_ANSWER_MAX: constant(uint256) = 1024

network: public(immutable(uint16))
office: public(immutable(address))


@deploy
def __init__(network_id: uint16, office_code: address):
    """
    @notice The deployer may register sponsors, and nothing else.
    @param network_id Whose passes are used here; it stands in every pass code.
    @param office_code Where office.vy stands: the other half of this contract's code, for good.
    """
    assert office_code.is_contract, "office: no code"
    network = network_id
    office = office_code
    domain.__init__()
    sponsors.owner = msg.sender


@external
@view
def checkpoint(terminal_address: address, programmes_: DynArray[uint32, CHECKPOINT_PROGRAMMES_MAX]) -> Checkpoint:
    """
    @notice What a terminal can know for certain, all of one block.
    @param terminal_address The terminal's address; an unknown one has shop 0.
    @param programmes_ Whose slices it asks for.
    @return Chain and block, the terminal's shop, sequence and head, what became of its newest settled ask, and its
            slices in cents, 0 where revoked and where the programme is over.
    """
    packed: uint256 = terminals.terminals[terminal_address]
    ask: uint256 = terminals.asks[terminal_address]
    slices: DynArray[uint256, CHECKPOINT_PROGRAMMES_MAX] = []
    for programme: uint32 in programmes_:
        key: uint256 = convert(programme, uint256)
        # Nothing is approved on the word of a slice that may be swept before it is handed in.
        slices.append(0 if programmes._is_over(key) else terminals.slices[key][terminal_address].left)
    return Checkpoint(
        chain_id=chain.id,
        network=network,
        block_number=block.number,
        block_time=block.timestamp,
        shop=convert(packed & slots.U32, uint32),
        sequence=convert(packed >> slots.TERMINAL_SEQUENCE & slots.U32, uint32),
        head=slots.kept(convert(packed >> slots.TERMINAL_HEAD, bytes32)),
        ask_sequence=convert(ask & slots.U32, uint32),
        ask_reason=convert(ask >> 32, uint8),
        slices=slices,
    )


@external
@raw_return
def __default__() -> Bytes[OFFICE_ANSWER_MAX]:
    """
    @notice Whatever else is called is done by the code of office.vy, on this contract's storage and in its name.
    @dev The office is named once, when this is deployed: there is no upgrade, and no key over it.
    """
    return raw_call(office, msg.data, max_outsize=OFFICE_ANSWER_MAX, is_delegate_call=True)
