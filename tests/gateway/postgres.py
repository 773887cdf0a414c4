"""A PostgreSQL server of the tests' own: in a temporary folder, on loopback, with a password, never as root."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

PATIENCE = 60.0
USER, PASSWORD = "kindpakket", "known-to-nobody"


def binaries() -> Path | None:
    """Where initdb and postgres are, if they are installed."""
    found = shutil.which("postgres")
    if found:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))


class Postgres:
    """One server; `url()` makes a new, empty database."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._owner = _other_user()
        self._numbers = count(1)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if self._owner:
            os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        options = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}", "--encoding=UTF8", "--no-locale"]
        subprocess.run(
            [programs / "initdb", *options, "--no-sync", folder / "data"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            **self._as_owner(),
        )
        self.start()

    def start(self, *settings: str) -> None:
        """Begin to answer; settings such as "synchronous_commit=off"."""
        options = (f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}")
        arguments = [word for setting in (*options, *settings) for word in ("-c", setting)]
        log = (self._folder / "log").open("a")
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", self._folder / "data", *arguments],
            stdout=log,
            stderr=log,
            cwd=self._folder,
            **self._as_owner(),
        )
        log.close()
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT cuts everybody off and tidies up; SIGQUIT is a crash."""
        self._process.send_signal(how)
        self._process.wait(PATIENCE)

    def url(self, name: str | None = None) -> str:
        """A new, empty database; or the one of this name, which is there already."""
        if name is None:
            name = f"gateway_{next(self._numbers)}"
            self.execute("postgres", f"CREATE DATABASE {name}")
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    def execute(self, name: str, statement: str) -> None:
        """As an operator would."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _as_owner(self) -> dict[str, Any]:
        if self._owner is None:
            return {}
        return {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}


@contextmanager
def running() -> Iterator[Postgres | None]:
    """A server while it is needed; None when PostgreSQL is not installed."""
    programs = binaries()
    if programs is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="kindpakket-postgres-") as folder:
        server = Postgres(programs, Path(folder))
        try:
            yield server
        finally:
            server.stop()


def _other_user() -> pwd.struct_passwd | None:
    """Whom the server runs as: it does not run as root."""
    if os.getuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")
