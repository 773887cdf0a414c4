"""Collects what the five witnesses have to say when a run is over."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, select

from contracts.chain import checksum
from contracts.gateway.store.tables import PROJECTION, progress
from contracts.wire import journal
from contracts.wire.entry import Retire
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.units import Address, from_hex
from provisioning.status import status
from provisioning.town import Town
from terminal import export
from terminal.clock import Clock
from terminal.flusher import Gateway
from terminal.flusher.answers import place
from terminal.http import Http
from terminal.reconcile import reconcile
from terminal.signer import TerminalSigner
from terminal.standing import KINDS
from terminal.store import Reader
from tests.chaos import aside, books
from tests.chaos.books import Booked, Seen, Told
from tests.chaos.desk import Ordered
from tests.chaos.keeper import Keeper
from tests.chaos.street import PROGRAMMES, SHOPS, Till

_EVENTS = ("Settled", "SegmentRefused", "Drawn", "Rejected", "AskPaid", "Refunded", "TerminalRetired")
_ORDERS = ("SetAside", "AskPaid", "SetFree")
_OURS_ALONE = frozenset({"changed"})
"""Columns of the projection that count what a store did, and are not the chain's."""


def told(town: Town) -> dict[str, list[Told]]:
    """The contract's events by terminal, in the chain's order."""
    logs = [(log["blockNumber"], log["logIndex"], name, log["args"]) for name in _EVENTS for log in town.logs(name)]
    found: dict[str, list[Told]] = {}
    for _, _, name, args in sorted(logs, key=lambda one: one[:2]):
        numbers = {key: int(args.get(key, 0)) for key in ("sequence", "amount", "reason", "first", "last")}
        head = bytes(args["head"]) if name == "Settled" else b""
        found.setdefault(args["terminal"].lower(), []).append(Told(name, **numbers, head=head))
    return found


async def till(town: Town, till: Till, keeper: Keeper, urls: Iterable[str], events: Sequence[Told]) -> books.Till:
    """Everything about one terminal."""
    with closing(Reader.open(till.plan.journal)) as reader:
        whole, ends = export.of(reader), {sequence: str(end) for sequence, end in reader.ends().items()}
        outcomes = {outcome.sequence: int(outcome.reason) for outcome in reader.outcomes()}
    paid = [Seen(sequence, amount) for sequence, amount in keeper.asks_paid.items()]
    cursor = town.look("terminal", checksum(till.address))
    return books.Till(
        name=till.name,
        shop=till.shop,
        journal=tuple(_booked(line) for line in whole.lines),
        seen=[*(Seen(one.sequence, one.amount, one.refund) for one in till.counter.notebook.values()), *paid],
        ends=ends,
        outcomes=outcomes,
        told=events,
        cursor=(int(cursor["sequence"]), bytes(cursor["head"])),
        positions={url: await _position(till, town, url) for url in urls},
        locked=keeper.locked,
    )


def _booked(line: Any) -> Booked:
    content = export.signed(line).content
    programme, amount = (0, 0) if isinstance(content, Retire) else (content.programme, int(content.amount))
    return Booked(line.sequence, KINDS[type(content)], programme, amount, journal.kept(line.head))


async def _position(till: Till, town: Town, url: str) -> tuple[int, bytes]:
    signer = TerminalSigner.load(till.plan.key, town.deployment.domain)
    async with Http() as http:
        found = await Gateway(http.fetch, url, signer, Clock(0).moment).position()  # type: ignore[arg-type]
    sequence, head = place(found)
    return sequence, journal.kept(head)


async def reconciled(town: Town, till: Till, rpc_url: str) -> str:
    """What is wrong by the terminal's own reconciliation; nothing when its difference is 0 cents."""
    with closing(Reader.open(till.plan.journal)) as reader:
        whole = export.of(reader)
        granted = [sequence for sequence, end in reader.ends().items() if str(end) != "refused"]
    try:
        difference = (await reconcile(whole, rpc_url, town.deployment.block, granted)).difference
    except (Broken, TryAgain) as error:
        return f"{till.name}: {error}"
    return f"{till.name}: the journal's own reconciliation differs by {difference} cents" if difference else ""


def missing(town: Town, tills: Iterable[Till]) -> list[str]:
    """What is entered and not settled at final depth, or settled and not known to the terminal yet."""
    found = []
    for till in tills:
        settled = int(town.look("terminal", checksum(till.address), block="finalized")["sequence"])
        with closing(Reader.open(till.plan.journal)) as reader:
            known = len(reader.outcomes()), getattr(reader.checkpoint(), "sequence", 0)
            wanted, asks = reader.sequence, len(reader.open_asks())
        if (settled, *known, asks) != (wanted, wanted, wanted, 0):
            words = f"{wanted} entries, {settled} settled, {known[0]} outcomes, checkpoint {known[1]}, {asks} asks"
            found.append(f"{till.name} is not drained: {words} open")
    return found


def orders_missing(town: Town, signed: Iterable[Ordered]) -> list[str]:
    """Whose order waits by the newest block and not by the final one, or the other way round."""
    keys = sorted({each.key for each in signed})
    newest, final = _standing(town, keys), _standing(town, keys, block="finalized")
    return [f"an order of {key[2].hex()} is not final" for key in keys if newest.get(key) != final.get(key)]


def orders(town: Town, tills: Iterable[Till], signed: Sequence[Ordered], lived: Sequence[Any]) -> aside.Orders:
    """Everything about orders. `lived` are the rows of the gateways' table of what is set aside."""
    wanted = [aside.Order(each.key, int(each.order.amount), int(each.order.until)) for each in signed]
    moves = _moves(town, {till.address: till.shop for till in tills})
    keys = {each.key for each in wanted} | {move.key for move in moves}
    projected = {(programme, shop, bytes(owner)): amount for programme, owner, shop, amount, _ in lived}
    return aside.Orders(wanted, moves, _standing(town, keys), projected)


def _moves(town: Town, shops: Mapping[bytes, int]) -> list[aside.Move]:
    """The contract's events about orders, in the chain's order."""
    logs = [(log["blockNumber"], log["logIndex"], name, log["args"]) for name in _ORDERS for log in town.logs(name)]
    moves = []
    for _, _, name, args in sorted(logs, key=lambda one: one[:2]):
        shop = shops[from_hex(args["terminal"])] if name == "AskPaid" else args["shop"]
        key = int(args["programme"]), int(shop), from_hex(args["pass_address"])
        moves.append(aside.Move(name, key, _moved(name, args), int(args.get("until", 0))))
    return [move for move in moves if move.name != "AskPaid" or move.amount]


def _moved(name: str, args: Mapping[str, Any]) -> int:
    """Cents of the order; of an ask that was no order's, 0."""
    parts = {"SetAside": ("amount",), "AskPaid": ("set_aside",), "SetFree": ("to_budget", "to_reserve")}
    return sum(int(args[part]) for part in parts[name])


def _standing(town: Town, keys: Iterable[aside.Key], block: str = "latest") -> dict[aside.Key, int]:
    """What waits by the contract's state, where anything does."""
    asked = {key: town.look("order", *key[:2], checksum(Address(key[2])), block=block) for key in keys}
    return {key: int(found["amount"]) for key, found in asked.items() if found["amount"]}


def unaccounted(town: Town) -> dict[int, int]:
    """By programme: the cents that the contract holds less all that it says they are."""
    return {money.programme: money.difference for money in status(town).programmes}


def owing(town: Town) -> dict[tuple[int, int], int]:
    """What the contract owes each shop less what that owes for refunds."""
    pairs = [(programme, shop) for programme in PROGRAMMES for shop in range(1, SHOPS + 1)]
    return {pair: int(town.view("credit", *pair)) - int(town.view("owed", *pair)) for pair in pairs}


def engine(where: str | Path) -> Engine:
    """A gateway's store, to be looked at: a folder or a URL."""
    if isinstance(where, Path):
        return create_engine(f"sqlite:///{where / 'gateway.sqlite'}")
    return create_engine(where.replace("postgresql://", "postgresql+psycopg://"))


def projection(where: str | Path) -> dict[str, Sequence[Any]]:
    """Whatever a gateway's store has from the chain, without what the store itself counted."""
    found: dict[str, Sequence[Any]] = {}
    with engine(where).connect() as connection:
        for table in PROJECTION:
            columns = [column for column in table.columns if column.name not in _OURS_ALONE]
            rows = connection.execute(select(*columns).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows]
    return found


def read_up_to(where: str | Path) -> int:
    """The block that a gateway's store has come to."""
    with engine(where).connect() as connection:
        return int(connection.execute(select(progress.c.block)).scalar_one())
