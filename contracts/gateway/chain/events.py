"""What the contract says happened, as plain data; see the events in contracts/src for their meaning."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.wire.units import Address, Hash, from_hex


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name, its arguments by name as the ABI decodes them, and where it stands."""

    name: str
    arguments: Mapping[str, Any]
    block: int
    transaction: Hash

    def number(self, name: str) -> int:
        """An argument that is a number."""
        return int(self.arguments[name])

    def address(self, name: str) -> Address:
        """An argument that is an address."""
        return Address(from_hex(str(self.arguments[name])))

    @property
    def place(self) -> tuple[Address, int]:
        """Which entry of which journal it is about."""
        return self.address("terminal"), self.number("sequence")
