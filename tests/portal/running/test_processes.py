"""The portal as its operator runs it: which process knows what, and that it goes on where it was."""

import os
import secrets
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contracts.wire.units import from_hex
from provisioning import desk
from provisioning.portal import keys
from tests.chain.processes import command
from tests.provisioning.town import refused


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
        assert process.wait(timeout=30) == 0
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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root looks into a process that forbids it")
def test_the_pages_have_no_key_in_their_environment_or_memory_and_the_worker_has(folder):
    key = "0x" + secrets.token_hex(32)
    wanted = [key[2:].encode(), from_hex(key)]
    with running(folder, **{desk.KEY_VARIABLE: key}) as (process, _):
        assert holds(child(process.pid, "portal", "work"), wanted)
        assert not holds(child(process.pid, "portal", "serve"), wanted)


def test_nobody_else_may_look_into_any_of_them(folder):
    with running(folder, **{desk.KEY_VARIABLE: "0x" + secrets.token_hex(32)}) as (process, _):
        for pid in (process.pid, child(process.pid, "portal", "work"), child(process.pid, "portal", "serve")):
            assert Path(f"/proc/{pid}/environ").stat().st_uid == 0  # not dumpable: root's, whoever runs it
            assert "0                    0" in Path(f"/proc/{pid}/limits").read_text().split("Max core file size")[1]


def test_the_pages_refuse_to_be_given_a_key(folder, monkeypatch):
    monkeypatch.setenv(desk.KEY_VARIABLE, "0x" + "11" * 32)
    assert "pages must not have a key" in refused("portal", "serve", "--folder", str(folder))


def test_alone_it_brings_all_that_it_needs_and_goes_on_where_it_was(tmp_path):
    folder = tmp_path / "portal"
    with running(folder) as (_, said):
        record = (folder / "deployment.json").read_bytes()
        with urllib.request.urlopen(f"{said[-1].split()[1]}/sign-in") as page:
            assert page.status == 200
    with running(folder) as (process, said):
        with urllib.request.urlopen(f"{said[-1].split()[1]}/sign-in") as page:
            assert page.status == 200
        worker = child(process.pid, "portal", "work")
        os.kill(worker, signal.SIGKILL)
        assert process.stdout
        assert process.stdout.readline() == "portal work is ready again\n"
        assert child(process.pid, "portal", "work") != worker
    assert (folder / "deployment.json").read_bytes() == record
    assert (folder.stat().st_mode & 0o777, (folder / keys.FILE).stat().st_mode & 0o777) == (0o700, 0o600)
