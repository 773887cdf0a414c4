"""The tables' form: brought up to date by the pages' process, waited for by the worker's."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate() -> None:
    """Bring the tables into this program's form."""
    call_command("migrate", verbosity=0, interactive=False)


def are_ready() -> bool:
    """Whether they have it."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
