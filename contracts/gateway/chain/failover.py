"""Asks the first node that works, under web3; see `endpoints` for which that is."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

import requests
from web3 import HTTPProvider
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from contracts.deployment import Deployment
from contracts.gateway.chain.endpoints import TEXT_MAX, Endpoint, Endpoints
from contracts.nodes import PASSING, told_by
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.units import from_hex, to_hex

_FAILURES = (requests.RequestException, OSError, ValueError)
_OUT_OF_SERVICE = (
    *PASSING,
    "missing trie node",
    "pruned",
    "historical state",
    "state is not available",
    "state not available",
    "unauthorized",
)


class NotServed(OSError):
    """A node's answer that says something about the node, and nothing about what was asked."""


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

    def disown(self, why: str) -> NoReturn:
        """The node that is asked now shows another chain. Raises TryAgain when there are others, Broken when not."""
        self.complain(why)
        raise (Broken if len(self._endpoints.all()) == 1 else TryAgain)(why)

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
            too_early = not code and int(self._result(endpoint, "eth_blockNumber", []), 16) < record.block
        except (ValueError, KeyError, TypeError) as error:
            raise self._fail(endpoint, error) from error
        if too_early and chain_id == record.chain_id:
            raise self._fail(endpoint, NotServed("it has not come to the contract's block yet"))
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
            told = told_by(error)
            if told is None:
                raise self._fail(endpoint, error) from error
            answer = told
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
    words = str(error.get("message", error) if isinstance(error, dict) else error)[:TEXT_MAX]
    return words if any(one in words.lower() for one in _OUT_OF_SERVICE) else None


def _why_wrong(record: Deployment, chain_id: int, code: bytes) -> str | None:
    if chain_id != record.chain_id:
        return f"the node is on chain {chain_id}, and the record says {record.chain_id}"
    if keccak256(code) != record.code_hash:
        return f"the node's code at {to_hex(record.contract)} is not that of the record; is it the right node?"
    return None


def _words(error: Exception) -> str:
    """What went wrong, without the address: a provider's key may be in its path, and requests says all of it."""
    if isinstance(error, NotServed):
        return str(error)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP status {error.response.status_code}"
    return type(error).__name__
