"""How far a deployment has come, in a file beside its record: so that one that is interrupted never deploys twice.

Each transaction stands here, signed, before the node has it. Whoever runs the command again sends the same bytes, which
a chain takes once. There is no secret in the file.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.chain import Signed
from contracts.deployment import AddressField, HashField
from contracts.wire.errors import Broken
from contracts.wire.units import from_hex, to_hex
from terminal.durable import sync_folder

_BYTES_MAX = 4 * 1024 * 1024


class Step(BaseModel):
    """One transaction, as it is sent each time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    transaction: HashField
    raw: str

    def signed(self) -> Signed:
        """What the node takes."""
        return Signed(self.transaction, from_hex(self.raw))


class Plan(BaseModel):
    """What is to be deployed, where, and by whom: another plan is another deployment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    chain_id: int
    deployer: AddressField
    network: int
    token: AddressField | None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    plan: Plan
    steps: dict[str, Step]


@dataclass(slots=True)
class Progress:
    """The steps of one plan that were signed. Without a path they are forgotten with the process."""

    plan: Plan
    path: Path | None = None
    _steps: dict[str, Step] = field(default_factory=dict)

    @classmethod
    def open(cls, record: Path, plan: Plan) -> Self:
        """Go on where the file beside this record says, or begin. Raises Broken when it is another plan's."""
        path = beside(record)
        if not path.exists():
            return cls(plan, path)
        found = _read(path)
        if found.plan != plan:
            other = "a deployment by another key or with other options"
            raise Broken(f"{path} is of {other}: give those again, or remove it to begin anew")
        return cls(plan, path, dict(found.steps))

    def find(self, name: str) -> Signed | None:
        """The transaction of that step, if it was signed before."""
        step = self._steps.get(name)
        return step.signed() if step else None

    def all(self) -> list[Signed]:
        """The transactions that were signed, in order."""
        return [step.signed() for step in self._steps.values()]

    def keep(self, name: str, signed: Signed) -> None:
        """Note a step's transaction, on the disk when this returns. Raises Broken when it cannot be written."""
        self._steps[name] = Step(transaction=signed.transaction, raw=to_hex(signed.raw))
        if self.path is not None:
            _write(self.path, _File(plan=self.plan, steps=self._steps).model_dump(mode="json"))

    def forget(self) -> None:
        """All is done and recorded."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def beside(record: Path) -> Path:
    """Where the progress of this record's deployment is kept."""
    return record.with_name(record.name + ".progress")


def _read(path: Path) -> _File:
    try:
        with path.open("rb") as file:
            return _File.model_validate_json(file.read(_BYTES_MAX))
    except OSError as error:
        raise Broken(f"{path}: cannot be read ({error.strerror}); it says how far the deployment came") from error
    except ValidationError:
        raise Broken(
            f"{path} is damaged: look on the chain what the deployer's account did, then remove the file"
        ) from None


def _write(path: Path, document: dict[str, Any]) -> None:
    draft = path.with_name(path.name + ".new")
    try:
        with draft.open("w", encoding="ascii") as file:
            json.dump(document, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise Broken(f"{path} cannot be written ({error.strerror}); nothing was sent") from error
