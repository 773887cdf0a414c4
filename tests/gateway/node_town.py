"""A till and a pass on anvil, and a desk that has read of them: for what only a real node does."""

from typing import Any

from eth_account import Account
from sqlalchemy import select

from contracts.gateway.settling import outbox
from contracts.gateway.settling.outbox import Outgoing
from contracts.gateway.store.tables import spent, work
from contracts.wire.units import Address, from_hex, to_hex
from tests.gateway.desk import Desk
from tests.gateway.world import KEY_OF_GATEWAY, World

ACCOUNT = Account.from_key(KEY_OF_GATEWAY)
GWEI = 10**9


class Town:
    def __init__(self, world: World, desk: Desk) -> None:
        self.world, self.desk = world, desk
        self.till, self.card = world.till(), world.card(1_000)
        self.mine(4)
        desk.read()

    def pay(self, amount: int) -> None:
        """A payment that the gateway has taken in."""
        self.till.pay(self.card, amount)
        self.desk.take_in(self.till, len(self.till.entries))

    def mine(self, blocks: int) -> None:
        self.ask("anvil_mine", hex(blocks))

    def hold(self) -> None:
        """From now on blocks are made by `mine` alone."""
        self.ask("evm_setAutomine", False)

    def next_base_fee(self, gwei: int) -> None:
        """Of the next block; the ones after it come down from there by an eighth each."""
        self.ask("anvil_setNextBlockBaseFeePerGas", hex(gwei * GWEI))

    def drop(self) -> None:
        """The node forgets what waits."""
        for outgoing in self.outgoing():
            self.ask("anvil_dropTransaction", to_hex(outgoing.newest.hash))

    def reorganise(self, depth: int) -> None:
        self.ask("anvil_reorg", depth, [])

    def ask(self, method: str, *params: object) -> Any:
        answer = self.world.web3.provider.make_request(method, list(params))  # type: ignore[arg-type]
        assert "error" not in answer, answer
        return answer["result"]

    def nonce(self) -> int:
        return self.world.web3.eth.get_transaction_count(ACCOUNT.address)

    def pooled(self) -> int:
        """How many transactions of the gateway's account wait in the node."""
        content = self.ask("txpool_content")
        ours = ACCOUNT.address.lower()
        return sum(len(by[one]) for by in content.values() for one in by if one.lower() == ours)

    def outgoing(self) -> list[Outgoing]:
        with self.desk.store.reading() as connection:
            return outbox.outgoing(connection, Address(from_hex(ACCOUNT.address)))

    def on_the_way(self) -> list[int | None]:
        """The transaction of each terminal that waits."""
        with self.desk.store.reading() as connection:
            return list(connection.execute(select(work.c.transaction)).scalars())

    def spent(self) -> list[tuple[int, int]]:
        """Transactions and entries that are accounted for, by day."""
        with self.desk.store.reading() as connection:
            return [(row.transactions, row.entries) for row in connection.execute(select(spent))]

    def left(self) -> int:
        return int(str(self.desk.told_budget(self.till, self.card)[0]))
