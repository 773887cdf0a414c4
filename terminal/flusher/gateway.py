"""The gateway's requests (its OpenAPI page has them too). Every answer is well-formed, or it is no answer.

Reading is signed with the terminal's key; what is handed in is signed by itself.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeVar

from pydantic import ValidationError

from contracts.wire.batch import Segment
from contracts.wire.errors import Refused, TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.units import TIMESTAMP_MAX, Address, Timestamp, to_hex
from terminal.core.moment import Moment
from terminal.flusher.answers import (
    Accepted,
    Answer,
    Conflict,
    Later,
    Orders,
    Outcomes,
    Position,
    Refusal,
    Sales,
    Snapshot,
)

ANSWER_BYTES_MAX = 128 * 1024
SNAPSHOT_BYTES_MAX = 2 * 1024 * 1024
ORDERS_BYTES_MAX = 512 * 1024

Fetch = Callable[[str, str, Mapping[str, str], bytes, int], Awaitable[tuple[int, bytes]]]
"""Method, URL, headers, body, most bytes of the answer -> status and body. Raises TryAgain."""

_BUSY = frozenset({408, 429, 503})

Form = TypeVar("Form", bound=Answer)


class RequestSigner(Protocol):
    """The terminal's key, as far as requests need it."""

    @property
    def address(self) -> Address:
        """The terminal."""

    def sign_request(self, method: str, target: str, body: bytes, time: Timestamp) -> bytes:
        """The signature over method, path with query, body and time."""


class Gateway:
    """One gateway, asked for one terminal.

    Every request raises TryAgain when there is no well-formed answer, and Refused with the gateway's reason.
    """

    def __init__(self, fetch: Fetch, url: str, signer: RequestSigner, now: Callable[[], Moment]) -> None:
        self._fetch = fetch
        self._root = url.rstrip("/")
        self._path = f"/v1/terminals/{to_hex(signer.address)}"
        self._signer = signer
        self._now = now
        self._corrected: tuple[Timestamp, int] | None = None

    async def position(self) -> Position:
        """What the gateway has of this terminal's journal."""
        return _parse(Position, *await self._get(f"{self._path}/position", ANSWER_BYTES_MAX))

    async def hand_in(self, segment: Segment) -> Accepted | Conflict:
        """Give the gateway these entries; the same ones again do no harm."""
        message = {
            "first": segment.first,
            "previous_head": to_hex(segment.previous_head),
            "entries": [to_hex(entry) for entry in segment.entries],
            "signature": to_hex(segment.signature),
        }
        headers = {"Content-Type": "application/json"}
        url = f"{self._root}{self._path}/segments"
        status, body = await self._fetch("POST", url, headers, json.dumps(message).encode(), ANSWER_BYTES_MAX)
        return _parse(Conflict, 200, body) if status == 409 else _parse(Accepted, status, body)

    async def outcomes(self, after: int) -> Outcomes:
        """What became of the entries after this one, as far as it is final."""
        return _parse(Outcomes, *await self._get(f"{self._path}/outcomes?after={after}", ANSWER_BYTES_MAX))

    async def snapshot(self, known: str | None, wait: int = 0) -> Snapshot | None:
        """The next page of the snapshot, or None when nothing changed since `known`, not even in `wait` seconds."""
        query = (f"?known={known}" + (f"&wait={wait}" if wait else "")) if known else ""
        status, body = await self._get(f"{self._path}/snapshot{query}", SNAPSHOT_BYTES_MAX)
        return None if status == 204 else _parse(Snapshot, status, body)

    async def sales(self, pass_address: Address) -> Sales:
        """The newest sales to this pass, and to those that it replaced, at this terminal's shop."""
        target = f"{self._path}/sales?pass_address={to_hex(pass_address)}"
        return _parse(Sales, *await self._get(target, ANSWER_BYTES_MAX))

    async def orders(self) -> Orders:
        """What waits at this terminal's shop; nothing where the gateway's program is too old to know of orders."""
        status, body = await self._get(f"{self._path}/orders", ORDERS_BYTES_MAX)
        return Orders(orders=[]) if status == 404 else _parse(Orders, status, body)

    async def _get(self, target: str, limit: int) -> tuple[int, bytes]:
        """A signed request; once more with the gateway's time if it says that ours is off."""
        status, body = await self._signed(target, limit)
        refusal = _refusal(body) if status == 401 else None
        if refusal is None or refusal.reason != Reason.REQUEST_CLOCK or refusal.time is None:
            return status, body
        self._corrected = Timestamp(refusal.time), self._now().uptime_ms
        return await self._signed(target, limit)

    async def _signed(self, target: str, limit: int) -> tuple[int, bytes]:
        time = self._time()
        signature = self._signer.sign_request("GET", target, b"", time)
        headers = {"Kindpakket-Time": str(time), "Kindpakket-Signature": to_hex(signature)}
        return await self._fetch("GET", self._root + target, headers, b"", limit)

    def _time(self) -> Timestamp:
        """The time to sign requests with. The gateway may correct it; it never reaches an entry."""
        now = self._now()
        if self._corrected is None:
            return now.entry_time()
        time, uptime_ms = self._corrected
        return Timestamp(min(time + (now.uptime_ms - uptime_ms) // 1000, TIMESTAMP_MAX))


def _parse(form: type[Form], status: int, body: bytes) -> Form:
    """The answer in this form. Raises Refused for a refusal in its form, and TryAgain for anything else."""
    if status != 200:
        raise _failure(status, body)
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        raise TryAgain(f"not an answer of a gateway: {form.__name__} {fault['loc']}: {fault['msg']}") from None


def _failure(status: int, body: bytes) -> TryAgain | Refused:
    if why := why_busy(status, body):
        return TryAgain(why)
    refusal = _refusal(body)
    if refusal is None or not 400 <= status < 500:
        return TryAgain(f"no gateway answers there (HTTP status {status})")
    try:
        return Refused(Reason(refusal.reason), refusal.detail)
    except ValueError:
        return Refused(Reason.REQUEST_FORM, f"a reason that this terminal does not know: {refusal.reason}")


def why_busy(status: int, body: bytes) -> str:
    """In words, that a gateway is there and has no time now; nothing when that is not so."""
    try:
        return f"the gateway is busy: {Later.model_validate_json(body).detail}" if status in _BUSY else ""
    except ValidationError:
        return ""


def _refusal(body: bytes) -> Refusal | None:
    try:
        return Refusal.model_validate_json(body)
    except ValidationError:
        return None
