"""What a terminal is told of budgets: the final state, after every order, accepted payment and ask not final yet.

Every budget has the number of its newest change, and numbers are in the order of commits. So what has changed since a
version is what has a higher number; it is told in pages, in that order, and a budget that changes between two pages
comes again in a later one. The last page, whatever came before it, leaves what one whole answer would have told.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select

from contracts.gateway.chain.budget import Budget
from contracts.gateway.http.bodies import BudgetRow, ProgrammeBody, SnapshotBody
from contracts.gateway.serving.version import Version, mark
from contracts.gateway.store import ahead, aside, journals, ledger
from contracts.gateway.store.database import Store
from contracts.gateway.store.tables import (
    NOT_FINAL,
    budgets,
    entries,
    identity,
    placements,
    programmes,
    progress,
    slices,
    terminals,
)
from contracts.wire.errors import TryAgain
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, to_hex

PROGRAMMES_MAX = 32
"""Of so many a terminal asks the chain for its slices; in others it sells nothing. Any sponsor may admit any shop and
give a terminal a cent: those that gave this one most are told."""

BUDGETS_MAX = 5_000
"""In one page: some 600 KB."""

ADMITTED, EXCLUDED = 1, 2
"""A shop's standing in a programme; else its category decides."""

_FEW = 500
"""So many passes are looked up by name; for more, all that waits is read."""

_COLUMNS = ("pass", "programme", "left", "blocked", "today", "day", "counter", "window", "changed")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an order takes from a budget, or an accepted entry once it is settled: nothing more, if it fetches one."""

    amount: int
    day: int
    counter: int | None
    set_aside: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a terminal stands in one view of the store: its shop, what it is told of, and what that is called now."""

    shop: int
    programmes: list[ProgrammeBody]
    version: Version
    block: int
    rules: int

    @property
    def ids(self) -> list[int]:
        """Of its programmes."""
        return [programme.id for programme in self.programmes]


def standing(connection: Connection, terminal: Address) -> Standing:
    """Raises TryAgain while the terminal's registration is not final."""
    shop = connection.execute(select(terminals.c.shop).where(terminals.c.terminal == terminal)).scalar_one_or_none()
    if shop is None:
        raise TryAgain("the terminal's registration is not final yet")
    store = connection.execute(select(identity.c.store)).scalar_one()
    at = connection.execute(select(progress.c.block, progress.c.changes, progress.c.rules)).one()
    own = _programmes(connection, terminal, shop)
    told = json.dumps([shop, *(programme.model_dump() for programme in own)]).encode()
    marks = mark(repr([programme.id for programme in own]).encode()), mark(told)
    return Standing(shop, own, Version(store, at.changes, *marks), at.block, at.rules)


def snapshot(store: Store, domain: Domain, network: int, terminal: Address, known: str | None) -> SnapshotBody | None:
    """The next page of the terminal's snapshot, or None when nothing has changed since this version.

    Raises TryAgain while the terminal's registration is not final.
    """
    had = Version.parse(known)
    with store.reading() as connection:
        here = standing(connection, terminal)
        whole = had is None or not had.leads_to(here.version)
        rows = _rows(connection, here.ids, -1 if had is None or whole else had.cursor)
        if had is not None and not whole and not rows and had.rules == here.version.rules:
            return None
        more = len(rows) > BUDGETS_MAX
        del rows[BUDGETS_MAX:]
        return SnapshotBody(
            version=str(replace(here.version, cursor=rows[-1].changed) if more else here.version),
            block=here.block,
            sequence=journals.position(connection, domain, terminal).sequence,
            shop=here.shop,
            network=network,
            programmes=here.programmes,
            full=whole,
            more=more,
            budgets=_as_they_will_be(connection, rows),
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
    most = func.coalesce(slices.c.left, 0).desc(), funded.desc(), programmes.c.id
    query = select(programmes, placements.c.standing, placements.c.category, funded).select_from(joined)
    rows = connection.execute(query.where(~programmes.c.closed).order_by(*most)).mappings()
    return sorted(islice(_concerned(rows), PROGRAMMES_MAX), key=lambda programme: programme.id)


def _concerned(rows: Iterable[Mapping[Any, Any]]) -> Iterator[ProgrammeBody]:
    plain = ("id", "name", "begins", "ends", "floor_limit", "day_limit", "offline_window", "paused")
    for row in rows:
        admitted = is_admitted(row["standing"], row["category"], row["categories"])
        if admitted or row["funded"]:
            yield ProgrammeBody(**{name: row[name] for name in plain}, admitted=admitted)


def _rows(connection: Connection, wanted: Sequence[int], cursor: int) -> list[Any]:
    """What has changed after the cursor, by number; one more than a page, if there is more."""
    where = (budgets.c.programme.in_(wanted), budgets.c.changed > cursor, budgets.c.known)
    query = select(*(budgets.c[name] for name in _COLUMNS)).where(*where)
    return list(connection.execute(query.order_by(budgets.c.changed).limit(BUDGETS_MAX + 1)))


def _as_they_will_be(connection: Connection, rows: Sequence[Any]) -> list[BudgetRow]:
    passes = {row[0] for row in rows}
    waiting = _waiting(connection, passes) if passes else {}
    return [_told(row, waiting) for row in rows]


def _told(row: Any, waiting: Mapping[tuple[int, bytes], Sequence[Waiting]]) -> BudgetRow:
    """The budget as it is, or as it will be. Nothing waits for most of a hundred thousand."""
    pass_address, programme, left, blocked, today, day, counter, window, _ = row
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
        if not one.set_aside:
            budget = budget.taken(min(budget.left, one.amount), one.day)
        budget = budget.used(one.counter)
    return budget


def _waiting(connection: Connection, passes: set[bytes]) -> Mapping[tuple[int, bytes], Sequence[Waiting]]:
    """What is not final and takes from the budgets of these passes, and perhaps of others: orders, accepted entries.

    Entries behind a journal's end take nothing.
    """
    whose, place = (entries.c.programme, entries.c["pass"]), (entries.c.terminal, entries.c.sequence)
    query = select(*whose, *place, entries.c.amount, entries.c.day, entries.c.counter)
    query = query.select_from(terminals.join(entries, NOT_FINAL))
    query = query.where(entries.c.programme.is_not(None), ~terminals.c.retired)
    few = passes if len(passes) <= _FEW else None
    if few is not None:
        query = query.where(entries.c["pass"].in_(few))
    set_aside = aside.handed_over(connection, few)
    found: dict[tuple[int, bytes], list[Waiting]] = defaultdict(list)
    for one in ahead.read(connection):
        found[one.aside.key].append(Waiting(one.aside.amount, one.day, None, set_aside=False))
    for row in connection.execute(query.order_by(entries.c.accepted_at, *place)):
        programme, owner, terminal, sequence, amount, day, counter = row
        found[programme, owner].append(Waiting(amount, day, counter, (terminal, sequence) in set_aside))
    return found
