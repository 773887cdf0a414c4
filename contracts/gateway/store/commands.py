"""`kindpakket gateway migrate`, `backup` and `restored`: what an operator does with a store as a whole."""

import argparse
import sys
from pathlib import Path

from contracts.gateway.store import keeping
from contracts.gateway.store.migrate import revisions
from contracts.gateway.store.place import EXAMPLE_URL, add_options, place

_MIGRATE = f"""example:
  kindpakket gateway migrate --database {EXAMPLE_URL}

Stop every gateway on the store first. A gateway that starts does this by itself; `--to` is for going back before an
older program is installed again.
"""
_BACKUP = """example:
  kindpakket gateway backup gateway-monday.sqlite --data ./gateway

A gateway that runs need not stop. To put it back: stop the gateway, move its folder away, put the file into a new one
as gateway.sqlite, run `kindpakket gateway restored`, start the gateway. PostgreSQL has pg_dump and pg_restore for this.
"""
_RESTORED = f"""example:
  kindpakket gateway restored --database {EXAMPLE_URL}

Once, after a store was put back from a copy and before a gateway starts on it: terminals then take its snapshots for
new ones. Whatever was settled since comes back from the chain, and terminals hand in again what the copy had not.
"""


def migrate(argv: list[str]) -> int:
    """Change the form of a store's tables. Raises Broken when that cannot be, TryAgain when there is no answer."""
    parser = _parser(
        "migrate", "Bring a store's tables into this program's form, or back into an older one's.", _MIGRATE
    )
    parser.add_argument("--to", choices=revisions(), metavar="REVISION", help="which form (default: the newest)")
    arguments = parser.parse_args(argv)
    before, after = keeping.bring(place(arguments), arguments.to)
    sys.stdout.write(f"the store's form was {before or 'none'} and is {after}\n")
    return 0


def backup(argv: list[str]) -> int:
    """Copy an SQLite store. Raises Broken when that cannot be."""
    parser = _parser("backup", "Copy a gateway's database, also while it runs.", _BACKUP)
    parser.add_argument("file", type=Path, metavar="FILE", help="the copy, which must not be there yet")
    arguments = parser.parse_args(argv)
    keeping.copy(place(arguments), arguments.file)
    sys.stdout.write(f"copied to {arguments.file}\n")
    return 0


def restored(argv: list[str]) -> int:
    """Name a store anew. Raises Broken when it is no gateway's or in use, TryAgain when there is no answer."""
    arguments = _parser("restored", "Tell a store that it was put back from a copy.", _RESTORED).parse_args(argv)
    sys.stdout.write(f"the store's id is {keeping.rename(place(arguments))} now\n")
    return 0


def _parser(name: str, about: str, example: str) -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(f"kindpakket gateway {name}", None, about, example, formatter_class=plain)
    add_options(parser)
    return parser
