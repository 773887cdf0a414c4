"""A contract as tests call it: functions by their names, results, events and reasons as Python values."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi.abi import decode, encode

from contracts.compile import Artifact
from contracts.wire.hashing import keccak256
from contracts.wire.units import Address

CHAIN_ID = 1337
GAS_LIMIT = 16_777_216
"""What one transaction may use (EIP-7825)."""

NOBODY = Address(bytes(20))

Log = tuple[bytes, Sequence[int], bytes]
"""Who logged, topics, data."""


class Reverted(Exception):
    """The call was undone; the text is the contract's reason."""


class Machine(ABC):
    """Something that runs contracts under the rules of Prague, at the time and on the chain that it is told."""

    def __init__(self, time: int) -> None:
        self.time = time
        self.block = 1
        self.chain_id = CHAIN_ID

    @abstractmethod
    def create(self, sender: Address, code: bytes, at: Address | None) -> Address:
        """A new contract, at an address of its own or at the one given. Raises Reverted."""

    @abstractmethod
    def transact(self, sender: Address, to: Address, data: bytes) -> tuple[int, bytes, list[Log]]:
        """Gas in all, output and logs of a transaction. Raises Reverted, and then nothing has changed."""

    @abstractmethod
    def look(self, to: Address, data: bytes) -> bytes:
        """The output of a call by nobody, of which nothing is kept. Raises Reverted."""

    def deploy(self, artifact: Artifact, *arguments: Any, sender: Address, at: Address | None = None) -> "Contract":
        """A new contract of ours, at an address of its own or at the one given. Raises Reverted."""
        inputs: list[dict[str, Any]] = next(
            (item["inputs"] for item in artifact["abi"] if item["type"] == "constructor"), []
        )
        code = bytes.fromhex(artifact["bytecode"][2:]) + encode([_type(item) for item in inputs], arguments)
        return Contract(self, self.create(sender, code, at), artifact["abi"])


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


@dataclass(frozen=True)
class Struct:
    """A struct that a view returned, its fields by name."""

    fields: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        if name in self.fields:
            return self.fields[name]
        raise AttributeError(name)


class Contract:
    """A contract on a machine: `contract("fund", 1, 100, sender=somebody)`."""

    def __init__(self, evm: Machine, address: Address, abi: Sequence[dict[str, Any]]) -> None:
        self.evm = evm
        self.address = address
        self._abi = abi

    def __call__(self, name: str, *arguments: Any, sender: Address = NOBODY) -> Receipt:
        """Call a function in a transaction of its own. Raises Reverted."""
        gas, output, logs = self.evm.transact(sender, self.address, self.calldata(name, *arguments))
        events = tuple(self._event(topics, data) for address, topics, data in logs if address == self.address)
        return Receipt(gas, self._result(name, output), events)

    def view(self, name: str, *arguments: Any) -> Any:
        """What a view function answers."""
        return self._result(name, self.evm.look(self.address, self.calldata(name, *arguments)))

    def calldata(self, name: str, *arguments: Any) -> bytes:
        """The data of the call."""
        types = [_type(item) for item in self._functions[name]["inputs"]]
        return selector(name, types) + encode(types, arguments)

    def _result(self, name: str, output: bytes) -> Any:
        items = self._functions[name]["outputs"]
        values = decode([_type(item) for item in items], output)
        results = tuple(_named(item, value) for item, value in zip(items, values, strict=True))
        return results[0] if len(results) == 1 else results

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
        found = {i["name"]: decode([_type(i)], t.to_bytes(32))[0] for i, t in zip(indexed, topics[1:], strict=True)}
        values = decode([_type(i) for i in plain], data)
        found |= {i["name"]: value for i, value in zip(plain, values, strict=True)}
        return Event(item["name"], {i["name"]: found[i["name"]] for i in item["inputs"]})


def selector(name: str, types: Iterable[str]) -> bytes:
    """The first 4 bytes of a call."""
    return _topic(name, types)[:4]


def reason_of(output: bytes) -> str:
    """The text of Error(string), or nothing."""
    return str(decode(["string"], output[4:])[0]) if output[:4] == selector("Error", ["string"]) else ""


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


def _topic(name: str, types: Iterable[str]) -> bytes:
    return keccak256(f"{name}({','.join(types)})".encode())
