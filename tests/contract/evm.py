"""py-evm with nothing around it but a quicker loop: transactions at a chosen time, gas, events, reverts."""

from collections import Counter
from typing import Any

from eth._utils.address import generate_contract_address
from eth.constants import BLANK_ROOT_HASH, CREATE_CONTRACT_ADDRESS
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.cancun.transaction_context import CancunTransactionContext
from eth.vm.message import Message

from contracts.embedded.quick import QuickState
from contracts.wire.units import Address
from tests.contract.called import GAS_LIMIT, NOBODY, Log, Machine, Reverted, reason_of

_GAS_TRANSACTION, _GAS_ZERO, _GAS_NON_ZERO, _FLOOR_PER_TOKEN = 21_000, 4, 16, 10
_REFUND_QUOTIENT = 5


class Evm(Machine):
    """A state to which transactions are applied one after another, with the rules of Prague."""

    def __init__(self, time: int) -> None:
        super().__init__(time)
        self._state = QuickState(AtomicDB(), self._context(), BLANK_ROOT_HASH)
        self._sent: Counter[Address] = Counter()

    def create(self, sender: Address, code: bytes, at: Address | None) -> Address:
        """A new contract, at an address of its own or at the one given. Raises Reverted."""
        address = at or Address(generate_contract_address(_raw(sender), self._sent[sender]))
        message = self._message(sender, CREATE_CONTRACT_ADDRESS, b"", code, create_address=address)
        computation = self._state.computation_class.apply_create_message(
            self._state, message, CancunTransactionContext(gas_price=0, origin=_raw(sender))
        )
        self._settle(computation)
        self._sent[sender] += 1
        return address

    def transact(self, sender: Address, to: Address, data: bytes) -> tuple[int, bytes, list[Log]]:
        """Gas in all, output and logs of a transaction. Raises Reverted, and then nothing has changed."""
        done = self._run(sender, to, data)
        self._sent[sender] += 1
        return done

    def look(self, to: Address, data: bytes) -> bytes:
        """The output of a call by nobody. A view changes nothing, so it need not be undone. Raises Reverted."""
        return self._run(NOBODY, to, data)[1]

    def _run(self, sender: Address, to: Address, data: bytes) -> tuple[int, bytes, list[Log]]:
        message = self._message(sender, to, data, self._state.get_code(_raw(to)))
        for address in (sender, to, *(number.to_bytes(20) for number in range(1, 18))):
            self._state.mark_address_warm(_raw(address))
        computation = self._state.computation_class.apply_message(
            self._state, message, CancunTransactionContext(gas_price=0, origin=_raw(sender))
        )
        self._settle(computation)
        execution = _intrinsic(data) + computation.get_gas_used()
        gas = execution - min(computation.get_gas_refund(), execution // _REFUND_QUOTIENT)
        return max(gas, _floor(data)), computation.output, list(computation.get_log_entries())

    def _message(self, sender: Address, to: bytes, data: bytes, code: bytes, **more: Any) -> Message:
        self._state.execution_context = self._context()
        return Message(
            gas=GAS_LIMIT - _intrinsic(data), to=_raw(to), sender=_raw(sender), value=0, data=data, code=code, **more
        )

    def _settle(self, computation: Any) -> None:
        self._state.lock_changes()
        self._state.clear_transient_storage()
        if computation.is_error:
            raise Reverted(reason_of(computation.output) or repr(computation.error))

    def _context(self) -> ExecutionContext:
        return ExecutionContext(
            coinbase=_raw(NOBODY),
            timestamp=self.time,
            block_number=_raw(self.block),
            difficulty=0,
            mix_hash=_raw(bytes(32)),
            gas_limit=GAS_LIMIT,
            prev_hashes=(),
            chain_id=self.chain_id,
            base_fee_per_gas=0,
            excess_blob_gas=0,
        )


def _raw(value: Any) -> Any:
    """The value past the checker: py-evm has its own names for bytes and numbers."""
    return value


def _intrinsic(data: bytes) -> int:
    zeros = data.count(0)
    return _GAS_TRANSACTION + zeros * _GAS_ZERO + (len(data) - zeros) * _GAS_NON_ZERO


def _floor(data: bytes) -> int:
    """What the data costs at the least (EIP-7623)."""
    tokens = data.count(0) + 4 * (len(data) - data.count(0))
    return _GAS_TRANSACTION + _FLOOR_PER_TOKEN * tokens
