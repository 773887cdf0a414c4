"""What the installer changed, written before it is changed: so that it can go on after a kill, and take all back."""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from contracts.wire.errors import Broken
from provisioning.installer.host import Host
from terminal.places import INSTALL_RECORD

_VERSION = 1


class Came(StrEnum):
    """How far a step came."""

    BEGUN = "begun"
    DONE = "done"


@dataclass(slots=True)
class Record:
    """The steps that were begun here, in order, with what each keeps for its undoing."""

    host: Host
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def open(cls, host: Host) -> Self:
        """What is recorded on this machine. Raises Broken when the record is damaged."""
        text = host.read(INSTALL_RECORD)
        if text is None:
            return cls(host)
        try:
            document = json.loads(text)
            if document["version"] != _VERSION:
                raise Broken(f"{INSTALL_RECORD} is a newer program's: install with that one")
            return cls(host, {name: {"came": Came(step["came"]), **step} for name, step in document["steps"].items()})
        except (ValueError, KeyError, TypeError):
            raise Broken(f"{INSTALL_RECORD} is damaged: restore it from a copy, or install this machine anew") from None

    def begun(self, name: str) -> bool:
        """Whether this step was begun and not brought to its end."""
        return name in self.steps and self.steps[name]["came"] == Came.BEGUN

    def begin(self, name: str) -> "Memory":
        """Write ahead that this step changes the machine from now on."""
        self.steps.setdefault(name, {"kept": {}})["came"] = Came.BEGUN
        self.save()
        return Memory(self, name)

    def finish(self, name: str) -> None:
        """The step has come to its end."""
        self.steps[name]["came"] = Came.DONE
        self.save()

    def forget(self, name: str) -> None:
        """The step was undone."""
        del self.steps[name]
        self.save()

    def save(self) -> None:
        """Bring it to the disk."""
        document = {"version": _VERSION, "steps": self.steps}
        self.host.write(INSTALL_RECORD, json.dumps(document, indent=1) + "\n", mode=0o600)


@dataclass(frozen=True, slots=True)
class Memory:
    """What one step keeps for its undoing: how it was before. What is kept first stays: a second run finds ours."""

    record: Record
    name: str

    def keep(self, key: str, value: Any) -> None:
        """Note how it was, on the disk before it is changed."""
        kept = self.record.steps[self.name]["kept"]
        if key not in kept:
            kept[key] = value
            self.record.save()

    def all(self) -> dict[str, Any]:
        """All that was kept."""
        return dict(self.record.steps[self.name]["kept"])

    def recall(self, key: str) -> Any:
        """What was kept of this; None when nothing."""
        return self.record.steps[self.name]["kept"].get(key)
