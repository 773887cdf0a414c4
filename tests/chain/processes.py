"""Nodes as processes of their own: the embedded chain, and anvil where the machine has it."""

import os
import resource
import shutil
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ANVIL_PLACES = ("build/node/node_modules/.bin/anvil", "node_modules/.bin/anvil")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "provisioning.cli", *arguments]


def start(*options: str, file_bytes_max: int | None = None) -> tuple[subprocess.Popen[str], str]:
    """The embedded chain and its address, once it answers. `file_bytes_max` is a disk that is soon full."""
    arguments = command("chain", "dev", "--port", "0", *options)
    errors = subprocess.PIPE if file_bytes_max else None
    process = subprocess.Popen(arguments, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=errors)
    if file_bytes_max:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (file_bytes_max, file_bytes_max))
    assert process.stdout is not None
    ready = process.stdout.readline()
    assert ready.startswith("ready http://127.0.0.1:"), ready
    return process, ready.split()[1]


@contextmanager
def embedded(*options: str) -> Iterator[str]:
    process, url = start(*options)
    try:
        yield url
    finally:
        stop(process)


def anvil_binary() -> str | None:
    named = os.environ.get("KINDPAKKET_ANVIL") or shutil.which("anvil")
    return named or next((str(ROOT / place) for place in ANVIL_PLACES if (ROOT / place).exists()), None)


@contextmanager
def anvil(binary: str) -> Iterator[str]:
    arguments = [binary, "--port", "0", "--slots-in-an-epoch", "1", "--chain-id", "1337"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    reading = threading.Thread(target=deque, args=(process.stdout, 0), daemon=True)
    try:
        line = next(line for line in process.stdout if line.startswith("Listening on "))
        # It tells every call: once nobody reads on and the pipe is full, it answers no more.
        reading.start()
        yield f"http://{line.split()[-1]}"
    finally:
        stop(process, reading)


def stop(process: subprocess.Popen[str], reading: threading.Thread | None = None) -> None:
    process.terminate()
    process.wait(timeout=60)
    if reading is not None and reading.is_alive():
        reading.join(timeout=60)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
