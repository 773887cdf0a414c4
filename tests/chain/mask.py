"""A node that says something else than it would."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

Change = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any] | bytes | None]


class Mask:
    """Stands before a real node and changes what it says: `change` gets question and answer; None hangs up.

    `before` gets each question before the node does, who never hears of the method `kept_back`. An answer that is
    bytes is sent as it is.
    """

    def __init__(self, target: str) -> None:
        self.change: Change = lambda _, answer: answer
        self.before: Callable[[dict[str, Any]], None] = lambda _call: None
        self.kept_back = ""
        self.asked: list[str] = []
        self.status_of_errors = 200
        mask, client = self, httpx.Client(base_url=target, timeout=30)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                call = json.loads(body)
                mask.asked.append(call["method"])
                mask.before(call)
                told = {"jsonrpc": "2.0", "id": call["id"]}
                if call["method"] != mask.kept_back:
                    told = client.post("/", content=body, headers={"Content-Type": "application/json"}).json()
                answer = mask.change(call, told)
                if answer is None:
                    self.close_connection = True
                    return
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(mask.status_of_errors if b'"error"' in content else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://somebody:secret@127.0.0.1:{self.server.server_port}/v2/customers-key"

    def refuse(self, *methods: str, words: str = "missing trie node", code: int = -32000) -> None:
        """From now on these methods are answered with an error."""
        error = {"code": code, "message": words}

        def refused(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
            return answer if methods and call["method"] not in methods else {**without_result(answer), "error": error}

        self.change = refused


def without_result(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "result"}


@contextmanager
def masked(target: str) -> Iterator[Mask]:
    mask = Mask(target)
    threading.Thread(target=mask.server.serve_forever, daemon=True).start()
    try:
        yield mask
    finally:
        mask.server.shutdown()
        mask.server.server_close()
