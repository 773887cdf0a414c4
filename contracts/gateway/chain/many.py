"""One view of the contract for many addresses, in one call of the node: code that is run once and kept nowhere.

An `eth_call` without a receiver runs its data as the code of a contract that is being made, and gives what it returns.
"""

from collections.abc import Sequence

from contracts.wire.hashing import keccak256
from contracts.wire.units import Address

ANSWER_BYTES = 128
"""What each answer has: four words."""

_ARGUMENT, _ANSWERS = 4, 64
_MSTORE, _GAS, _STATICCALL, _POP, _RETURN = b"\x52", b"\x5a", b"\xfa", b"\x50", b"\xf3"


def code(contract: Address, view: str, addresses: Sequence[Address]) -> bytes:
    """Calls the view for each address, and returns the answers one after another; zeros for one that fails."""
    selector = _push(keccak256(view.encode())[:4] + bytes(28)) + _push2(0) + _MSTORE
    calls = (_call(contract, address, _ANSWERS + place * ANSWER_BYTES) for place, address in enumerate(addresses))
    end = _push2(len(addresses) * ANSWER_BYTES) + _push2(_ANSWERS) + _RETURN
    return selector + b"".join(calls) + end


def _call(contract: Address, address: Address, answer_at: int) -> bytes:
    argument = _push(bytes(12) + address) + _push2(_ARGUMENT) + _MSTORE
    memory = _push2(ANSWER_BYTES) + _push2(answer_at) + _push2(_ARGUMENT + 32) + _push2(0)
    return argument + memory + _push(contract) + _GAS + _STATICCALL + _POP


def _push(value: bytes) -> bytes:
    return bytes([0x5F + len(value)]) + value


def _push2(value: int) -> bytes:
    return _push(value.to_bytes(2))
