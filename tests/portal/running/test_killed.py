"""A worker that is really killed, on a real contract: what it was at is done once."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from contracts.chain import checksum
from contracts.wire.units import to_hex
from provisioning import desk, passes
from tests.chain.processes import ROOT
from tests.chain.rpc import OWNER


def acting(folder: Path, *words: str) -> int:
    """Its exit status; the signal's number, negative, when it was killed."""
    environment = {**os.environ, desk.KEY_VARIABLE: to_hex(OWNER.key)}
    command = [sys.executable, "-m", "tests.portal.running.acting", str(folder), *words]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def rows(folder: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(folder / "portal.sqlite")) as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize("dies", ["before it is sent", "once it is sent", "while it is noted"])
def test_a_task_is_done_once_though_its_worker_is_killed(folder, town, dies):
    whose = passes.new_pass(7).address
    assert acting(folder, "ask", dies, to_hex(whose)) == 0
    assert acting(folder, "work", dies) == -signal.SIGKILL
    assert rows(folder, "SELECT state, ended_at FROM tasks_task") == [("waiting", None)]
    assert rows(folder, "SELECT * FROM tasks_turn") == []

    assert acting(folder, "work") == 0
    sent_before = int(dies != "before it is sent")
    result = f'{{"now": {1 - sent_before}, "before": {sent_before}}}'
    assert rows(folder, "SELECT state, result FROM tasks_task") == [("done", result)]
    assert rows(folder, "SELECT name FROM tasks_turn") == [("noted",)]
    assert town.view("budget", 1, checksum(whose))[0] == 100

    assert acting(folder, "work") == 0  # nothing is left to do
    assert town.view("budget", 1, checksum(whose))[0] == 100
