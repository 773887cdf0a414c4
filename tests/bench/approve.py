"""Confirm key to approved and durable, start to ready, and memory: of a real daemon, offline, on this disk."""

import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from coincurve import PrivateKey

from contracts.wire.hashing import keccak256
from contracts.wire.signature import sign
from terminal.core.screen import Stage
from tests.bench.table import Figures
from tests.terminal.till import Running, Till, code

ROUNDS = 5
SALES_A_ROUND = 60
"""Below the 75 entries that may wait; between rounds they count as settled."""
STARTS = 7


def measure(folder: Path) -> Figures:
    till = Till(folder / "till")
    till.know(left=5_000_00)
    approvals: list[float] = []
    memory = 0
    for turn in range(ROUNDS):
        till.settle_all()
        with till.start() as running:
            approvals += sales(running, turn)
            memory = resident_kib(running.process.pid)
    return {**approve_figures(approvals, bare(folder)), **start_figures(till), "resident_mib": round(memory / 1024, 1)}


def approve_figures(approvals: list[float], floor: list[float]) -> Figures:
    return {
        "approve_p50_ms": milliseconds(statistics.median(approvals)),
        "approve_p99_ms": milliseconds(percentile(approvals, 99)),
        "bare_commit_and_two_signatures_p50_ms": milliseconds(statistics.median(floor)),
        "bare_commit_and_two_signatures_p99_ms": milliseconds(percentile(floor, 99)),
        "approve_over_bare_p50": round(statistics.median(approvals) / statistics.median(floor), 2),
    }


def sales(running: Running, turn: int) -> list[float]:
    """Seconds from the confirm key on the screen's link to the approved screen, sale by sale."""
    times = []
    with running.screen() as glass:
        for number in range(SALES_A_ROUND):
            amount = turn * SALES_A_ROUND + number + 1  # another one each time, or the terminal asks "again?"
            running.scan(code(1 + number % 20))
            glass.until(Stage.AMOUNT)
            glass.press(*str(amount))
            glass.until(lambda screen, amount=amount: screen.amount == amount)
            begun = time.perf_counter()
            glass.press("confirm")
            ended = glass.until(lambda screen: screen.stage in {Stage.APPROVED, Stage.REFUSED})
            times.append(time.perf_counter() - begun)
            assert ended.stage is Stage.APPROVED, ended
    return times


def bare(folder: Path) -> list[float]:
    """What no till can go below: one SQLite commit that is flushed, and two signatures."""
    key = PrivateKey(b"\1" * 32)
    with closing(sqlite3.connect(folder / "bare.sqlite", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE entries (sequence INTEGER PRIMARY KEY, entry BLOB, signature BLOB)")

        def once(number: int) -> None:
            entry = sign(key, keccak256(b"pass", bytes([number % 256])))
            signature = sign(key, keccak256(b"journal", entry))
            database.execute("INSERT INTO entries VALUES (?, ?, ?)", (number, entry, signature))

        return [timed(partial(once, number)) for number in range(ROUNDS * SALES_A_ROUND)]


def start_figures(till: Till) -> Figures:
    """Process start to `ready`, beside the import of one HTTP library."""
    ready = statistics.median(timed(lambda: start_once(till)) for _ in range(STARTS))
    command = [sys.executable, "-c", "import httpx"]
    httpx = statistics.median(timed(lambda: subprocess.run(command, check=True)) for _ in range(STARTS))
    return {
        "start_to_ready_s": round(ready, 3),
        "import_httpx_s": round(httpx, 3),
        "start_over_import_httpx": round(ready / httpx, 2),
    }


def start_once(till: Till) -> None:
    program = [sys.executable, "-m", "provisioning.cli", "terminal", "run", "--config", str(till.config)]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.kill()
    process.wait()
    process.stdout.close()


def resident_kib(pid: int) -> int:
    """VmRSS of proc(5), in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def on_this_disk() -> Path:
    """A folder on the disk of the checkout: /tmp may be memory, where a flush costs nothing."""
    folder = Path(__file__).parents[2] / "build" / f"bench-{os.getpid()}"
    folder.mkdir(parents=True)
    return folder
