"""`kindpakket gateway admin`: who may operate a gateway, each with a credential of their own and a role."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from contracts.gateway.serving import admins
from contracts.gateway.store.engines import FILE_NAME, open_backend
from contracts.gateway.store.place import add_options, place
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.units import Timestamp

_NAME_MAX = 64
_EXAMPLE = """examples:
  kindpakket gateway admin add prometheus --role watch --data ./gateway
  kindpakket gateway admin list --data ./gateway
  kindpakket gateway admin remove prometheus --data ./gateway

The roles: watch sees state and figures; enrol makes codes for new terminals and says which orders wait at shops;
operate lets resting terminals go. The last two may watch too. The credential is printed once, and sent as
`Authorization: Bearer ...`. It works at once, in a gateway that runs too.
"""


def main(argv: list[str]) -> int:
    """Run one of the three. Raises Broken with what to do when it cannot be done."""
    arguments = _parser().parse_args(argv)
    with _beside(place(arguments)) as connection:
        said, data = arguments.run(connection, arguments)
    sys.stdout.write((json.dumps(data) if arguments.json else said) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindpakket gateway admin",
        description="Say who may operate the gateway.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    add = _verb(verbs, "add", "let somebody in, and print the credential", _add)
    add.add_argument("name", type=_name, metavar="NAME")
    add.add_argument("--role", choices=admins.ROLES, required=True)
    _verb(verbs, "list", "who is let in", _list)
    _verb(verbs, "remove", "make somebody's credential worthless", _remove).add_argument("name", metavar="NAME")
    return parser


_Run = Callable[[Connection, argparse.Namespace], tuple[str, object]]


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, about: str, run: _Run
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=about, epilog=_EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(verb)
    verb.add_argument("--json", action="store_true", help="answer with one JSON object")
    verb.set_defaults(run=run)
    return verb


def _add(connection: Connection, arguments: argparse.Namespace) -> tuple[str, object]:
    token = admins.add(connection, arguments.name, arguments.role, Timestamp(int(time.time())))
    said = f"{arguments.name} may {arguments.role}, with this credential, which is not shown again:\n{token}"
    return said, {"name": arguments.name, "role": arguments.role, "token": token}


def _list(connection: Connection, _arguments: argparse.Namespace) -> tuple[str, object]:
    found = admins.every(connection)
    lines = [f"{one.name:24} {one.role:8} since {datetime.fromtimestamp(one.made_at, UTC):%Y-%m-%d}" for one in found]
    data = [{"name": one.name, "role": one.role, "made_at": one.made_at} for one in found]
    return "\n".join(lines) or "nobody is let in yet", {"admins": data}


def _remove(connection: Connection, arguments: argparse.Namespace) -> tuple[str, object]:
    admins.remove(connection, arguments.name)
    return f"{arguments.name} is not let in any more", {"removed": arguments.name}


def _name(text: str) -> str:
    if not 0 < len(text) <= _NAME_MAX or not text.isprintable():
        raise argparse.ArgumentTypeError(f"a name has 1 to {_NAME_MAX} printable characters")
    return text


@contextmanager
def _beside(where: str | Path) -> Iterator[Connection]:
    """One transaction on the store, beside the gateway that may be at work on it. Raises Broken or TryAgain."""
    engine, close = _engine(where)
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        what = str(error.orig).strip().splitlines()[0][:200]
        if isinstance(where, str):
            raise TryAgain(f"the database does not answer: {what}") from error
        raise Broken(f"the store cannot be written: {what}") from error
    finally:
        close()


def _engine(where: str | Path) -> tuple[Engine, Callable[[], None]]:
    if isinstance(where, str):
        backend = open_backend(where)
        return backend.writing, backend.close
    path = where / FILE_NAME
    if not path.is_file():
        raise Broken(f"there is no store in {where}: name the --data of a gateway that has run")
    engine = create_engine(f"sqlite:///file:{path.resolve()}?mode=rw&uri=true", connect_args={"timeout": 10})
    event.listen(engine, "connect", _durable)
    return engine, engine.dispose


def _durable(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA synchronous = FULL")
