"""A gateway's reader and sender without its process: real store, real chain, one thread, a clock set by hand."""

from pathlib import Path
from typing import Any

from eth_account import Account
from sqlalchemy import Select, Table, select

from contracts.gateway.chain.ahead import LookAhead
from contracts.gateway.chain.budget import Budget
from contracts.gateway.chain.endpoints import Endpoints
from contracts.gateway.chain.node import Node
from contracts.gateway.chain.reader import Reader
from contracts.gateway.http.bodies import SaleBody, SnapshotBody
from contracts.gateway.serving import intake
from contracts.gateway.serving.outcomes import outcomes_after
from contracts.gateway.serving.sales import sales_of
from contracts.gateway.serving.snapshot import snapshot
from contracts.gateway.settling.batcher import Limits
from contracts.gateway.settling.follower import Terms
from contracts.gateway.settling.sender import Sender, Settling
from contracts.gateway.settling.wallet import Wallet
from contracts.gateway.store import ledger
from contracts.gateway.store.database import Store
from contracts.gateway.store.tables import PROJECTION, set_aside
from contracts.gateway.store.tables import attention as marks
from contracts.wire import batch
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from contracts.wire.units import Timestamp, to_hex
from tests.gateway.world import KEY_OF_GATEWAY, NETWORK, Pass, Till, World, checksum


class PickyNode(Node):
    """A node whose simulation refuses batches with one of these in them, or more bytes than this."""

    refused: tuple[bytes, ...] = ()
    bytes_max = 10**9

    def gas_for(self, sender, batch):
        if len(batch) > self.bytes_max or any(one in batch for one in self.refused):
            raise Refused(Reason.SEGMENT_FORM, "execution reverted")
        return super().gas_for(sender, batch)


class Desk:
    """Reader and sender on one store, driven by hand; `time` is what their clock says."""

    def __init__(self, world: World, folder: str | Path) -> None:
        self.world, self.time = world, 1_000_000
        self.store = Store.open(folder, world.domain, world.block)
        self.node = PickyNode(Endpoints([world.rpc_url], world.record()))
        self.reader = Reader(self.store, self.node, world.domain, self.clock)
        self.ahead = LookAhead(self.store, self.node)
        self.sender = self.open_sender(KEY_OF_GATEWAY)

    def open_sender(self, key: bytes, owner: str = "only", terms: Terms | None = None) -> Sender:
        parts = self.store, self.node, self.world.domain, owner, self.clock, Limits(age=0), terms or Terms()
        return Sender(Settling(*parts), Wallet(Account.from_key(key), self.world.domain))

    def clock(self) -> Timestamp:
        return Timestamp(self.time)

    def read(self) -> None:
        while self.reader.step():
            pass

    def take_in(self, till: Till, first: int = 1, last: int | None = None) -> None:
        segment = till.segment(first, last)
        intake.check(till.domain, segment)
        intake.take_in(self.store, till.domain, segment, self.clock())

    def work(self) -> None:
        for _ in range(6):
            self.sender.step()
        self.read()

    def marked(self) -> dict[bytes, int]:
        with self.store.reading() as connection:
            return {row.terminal: row.reason for row in connection.execute(select(marks))}

    def outcomes(self, till: Till) -> list[tuple[int, int, int]]:
        found = outcomes_after(self.store, till.address, 0).outcomes
        return [(one.sequence, one.reason, one.from_budget) for one in found]

    def reasons(self, till: Till) -> list[int]:
        return [reason for _, reason, _ in self.outcomes(till)]

    def settle(self, *tills: Till) -> None:
        """By somebody else, at once, as far as the tills have come; and read."""
        self.world.settle(batch.encode([till.segment() for till in tills]))
        self.read()

    def budget(self, card: Pass, programme: int = 1) -> Budget:
        """What the gateway knows of a budget, seen to be what the contract has."""
        self.read()
        with self.store.reading() as connection:
            known = ledger.read(connection, (programme, card.address))
        assert [known] == self.node.budgets([(programme, card.address)], self.node.final().number)
        return known

    def aside(self, card: Pass, shop: int = 1, programme: int = 1) -> int:
        """Cents that the gateway knows to be set aside, seen to be what the contract has."""
        self.read()
        whose = (set_aside.c.programme == programme, set_aside.c["pass"] == card.address, set_aside.c.shop == shop)
        with self.store.reading() as connection:
            row = connection.execute(select(set_aside.c.amount, set_aside.c.until).where(*whose)).one_or_none()
        order = self.world.contract.functions.order(programme, shop, checksum(card.address)).call()
        assert tuple(row or (0, 0)) == tuple(order)
        return int(order[0])

    def told(self, till: Till) -> SnapshotBody:
        told = snapshot(self.store, till.domain, NETWORK, till.address, None)
        assert told is not None
        return told

    def told_budget(self, till: Till, card: Pass) -> tuple[object, ...]:
        """Left, blocked, today, day, counter, window, as the till is told."""
        return next(row[2:] for row in self.told(till).budgets if row[:2] == (to_hex(card.address), 1))

    def sales(self, till: Till, card: Pass) -> list[SaleBody]:
        return sales_of(self.store, till.domain, till.address, card.address).sales

    def tables(self) -> dict[str, list[object]]:
        """Whatever the gateway has from the chain; the numbers of changes tell in how many steps it was read."""
        with self.store.reading() as connection:
            return {table.name: [tuple(row) for row in connection.execute(_told(table))] for table in PROJECTION}


def _told(table: Table) -> Select[Any]:
    columns = [column for column in table.columns if column.name != "changed"]
    return select(*columns).order_by(*table.primary_key.columns)
