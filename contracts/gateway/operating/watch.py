"""Facts of a running gateway, gathered at most every few seconds, however many ask; and a log line for each alarm."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import structlog

from contracts.gateway.http.auth import Clock
from contracts.gateway.operating import reading
from contracts.gateway.operating.alarms import Alarm, Name, alarms
from contracts.gateway.operating.asking import Nodes, ask
from contracts.gateway.operating.facts import Facts
from contracts.gateway.store.database import Store
from contracts.wire.units import Address

FRESH_SECONDS = 5
EVERY_SECONDS = 15.0
_log = structlog.get_logger("gateway.alarms")


class Watch:
    """Looks at store, nodes and disk. `folder` is where an SQLite store lies; a server's disk is not ours to see."""

    def __init__(
        self, store: Store, nodes: Nodes, accounts: Sequence[Address], clock: Clock, folder: Path | None
    ) -> None:
        self._store = store
        self._nodes = nodes
        self._accounts = accounts
        self._clock = clock
        self._folder = folder
        self._gathering = Lock()
        self._facts: Facts | None = None
        self._standing: dict[tuple[Name, str], Alarm] = {}

    def facts(self) -> Facts:
        """At most 5 seconds old. Raises TryAgain when the store does not answer; nodes that do not are a fact."""
        with self._gathering:
            if self._facts is None or abs(self._clock() - self._facts.now) > FRESH_SECONDS:
                self._facts = self._gather()
            return self._facts

    def step(self) -> None:
        """Log the alarms that stand since the last step, and those that stood then and do no longer."""
        standing = {(alarm.name, alarm.about): alarm for alarm in alarms(self.facts())}
        for key, alarm in standing.items():
            if key not in self._standing:
                _log.warning("alarm", alarm=alarm.name.value, about=alarm.about, what=alarm.what, do=alarm.do)
        for name, about in self._standing.keys() - standing.keys():
            _log.info("alarm over", alarm=name.value, about=about)
        self._standing = standing

    def _gather(self) -> Facts:
        now = self._clock()
        with self._store.reading() as connection:
            stored = reading.read(connection, now)
            accounts = reading.accounts(connection) | set(self._accounts)
        disk = None if self._folder is None else shutil.disk_usage(self._folder).free
        return Facts(now, stored, ask(self._nodes, sorted(accounts)), disk)
