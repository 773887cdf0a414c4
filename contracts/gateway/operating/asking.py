"""Facts from the nodes: each is asked for itself, so that one that fails is named while another answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import requests
from web3 import Web3
from web3.exceptions import Web3Exception

from contracts.chain import checksum
from contracts.gateway.chain import endpoints
from contracts.gateway.operating.facts import Chain, Endpoint
from contracts.wire.units import Address, Timestamp

ANSWER_SECONDS = 3.0
LAG_BLOCKS_SECONDS = 60
_UNANSWERED = (
    *(Web3Exception, requests.RequestException, OSError),
    *(ValueError, KeyError, TypeError, AttributeError),  # what web3 and we make of an answer in no form at all
)


@dataclass(frozen=True, slots=True)
class Nodes:
    """Which nodes are asked: their addresses, whose chain it must be, what is final there, and our own fee ceiling.

    `final_depth` blocks make a block final; None leaves that to the node. `ceiling` is in wei.
    """

    urls: Sequence[str]
    chain_id: int
    ceiling: int
    final_depth: int | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """What one node says of its chain."""

    web3: Web3
    latest: int
    latest_at: int
    final: int
    final_at: int
    base_fee: int


def ask(nodes: Nodes, accounts: Iterable[Address]) -> Chain:
    """What they say now, by the one that has come furthest. One that does not answer costs 3 seconds."""
    told = [_ask(url, nodes) for url in nodes.urls]
    best = max((one for one in told if isinstance(one, _Told)), key=lambda one: one.latest, default=None)
    named = zip(endpoints.names(nodes.urls), told, strict=True)
    seen = tuple(Endpoint(name, _why(one, best)) for name, one in named)
    if best is None:
        return Chain(seen, None, None, None, None, None, nodes.ceiling, {})
    blocks = best.latest, Timestamp(best.latest_at), best.final, Timestamp(best.final_at)
    return Chain(seen, *blocks, best.base_fee, nodes.ceiling, _balances(best.web3, accounts))


def _ask(url: str, nodes: Nodes) -> _Told | str:
    """What this node says, or why it is of no use."""
    provider = Web3.HTTPProvider(url, {"timeout": ANSWER_SECONDS}, exception_retry_configuration=None)
    web3 = Web3(provider)
    web3.middleware_onion.remove("validation")
    try:
        if (chain_id := web3.eth.chain_id) != nodes.chain_id:
            return f"it is on chain {chain_id}, not {nodes.chain_id}"
        latest = web3.eth.get_block("latest")
        final = _final(web3, int(latest["number"]), nodes.final_depth)
        return _Told(web3, *_at(latest), *_at(final), int(latest.get("baseFeePerGas") or 0))
    except _UNANSWERED as error:
        return f"it does not answer as it should ({type(error).__name__})"


def _at(block: Any) -> tuple[int, int]:
    return int(block["number"]), int(block["timestamp"])


def _final(web3: Web3, latest: int, depth: int | None) -> Any:
    return web3.eth.get_block("finalized") if depth is None else web3.eth.get_block(max(0, latest - depth))


def _why(told: _Told | str, best: _Told | None) -> str:
    if isinstance(told, str):
        return told
    late = 0 if best is None else best.latest_at - told.latest_at
    return f"it lags: its newest block is {late} s older than another node's" if late > LAG_BLOCKS_SECONDS else ""


def _balances(web3: Web3, accounts: Iterable[Address]) -> dict[Address, int]:
    try:
        return {account: int(web3.eth.get_balance(checksum(account))) for account in accounts}
    except _UNANSWERED:
        return {}
