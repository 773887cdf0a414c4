"""Inside the virtual machine: does what the host asks and tells what it sees, one JSON object a line.

    {"run": [argv]}      {"ran": {"exit": code, "out": text, "err": text}}
    {"start": [argv]}    {"said": line} for its stdout, {"log": line} for its stderr, {"ended": exit code}
    {"stop": true}       SIGTERM to what was started last
    {"kill": true}       SIGKILL to it and all that it started
    {"watch": path}      {"screen": line} for each line that comes from this Unix socket

It says {"up": true} when it can be asked. It decides nothing and judges nothing: that is the host's part.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from io import BufferedReader
from pathlib import Path
from typing import Any

RUN_SECONDS = 170


class Agent:
    """What stands between the port and the guest's programs."""

    def __init__(self, port: Path) -> None:
        self._told = port.open("r+b", buffering=0)  # once: the kernel gives it to one at a time
        self._asked = BufferedReader(self._told)
        self._telling = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def serve(self) -> None:
        """Obey until the host has gone."""
        self._tell({"up": True})
        for line in self._asked:
            match json.loads(line):
                case {"run": argv}:
                    self._tell({"ran": _run(argv)})
                case {"start": argv}:
                    self._start(argv)
                case {"stop": True} if self._process:
                    self._process.terminate()
                case {"kill": True} if self._process:
                    os.killpg(self._process.pid, signal.SIGKILL)
                case {"watch": path}:
                    connection = socket.socket(socket.AF_UNIX)
                    connection.connect(path)
                    self._stream("screen", connection.makefile("rb"))

    def _start(self, argv: list[str]) -> None:
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        ending = [self._stream("said", self._process.stdout), self._stream("log", self._process.stderr)]
        threading.Thread(target=self._await, args=(self._process, ending), daemon=True).start()

    def _await(self, process: subprocess.Popen[bytes], ending: list[threading.Thread]) -> None:
        for thread in ending:
            thread.join()
        self._tell({"ended": process.wait()})

    def _stream(self, kind: str, lines: Iterable[bytes]) -> threading.Thread:
        def pump() -> None:
            for line in lines:
                self._tell({kind: line.decode().rstrip("\n")})

        thread = threading.Thread(target=pump, daemon=True)
        thread.start()
        return thread

    def _tell(self, message: dict[str, Any]) -> None:
        left = json.dumps(message).encode() + b"\n"
        with self._telling:
            while left:  # the port takes 32 KiB at a time
                left = left[self._told.write(left) :]


def _run(argv: list[str]) -> dict[str, Any]:
    done = subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=RUN_SECONDS, check=False)
    return {"exit": done.returncode, "out": done.stdout, "err": done.stderr}


if __name__ == "__main__":
    Agent(Path(sys.argv[1])).serve()
