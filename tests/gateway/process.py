"""Real processes on loopback: the embedded chain, a gateway, and a proxy that holds up what a node is asked."""

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import httpx

from contracts.wire.units import to_hex
from tests.chain.processes import ROOT, command
from tests.gateway.world import Till, World

PATIENCE = 60.0


def ready_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready "), f"did not start: {line!r}, exit {process.poll()}"
    return line.split()[1]


def until(read: Callable[[], Any], wanted: Callable[[Any], Any]) -> Any:
    """Ask again and again until the answer is as wanted: what another process does has no event to wait for."""
    deadline = time.monotonic() + PATIENCE
    while not wanted(answer := read()):
        assert time.monotonic() < deadline, f"still {answer!r}"
        time.sleep(0.02)
    return answer


class GatewayProcess:
    """`kindpakket gateway run` as a process of its own, in a folder that outlives it."""

    def __init__(self, world: World, folder: Path, key: bytes, rpc: str, options: tuple[str, ...]) -> None:
        self.folder = folder
        record = folder / "deployment.json"
        if not record.exists():
            world.record().save(record)
        store = () if "--database" in options else ("--data", str(folder / "gateway"))
        arguments = ["gateway", "run", "--record", str(record), "--rpc", rpc, *store]
        pace = ["--port", "0", "--batch-seconds", "0", "--poll-seconds", "0.2"]
        self.process = subprocess.Popen(
            command(*arguments, *pace, *options),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=(folder / "gateway.log").open("a"),
            text=True,
            env={**os.environ, "KINDPAKKET_GATEWAY_KEY": to_hex(key)},
        )
        self.url = ready_url(self.process)
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE)

    def post(self, till: Till, body: Any) -> httpx.Response:
        return self.client.post(f"{till.url}/segments", json=body)

    def get(self, till: Till, what: str) -> httpx.Response:
        target = f"{till.url}/{what}"
        return self.client.get(target, headers=till.headers(target))

    def position(self, till: Till) -> int:
        return int(self.get(till, "position").json()["sequence"])

    def snapshot(self, till: Till) -> Any:
        return until(lambda: self.get(till, "snapshot"), lambda answer: answer.status_code == 200).json()

    def outcomes(self, till: Till, count: int) -> list[tuple[int, int, int, int]]:
        """Sequence, reason, from slice, from budget of the first `count` outcomes, once they are there."""

        def read() -> Any:
            return self.get(till, "outcomes").json()["outcomes"]

        found = until(read, lambda outcomes: len(outcomes) >= count)
        return [(one["sequence"], one["reason"], one["from_slice"], one["from_budget"]) for one in found]

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        self.process.kill()
        self.process.wait()
        self.client.close()

    def terminate(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE)


class Proxy:
    """Stands before a node. `hold` lets the next call of a method wait, before or after the node has seen it."""

    def __init__(self, target: str) -> None:
        self.held: queue.Queue[dict[str, Any]] = queue.Queue()
        self._hold: tuple[str, str] | None = None
        self._release = threading.Event()
        proxy, client = self, httpx.Client(base_url=target, timeout=PATIENCE)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                call = json.loads(body)
                holding = proxy._take_hold(call["method"])
                if holding == "before":
                    proxy._wait(call)
                    self.close_connection = True
                    return
                answer = client.post("/", content=body, headers={"Content-Type": "application/json"}).content
                if holding == "after":
                    proxy._wait(call)
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # killed gateways hang up
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._release.set()
        self._server.shutdown()
        self._server.server_close()

    def hold(self, method: str, when: str) -> None:
        """The next call of this method is held, "before" or "after" the node sees it, and is never answered."""
        self._hold = (method, when)

    def wait_for_held(self) -> dict[str, Any]:
        return self.held.get(timeout=PATIENCE)

    def _take_hold(self, method: str) -> str | None:
        if self._hold is None or self._hold[0] != method:
            return None
        when, self._hold = self._hold[1], None
        return when

    def _wait(self, call: dict[str, Any]) -> None:
        self.held.put(call)
        self._release.wait(PATIENCE)
