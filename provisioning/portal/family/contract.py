"""What the contract has of a pass, asked by this one page itself: a plain view call, without a chain library or a key.

    budget(uint32 programme, address pass) -> (uint32 left, uint32 spent, uint32 drawn, uint32 today, uint16 day,
        bool blocked, bool known, uint32 counter, uint64 window)

Asked at the node's final block. A reading is kept for two seconds, and a node that does not answer rests for five;
a few may wait for it at a time, so that the other pages go on.
"""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore

import httpx
from django.core.cache import caches
from pydantic_core import from_json

from contracts.deployment import Deployment
from contracts.wire.errors import TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.units import Address, Cents, from_hex, to_hex
from provisioning import desk
from provisioning.portal import settings

TIMEOUT_SECONDS = 3.0
KEPT_SECONDS = 2
REST_SECONDS = 5
_ANSWER_BYTES_MAX = 4 * 1024
_AT_A_TIME = BoundedSemaphore(3)
_SELECTOR = keccak256(b"budget(uint32,address)")[:4]
_WORD = 32
_BITS = (32, 32, 32, 32, 16, 1, 1, 32, 64)
RESTS = "rests"


@dataclass(frozen=True, slots=True)
class Held:
    """A pass in one programme. `counter` is the newest of its phone's codes that was used, `window` the 64 up to it."""

    left: Cents
    spent: Cents
    blocked: bool
    known: bool
    counter: int
    window: int


def record() -> Deployment:
    """Where the contract is. Raises Broken while there is none."""
    return Deployment.load(settings.PLACE / settings.PORTAL.record)


def held(holder: Address, programmes: Collection[int]) -> Mapping[int, Held]:
    """What the pass has in these programmes. Raises TryAgain when the node does not answer as it must."""
    if not programmes:
        return {}
    kept = caches["contract"]
    key = f"{holder.hex()} {sorted(programmes)}".replace(" ", "")
    found: Mapping[int, Held] | None = kept.get(key)
    if found is None:
        found = _asked(holder, sorted(programmes))
        kept.set(key, found, KEPT_SECONDS)
    return found


def _asked(holder: Address, programmes: Collection[int]) -> Mapping[int, Held]:
    if caches["contract"].get(RESTS):
        raise TryAgain("the node did not answer just now")
    if not _AT_A_TIME.acquire(timeout=1):
        raise TryAgain("many ask the node at once")
    try:
        return _called(holder, programmes)
    except (httpx.HTTPError, ValueError) as error:
        caches["contract"].set(RESTS, True, REST_SECONDS)
        raise TryAgain(f"the node does not answer as it must ({type(error).__name__})") from None  # names no pass
    finally:
        _AT_A_TIME.release()


def _called(holder: Address, programmes: Collection[int]) -> Mapping[int, Held]:
    """Raises httpx.HTTPError or ValueError."""
    place = record()
    until = time.monotonic() + TIMEOUT_SECONDS
    with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        url = desk.node(settings.PORTAL.rpc, place)
        return {number: _decoded(_call(client, url, place.contract, holder, number, until)) for number in programmes}


def _call(client: httpx.Client, url: str, to: Address, holder: Address, programme: int, until: float) -> bytes:
    """The bytes that the contract answers."""
    data = _SELECTOR + programme.to_bytes(_WORD) + holder.rjust(_WORD, b"\0")
    call = {"to": to_hex(to), "data": to_hex(data)}
    question = {"jsonrpc": "2.0", "id": programme, "method": "eth_call", "params": [call, "finalized"]}
    headers = {"Content-Type": "application/json"}
    with client.stream("POST", url, content=json.dumps(question), headers=headers) as answer:
        content = b""
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > _ANSWER_BYTES_MAX or time.monotonic() > until:
                raise ValueError("the answer is too long, or comes too slowly")
    told = from_json(content)
    if not isinstance(told, dict) or told.get("id") != programme or not isinstance(told.get("result"), str):
        raise ValueError("not an answer to this question")
    return from_hex(told["result"])


def _decoded(answer: bytes) -> Held:
    """Raises ValueError for anything that the contract does not say."""
    if len(answer) != len(_BITS) * _WORD:
        raise ValueError("the answer is not a budget")
    words = [int.from_bytes(answer[at : at + _WORD]) for at in range(0, len(answer), _WORD)]
    if any(word >> bits for word, bits in zip(words, _BITS, strict=True)):
        raise ValueError("a number of the budget is out of its range")
    left, spent, _drawn, _today, _day, blocked, known, counter, window = words
    return Held(Cents(left), Cents(spent), bool(blocked), bool(known), counter, window)
