"""Brings a store's tables into the form that this program works with, and back into an older program's.

All steps are one transaction: either the store has the new form, or it is as it was.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select

from contracts.gateway.store.tables import identity
from contracts.wire.errors import Broken

FIRST = "0001"
_ALEMBIC = "alembic_version"
_SCHEMA_OF_FIRST = 2
"""What stores of before there were migrations say of themselves, if they are the first step's."""


def revisions() -> list[str]:
    """The steps that this program knows, first to last."""
    return sorted(step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions())


def bring(connection: Connection, where: str, revision: str | None = None) -> tuple[str | None, str]:
    """Bring the store to this revision (the newest, if none is named); what it was before, and what it is now.

    Must be alone with the store. Raises Broken, with nothing changed, when it is a newer program's or no gateway's.
    """
    known = revisions()
    wanted = known[-1] if revision is None else revision
    if wanted not in known:
        raise Broken(f"there is no revision {wanted}: this program knows {', '.join(known)}")
    _adopt(connection, where)
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in known:
        raise Broken(f"the database has schema {found}, this program {known[-1]}: update the program")
    if found is None or found < wanted:
        command.upgrade(_config(connection), wanted)
    elif found > wanted:
        command.downgrade(_config(connection), wanted)
    return found, wanted


def _adopt(connection: Connection, where: str) -> None:
    """A store of before there were migrations is the first revision's."""
    names = inspect(connection).get_table_names()
    if not names or _ALEMBIC in names:
        return
    if identity.name not in names:
        raise Broken(f"{where} is not a gateway's: keep it, choose another")
    found = connection.execute(select(identity.c.schema_version)).scalar_one_or_none()
    if found != _SCHEMA_OF_FIRST:
        # Nothing is lost: what is settled comes back from the chain, and terminals hand in again what is not.
        raise Broken(f"the database has schema {found}, of before 0001: keep it and choose another, which fills itself")
    command.stamp(_config(connection), FIRST)


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
