# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Office
@license EUPL-1.2
@notice All that people do: sponsors, programmes, passes, shops, terminals, money that comes and goes, and the views.
        One contract may have 24,576 bytes of code (EIP-170), and the judge takes more than half of them; so this is the
        other half of kindpakket.vy, which runs this code on its own storage.
@dev By itself this contract is nothing: it has no owner, so nobody can do anything in it. It must have the very storage
     of kindpakket.vy, which is why all storage lies in modules that both have in the same order; a test compares them.
"""

import bank
import domain
import orders
import passes
import programmes
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

exports: (
    sponsors.__interface__,
    programmes.__interface__,
    passes.__interface__,
    shops.__interface__,
    terminals.__interface__,
)

event BudgetSwept:
    programme: indexed(uint32)
    pass_address: indexed(address)
    amount: uint256

SWEPT_MAX: constant(uint256) = 200


@deploy
def __init__():
    domain.__init__()


@external
def sweep(programme: uint32, passes_: DynArray[address, SWEPT_MAX], terminals_: DynArray[address, SWEPT_MAX]):
    """
    @notice Return what is left in a closed programme to its reserve, for the sponsor. What shops have is theirs.
    @param programme A closed programme of the calling admin's sponsor.
    @param passes_ Whose budgets.
    @param terminals_ Whose slices.
    """
    programmes._require(programme, 0)
    key: uint256 = convert(programme, uint256)
    assert programmes.rules[key] & slots.RULES_CLOSED != 0, "programme: not closed"
    total: uint256 = 0
    for pass_address: address in passes_:
        budget_key: uint256 = slots.budget_key(programme, pass_address)
        left: uint256 = passes.budgets[budget_key] & slots.U32
        passes.budgets[budget_key] -= left
        total += left
        log BudgetSwept(programme=programme, pass_address=pass_address, amount=left)
    programmes.reserves[key] += total
    for terminal_address: address in terminals_:
        terminals._release(programme, terminal_address)
