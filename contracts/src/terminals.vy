# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Terminals
@license EUPL-1.2
@notice Devices of shops: whose they are, how far their journals are settled, and what each programme guarantees of what
        they approve. A slice only grows, until its terminal retires or is revoked, or its programme closes.
"""

import domain
import programmes
import shops
import slots
import sponsors
import typed_data

uses: domain
uses: programmes
uses: shops
uses: sponsors

struct Terminal:
    shop: uint32
    sequence: uint32
    head: bytes20
    retired: bool

struct Slice:
    left: uint256
    revoked: bool

struct Ask:
    sequence: uint32
    reason: uint8

event TerminalRegistered:
    terminal: indexed(address)
    shop: indexed(uint32)

event SliceRaised:
    programme: indexed(uint32)
    terminal: indexed(address)
    amount: uint256
    left: uint256

event TerminalRevoked:
    programme: indexed(uint32)
    terminal: indexed(address)
    returned: uint256

event SliceReleased:
    programme: indexed(uint32)
    terminal: indexed(address)
    amount: uint256

CONSENT_AT: constant(uint256) = 4 + 32 + 32  # of register_terminal's data, behind selector, terminal and shop

terminals: HashMap[address, uint256]  # packed as slots.vy says
slices: HashMap[uint256, HashMap[address, Slice]]  # programme, terminal
asks: HashMap[address, uint256]  # terminal: its last ask, sequence u32 | reason u8


@external
def register_terminal(terminal: address, shop: uint32, signature: bytes32[2]):
    """
    @notice Bind a terminal to a shop, for good: its journal names no shop, so a change would pay the wrong one.
    @dev The terminal must agree, or any sponsor could bind it to a shop of its own before the rightful one does.
    @param terminal The address of the terminal's key.
    @param shop A shop that was registered by a sponsor for which the caller acts on shops.
    @param signature The terminal's, over the registration: r, then s with its parity (EIP-2098).
    """
    assert sponsors._may(shops.shops[shop].sponsor, sponsors.SHOPS), "shop: of another sponsor"
    assert terminal != empty(address), "terminal: no address"
    assert self.terminals[terminal] == 0, "terminal: registered before"
    separator: bytes32 = domain._separator()
    digest: bytes32 = typed_data.registration(separator, terminal, shop)
    assert typed_data.signer_of(digest, CONSENT_AT) == terminal, "terminal: did not agree"
    genesis: bytes32 = keccak256(concat(separator, convert(terminal, bytes20)))
    self.terminals[terminal] = slots.terminal(convert(shop, uint256), 0, genesis)
    log TerminalRegistered(terminal=terminal, shop=shop)


@external
def raise_slice(programme: uint32, terminal: address, amount: uint256):
    """
    @notice Move free reserve to a terminal's slice: the most that a sponsor can lose to what this terminal approves.
    @param programme A programme of a sponsor for which the caller acts on shops.
    @param terminal A terminal that is registered, not retired, and not revoked by this programme.
    @param amount How much more, in cents.
    """
    programmes._require_open(programme, sponsors.SHOPS)
    key: uint256 = convert(programme, uint256)
    assert self.terminals[terminal] != 0, "terminal: unknown"
    assert self.terminals[terminal] & slots.TERMINAL_RETIRED == 0, "terminal: retired"
    assert not self.slices[key][terminal].revoked, "terminal: revoked"
    programmes._take_reserve(key, amount)
    self.slices[key][terminal].left += amount
    log SliceRaised(programme=programme, terminal=terminal, amount=amount, left=self.slices[key][terminal].left)


@external
def release_slice(programme: uint32, terminal: address):
    """
    @notice Return the slice of a terminal that has retired to the reserve.
    @param programme A programme of a sponsor for which the caller acts on shops.
    @param terminal A terminal whose journal has its last entry, settled.
    """
    programmes._require(programme, sponsors.SHOPS)
    assert self.terminals[terminal] & slots.TERMINAL_RETIRED != 0, "terminal: not retired"
    self._release(programme, terminal)


@external
def revoke_terminal(programme: uint32, terminal: address):
    """
    @notice Pay nothing more of this programme to a stolen terminal, for good. Its slice returns to the reserve.
    @dev Its honest entries that are not settled yet are rejected too, as its clock cannot be trusted after the theft.
    @param programme A programme of a sponsor for which the caller acts on shops.
    @param terminal A registered terminal.
    """
    programmes._require(programme, sponsors.SHOPS)
    key: uint256 = convert(programme, uint256)
    assert self.terminals[terminal] != 0, "terminal: unknown"
    assert not self.slices[key][terminal].revoked, "terminal: revoked"
    returned: uint256 = self.slices[key][terminal].left
    self.slices[key][terminal] = Slice(left=0, revoked=True)
    programmes.reserves[key] += returned
    self.terminals[terminal] |= slots.TERMINAL_REVOKED_SOMEWHERE
    log TerminalRevoked(programme=programme, terminal=terminal, returned=returned)


# --------------------------------------------------------------------------------------------------- views

@external
@view
def terminal(terminal_address: address) -> Terminal:
    """
    @notice How far a terminal's journal is settled.
    @param terminal_address The terminal's address.
    @return Its shop (0 when it is unknown), the sequence and head of its last settled entry, and whether it retired.
    """
    packed: uint256 = self.terminals[terminal_address]
    return Terminal(
        shop=convert(packed & slots.U32, uint32),
        sequence=convert(packed >> slots.TERMINAL_SEQUENCE & slots.U32, uint32),
        head=slots.kept(convert(packed >> slots.TERMINAL_HEAD, bytes32)),
        retired=packed & slots.TERMINAL_RETIRED != 0,
    )


@external
@view
def slice_of(programme: uint32, terminal: address) -> Slice:
    """
    @notice What a programme set apart for what a terminal approves.
    @param programme The programme's id.
    @param terminal The terminal's address.
    @return What is left of it in cents, and whether the programme revoked the terminal.
    """
    return self.slices[convert(programme, uint256)][terminal]


@external
@view
def last_ask(terminal: address) -> Ask:
    """
    @notice What became of a terminal's newest settled ask.
    @param terminal The terminal's address.
    @return Its sequence (0 when there was none), and 0 or why it was rejected.
    """
    packed: uint256 = self.asks[terminal]
    return Ask(sequence=convert(packed & slots.U32, uint32), reason=convert(packed >> 32, uint8))


# --------------------------------------------------------------------------------------------------- parts

@internal
def _release(programme: uint32, terminal: address):
    key: uint256 = convert(programme, uint256)
    amount: uint256 = self.slices[key][terminal].left
    self.slices[key][terminal].left = 0
    programmes.reserves[key] += amount
    log SliceReleased(programme=programme, terminal=terminal, amount=amount)
