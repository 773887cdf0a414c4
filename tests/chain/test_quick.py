"""The quicker loop beside py-evm's own: of any program both say the same, to the gas and to the reason."""

from random import Random
from typing import Any

import pytest
from eth.constants import BLANK_ROOT_HASH, ZERO_ADDRESS
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.cancun.transaction_context import CancunTransactionContext
from eth.vm.forks.prague.state import PragueState
from eth.vm.message import Message

from contracts.embedded.quick import QuickState

PROGRAMS, SHARES = 1_600, 4
HERE: Any = b"\x11" * 20
SENDER: Any = b"\x22" * 20
BLOCK: Any = 1
HASH: Any = bytes(32)
CALLED: Any = bytes(19) + b"\x22"
STEPS = 60
JUMPDEST, PUSH1, PUSH2, CALL, RETURN = 0x5B, 0x60, 0x61, 0xF1, 0xF3
SMALL = (0, 1, 2, 31, 32, 33, 64, 255, 256, 1_000)
NUMBERS = (*SMALL, *SMALL, 2**32, 2**255, 2**256 - 1)
USUAL = (*range(0x01, 0x0C), *range(0x10, 0x1E), 0x20, 0x35, 0x36, 0x37, 0x39, 0x3D, 0x3E, *range(0x50, 0x60))


def push(number: int) -> bytes:
    data = number.to_bytes(max(1, (number.bit_length() + 7) // 8))
    return bytes([PUSH1 - 1 + len(data)]) + data


def program(dice: Random) -> bytes:
    """Mostly what makes sense, so that it comes far, and now and then any byte at all."""
    code = b"".join(push(dice.choice(SMALL)) for _ in range(dice.choice((0, 16))))
    for _ in range(dice.randrange(1, STEPS)):
        kind = dice.random()
        if kind < 0.45:
            code += push(dice.choice(NUMBERS) if dice.random() < 0.5 else dice.randrange(len(code) + 3))
        elif kind < 0.85:
            code += bytes([dice.choice((*USUAL, *range(0x80, 0xA3)))])
        elif kind < 0.9:
            code += b"".join(push(each) for each in (32, 0, 32, 0, 0, CALLED[-1], 50_000)) + bytes([CALL])
        else:
            code += bytes([JUMPDEST]) if kind < 0.97 else dice.randbytes(dice.choice((1, 1, 5)))
    return code + (push(64) + push(0) + bytes([RETURN]) if dice.random() < 0.5 else b"")


def came_to(kind: Any, code: bytes, called: bytes, gas: int) -> tuple[object, ...]:
    """All that a run leaves: output, gas, refund, events, what it says of an error, and the state."""
    context = ExecutionContext(ZERO_ADDRESS, 1, BLOCK, 0, HASH, 2**24, [], 1337, 0, 0)
    state = kind(AtomicDB(), context, BLANK_ROOT_HASH)
    state.set_code(CALLED, called)
    message = Message(gas, HERE, SENDER, 0, bytes(range(64)), code)
    done = state.computation_class.apply_message(state, message, CancunTransactionContext(0, SENDER))
    said = repr(done.error) if done.is_error else None
    state.lock_changes()
    events = done.get_log_entries() if said is None else ()
    return done.output, done.get_gas_used(), done.get_gas_refund(), events, said, state.make_state_root()


@pytest.mark.filterwarnings("ignore:SELFDESTRUCT")
@pytest.mark.parametrize("share", range(SHARES))
def test_any_program_comes_to_the_same(share):
    dice, errors, went_well = Random(share), set(), 0
    for _ in range(PROGRAMS // SHARES):
        code, called, gas = program(dice), program(dice), dice.choice((60, 500, 5_000, 2_000_000))
        found = came_to(QuickState, code, called, gas)
        assert found == came_to(PragueState, code, called, gas), code.hex()
        errors |= {str(found[-2]).split("(")[0]}
        went_well += found[-2] is None
    assert errors >= {"OutOfGas", "InsufficientStack", "InvalidJumpDestination", "InvalidInstruction"}
    assert went_well > PROGRAMS // SHARES // 20
