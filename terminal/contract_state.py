"""What is asked of the contract itself about one terminal, and how its answers are read. All of it by hand."""

from contracts.wire import journal
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import ADDRESS_BYTES, Address, to_hex
from terminal import logs
from terminal.endpoint import Endpoint, octets, quantity

REQUEST_SECONDS = 60.0
"""For one question: an endpoint may search ten thousand blocks for the answer."""

SUCCESSORS_MAX = 8
"""How far the contract itself follows a pass that was replaced, again and again."""

_TERMINAL = keccak256(b"terminal(address)")[:4]
_SUCCESSOR = keccak256(b"successor(uint32,address)")[:4]


async def require_contract(endpoint: Endpoint, domain: Domain, code_hash: bytes = b"") -> None:
    """Raises Broken unless the endpoint serves the chain that holds this contract, TryAgain when it does not answer.

    The keccak-256 of the contract's code must begin with `code_hash`.
    """
    chain_id = quantity(await endpoint.ask("eth_chainId"))
    if chain_id != domain.chain_id:
        raise Broken(f"the endpoint serves chain {chain_id}, and this belongs to chain {domain.chain_id}")
    code = octets(await endpoint.ask("eth_getCode", to_hex(domain.contract), "latest"))
    if not code:
        raise Broken(f"the endpoint's chain does not hold the contract {to_hex(domain.contract)}")
    if not keccak256(code).startswith(code_hash):
        raise Broken(f"the endpoint's chain holds other code at {to_hex(domain.contract)}: call whoever named it")


async def final_block(endpoint: Endpoint) -> int:
    """The newest block that stays. Raises TryAgain."""
    block = await endpoint.ask("eth_getBlockByNumber", "finalized", False)
    return quantity(block.get("number") if isinstance(block, dict) else None)


async def position(endpoint: Endpoint, domain: Domain, terminal: Address, block: int) -> tuple[int, int]:
    """Up to which entry the contract has settled this terminal's journal, and the word with the head that it keeps.

    Raises Broken when it does not know the terminal, and TryAgain when the endpoint does not answer.
    """
    data = to_hex(_TERMINAL + terminal.rjust(logs.WORD, b"\0"))
    call = {"to": to_hex(domain.contract), "data": data}
    answer = octets(await endpoint.ask("eth_call", call, hex(block)))
    if len(answer) != 4 * logs.WORD:
        raise TryAgain("the contract answers about the terminal in another form: is it ours?")
    shop, sequence, head, _ = logs.words(answer)
    if shop == 0:
        raise Broken(f"the contract does not know the terminal {to_hex(terminal)}: have it registered")
    return sequence, head


async def leads_to(endpoint: Endpoint, domain: Domain, programme: int, old: Address, new: Address) -> bool:
    """Whether the new pass took the old one's place in the programme, at the newest final block. Raises TryAgain."""
    for _ in range(SUCCESSORS_MAX):
        if old == new:
            return True
        data = to_hex(_SUCCESSOR + programme.to_bytes(logs.WORD) + old.rjust(logs.WORD, b"\0"))
        answer = octets(await endpoint.ask("eth_call", {"to": to_hex(domain.contract), "data": data}, "finalized"))
        if len(answer) != logs.WORD:
            raise TryAgain("the contract answers about a pass in another form: is it ours?")
        old = Address(answer[-ADDRESS_BYTES:])
    return old == new


def kept_head(word: int) -> bytes:
    """The 20 bytes of a head that stand in a bytes20 word of the contract."""
    return word.to_bytes(logs.WORD)[: journal.KEPT_HEAD_BYTES]


def reason_of(number: int) -> Reason:
    """The reason with this number of the contract. Raises Broken for one that is not known here."""
    try:
        return Reason(number)
    except ValueError:
        raise Broken(f"the contract gives the reason {number}, which this program does not know: update it") from None
