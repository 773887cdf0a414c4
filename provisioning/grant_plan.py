"""What a grant would do, seen before anything is done; and what was granted before, as the chain has it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.wire.errors import Broken
from contracts.wire.hashing import keccak256
from contracts.wire.units import Address, Cents, Hash, from_hex, to_hex
from provisioning import desk, programme
from provisioning.grant_list import Line
from provisioning.programme import Programme
from provisioning.town import Town

PART = 200
"""The passes in one transaction, as many as the contract takes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A grant that can be made. `on_top` passes have a budget in the programme by other grants."""

    programme: Programme
    lines: Sequence[Line]
    made: Mapping[Hash, Sequence[Line]]
    to_do: Sequence[Sequence[Line]]
    on_top: int

    @property
    def now(self) -> int:
        """The passes that are still to get it."""
        return sum(len(part) for part in self.to_do)

    @property
    def cents(self) -> int:
        """What they get."""
        return sum(line.amount for part in self.to_do for line in part)

    def sentences(self) -> Iterator[str]:
        """The plan for people."""
        found, after = self.programme, self.programme.reserve - self.cents
        yield f"programme {found.programme} {found.name}: {self.now} passes get {desk.euros(self.cents)}"
        yield f"it takes {len(self.to_do)} transactions, and leaves {desk.euros(after)} in the reserve"
        if self.now < len(self.lines):
            yield f"{len(self.lines) - self.now} passes had it from before under this reference"
        if self.on_top:
            yield f"{self.on_top} passes have a budget there by another grant, and get this on top of it"

    def data(self) -> dict[str, Any]:
        """The plan for machines."""
        numbers = {"now": self.now, "before": len(self.lines) - self.now, "cents": self.cents, "on_top": self.on_top}
        return {"programme": self.programme.programme, **numbers, "transactions": len(self.to_do)}


def look(town: Town, number: int, reference: str, lines: Sequence[Line]) -> Plan:
    """What granting this would do now. Raises Broken, with the reason, when all of it could not be done."""
    found = programme.show(town, number)
    if found.closed:
        raise Broken(f"programme {number} is closed; nothing was granted")
    before = made(town, number)
    named = parts(reference, lines)
    for name in named.keys() & before.keys():
        require_same(before[name], named[name])
    to_do = [part for name, part in named.items() if name not in before]
    _require_current(town, number, [line for part in to_do for line in part])
    others = {line.address for name, part in before.items() if name not in named for line in part}
    plan = Plan(found, lines, before, to_do, sum(line.address in others for part in to_do for line in part))
    _require_reserve(plan)
    return plan


def parts(reference: str, lines: Sequence[Line]) -> dict[Hash, list[Line]]:
    """The list in the parts that go in one transaction each, by the contract's name for them."""
    starts = range(0, len(lines), PART)
    return {_name(reference, number): list(lines[start : start + PART]) for number, start in enumerate(starts)}


def made(town: Town, number: int) -> dict[Hash, list[Line]]:
    """The grants in a programme by their names, as their transactions say; not those that a contract called."""
    found: dict[Hash, list[Line]] = {}
    logs = town.logs("Granted", programme=number)
    for transaction in dict.fromkeys(bytes(log["transactionHash"]) for log in logs):
        call = _grant_call(town, town.chain.call_data(transaction))
        if call is not None and call["programme"] == number:
            pairs = zip(call["passes"], call["amounts"], strict=True)
            found[Hash(bytes(call["reference"]))] = [Line(Address(from_hex(to)), Cents(cents)) for to, cents in pairs]
    return found


def require_same(before: Sequence[Line] | None, part: Sequence[Line]) -> None:
    """Raises Broken unless what was granted under a name is what is to be granted under it now; None: nobody knows."""
    if before is None:
        raise Broken(
            "this reference was used before, and no transaction here shows for whom: if you gave it a moment ago, "
            "give it again in a minute; else choose another"
        )
    if list(before) != list(part):
        raise Broken("this reference was used for another list, or for other amounts: choose another")


def _name(reference: str, number: int) -> Hash:
    return keccak256(reference.encode(), b"\0", number.to_bytes(4))


def _grant_call(town: Town, data: bytes) -> Mapping[str, Any] | None:
    """The arguments of `grant`, or None when the data is no such call."""
    try:
        function, arguments = town.contract.decode_function_input(data)
    except ValueError:
        return None
    return arguments if function.fn_name == "grant" else None


def _require_current(town: Town, number: int, lines: Sequence[Line]) -> None:
    """Raises Broken when a pass was replaced: the contract would refuse the part that it stands in."""
    replaced = {from_hex(told["old_pass"]) for told in town.history("PassReissued", programme=number)}
    for line in lines:
        if line.address in replaced:
            raise Broken(f"{to_hex(line.address)} was replaced by another pass: grant that one; nothing was granted")


def _require_reserve(plan: Plan) -> None:
    if plan.cents > plan.programme.reserve:
        has, wants = desk.euros(plan.programme.reserve), desk.euros(plan.cents)
        raise Broken(f"the reserve has {has}, and this grants {wants}: fund the programme; nothing was granted")
