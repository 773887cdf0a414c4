"""One view of the contract for many arguments, in one call of the node: code that is run once and kept nowhere.

An `eth_call` without a receiver runs its data as the code of a contract that is being made, and gives what it returns:
at most as much as a contract's code may be (EIP-170).
"""

from collections.abc import Sequence

from contracts.wire.hashing import keccak256
from contracts.wire.units import Address

WORD = 32
TOGETHER = 64
"""So many fit in one call, with answers of up to eleven words each."""

_ARGUMENTS, _ANSWERS = 4, 96  # behind the selector, and behind two words of arguments
_MSTORE, _GAS, _STATICCALL, _AND, _RETURN = b"\x52", b"\x5a", b"\xfa", b"\x16", b"\xf3"


def code(contract: Address, view: str, arguments: Sequence[bytes], words: int) -> bytes:
    """Calls the view with each of these arguments (one or two words), for answers of so many words each."""
    selector = _push(keccak256(view.encode())[:4] + bytes(28)) + _push2(0) + _MSTORE
    places = range(_ANSWERS, _ANSWERS + len(arguments) * words * WORD, words * WORD)
    calls = (_call(contract, each, at, words) for each, at in zip(arguments, places, strict=True))
    size = len(arguments) * words * WORD
    end = _push2(_ANSWERS + size) + _MSTORE + _push2(size + WORD) + _push2(_ANSWERS) + _RETURN
    return selector + _push(b"\x01") + b"".join(calls) + end


def answers(told: bytes, count: int, words: int) -> list[bytes]:
    """The answers one by one. Raises ValueError unless every call succeeded."""
    size = words * WORD
    if len(told) != count * size + WORD or int.from_bytes(told[-WORD:]) != 1:
        raise ValueError("the contract did not answer all that it was asked")
    return [told[at : at + size] for at in range(0, count * size, size)]


def _call(contract: Address, argument: bytes, answer_at: int, words: int) -> bytes:
    """Leaves on the stack whether this call and all before it succeeded."""
    parts = (argument[at : at + WORD] for at in range(0, len(argument), WORD))
    stored = (_push(part) + _push2(_ARGUMENTS + place * WORD) + _MSTORE for place, part in enumerate(parts))
    memory = _push2(words * WORD) + _push2(answer_at) + _push2(_ARGUMENTS + len(argument)) + _push2(0)
    return b"".join(stored) + memory + _push(contract) + _GAS + _STATICCALL + _AND


def _push(value: bytes) -> bytes:
    return bytes([0x5F + len(value)]) + value


def _push2(value: int) -> bytes:
    return _push(value.to_bytes(2))
