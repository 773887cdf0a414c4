"""The gateway's tables. What is taken in is precious; the projection can be read again from the chain.

Plain column types and plain statements, so that PostgreSQL needs no rewrite. Bytes are raw, and so are the contract's
64 bits, which no plain type holds. Money is cents, times are seconds and days are days since 1970 UTC.
"""

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

SCHEMA_VERSION = 2
metadata = MetaData()

identity = Table(
    "identity",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("schema_version", Integer, nullable=False),
    Column("store", String(16), nullable=False),  # random: versions of another store's snapshots are not ours
    Column("chain_id", BigInteger, nullable=False),
    Column("contract", LargeBinary(20), nullable=False),
)

progress = Table(
    "progress",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("block", BigInteger, nullable=False),  # read up to and including this one
    Column("block_hash", LargeBinary(32)),  # null until something was read
    Column("changes", BigInteger, nullable=False),  # counts whatever changes a snapshot
)

# --- taken in from terminals --------------------------------------------------------------------------------

entries = Table(
    "entries",
    metadata,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64)),  # at the ends of segments
    Column("programme", BigInteger),  # of a payment or an ask whose pass signature recovers: from which budget it takes
    Column("pass", LargeBinary(20)),
    Column("day", BigInteger),  # for which it counts if it is judged when it was accepted
    Column("counter", BigInteger),  # of a phone's code
    Column("sale_terminal", LargeBinary(20)),  # of a refund: what it gives back
    Column("sale_sequence", BigInteger),
    Column("amount", BigInteger),  # of all these
    Column("accepted_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

attention = Table(
    "attention",
    metadata,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("reason", SmallInteger, nullable=False),
    Column("detail", String(200), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", BigInteger, nullable=False),
)

# --- on the way to the contract -----------------------------------------------------------------------------

in_flight = Table(
    "in_flight",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),  # one at a time
    Column("hash", LargeBinary(32), nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("stored_at", BigInteger, nullable=False),
)

in_flight_segments = Table(
    "in_flight_segments",
    metadata,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
)

# --- the projection of the chain's final blocks ---------------------------------------------------------------

programmes = Table(
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

shops = Table(
    "shops",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("sponsor", BigInteger, nullable=False),
    Column("payout", LargeBinary(20), nullable=False),
)

placements = Table(
    "placements",
    metadata,
    Column("programme", BigInteger, primary_key=True, autoincrement=False),
    Column("shop", BigInteger, primary_key=True, autoincrement=False),
    Column("category", SmallInteger, nullable=False),
    Column("standing", SmallInteger, nullable=False),
)

terminals = Table(
    "terminals",
    metadata,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("shop", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False, default=0),
    Column("retired", Boolean, nullable=False, default=False),
)

slices = Table(
    "slices",
    metadata,
    Column("programme", BigInteger, primary_key=True, autoincrement=False),
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("left", BigInteger, nullable=False, default=0),
    Column("revoked", Boolean, nullable=False, default=False),
)

budgets = Table(
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
    Column("successor", LargeBinary(20)),  # the pass to which it was moved
    Index("budgets_by_successor", "successor"),
    sqlite_with_rowid=False,
)

outcomes = Table(
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

sales = Table(
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

compensations = Table(
    "compensations",
    metadata,
    Column("programme", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("shop", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

PROJECTION = (programmes, shops, placements, terminals, slices, budgets, outcomes, sales, compensations)
"""What `store.forget_projection` empties and the reader fills again."""
