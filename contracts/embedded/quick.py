"""py-evm with less around each instruction: its own instructions, gas and refusals, in two thirds of the time.

What is quick here is only what goes well; whatever is out of bounds is left to py-evm's own parts, which say why.
"""

from contextlib import suppress
from functools import lru_cache
from typing import Any

from eth.abc import ComputationAPI, MessageAPI, StateAPI, TransactionContextAPI
from eth.exceptions import Halt
from eth.vm.computation import NO_RESULT
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.state import PragueState
from eth.vm.logic.invalid import InvalidOpcode
from eth.vm.memory import Memory
from eth.vm.opcode import _FastOpcode
from eth.vm.stack import Stack

_CODES_REMEMBERED = 64
_STOP = 0
_STACK_ITEMS_MAX, _WORD = 1024, 32


class _Stack(Stack):
    """Numbers come off it without a look at each one's type: only numbers and bytes were put on it."""

    __slots__ = ()

    def push_bytes(self, value: bytes) -> None:
        if type(value) is bytes and len(value) <= _WORD and len(self.values) < _STACK_ITEMS_MAX:
            self._append(value)
        else:
            super().push_bytes(value)

    def pop1_int(self) -> int:
        value: Any = self.pop1_any()
        return value if type(value) is int else int.from_bytes(value)

    def pop_ints(self, num_items: int) -> tuple[int, ...]:
        if num_items > len(self.values):
            return super().pop_ints(num_items)
        pop = self._pop
        popped: list[Any] = [pop() for _ in range(num_items)]
        return tuple([value if type(value) is int else int.from_bytes(value) for value in popped])


class _Memory(Memory):
    """Writes within what there is."""

    __slots__ = ()

    def write(self, start_position: int, size: int, value: bytes) -> None:
        if start_position >= 0 and len(value) == size and start_position + size <= len(self._bytes):
            self._bytes[start_position : start_position + size] = value
        else:
            super().write(start_position, size, value)


class QuickComputation(PragueComputation):
    """One message's run."""

    def __init__(self, state: StateAPI, message: MessageAPI, transaction_context: TransactionContextAPI) -> None:
        super().__init__(state, message, transaction_context)
        self._stack, self._memory = _Stack(), _Memory()
        stream: Any = self.code
        stream.valid_positions, stream.invalid_positions = _positions(bytes(message.code))

    def extend_memory(self, start_position: int, size: int) -> None:
        """Costs nothing within what there is."""
        memory: Any = self._memory
        if not 0 < size <= len(memory) - start_position:
            super().extend_memory(start_position, size)

    @classmethod
    def apply_computation(
        cls,
        state: StateAPI,
        message: MessageAPI,
        transaction_context: TransactionContextAPI,
        parent_computation: ComputationAPI | None = None,
    ) -> ComputationAPI:
        """As py-evm has it, but for the loop."""
        computation: Any
        with cls(state, message, transaction_context) as computation:
            computation._begin(parent_computation)
            precompile = computation.precompiles.get(message.code_address, NO_RESULT)
            if precompile is NO_RESULT:
                computation._run()
            elif not message.is_delegation:
                precompile(computation)
        quick: ComputationAPI = computation
        return quick

    def _begin(self, parent: Any) -> None:
        if self.is_origin_computation:
            self.contracts_created = []
            if self.msg.is_create:
                self.consume_initcode_gas_cost(self)
        if parent is not None:
            self.contracts_created = parent.contracts_created
        if self.msg.is_create:
            self.contracts_created.append(self.msg.storage_address)

    def _run(self) -> None:
        """Instruction after instruction until one ends it; behind the code stands STOP."""
        stream: Any = self.code
        opcodes, meter = self.opcodes, self._gas_meter
        code: bytes = stream._raw_code_bytes  # noqa: SLF001 -- asked for each by itself it takes as long as the rest
        end = len(code)
        with suppress(Halt):
            while True:
                place = stream.program_counter
                stream.program_counter = place + 1
                number = code[place] if place < end else _STOP
                found = opcodes.get(number)
                if type(found) is _FastOpcode and found.gas_cost <= meter.gas_remaining:
                    meter.gas_remaining -= found.gas_cost
                    found.logic_fn(self)
                else:
                    (found or InvalidOpcode(number))(computation=self)


class QuickState(PragueState):
    """A state whose messages run so."""

    computation_class = QuickComputation


@lru_cache(_CODES_REMEMBERED)
def _positions(_code: bytes) -> tuple[set[int], set[int]]:
    """Where a code's instructions stand and where not, as far as runs have asked."""
    return set(), set()
