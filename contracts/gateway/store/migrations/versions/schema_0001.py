"""0001: what a gateway of one process kept. A store from before there were migrations is taken for this."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
)

from contracts.wire.errors import Broken

revision = "0001"
down_revision = None
metadata = MetaData()

Table(
    "identity",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("schema_version", Integer, nullable=False),
    Column("store", String(16), nullable=False),
    Column("chain_id", BigInteger, nullable=False),
    Column("contract", LargeBinary(20), nullable=False),
)

Table(
    "progress",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("block", BigInteger, nullable=False),
    Column("block_hash", LargeBinary(32)),
    Column("changes", BigInteger, nullable=False),
)

Table(
    "entries",
    metadata,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64)),
    Column("programme", BigInteger),
    Column("pass", LargeBinary(20)),
    Column("day", BigInteger),
    Column("counter", BigInteger),
    Column("sale_terminal", LargeBinary(20)),
    Column("sale_sequence", BigInteger),
    Column("amount", BigInteger),
    Column("accepted_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

Table(
    "attention",
    metadata,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("reason", SmallInteger, nullable=False),
    Column("detail", String(200), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", BigInteger, nullable=False),
)

Table(
    "in_flight",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("stored_at", BigInteger, nullable=False),
)

Table(
    "in_flight_segments",
    metadata,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
)

Table(
    "programmes",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(64), nullable=False),
    Column("begins", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
    Column("floor_limit", BigInteger, nullable=False),
    Column("day_limit", BigInteger, nullable=False),
    Column("offline_window", BigInteger, nullable=False),
    Column("categories", LargeBinary(8), nullable=False),
    Column("paused", Boolean, nullable=False, default=False),
    Column("closed", Boolean, nullable=False, default=False),
)

Table(
    "shops",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("sponsor", BigInteger, nullable=False),
    Column("payout", LargeBinary(20), nullable=False),
)

Table(
    "placements",
    metadata,
    Column("programme", BigInteger, primary_key=True, autoincrement=False),
    Column("shop", BigInteger, primary_key=True, autoincrement=False),
    Column("category", SmallInteger, nullable=False),
    Column("standing", SmallInteger, nullable=False),
)

Table(
    "terminals",
    metadata,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("shop", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False, default=0),
    Column("retired", Boolean, nullable=False, default=False),
)

Table(
    "slices",
    metadata,
    Column("programme", BigInteger, primary_key=True, autoincrement=False),
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("left", BigInteger, nullable=False, default=0),
    Column("revoked", Boolean, nullable=False, default=False),
)

Table(
    "budgets",
    metadata,
    Column("programme", BigInteger, primary_key=True, autoincrement=False),
    Column("pass", LargeBinary(20), primary_key=True),
    Column("left", BigInteger, nullable=False, default=0),
    Column("today", BigInteger, nullable=False, default=0),
    Column("day", BigInteger, nullable=False, default=0),
    Column("counter", BigInteger, nullable=False, default=0),
    Column("window", LargeBinary(8), nullable=False, default=bytes(8)),
    Column("blocked", Boolean, nullable=False, default=False),
    Column("known", Boolean, nullable=False, default=False),
    Column("successor", LargeBinary(20)),
    Index("budgets_by_successor", "successor"),
    sqlite_with_rowid=False,
)

Table(
    "outcomes",
    metadata,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", SmallInteger, nullable=False),
    Column("from_slice", BigInteger, nullable=False),
    Column("from_budget", BigInteger, nullable=False),
    Column("transaction", LargeBinary(32), nullable=False),
    Column("block", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

Table(
    "sales",
    metadata,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("programme", BigInteger, nullable=False),
    Column("pass", LargeBinary(20), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False, default=0),
    Column("time", BigInteger, nullable=False),
    Index("sales_by_pass", "pass"),
    sqlite_with_rowid=False,
)

Table(
    "compensations",
    metadata,
    Column("programme", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("shop", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)


def upgrade() -> None:
    """Make the tables."""
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    """There is no going back from here but by throwing everything away, which no program does for anybody."""
    raise Broken("there is nothing before 0001")
