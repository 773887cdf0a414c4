"""The gateway's tables. What is taken in is precious; the projection can be read again from the chain.

Plain column types and plain statements, so that PostgreSQL needs no rewrite. Bytes are raw, money is cents, times
are seconds since 1970 UTC.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
)

SCHEMA_VERSION = 1
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
    Column("programme", BigInteger),  # of a payment whose pass signature recovers; else null, all three
    Column("pass", LargeBinary(20)),
    Column("amount", BigInteger),
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
    Column("offline_window", BigInteger, nullable=False),
    Column("paused", Boolean, nullable=False, default=False),
)

shops = Table(
    "shops",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("sponsor", BigInteger, nullable=False),
    Column("payout", LargeBinary(20), nullable=False),
)

admissions = Table(
    "admissions",
    metadata,
    Column("programme", BigInteger, primary_key=True, autoincrement=False),
    Column("shop", BigInteger, primary_key=True, autoincrement=False),
    Column("admitted", Boolean, nullable=False),
)

terminals = Table(
    "terminals",
    metadata,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("shop", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False, default=0),
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
    Column("blocked", Boolean, nullable=False, default=False),
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

PROJECTION = (programmes, shops, admissions, terminals, slices, budgets, outcomes)
"""What `store.forget_projection` empties and the reader fills again."""
