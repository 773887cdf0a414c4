"""Nodes that stand in for each other: which one is asked, and what is known of each.

The first that works is asked. One that does not answer, answers for another chain, has forgotten what is asked for, or
lags behind the others rests, longer each time, and the next one is asked. What belongs together (a range of blocks and
its events) is asked of one node within `steady`: another may know less, and would not say so.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import requests
from web3 import HTTPProvider
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from contracts.deployment import Deployment
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.units import from_hex, to_hex

LAG_SECONDS = 60
"""A node whose newest block is so much older than another's lags."""

_FIRST_REST, _LONGEST_REST = 2.0, 60.0
_TEXT_MAX = 200
_FAILURES = (requests.RequestException, OSError, ValueError)
_OUT_OF_SERVICE = (
    "missing trie node",
    "header not found",
    "block not found",
    "unknown block",
    "pruned",
    "historical state",
    "state is not available",
    "state not available",
    "limit exceeded",
    "too many requests",
    "rate limit",
    "internal error",
    "unauthorized",
)


class NotServed(OSError):
    """A node's answer that says something about the node, and nothing about what was asked."""


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of one node: its address without credentials, why it is not asked, failures since the start.

    `head` and `head_time` are those of the newest block that it has shown, 0 before it has shown one.
    """

    url: str
    ok: bool
    why: str
    errors: int
    head: int
    head_time: int


@dataclass(slots=True)
class Endpoint:
    """One node. Whoever changes it holds its `Endpoints`' lock."""

    url: str
    name: str
    why: str = "not asked yet"
    errors: int = 0
    rests: int = 0
    until: float = 0.0
    verified: bool = False
    head: int = 0
    head_time: int = 0
    lag: int = 0

    def health(self) -> Health:
        """As others may see it."""
        lags = f"its newest block is {self.lag} s behind another's" if self.lag > LAG_SECONDS else ""
        why = self.why or lags
        return Health(self.name, not why, why, self.errors, self.head, self.head_time)


class Endpoints:
    """What all threads know of the nodes; `Failover` asks them."""

    def __init__(self, urls: Sequence[str], record: Deployment) -> None:
        self._all = [Endpoint(url, name) for url, name in zip(urls, names(urls), strict=True)]
        self._lock = Lock()
        self.record = record

    def health(self) -> list[Health]:
        """Each node, in the order in which they are preferred."""
        with self._lock:
            return [one.health() for one in self._all]

    def ordered(self) -> list[Endpoint]:
        """Whom to ask: as they are preferred, but those that lag behind the others, and last those that rest."""
        now = time.monotonic()
        with self._lock:
            return sorted(self._all, key=lambda one: (max(now, one.until), one.lag > LAG_SECONDS))

    def all(self) -> list[Endpoint]:
        """Each, as they are preferred."""
        return list(self._all)

    def works(self, endpoint: Endpoint) -> None:
        """It has answered."""
        if endpoint.why or endpoint.rests:
            with self._lock:
                endpoint.why, endpoint.rests, endpoint.until = "", 0, 0.0

    def failed(self, endpoint: Endpoint, why: str) -> None:
        """It did not do as it should: it rests, and is looked at anew before it is asked again."""
        with self._lock:
            rest = min(_LONGEST_REST, _FIRST_REST * 2 ** min(endpoint.rests, 10))
            endpoint.why, endpoint.until = why[:_TEXT_MAX], time.monotonic() + rest
            endpoint.errors, endpoint.rests = endpoint.errors + 1, endpoint.rests + 1
            endpoint.verified = False

    def compare(self, heads: dict[str, tuple[int, int]]) -> None:
        """Take note of the newest blocks: number and time, by name."""
        newest = max((when for _, when in heads.values()), default=0)
        with self._lock:
            for one in self._all:
                one.head, one.head_time = heads.get(one.name, (one.head, one.head_time))
                one.lag = newest - one.head_time if one.name in heads else 0


class Failover(JSONBaseProvider):
    """Under web3: asks the first node that works. For one thread, except that calls may come from any one at a time."""

    def __init__(self, endpoints: Endpoints, timeout: float) -> None:
        super().__init__()
        self._endpoints = endpoints
        self._timeout = timeout
        self._providers: dict[str, HTTPProvider] = {}
        self._pinned: Endpoint | None = None

    @contextmanager
    def steady(self) -> Iterator[None]:
        """All that is asked within is asked of one node; when that fails, the next time it is another.

        Raises TryAgain when no node answers, Broken when all that there are show another chain.
        """
        if self._pinned is not None:
            yield
            return
        self._pinned = self._first()
        try:
            yield
        finally:
            self._pinned = None

    def complain(self, why: str) -> None:
        """The node that is asked now knows less than it should: ask another the next time."""
        if self._pinned is not None:
            self._endpoints.failed(self._pinned, why)

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """The answer of the first node that gives one."""
        if self._pinned is not None:
            return self._ask(self._pinned, method, params)
        for _ in self._endpoints.all()[1:]:
            with suppress(NotServed):
                return self._ask(self._first(), method, params)
        return self._ask(self._first(), method, params)

    def look(self) -> None:
        """Ask each node for its newest block, to know who lags and who works again."""
        heads = {}
        for endpoint in self._endpoints.all():
            try:
                self._verify(endpoint)
                block: Any = self._ask(endpoint, RPCEndpoint("eth_getBlockByNumber"), ["latest", False])["result"]
                heads[endpoint.name] = int(block["number"], 16), int(block["timestamp"], 16)
            except (NotServed, Broken):
                continue
            except (ValueError, KeyError, TypeError) as error:
                self._fail(endpoint, error)
        self._endpoints.compare(heads)

    def _first(self) -> Endpoint:
        """The first node that is the right one."""
        whys: list[Exception] = []
        for endpoint in self._endpoints.ordered():
            try:
                self._verify(endpoint)
            except (NotServed, Broken) as error:
                whys.append(error)
            else:
                return endpoint
        if all(isinstance(why, Broken) for why in whys):
            raise whys[0]
        why = next(why for why in whys if not isinstance(why, Broken))
        raise TryAgain(f"the node does not answer as it should: {why}") from why

    def _verify(self, endpoint: Endpoint) -> None:
        """Before it is used, and again after each failure. Raises Broken for another chain than the record's."""
        if endpoint.verified:
            return
        record = self._endpoints.record
        try:
            chain_id = int(self._result(endpoint, "eth_chainId", []), 16)
            code = from_hex(self._result(endpoint, "eth_getCode", [to_hex(record.contract), "latest"]))
        except (ValueError, KeyError, TypeError) as error:
            raise self._fail(endpoint, error) from error
        why = _why_wrong(record, chain_id, code)
        if why:
            self._endpoints.failed(endpoint, why)
            raise Broken(why)
        endpoint.verified = True

    def _result(self, endpoint: Endpoint, method: str, params: list[str]) -> Any:
        return self._ask(endpoint, RPCEndpoint(method), params)["result"]

    def _ask(self, endpoint: Endpoint, method: RPCEndpoint, params: Any) -> RPCResponse:
        provider = self._providers.get(endpoint.url)
        if provider is None:
            provider = HTTPProvider(endpoint.url, {"timeout": self._timeout}, exception_retry_configuration=None)
            self._providers[endpoint.url] = provider
        try:
            answer = provider.make_request(method, params)
        except _FAILURES as error:
            raise self._fail(endpoint, error) from error
        unfit = _unfit(answer)
        if unfit:
            raise self._fail(endpoint, NotServed(unfit))
        if endpoint.verified:
            self._endpoints.works(endpoint)
        return answer

    def _fail(self, endpoint: Endpoint, error: Exception) -> NotServed:
        why = _words(error)
        self._endpoints.failed(endpoint, why)
        return NotServed(f"{endpoint.name}: {why}")


def _unfit(answer: Any) -> str | None:
    """What the answer says of the node itself, if it does."""
    if not isinstance(answer, dict):
        return "no answer of a node"
    error = answer.get("error")
    if not error:
        return None if "result" in answer else "an answer without a result"
    words = str(error.get("message", error) if isinstance(error, dict) else error)[:_TEXT_MAX]
    return words if any(one in words.lower() for one in _OUT_OF_SERVICE) else None


def _why_wrong(record: Deployment, chain_id: int, code: bytes) -> str | None:
    if chain_id != record.chain_id:
        return f"the node is on chain {chain_id}, and the record says {record.chain_id}"
    if keccak256(code) != record.code_hash:
        return f"the node's code at {to_hex(record.contract)} is not that of the record; is it the right node?"
    return None


def names(urls: Sequence[str]) -> list[str]:
    """What the nodes are called in logs and figures, each by another name."""
    plain = [_without_credentials(url) for url in urls]
    twice = {name for name in plain if plain.count(name) > 1}
    return [f"{name}#{place}" if name in twice else name for place, name in enumerate(plain, 1)]


def _without_credentials(url: str) -> str:
    """Scheme, host and port: names, passwords and the keys that providers put in paths do not belong in a log."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _words(error: Exception) -> str:
    """What went wrong, without the address: a provider's key may be in its path, and requests says all of it."""
    if isinstance(error, NotServed):
        return str(error)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP status {error.response.status_code}"
    return type(error).__name__
