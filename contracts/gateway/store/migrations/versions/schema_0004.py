"""0004: what is set aside in blocks that are not final yet. It begins empty, and is looked for again within a second."""

from alembic import op
from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table, column, table, update

revision = "0004"
down_revision = "0003"
metadata = MetaData()

Table(
    "set_aside_ahead",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("programme", BigInteger, nullable=False),
    Column("pass", LargeBinary(20), nullable=False),
    Column("shop", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("block", BigInteger, nullable=False),
)

identity = table("identity", column("schema_version"))


def upgrade() -> None:
    """Make the table."""
    connection = op.get_bind()
    metadata.create_all(connection)
    connection.execute(update(identity).values(schema_version=5))


def downgrade() -> None:
    """Back to a gateway that knows final blocks alone."""
    connection = op.get_bind()
    metadata.drop_all(connection)
    connection.execute(update(identity).values(schema_version=4))
