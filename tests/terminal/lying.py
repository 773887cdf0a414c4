"""A gateway that lies: it stands before an honest one, knows all that that one says, and tells what a test likes."""

import copy
import json
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import httpx

from contracts.wire import journal
from contracts.wire.units import Address, from_hex, hash32, to_hex
from tests.terminal.web import Answer, threaded

HANGS_UP: Answer = (0, b"")
Lie = Callable[[Any], Any]
"""What the honest one says -> what is told instead."""


class Liar:
    """`lies` has what is told instead, by the last word of what is asked; `told` counts the lies."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self.lies: dict[str, Lie] = {}
        self.swallows = False
        """Entries are taken in with thanks, and dropped."""
        self.told: Counter[str] = Counter()
        self._whole: dict[str, Any] | None = None

    async def handle(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        name = target.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
        if name == "segments" and self.swallows:
            return self._swallow(json.loads(body))
        lie = self.lies.get(name)
        if lie is None:
            return await self._honestly(name, method, target, headers, body)
        if lie is silence:
            self.told[name] += 1
            return HANGS_UP
        if name == "snapshot" and self._whole is not None:
            honest: Any = copy.deepcopy(self._whole)
        else:
            status, said = await self._honestly(name, method, target, headers, body)
            if status != 200:
                return status, said
            honest = json.loads(said)
        self.told[name] += 1
        instead = lie(honest)
        if name == "snapshot":
            instead = instead | {"version": f"lie-{self.told[name]}", "full": True, "more": False}
        return 200, json.dumps(instead).encode()

    async def _honestly(self, name: str, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        passed_on = {each: value for each, value in headers.items() if each not in {"host", "content-length"}}
        try:
            async with httpx.AsyncClient(timeout=30) as client:
                said = await client.request(method, self._upstream + target, headers=passed_on, content=body)
        except httpx.TransportError:
            return HANGS_UP
        if name == "snapshot" and said.status_code == 200 and said.json()["full"]:
            self._whole = said.json()
        return said.status_code, said.content

    def _swallow(self, segment: dict[str, Any]) -> Answer:
        """Its answer is as good as an honest one's: sequence and head are right."""
        self.told["segments"] += 1
        head = journal.advance_all(hash32(from_hex(segment["previous_head"])), map(from_hex, segment["entries"]))
        last = segment["first"] + len(segment["entries"]) - 1
        return 200, json.dumps({"sequence": last, "head": to_hex(head)}).encode()


@contextmanager
def lying(upstream: str):
    """The liar, and its address."""
    liar = Liar(upstream)
    with threaded(liar.handle) as url:
        yield liar, url


# What it says instead


def silence(_: Any) -> None:
    """It withholds: the honest one never hears of it."""


def everybody_has(cents: int, *unknown: Address) -> Lie:
    """Invents budgets: for those that it knows, and for those that nobody knows."""

    def lie(snapshot: Any) -> Any:
        programme = snapshot["programmes"][0]["id"]
        known = [[row[0], row[1], cents, False, 0, 0, 0, row[7]] for row in snapshot["budgets"]]
        made = [[to_hex(each), programme, cents, False, 0, 0, 0, "0x" + "00" * 8] for each in unknown]
        return snapshot | {"budgets": known + made}

    return lie


def rules_are(**rules: Any) -> Lie:
    """Every programme has these."""

    def lie(snapshot: Any) -> Any:
        return snapshot | {"programmes": [each | rules for each in snapshot["programmes"]]}

    return lie


def counts_to(sequence: int, lie: Lie) -> Lie:
    """It claims to have taken the own entries up to there off."""
    return lambda snapshot: lie(snapshot) | {"sequence": sequence}


def outcome(sequence: int, reason: int) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "reason": reason,
        "from_slice": 0,
        "from_budget": 0,
        "transaction": "0x" + "11" * 32,
        "block": 1,
    }


def outcomes_are(*reasons: int) -> Lie:
    """Of the first entries, whatever became of them."""
    told = [outcome(sequence, reason) for sequence, reason in enumerate(reasons, start=1)]
    return lambda _: {"outcomes": told}


def outcomes_turned(reason: int) -> Lie:
    """What is settled became this."""
    return lambda honest: {"outcomes": [each | {"reason": reason} for each in honest["outcomes"]]}
