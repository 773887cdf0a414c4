"""What a terminal is told of budgets: the final state, less every accepted payment that is not final yet."""

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from contracts.gateway import journals
from contracts.gateway.bodies import ProgrammeBody, SnapshotBody
from contracts.gateway.store import Store
from contracts.gateway.tables import admissions, budgets, entries, programmes, progress, slices, terminals
from contracts.wire.errors import TryAgain
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, to_hex

PROGRAMMES_MAX = 256
"""What a terminal takes. Any sponsor may admit any shop: those that gave this terminal a slice are told first."""

Budget = tuple[int, bytes]
"""A programme and a pass."""


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


def _programmes(connection: Connection, terminal: Address, shop: int) -> list[ProgrammeBody]:
    at_shop = (admissions.c.programme == programmes.c.id) & (admissions.c.shop == shop)
    of_terminal = (slices.c.programme == programmes.c.id) & (slices.c.terminal == terminal)
    joined = programmes.outerjoin(admissions, at_shop).outerjoin(slices, of_terminal)
    admitted = func.coalesce(admissions.c.admitted, False).label("admitted")
    concerned = admitted | slices.c.programme.is_not(None)
    funded_first = (slices.c.programme.is_(None), programmes.c.id)
    query = select(programmes, admitted).select_from(joined).where(concerned).order_by(*funded_first)
    rows = connection.execute(query.limit(PROGRAMMES_MAX)).mappings()
    return sorted((ProgrammeBody(**row) for row in rows), key=lambda programme: programme.id)


def _budgets(connection: Connection, wanted: list[int]) -> list[tuple[str, int, int, bool]]:
    taken = _waiting(connection)
    order = (budgets.c.programme, budgets.c["pass"])
    rows = connection.execute(select(budgets).where(budgets.c.programme.in_(wanted)).order_by(*order))
    return [
        (to_hex(pass_address), programme, max(0, left - taken.get((programme, pass_address), 0)), blocked)
        for programme, pass_address, left, blocked in rows
    ]


def _waiting(connection: Connection) -> Mapping[Budget, int]:
    """Cents of accepted payments that are not final, by budget."""
    beyond = (entries.c.terminal == terminals.c.terminal) & (entries.c.sequence > terminals.c.sequence)
    claimed = (entries.c.programme, entries.c["pass"])
    query = select(*claimed, func.sum(entries.c.amount)).select_from(terminals.join(entries, beyond))
    rows = connection.execute(query.where(entries.c.amount.is_not(None)).group_by(*claimed))
    return {(programme, pass_address): int(amount) for programme, pass_address, amount in rows}
