"""The portal as its operator runs it: which process knows what, and that it goes on where it was."""

import os
import secrets
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from contracts.wire.units import from_hex
from provisioning import desk
from provisioning.demo.hall import Browser
from provisioning.portal import keys
from tests.chain.processes import command
from tests.provisioning.town import refused

pytestmark = pytest.mark.timeout(420)
"""Seconds; a quiet machine needs a tenth of it."""


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """`kindpakket portal run` on the folder, and the lines that it said until it was ready."""
    arguments = command("portal", "run", "--folder", str(folder), "--port", "0")
    process = subprocess.Popen(arguments, text=True, stdout=subprocess.PIPE, env={**os.environ, **environment})
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line.strip())
        if line.startswith("ready"):
            break
    try:
        yield process, said
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0
        process.stdout.close()


def child(parent: int, *words: str) -> int:
    """The process below that one which runs this command."""
    for path in Path("/proc").glob("[0-9]*"):
        with_words = b"\0".join(word.encode() for word in words)
        try:
            stat = (path / "stat").read_text().rsplit(")", 1)[1].split()
            if int(stat[1]) == parent and with_words in (path / "cmdline").read_bytes():
                return int(path.name)
        except (FileNotFoundError, ProcessLookupError):
            continue
    raise AssertionError(words)


def holds(pid: int, wanted: list[bytes]) -> bool:
    """Whether any of these stands in the process's environment or anywhere in its memory."""
    if any(each in Path(f"/proc/{pid}/environ").read_bytes() for each in wanted):
        return True
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            where, rights, *_ = line.split()
            first, last = (int(each, 16) for each in where.split("-"))
            if not rights.startswith("r") or "[v" in line:
                continue
            memory.seek(first)
            try:
                content = memory.read(last - first)
            except OSError:
                continue
            if any(each in content for each in wanted):
                return True
    return False


def test_the_worker_alone_has_the_key_and_nobody_may_look_into_any_of_them(folder):
    key = "0x" + secrets.token_hex(32)
    wanted = [key[2:].encode(), from_hex(key)]
    with running(folder, **{desk.KEY_VARIABLE: key}) as (process, _):
        worker, pages = (child(process.pid, "portal", name) for name in ("work", "serve"))
        for pid in (process.pid, worker, pages):
            assert Path(f"/proc/{pid}/environ").stat().st_uid == 0  # not dumpable: root's, whoever runs it
            limits = Path(f"/proc/{pid}/limits").read_text()
            assert limits.split("Max core file size")[1].split()[:2] == ["0", "0"]
        if os.geteuid() != 0:
            pytest.skip("only root looks into a process that forbids it")
        assert holds(worker, wanted)
        assert not holds(pages, wanted)


def test_the_pages_refuse_to_be_given_a_key(folder, monkeypatch):
    monkeypatch.setenv(desk.KEY_VARIABLE, "0x" + "11" * 32)
    assert "pages must not have a key" in refused("portal", "serve", "--folder", str(folder))


def signed_in(url: str, folder: Path, name: str, password: str) -> Browser:
    """A browser in which somebody of the sample has signed in with what was printed, and a code."""
    browser = Browser(url)
    browser.send("/sign-in", username=name, password=password)
    browser.send("/sign-in/code", code=done_in_words("portal", "code", name, "--folder", str(folder)))
    return browser


def done_in_words(*words: str) -> str:
    return subprocess.run(command(*words), text=True, capture_output=True, check=True).stdout.strip()


def rows(folder: Path) -> list[int]:
    """How much of everything there is."""
    desk = ("auth_user", "programmes_programme", "shops_shop", "applying_application", "passes_pass", "tasks_task")
    tables = (*desk, "selling_keeper", "selling_product")
    with closing(sqlite3.connect(folder / "portal.sqlite")) as database:
        return [database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]


def test_alone_it_brings_all_that_it_needs_and_goes_on_where_it_was(tmp_path):
    folder = tmp_path / "portal"
    with running(folder) as (_, said):
        passwords = dict(line.split()[:2] for line in said if line.startswith(("clerk-", "auditor-", "keeper-")))
        keeper = signed_in(said[-1].split()[1], folder, "keeper-02", passwords["keeper-02"])
        assert "Fiets" in keeper.get("/shop/products")
        browser = signed_in(said[-1].split()[1], folder, "clerk-02", passwords["clerk-02"])
        for path, shown in {
            "/desk/programmes": "Kindpakket",
            "/desk/applications/": "5",
            "/desk/tasks/": "Begin a programme",
            "/desk/payouts/": "shop-01",
        }.items():
            assert shown in browser.get(path), path
    record, filled = (folder / "deployment.json").read_bytes(), rows(folder)
    with running(folder) as (process, said):
        assert all(password not in " ".join(said) for password in passwords.values())
        assert "Kindpakket" in signed_in(said[-1].split()[1], folder, "clerk-03", passwords["clerk-03"]).get(
            "/desk/programmes"
        )
        worker = child(process.pid, "portal", "work")
        os.kill(worker, signal.SIGKILL)
        assert process.stdout
        assert process.stdout.readline() == "portal work is ready again\n"
        assert child(process.pid, "portal", "work") != worker
    assert ((folder / "deployment.json").read_bytes(), rows(folder)) == (record, filled)
    assert (folder.stat().st_mode & 0o777, (folder / keys.FILE).stat().st_mode & 0o777) == (0o700, 0o600)
