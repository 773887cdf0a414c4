"""Logs of the contract to events, by the ABI.

Strings are read as bytes first: the chain holds whatever a sponsor sent as a name, and no name may stop the reader, or
a terminal that any sponsor's programme concerns. What no screen shows becomes U+FFFD.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode

from contracts.gateway.chain.events import Event
from contracts.wire.hashing import keccak256
from contracts.wire.units import Hash

Abi = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    indexed: tuple[Mapping[str, Any], ...]
    plain: tuple[Mapping[str, Any], ...]


class LogDecoder:
    """Knows the events of one ABI by their topic."""

    def __init__(self, abi: Abi) -> None:
        events = [item for item in abi if item["type"] == "event"]
        self._kinds: dict[bytes, _Kind] = {_topic(item): _kind(item) for item in events}

    def topic(self, name: str) -> Hash:
        """By which a node finds the events of this name."""
        return Hash(next(topic for topic, kind in self._kinds.items() if kind.name == name))

    def events(self, logs: Iterable[Mapping[str, Any]]) -> list[Event]:
        """The events among the logs (as web3 gives them), in the chain's order; logs of unknown events are left out."""
        ordered = sorted(logs, key=lambda log: (log["blockNumber"], log["logIndex"]))
        return [self._event(log) for log in ordered if log["topics"] and bytes(log["topics"][0]) in self._kinds]

    def _event(self, log: Mapping[str, Any]) -> Event:
        topics = [bytes(topic) for topic in log["topics"]]
        kind = self._kinds[topics[0]]
        arguments = dict(_decode(kind.indexed, b"".join(topics[1:])) | _decode(kind.plain, bytes(log["data"])))
        return Event(kind.name, arguments, int(log["blockNumber"]), Hash(bytes(log["transactionHash"])))


def _decode(inputs: Sequence[Mapping[str, Any]], data: bytes) -> dict[str, Any]:
    types = ["bytes" if item["type"] == "string" else item["type"] for item in inputs]
    values = zip(inputs, decode(types, data), strict=True)
    return {item["name"]: _text(value) if item["type"] == "string" else value for item, value in values}


def _text(value: bytes) -> str:
    text = value.decode("utf-8", errors="replace")
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def _kind(item: Mapping[str, Any]) -> _Kind:
    indexed, plain = ([i for i in item["inputs"] if i["indexed"] is wanted] for wanted in (True, False))
    return _Kind(str(item["name"]), tuple(indexed), tuple(plain))


def _topic(item: Mapping[str, Any]) -> Hash:
    types = ",".join(argument["type"] for argument in item["inputs"])
    return keccak256(f"{item['name']}({types})".encode())
