"""A snapshot of 100,000 passes: the gateway's store and answers, the till's parsing and store, and no network."""

import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import insert, update

from contracts.gateway.serving.changes import look
from contracts.gateway.serving.snapshot import snapshot
from contracts.gateway.store.database import touch
from contracts.gateway.store.tables import budgets, progress
from contracts.wire.units import Address
from terminal.flusher.answers import Snapshot
from terminal.store import Store as Journal
from tests.bench.table import Figures
from tests.gateway.ledger_town import DOMAIN, Town
from tests.gateway.world import NETWORK, Till

TITLE = "snapshot of 100,000 passes (goal: cold under 10 s, lookup under 1 ms)"
PASSES = 100_000
LOOKUPS = 1_000


def measure(passes: int = PASSES, where: str | None = None) -> Figures:
    """Seconds and milliseconds. `where` is the URL of an empty PostgreSQL database; else SQLite in a folder."""
    with tempfile.TemporaryDirectory() as folder:
        town = _town(where or Path(folder) / "gateway", passes)
        till = town.tills[0]
        path = Path(folder) / "journal.sqlite"
        Journal.create(path, DOMAIN, till.address, volatile_ok=True)
        with Journal.open(path, DOMAIN, till.address, volatile_ok=True) as journal:
            figures = {"cold, s": _timed(lambda: _follow(town, till, journal))}
            lookups = [_timed(partial(journal.budgets_of, _pass(n * 97 % passes))) for n in range(LOOKUPS)]
            figures["lookup, ms (median)"] = 1_000 * statistics.median(lookups)
            figures["lookup, ms (slowest)"] = 1_000 * max(lookups)
            for count in (1, 1_000, 20_000):
                _change(town, count)
                figures[f"{count:,} changes, ms"] = 1_000 * _timed(lambda: _follow(town, till, journal))
            figures["look for whoever waits, ms"] = 1_000 * _timed(lambda: look(town.store, {1}))
            figures["no change, ms"] = 1_000 * _timed(lambda: _follow(town, till, journal))
        town.store.close()
    return {name: round(figure, 2) for name, figure in figures.items()}


def _town(where: str | Path, passes: int) -> Town:
    town = Town(where)
    town.happen("ShopPlaced", programme=town.programme(), shop=1, category=0, standing=1)
    town.register(0, 1)
    with town.store.writing() as connection:
        rows = [{"programme": 1, "pass": _pass(n), "left": 30_000, "known": True, "changed": n} for n in range(passes)]
        connection.execute(insert(budgets), rows)
        connection.execute(update(progress).values(changes=passes))
    return town


def _change(town: Town, count: int) -> None:
    with town.store.writing() as connection:
        touch(connection, [(1, _pass(number)) for number in range(count)])


def _follow(town: Town, till: Till, journal: Journal) -> None:
    """As the till does: page by page, each through its JSON."""
    while True:
        told = snapshot(town.store, DOMAIN, NETWORK, till.address, journal.coming() or journal.snapshot_version())
        if told is None:
            return
        page = Snapshot.model_validate_json(told.model_dump_json())
        about = page.version, page.block, page.sequence, page.rules(), page.shares()
        journal.take_page(*about, full=page.full, more=page.more)
        if not page.more:
            return


def _pass(number: int) -> Address:
    return Address(number.to_bytes(20))


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
