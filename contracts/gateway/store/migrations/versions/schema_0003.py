"""0003: orders that wait at shops, as the desk says them, and what the contract has set aside for them.

The desk says its orders again whenever they change. What is set aside is read from the chain: a store that was taken
back while a contract with orders went on is read anew (`gateway run --rebuild`).
"""

from alembic import op
from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, String, Table, column, table, update

revision = "0003"
down_revision = "0002"
metadata = MetaData()

Table(
    "orders",
    metadata,
    Column("shop", BigInteger, primary_key=True, autoincrement=False),
    Column("programme", BigInteger, primary_key=True, autoincrement=False),
    Column("pass", LargeBinary(20), primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("name", String(40), nullable=False),
    sqlite_with_rowid=False,
)

Table(
    "set_aside",
    metadata,
    Column("programme", BigInteger, primary_key=True, autoincrement=False),
    Column("pass", LargeBinary(20), primary_key=True),
    Column("shop", BigInteger, primary_key=True, autoincrement=False),
    Column("amount", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

identity = table("identity", column("schema_version"))


def upgrade() -> None:
    """Make both tables."""
    connection = op.get_bind()
    metadata.create_all(connection)
    connection.execute(update(identity).values(schema_version=4))


def downgrade() -> None:
    """Back to a gateway that knows no orders."""
    connection = op.get_bind()
    metadata.drop_all(connection)
    connection.execute(update(identity).values(schema_version=3))
