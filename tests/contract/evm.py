"""An EVM with nothing around it: transactions at a chosen time, their gas, their events, their reverts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth.constants import BLANK_ROOT_HASH, CREATE_CONTRACT_ADDRESS
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.cancun.transaction_context import CancunTransactionContext
from eth.vm.forks.prague.state import PragueState
from eth.vm.message import Message
from eth_abi.abi import decode, encode

from contracts.compile import Artifact
from contracts.wire.hashing import keccak256
from contracts.wire.units import Address

CHAIN_ID = 1337
GAS_LIMIT = 16_777_216
"""What one transaction may use (EIP-7825)."""

NOBODY = Address(bytes(20))

_GAS_TRANSACTION, _GAS_ZERO, _GAS_NON_ZERO, _FLOOR_PER_TOKEN = 21_000, 4, 16, 10
_REFUND_QUOTIENT = 5


class Reverted(Exception):
    """The call was undone; the text is the contract's reason."""


@dataclass(frozen=True)
class Event:
    """What a contract logged: the name of the event and its arguments by name."""

    kind: str
    arguments: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        if name in self.arguments:
            return self.arguments[name]
        raise AttributeError(name)


@dataclass(frozen=True)
class Receipt:
    """A transaction that succeeded: the gas that it costs in all, what it returned, what it logged."""

    gas: int
    result: Any
    events: tuple[Event, ...]

    def named(self, *names: str) -> list[Event]:
        """The events of these names, in order."""
        return [event for event in self.events if event.kind in names]


class Evm:
    """A state to which transactions are applied one after another, with the rules of Prague."""

    def __init__(self, time: int) -> None:
        self.time = time
        self.block = 1
        self.chain_id = CHAIN_ID
        self._state = PragueState(AtomicDB(), self._context(), BLANK_ROOT_HASH)
        self._nonces = 0

    def deploy(self, artifact: Artifact, *arguments: Any, sender: Address, at: Address | None = None) -> "Contract":
        """A new contract, at an address of its own or at the one given. Raises Reverted."""
        inputs: list[dict[str, Any]] = next(
            (item["inputs"] for item in artifact["abi"] if item["type"] == "constructor"), []
        )
        code = bytes.fromhex(artifact["bytecode"][2:]) + encode([_type(item) for item in inputs], arguments)
        self._nonces += 1
        address = at or keccak256(b"contract", self._nonces.to_bytes(4))[-20:]
        message = self._message(sender, CREATE_CONTRACT_ADDRESS, b"", code, create_address=address)
        computation = self._state.computation_class.apply_create_message(
            self._state, message, CancunTransactionContext(gas_price=0, origin=_raw(sender))
        )
        self._settle(computation)
        return Contract(self, Address(address), artifact["abi"])

    def transact(self, sender: Address, to: Address, data: bytes) -> tuple[int, bytes, Iterable[Any]]:
        """Gas in all, output and raw logs of a transaction. Raises Reverted, and then nothing has changed."""
        message = self._message(sender, to, data, self._state.get_code(_raw(to)))
        for address in (sender, to, *(number.to_bytes(20) for number in range(1, 18))):
            self._state.mark_address_warm(_raw(address))
        computation = self._state.computation_class.apply_message(
            self._state, message, CancunTransactionContext(gas_price=0, origin=_raw(sender))
        )
        self._settle(computation)
        execution = _intrinsic(data) + computation.get_gas_used()
        gas = execution - min(computation.get_gas_refund(), execution // _REFUND_QUOTIENT)
        return max(gas, _floor(data)), computation.output, computation.get_log_entries()

    def _message(self, sender: Address, to: bytes, data: bytes, code: bytes, **more: Any) -> Message:
        self._state.execution_context = self._context()
        return Message(
            gas=GAS_LIMIT - _intrinsic(data), to=_raw(to), sender=_raw(sender), value=0, data=data, code=code, **more
        )

    def _settle(self, computation: Any) -> None:
        self._state.lock_changes()
        self._state.clear_transient_storage()
        if computation.is_error:
            raise Reverted(_reason(computation.output) or repr(computation.error))

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


class Contract:
    """A contract on an Evm: `contract("fund", 1, 100, sender=somebody)`."""

    def __init__(self, evm: Evm, address: Address, abi: Sequence[dict[str, Any]]) -> None:
        self.evm = evm
        self.address = address
        self._abi = abi

    def __call__(self, name: str, *arguments: Any, sender: Address = NOBODY) -> Receipt:
        """Call a function in a transaction of its own. Raises Reverted."""
        function = self._functions[name]
        gas, output, logs = self.evm.transact(sender, self.address, self.calldata(name, *arguments))
        types = [_type(item) for item in function["outputs"]]
        results = [_named(item, value) for item, value in zip(function["outputs"], decode(types, output), strict=True)]
        events = tuple(self._event(topics, data) for address, topics, data in logs if address == self.address)
        return Receipt(gas, results[0] if len(results) == 1 else tuple(results), events)

    def view(self, name: str, *arguments: Any) -> Any:
        """What a view function answers."""
        return self(name, *arguments).result

    def calldata(self, name: str, *arguments: Any) -> bytes:
        """The data of the call."""
        types = [_type(item) for item in self._functions[name]["inputs"]]
        return _selector(name, types) + encode(types, arguments)

    @cached_property
    def _functions(self) -> dict[str, dict[str, Any]]:
        return {item["name"]: item for item in self._abi if item["type"] == "function"}

    @cached_property
    def _events(self) -> dict[int, dict[str, Any]]:
        events = [item for item in self._abi if item["type"] == "event"]
        return {int.from_bytes(_topic(item["name"], [_type(i) for i in item["inputs"]])): item for item in events}

    def _event(self, topics: Sequence[int], data: bytes) -> Event:
        item = self._events[topics[0]]
        indexed = [i for i in item["inputs"] if i["indexed"]]
        plain = [i for i in item["inputs"] if not i["indexed"]]
        arguments = {i["name"]: decode([_type(i)], t.to_bytes(32))[0] for i, t in zip(indexed, topics[1:], strict=True)}
        values = decode([_type(i) for i in plain], data)
        arguments |= {i["name"]: value for i, value in zip(plain, values, strict=True)}
        return Event(item["name"], arguments)


@dataclass(frozen=True)
class Struct:
    """A struct that a view returned, its fields by name."""

    fields: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        if name in self.fields:
            return self.fields[name]
        raise AttributeError(name)


def _raw(value: Any) -> Any:
    """The value past the checker: py-evm has its own names for bytes and numbers."""
    return value


def _named(item: dict[str, Any], value: Any) -> Any:
    if item["type"] != "tuple":
        return value
    return Struct({part["name"]: part_value for part, part_value in zip(item["components"], value, strict=True)})


def _type(item: dict[str, Any]) -> str:
    """The item's type as eth_abi and selectors write it."""
    if not item["type"].startswith("tuple"):
        return str(item["type"])
    inner = ",".join(_type(part) for part in item["components"])
    return f"({inner})" + str(item["type"]).removeprefix("tuple")


def _selector(name: str, types: Iterable[str]) -> bytes:
    return _topic(name, types)[:4]


def _topic(name: str, types: Iterable[str]) -> bytes:
    return keccak256(f"{name}({','.join(types)})".encode())


def _reason(output: bytes) -> str:
    """The text of Error(string), or nothing."""
    return str(decode(["string"], output[4:])[0]) if output[:4] == _selector("Error", ["string"]) else ""


def _intrinsic(data: bytes) -> int:
    zeros = data.count(0)
    return _GAS_TRANSACTION + zeros * _GAS_ZERO + (len(data) - zeros) * _GAS_NON_ZERO


def _floor(data: bytes) -> int:
    """What the data costs at the least (EIP-7623)."""
    tokens = data.count(0) + 4 * (len(data) - data.count(0))
    return _GAS_TRANSACTION + _FLOOR_PER_TOKEN * tokens
