"""Where a gateway's store is, as every command of the gateway is told: `--data DIR` or `--database URL`."""

import argparse
from pathlib import Path

EXAMPLE_URL = "postgresql://kindpakket@localhost/kindpakket"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Exactly one of the two must be given."""
    to = parser.add_mutually_exclusive_group(required=True)
    to.add_argument("--data", type=Path, metavar="DIR", help="the folder of its database, for one process")
    about = "a PostgreSQL database, for several; its password may stand in PGPASSWORD or ~/.pgpass"
    to.add_argument("--database", metavar="URL", help=f"{about}, as {EXAMPLE_URL}")


def place(arguments: argparse.Namespace) -> str | Path:
    """What was given."""
    where: str | Path = arguments.data if arguments.data is not None else arguments.database
    return where


def folder(where: str | Path) -> Path | None:
    """The folder, if it is one: a server's disk is not ours to see."""
    return where if isinstance(where, Path) else None
