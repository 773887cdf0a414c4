"""What the contract made of a journal's entries, as a terminal reads it."""

from sqlalchemy import select

from contracts.gateway.http.bodies import OutcomeBody, OutcomesBody
from contracts.gateway.store.database import Store
from contracts.gateway.store.tables import outcomes
from contracts.wire.units import Address, to_hex

OUTCOMES_MAX = 500


def outcomes_after(store: Store, terminal: Address, after: int) -> OutcomesBody:
    """The next outcomes at final depth, by ascending sequence, at most 500."""
    where = (outcomes.c.terminal == terminal, outcomes.c.sequence > after)
    with store.reading() as connection:
        query = select(outcomes).where(*where).order_by(outcomes.c.sequence).limit(OUTCOMES_MAX)
        rows = connection.execute(query).mappings().all()
    plain = ("sequence", "reason", "from_slice", "from_budget", "block")
    found = [OutcomeBody(**{name: row[name] for name in plain}, transaction=to_hex(row["transaction"])) for row in rows]
    return OutcomesBody(outcomes=found)
