"""Metrics for Prometheus: what this process counted, and the facts that all processes on one store share.

No label holds what could be secret or what strangers choose, and none grows with the terminals: for those there is the
status.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from contracts.gateway.chain.endpoints import Health
from contracts.gateway.operating.alarms import Name, alarms
from contracts.gateway.operating.facts import WEI_PER_GWEI, Chain, Facts
from contracts.gateway.operating.report import StatusFields, report
from contracts.wire.errors import TryAgain

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)


class Metrics:
    """This process's registry. `facts` gives what all processes share, `health` what this one knows of the nodes."""

    def __init__(self, facts: Callable[[], Facts], health: Callable[[], Iterable[Health]]) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        ProcessCollector(registry=registry)
        self._requests = Counter("kindpakket_requests", "Requests answered.", ["route", "status"], registry=registry)
        self._seconds = Histogram(
            "kindpakket_request_seconds", "From request to answer.", ["route"], buckets=_SECONDS, registry=registry
        )
        registry.register(_FromFacts(facts, health))

    def answered(self, route: str, status: int, seconds: float) -> None:
        """A request to this route (the template, not the path) was answered with this status after so long."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All of it, in Prometheus's text format."""
        return generate_latest(self._registry)


class _FromFacts(Collector):
    """Asked anew at each scrape."""

    def __init__(self, facts: Callable[[], Facts], health: Callable[[], Iterable[Health]]) -> None:
        self._facts = facts
        self._health = health

    def describe(self) -> Iterable[Metric]:
        """Nothing at registration: the store need not answer yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The facts as metrics; when the store does not answer, only that."""
        yield _errors(self._health())
        try:
            facts = self._facts()
        except TryAgain:
            yield _gauge("store_up", "Whether the store answers.", 0)
            return
        yield _gauge("store_up", "Whether the store answers.", 1)
        told = report(facts)
        yield from _entries(told)
        yield from _accounts(told)
        yield from _work(told, facts)
        if facts.chain is not None:
            yield from _chain(told, facts.chain)


def _errors(health: Iterable[Health]) -> Metric:
    errors = CounterMetricFamily("kindpakket_rpc_errors", "Questions that a node did not answer.", labels=["node"])
    for node in health:
        errors.add_metric([node.url], node.errors)
    return errors


def _entries(told: StatusFields) -> Iterator[Metric]:
    found = GaugeMetricFamily("kindpakket_entries", "Entries taken in, by where they are.", labels=["state"])
    for state, count in told.entries.model_dump().items():
        found.add_metric([state], count)
    yield found
    yield _gauge("oldest_entry_seconds", "For how long the oldest unsettled entry waits.", told.oldest_seconds)
    yield _gauge("terminals", "Terminals on the contract.", told.terminals)
    yield _gauge("terminals_waiting", "Terminals with unsettled entries.", told.terminals_waiting)


def _accounts(told: StatusFields) -> Iterator[Metric]:
    totals = {
        "gas": "Gas that final transactions took.",
        "transactions": "Final transactions.",
        "entries": "Entries in final transactions.",
    }
    for name, about in totals.items():
        total = CounterMetricFamily(f"kindpakket_settling_{name}", about, labels=["account"])
        for one in told.accounts:
            total.add_metric([one.account], getattr(one, name))
        yield total
    money = {
        "spent": "ETH that final transactions took.",
        "balance": "ETH that the account has.",
        "days_left": "Days for which the balance lasts.",
    }
    for name, about in money.items():
        gauge = GaugeMetricFamily(f"kindpakket_account_{name}", about, labels=["account"])
        for one in told.accounts:
            if (value := getattr(one, name)) is not None:
                gauge.add_metric([one.account], float(value))
        yield gauge


def _work(told: StatusFields, facts: Facts) -> Iterator[Metric]:
    sent = GaugeMetricFamily("kindpakket_transactions", "Transactions that are not final.", labels=["state"])
    in_blocks = sum(one.block is not None for one in told.transactions)
    sent.add_metric(["sent"], len(told.transactions) - in_blocks)
    sent.add_metric(["mined"], in_blocks)
    yield sent
    standing = GaugeMetricFamily("kindpakket_alarms", "Alarms that stand.", labels=["alarm"])
    counted = Tally(alarm.name for alarm in alarms(facts))
    for name in Name:
        standing.add_metric([name.value], counted[name])
    yield standing
    yield _gauge("processes", "Gateways at work on this store.", len(told.processes))
    if told.disk_free is not None:
        yield _gauge("disk_free_bytes", "Free where the store is.", told.disk_free)


def _chain(told: StatusFields, chain: Chain) -> Iterator[Metric]:
    nodes = GaugeMetricFamily("kindpakket_node_up", "Whether the node is of use.", labels=["node"])
    for node in chain.endpoints:
        nodes.add_metric([node.name], not node.why)
    yield nodes
    blocks = GaugeMetricFamily(
        "kindpakket_block", "Newest block, final block, and how far it was read.", labels=["which"]
    )
    ages = GaugeMetricFamily("kindpakket_block_age_seconds", "How old it is.", labels=["which"])
    seen = told.chain
    for which in ("latest", "final") if seen is not None and chain.latest is not None else ():
        blocks.add_metric([which], getattr(seen, which))
        ages.add_metric([which], getattr(seen, f"{which}_age"))
    blocks.add_metric(["read"], told.read_block)
    yield blocks
    yield ages
    yield _gauge("fee_ceiling_gwei", "The most that is paid for a unit of gas.", chain.ceiling / WEI_PER_GWEI)
    if chain.base_fee is not None:
        yield _gauge("base_fee_gwei", "What a unit of gas costs.", chain.base_fee / WEI_PER_GWEI)
        yield _gauge(
            "fee_ceiling_hit", "Whether it costs too much, so that nothing is sent.", chain.base_fee > chain.ceiling
        )


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"kindpakket_{name}", about, value=value)
