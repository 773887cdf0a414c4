"""A store seen from beside its gateway: read only, without the lock, whoever is at work on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError

from contracts.gateway.store.engines import FILE_NAME, open_backend
from contracts.wire.errors import Broken, TryAgain


@contextmanager
def look(where: str | Path) -> Iterator[Connection]:
    """One consistent view of the store in a folder, or at `postgresql://...`.

    Raises Broken when there is none or it is not of this program's version, TryAgain when its server does not answer.
    """
    engine, close = _engine(where)
    try:
        with engine.connect() as connection:
            if isinstance(where, Path):
                connection.exec_driver_sql("BEGIN")
            yield connection
    except DBAPIError as error:
        if isinstance(where, str) and isinstance(error, OperationalError):
            raise TryAgain(f"the database does not answer: {_first_line(error)}") from error
        raise Broken(f"the store cannot be read: {_first_line(error)}") from error
    finally:
        close()


def _engine(where: str | Path) -> tuple[Engine, Callable[[], None]]:
    if isinstance(where, str):
        backend = open_backend(where)
        return backend.reading, backend.close
    path = where / FILE_NAME
    if not path.is_file():
        raise Broken(f"there is no store in {where}: name the --data of a gateway that has run")
    engine = create_engine(f"sqlite:///file:{path.resolve()}?mode=ro&uri=true")
    return engine, engine.dispose


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0][:200]
