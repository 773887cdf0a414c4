"""What a journal says. The daemon reads its own; the commands read one beside a running daemon, or without it."""

import sqlite3
from operator import attrgetter
from pathlib import Path
from typing import Self

from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Timestamp, timestamp
from terminal.core.facts import (
    RECENT_MAX,
    Budget,
    Checkpoint,
    GivenBack,
    JournalFacts,
    OpenEntry,
    Order,
    Outcome,
    Programme,
)
from terminal.store import schema, tables
from terminal.store.closings import Closings

AGAIN_SECONDS = 300
"""How long the core asks "again?" for the same pass and amount."""


class View(Closings):
    """Every question that can be asked of a journal. Raises Broken when the file does not answer as it must."""

    @property
    def oldest_reader(self) -> int:
        """The oldest version of journals whose programs can go on with this one."""
        return schema.oldest_reader(self._database)

    @property
    def unsettled(self) -> int:
        """How many entries wait to be settled by the contract, as far as this terminal knows."""
        return max(0, self.sequence - self._settled())

    # What became of it, as the gateway says.

    @property
    def forwarded(self) -> int:
        """The gateway has everything up to here."""
        return self._one(tables.natural, "SELECT forwarded FROM progress") or 0

    def outcomes(self, after: int = 0) -> tuple[Outcome, ...]:
        """What is known of the entries behind that one, in order."""
        sql = "SELECT sequence, reason FROM outcomes WHERE sequence > ? ORDER BY sequence"
        return tuple(self._each(tables.outcome, sql, after))

    # What the terminal knows of the world.

    def checkpoint(self) -> Checkpoint | None:
        """The last answer of the chain that was kept."""
        slices = tuple(self._each(tables.slice_of, "SELECT programme, amount FROM slices ORDER BY programme"))

        def whole(block: int, time: int, shop: int, *rest: int) -> Checkpoint:
            sequence, *ask = map(tables.natural, rest)
            return Checkpoint(tables.natural(block), timestamp(time), tables.natural(shop), sequence, slices, *ask)

        return self._one(whole, "SELECT block, time, shop, sequence, ask_sequence, ask_reason FROM checkpoint")

    def programmes(self) -> tuple[Programme, ...]:
        """Those of the newest snapshot."""
        return tuple(self._each(tables.programme, "SELECT * FROM programmes ORDER BY id"))

    def snapshot_version(self) -> str | None:
        """The gateway's name for the newest snapshot; None before the first."""
        return self._one(str, "SELECT version FROM snapshot")

    def coming(self) -> str | None:
        """The version of what has come of a snapshot that does not count yet; None when nothing has."""
        return self._one(str, "SELECT version FROM coming")

    def snapshot_sequence(self) -> int:
        """The newest snapshot has the own entries up to this one taken off; 0 before the first."""
        return self._one(tables.natural, "SELECT sequence FROM snapshot") or 0

    def budgets_of(self, pass_address: Address) -> tuple[Budget, ...]:
        """What the newest snapshot says of this pass, one per programme; empty when it does not know it."""
        sql = """SELECT programme, amount_left, blocked, today, day, counter, used FROM budgets
                 WHERE generation = (SELECT generation FROM snapshot) AND pass = ? ORDER BY programme"""
        return tuple(self._each(tables.budget, sql, pass_address))

    def orders_of(self, pass_address: Address, at: Timestamp) -> tuple[Order, ...]:
        """What waits for this pass here, can still be fetched then, and was not handed over by this terminal."""
        sql = """SELECT programme, amount, until, name FROM orders
                 WHERE pass = ? AND until >= ? AND NOT handed_over ORDER BY programme"""
        return tuple(self._each(tables.order, sql, pass_address, at))

    # What the core starts from.

    def facts(self) -> JournalFacts:
        """All of it, at one moment."""
        settled, recent = self._settled(), self._recent()
        return JournalFacts(
            sequence=self.sequence,
            forwarded=self.forwarded,
            entries=self._counting(min(settled, self.snapshot_sequence())),
            terminal=self.terminal,
            recent=recent,
            outcomes=self.outcomes(recent[-1].sequence - 1) if recent else (),
            open_asks=self.open_asks(),
            paid_asks=self.paid_asks(),
            refunds=tuple(self.refunds(settled + 1)),
            last_sale=self.last_sale(settled),
            retired=self.is_retired(),
        )

    def _settled(self) -> int:
        checkpoint = self.checkpoint()
        return checkpoint.sequence if checkpoint else 0

    def _counting(self, counted: int) -> tuple[OpenEntry, ...]:
        sql = """SELECT payments.* FROM payments LEFT JOIN ends USING (sequence)
                 WHERE (sequence > ? OR bound >= ?) AND coalesce(how, '') <> 'refused' ORDER BY sequence"""
        return tuple(self._each(tables.sale, sql, counted, self.bound() - AGAIN_SECONDS))

    def _recent(self) -> tuple[OpenEntry | GivenBack, ...]:
        sales = self._each(tables.sale, "SELECT * FROM payments ORDER BY sequence DESC LIMIT ?", RECENT_MAX)
        refunds = self._each(tables.refund, "SELECT * FROM refunds ORDER BY sequence DESC LIMIT ?", RECENT_MAX)
        newest: list[OpenEntry | GivenBack] = [*sales, *refunds]
        return tuple(sorted(newest, key=attrgetter("sequence"), reverse=True)[:RECENT_MAX])

    # What the daemon notes for its next start.

    def bound(self) -> Timestamp:
        """It is certainly not earlier than this: the latest of all that was noted, of checkpoints and of entries."""
        return self._one(timestamp, "SELECT bound FROM progress") or Timestamp(0)

    def schedule(self) -> tuple[int, Timestamp]:
        """How often sending has failed in a row, and when it is due again (as a bound)."""
        return self._one(tables.schedule, "SELECT flush_attempts, flush_due FROM progress") or (0, Timestamp(0))

    def attention(self) -> tuple[Reason, str] | None:
        """Why a person must look at this terminal; None when all is well."""
        sql = "SELECT attention_reason, attention_detail FROM progress WHERE attention_reason IS NOT NULL"
        return self._one(tables.attention, sql)


class Reader(View):
    """A journal that is only read, whether or not a daemon is writing it."""

    @classmethod
    def open(cls, path: Path) -> Self:
        """The journal in the file, looked through for damage. Raises Broken."""
        database = open_for_reading(path)
        try:
            schema.require_current(database, path)
            return cls(database, path)
        except BaseException:
            database.close()
            raise


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, to a file that is a journal of ours. Raises Broken."""
    if not path.is_file():
        raise Broken(f"there is no journal {path}: check `state_dir` in the configuration")
    try:
        database = schema.connect(path, mode="ro")
    except sqlite3.Error as error:
        raise Broken(f"{path} cannot be opened ({error}): check its owner and its folder") from error
    try:
        schema.require_ours(database, path)
        schema.require_whole(database, path)
    except BaseException:
        database.close()
        raise
    return database
