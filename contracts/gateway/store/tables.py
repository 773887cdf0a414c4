"""The gateway's tables. What is taken in is precious; the projection can be read again from the chain.

They are made by the steps in `migrations`, which a test holds equal to this.

Plain column types and plain statements, so that PostgreSQL needs no rewrite. Bytes are raw, and so are the contract's
64 bits, which no plain type holds. Money is cents, times are seconds and days are days since 1970 UTC.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

SCHEMA_VERSION = 5
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
    Column("changes", BigInteger, nullable=False),  # the number of the newest change of a budget, or of what it will be
    Column("rules", BigInteger, nullable=False, server_default="0"),  # counts changes of whatever else a snapshot tells
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
    Index("entries_by_pass", "pass"),  # what waits of a few budgets that have changed
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

work = Table(
    "work",  # a row for each terminal with entries that the contract has not consumed at final depth
    metadata,
    Column("terminal", LargeBinary(20), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("owner", String(64)),  # the process that has leased it
    Column("until", BigInteger, nullable=False, default=0),
    Column("transaction", BigInteger),  # the one on its way with entries of this terminal
    Index("work_by_since", "since"),
)

leases = Table(
    "leases",  # of what only one process does at a time; correctness never hangs on them
    metadata,
    Column("name", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("until", BigInteger, nullable=False),
)

transactions = Table(
    "transactions",  # kept until they are in a final block, or can never be
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("account", LargeBinary(20), nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("batch", LargeBinary, nullable=False),
    Column("gas", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("block", BigInteger),  # null until it was seen in one
    Column("block_hash", LargeBinary(32)),
    UniqueConstraint("account", "nonce", name="transactions_by_nonce"),
)

attempts = Table(
    "attempts",  # the same call with the same nonce, each at another price: one of them at most is ever mined
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("transaction", BigInteger, ForeignKey("transactions.id", ondelete="CASCADE"), nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("max_fee", BigInteger, nullable=False),  # wei for a unit of gas
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
    "spent",  # on gas, by day (UTC) and account
    metadata,
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("account", LargeBinary(20), primary_key=True),
    Column("transactions", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("gas", BigInteger, nullable=False),
    Column("fee_gwei", BigInteger, nullable=False),
)

# --- who may speak ---------------------------------------------------------------------------------------------

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
    Column("terminal", LargeBinary(20), unique=True),  # null until a terminal has used the code
    Column("consent", LargeBinary(64)),
    Column("proof", LargeBinary(32)),  # that whoever enrolled had the code; only whoever made the code can tell
    Column("used_at", BigInteger),
)

# --- what the desk says ---------------------------------------------------------------------------------------

orders = Table(
    "orders",  # that wait at a shop: a till may offer them, and only the contract pays them
    metadata,
    Column("shop", BigInteger, primary_key=True, autoincrement=False),
    Column("programme", BigInteger, primary_key=True, autoincrement=False),
    Column("pass", LargeBinary(20), primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("name", String(40), nullable=False),
    sqlite_with_rowid=False,
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
    Column("changed", BigInteger, nullable=False, server_default="0"),  # number of its newest change
    Index("budgets_by_successor", "successor"),
    Index("budgets_by_change", "programme", "changed"),
    sqlite_with_rowid=False,
)

set_aside = Table(
    "set_aside",  # of a budget for an order at a shop: an ask of just this amount there is paid from it
    metadata,
    Column("programme", BigInteger, primary_key=True, autoincrement=False),
    Column("pass", LargeBinary(20), primary_key=True),
    Column("shop", BigInteger, primary_key=True, autoincrement=False),
    Column("amount", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

set_aside_ahead = Table(
    "set_aside_ahead",  # in blocks that are not final: taken off what tills are told, and back when a block is undone
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # in the chain's order
    Column("programme", BigInteger, nullable=False),
    Column("pass", LargeBinary(20), nullable=False),
    Column("shop", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("day", BigInteger, nullable=False),  # of its block
    Column("block", BigInteger, nullable=False),
)

DRAWN_OR_REJECTED = text("reason > 0")
"""Few of many outcomes, and told in every report; in the very words of its index, as SQLite asks."""

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
    Index("outcomes_by_reason", "reason", sqlite_where=DRAWN_OR_REJECTED, postgresql_where=DRAWN_OR_REJECTED),
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

PROJECTION = (programmes, shops, placements, terminals, slices, budgets, set_aside, outcomes, sales, compensations)
"""What `store.forget_projection` empties and the reader fills again."""

NOT_FINAL = (entries.c.terminal == terminals.c.terminal) & (entries.c.sequence > terminals.c.sequence)
"""Of an entry beside its terminal: it is behind the end that the journal has in final blocks."""
