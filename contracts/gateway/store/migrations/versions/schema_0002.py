"""0002: many processes, each row of work leased; transactions that are replaced; numbered changes; who may speak.

What was in flight goes on in the new tables. Going back keeps one transaction in flight, as many as 0001 knew: the
entries of others are sent again, and the contract counts them once.
"""

from collections.abc import Iterable
from typing import Any

from alembic import op
from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    column,
    insert,
    select,
    table,
    text,
    update,
)

revision = "0002"
down_revision = "0001"

_FEE_MAX = 2**63 - 1
metadata = MetaData()

work = Table(
    "work",
    metadata,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("owner", String(64)),
    Column("until", BigInteger, nullable=False),
    Column("transaction", BigInteger),
    Index("work_by_since", "since"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("until", BigInteger, nullable=False),
)

transactions = Table(
    "transactions",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("account", LargeBinary(20), nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("batch", LargeBinary, nullable=False),
    Column("gas", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("block", BigInteger),
    Column("block_hash", LargeBinary(32)),
    UniqueConstraint("account", "nonce", name="transactions_by_nonce"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("transaction", BigInteger, ForeignKey("transactions.id", ondelete="CASCADE"), nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("max_fee", BigInteger, nullable=False),
    Column("tip", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Index("attempts_by_transaction", "transaction"),
)

transaction_segments = Table(
    "transaction_segments",
    metadata,
    Column("transaction", BigInteger, ForeignKey("transactions.id", ondelete="CASCADE"), primary_key=True),
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Index("transaction_segments_by_terminal", "terminal"),
)

spent = Table(
    "spent",
    metadata,
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("account", LargeBinary(20), primary_key=True),
    Column("transactions", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("gas", BigInteger, nullable=False),
    Column("fee_gwei", BigInteger, nullable=False),
)

admins = Table(
    "admins",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("made_at", BigInteger, nullable=False),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("code_hash", LargeBinary(32), primary_key=True),
    Column("shop", BigInteger, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("terminal", LargeBinary(20), unique=True),
    Column("consent", LargeBinary(64)),
    Column("proof", LargeBinary(32)),
    Column("used_at", BigInteger),
)

before = MetaData()

in_flight = Table(
    "in_flight",
    before,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("stored_at", BigInteger, nullable=False),
)

in_flight_segments = Table(
    "in_flight_segments",
    before,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
)

identity = table("identity", column("schema_version"))


def upgrade() -> None:
    """Add what is new, and carry over what is on its way."""
    connection = op.get_bind()
    metadata.create_all(connection)
    op.add_column("progress", Column("rules", BigInteger, nullable=False, server_default="0"))
    op.add_column("budgets", Column("changed", BigInteger, nullable=False, server_default="0"))
    op.create_index("budgets_by_change", "budgets", ["programme", "changed"])
    op.create_index("entries_by_pass", "entries", ["pass"])
    told = text("reason > 0")
    op.create_index("outcomes_by_reason", "outcomes", ["reason"], sqlite_where=told, postgresql_where=told)
    _number_budgets(connection)
    _find_work(connection)
    _carry_over(connection)
    before.drop_all(connection)
    connection.execute(update(identity).values(schema_version=3))


def downgrade() -> None:
    """Back to one process, with one transaction in flight."""
    connection = op.get_bind()
    before.create_all(connection)
    _carry_back(connection)
    metadata.drop_all(connection)
    op.drop_index("outcomes_by_reason", "outcomes")
    op.drop_index("entries_by_pass", "entries")
    op.drop_index("budgets_by_change", "budgets")
    op.drop_column("budgets", "changed")
    op.drop_column("progress", "rules")
    connection.execute(update(identity).values(schema_version=2))


def _number_budgets(connection: Connection) -> None:
    """Each its own number, above every version that a terminal was ever given."""
    connection.execute(
        text("""
        UPDATE budgets SET changed = numbered.number + (SELECT changes FROM progress)
        FROM (SELECT programme, pass, row_number() OVER (ORDER BY programme, pass) AS number FROM budgets) AS numbered
        WHERE budgets.programme = numbered.programme AND budgets.pass = numbered.pass
        """)
    )
    connection.execute(text("UPDATE progress SET changes = changes + (SELECT count(*) FROM budgets)"))


def _find_work(connection: Connection) -> None:
    """A row for each terminal with entries beyond what the contract has consumed."""
    connection.execute(
        text("""
        INSERT INTO work (terminal, since, until)
        SELECT entries.terminal, min(entries.accepted_at), 0
        FROM entries LEFT JOIN terminals ON terminals.terminal = entries.terminal
        WHERE entries.sequence > coalesce(terminals.sequence, 0) GROUP BY entries.terminal
        """)
    )


def _carry_over(connection: Connection) -> None:
    for row in connection.execute(select(in_flight)).all():
        signed = TypedTransaction.from_bytes(HexBytes(row.raw)).as_dict()
        values = {"nonce": row.nonce, "batch": bytes(signed["data"]), "gas": int(signed["gas"])}
        account = bytes(HexBytes(Account.recover_transaction(HexBytes(row.raw))))
        made = insert(transactions).values(account=account, created_at=row.stored_at, **values)
        number = connection.execute(made.returning(transactions.c.id)).scalar_one()
        fees = (min(int(signed[name]), _FEE_MAX) for name in ("maxFeePerGas", "maxPriorityFeePerGas"))
        attempt = dict(zip(("max_fee", "tip"), fees, strict=True))
        place = {"hash": row.hash, "transaction": number, "raw": row.raw, "sent_at": row.stored_at}
        connection.execute(insert(attempts).values(**place, **attempt))
        _carry_segments(connection, number, connection.execute(select(in_flight_segments)).all())


def _carry_segments(connection: Connection, number: int, segments: Iterable[Any]) -> None:
    for row in segments:
        place = {"terminal": row.terminal, "first": row.first, "last": row.last}
        connection.execute(insert(transaction_segments).values(transaction=number, **place))
        connection.execute(update(work).where(work.c.terminal == row.terminal).values(transaction=number))


def _carry_back(connection: Connection) -> None:
    """The transaction that is mined next, by its dearest attempt."""
    joined = select(transactions.c.id, transactions.c.nonce, attempts).join(attempts)
    open_ones = joined.where(transactions.c.block.is_(None))
    row = connection.execute(open_ones.order_by(transactions.c.nonce, attempts.c.max_fee.desc()).limit(1)).one_or_none()
    if row is None:
        return
    kept = {"hash": row.hash, "nonce": row.nonce, "raw": row.raw, "stored_at": row.sent_at}
    connection.execute(insert(in_flight).values(id=1, **kept))
    mine = select(transaction_segments).where(transaction_segments.c.transaction == row.id)
    for segment in connection.execute(mine).all():
        place = {"terminal": segment.terminal, "first": segment.first, "last": segment.last}
        connection.execute(insert(in_flight_segments).values(**place))
