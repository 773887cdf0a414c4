"""What a terminal is told of budgets: the final state, after every accepted payment and ask that is not final yet."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select

from contracts.gateway.chain.budget import Budget
from contracts.gateway.http.bodies import BudgetRow, ProgrammeBody, SnapshotBody
from contracts.gateway.store import journals, ledger
from contracts.gateway.store.database import Store
from contracts.gateway.store.tables import budgets, entries, placements, programmes, progress, slices, terminals
from contracts.wire.errors import TryAgain
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, to_hex

PROGRAMMES_MAX = 256
"""What a terminal takes. Any sponsor may admit any shop: those that gave this terminal a slice are told first."""

ADMITTED, EXCLUDED = 1, 2
"""A shop's standing in a programme; else its category decides."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an accepted entry takes from a budget, once it is settled."""

    amount: int
    day: int
    counter: int | None


def version(connection: Connection, store: Store) -> str:
    """What a terminal may show instead of fetching the same again; another store's versions are never ours."""
    return f"{store.id}-{connection.execute(select(progress.c.changes)).scalar_one()}"


def snapshot(store: Store, domain: Domain, network: int, terminal: Address, known: str | None) -> SnapshotBody | None:
    """The terminal's snapshot, or None when it has this version already.

    Raises TryAgain while the terminal's registration is not final.
    """
    with store.reading() as connection:
        current = version(connection, store)
        if known == current:
            return None
        shop = connection.execute(select(terminals.c.shop).where(terminals.c.terminal == terminal)).scalar_one_or_none()
        if shop is None:
            raise TryAgain("the terminal's registration is not final yet")
        own = _programmes(connection, terminal, shop)
        return SnapshotBody(
            version=current,
            block=connection.execute(select(progress.c.block)).scalar_one(),
            sequence=journals.position(connection, domain, terminal).sequence,
            shop=shop,
            network=network,
            programmes=own,
            budgets=_budgets(connection, [programme.id for programme in own]),
        )


def is_admitted(standing: int | None, category: int | None, categories: bytes) -> bool:
    """Whether a shop takes part in a programme: excluded never, else by name or by its category (0 is none)."""
    if standing is None or standing == EXCLUDED:
        return False
    return standing == ADMITTED or int.from_bytes(categories) >> (category or 0) & 1 == 1


def _programmes(connection: Connection, terminal: Address, shop: int) -> list[ProgrammeBody]:
    """The open programmes in which the terminal may sell, or has a slice."""
    at_shop = (placements.c.programme == programmes.c.id) & (placements.c.shop == shop)
    of_terminal = (slices.c.programme == programmes.c.id) & (slices.c.terminal == terminal)
    joined = programmes.outerjoin(placements, at_shop).outerjoin(slices, of_terminal)
    funded = slices.c.programme.is_not(None).label("funded")
    query = select(programmes, placements.c.standing, placements.c.category, funded).select_from(joined)
    rows = connection.execute(query.where(~programmes.c.closed).order_by(funded.desc(), programmes.c.id)).mappings()
    return sorted(islice(_concerned(rows), PROGRAMMES_MAX), key=lambda programme: programme.id)


def _concerned(rows: Iterable[Mapping[Any, Any]]) -> Iterator[ProgrammeBody]:
    plain = ("id", "name", "begins", "ends", "floor_limit", "day_limit", "offline_window", "paused")
    for row in rows:
        admitted = is_admitted(row["standing"], row["category"], row["categories"])
        if admitted or row["funded"]:
            yield ProgrammeBody(**{name: row[name] for name in plain}, admitted=admitted)


def _budgets(connection: Connection, wanted: Sequence[int]) -> list[BudgetRow]:
    waiting = _waiting(connection)
    columns = [
        budgets.c[name] for name in ("pass", "programme", "left", "blocked", "today", "day", "counter", "window")
    ]
    where = (budgets.c.programme.in_(wanted), budgets.c.known)
    rows = connection.execute(select(*columns).where(*where).order_by(budgets.c.programme, budgets.c["pass"]))
    return [_told(row, waiting) for row in rows]


def _told(row: Any, waiting: Mapping[tuple[int, bytes], Sequence[Waiting]]) -> BudgetRow:
    """The budget as it is, or as it will be. Nothing waits for most of a hundred thousand."""
    pass_address, programme, left, blocked, today, day, counter, window = row
    if (programme, pass_address) in waiting:
        after = _after(
            Budget(left, today, day, counter, int.from_bytes(window), blocked, known=True),
            waiting[programme, pass_address],
        )
        left, today, day, counter = after.left, after.today, after.day, after.counter
        window = after.window.to_bytes(ledger.WINDOW_BYTES)
    return to_hex(pass_address), programme, left, blocked, today, day, counter, to_hex(window)


def _after(budget: Budget, waiting: Iterable[Waiting]) -> Budget:
    """The budget once all that waits is settled: what it holds of a price is taken, whether it is paid or drawn."""
    for one in waiting:
        budget = budget.taken(min(budget.left, one.amount), one.day).used(one.counter)
    return budget


def _waiting(connection: Connection) -> Mapping[tuple[int, bytes], Sequence[Waiting]]:
    """What accepted entries that are not final take from each budget. Those behind a journal's end take nothing."""
    beyond = (entries.c.terminal == terminals.c.terminal) & (entries.c.sequence > terminals.c.sequence)
    columns = (entries.c.programme, entries.c["pass"], entries.c.amount, entries.c.day, entries.c.counter)
    query = select(*columns).select_from(terminals.join(entries, beyond))
    where = (entries.c.programme.is_not(None), ~terminals.c.retired)
    found: dict[tuple[int, bytes], list[Waiting]] = defaultdict(list)
    order = (entries.c.accepted_at, entries.c.terminal, entries.c.sequence)
    for programme, pass_address, *about in connection.execute(query.where(*where).order_by(*order)):
        found[programme, pass_address].append(Waiting(*about))
    return found
