"""anvil, an EVM by others (Foundry), behind JSON-RPC: that what holds on one machine holds on another one, to the gas.

Where the program is not installed, the tests that need it are skipped: `npm install --prefix build/node
@foundry-rs/anvil@1.7.1` puts it where it is looked for, and so does any PATH.
"""

import atexit
import http.client
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from contracts.wire.units import Address
from tests.contract.called import CHAIN_ID, GAS_LIMIT, NOBODY, Log, Machine, Reverted, reason_of

INSTALLED = Path(__file__).parents[2] / "build" / "node" / "node_modules" / ".bin" / "anvil"
OPTIONS = (
    *("--port", "0", "--hardfork", "prague", "--chain-id", str(CHAIN_ID), "--gas-limit", "60000000"),
    *("--gas-price", "0", "--base-fee", "0", "--accounts", "0", "--auto-impersonate"),
    *("--timestamp", "1", "--no-mining"),
)
UNTIL_WE_END = '"$@" & read -r _; kill -KILL 0'
"""It waits for a line that never comes: however this process ends, its end of the pipe is closed then. npm's anvil is a
program that starts the real one, so all of its group is ended."""

_LISTENING = re.compile(r"Listening on 127\.0\.0\.1:(\d+)")


def program() -> str | None:
    """Where anvil is, or None."""
    return str(INSTALLED) if INSTALLED.exists() else shutil.which("anvil")


class Node:
    """One anvil process, ended with this one. It names its port itself, so it is ours that answers there."""

    def __init__(self, executable: str) -> None:
        self._process = subprocess.Popen(
            ["sh", "-c", UNTIL_WE_END, "sh", executable, *OPTIONS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        atexit.register(self.stop)
        self._connection = http.client.HTTPConnection("127.0.0.1", self._port(), timeout=60)
        threading.Thread(target=self._drain, daemon=True).start()
        self._count = 0

    def stop(self) -> None:
        """End the process, and what it started."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def ask(self, method: str, *parameters: object) -> Any:
        """The result of a call. Raises Reverted when the call was undone, RuntimeError for any other error."""
        self._count += 1
        body = {"jsonrpc": "2.0", "id": self._count, "method": method, "params": parameters}
        self._connection.request("POST", "/", json.dumps(body), {"Content-Type": "application/json"})
        answer: dict[str, Any] = json.loads(self._connection.getresponse().read())
        if "error" not in answer:
            return answer["result"]
        error = answer["error"]
        if error["code"] == 3 or "EVM error" in error["message"]:
            raise Reverted(reason_of(bytes.fromhex(error.get("data", "0x")[2:])) or error["message"])
        raise RuntimeError(f"{method}: {error['message']}")

    def _port(self) -> int:
        said = []
        for line in self._lines():
            found = _LISTENING.search(line)
            if found:
                return int(found[1])
            said.append(line)
        raise RuntimeError(f"anvil did not start: {''.join(said)}")

    def _drain(self) -> None:
        """It stops when nobody reads what it says."""
        for _ in self._lines():
            pass

    def _lines(self) -> Iterable[str]:
        if self._process.stdout is None:
            raise RuntimeError("no output")
        return self._process.stdout


@cache
def node() -> tuple[Node, list[str]]:
    """The one node of this process, and the snapshot of its empty state, which is taken anew each time it is used."""
    executable = program()
    if executable is None:
        raise RuntimeError("anvil is not installed")
    started = Node(executable)
    return started, [started.ask("evm_snapshot")]


class Anvil(Machine):
    """An empty chain. There is one at a time: a new one ends the one before."""

    def __init__(self, time: int) -> None:
        super().__init__(time)
        self._node, empty = node()
        self._node.ask("evm_revert", empty.pop())
        empty.append(self._node.ask("evm_snapshot"))
        self._chain_id = 0

    def create(self, sender: Address, code: bytes, at: Address | None) -> Address:
        """A new contract, at an address of its own or at the one given. Raises Reverted."""
        if at is not None:
            raise NotImplementedError("a real node gives a contract its address")
        address: str = self._send({"from": _hex(sender), "data": _hex(code)})["contractAddress"]
        return Address(bytes.fromhex(address[2:]))

    def transact(self, sender: Address, to: Address, data: bytes) -> tuple[int, bytes, list[Log]]:
        """Gas in all, output and logs of a transaction. Raises Reverted, and then nothing has changed."""
        call = {"from": _hex(sender), "to": _hex(to), "data": _hex(data)}
        output = self._call(call)
        receipt = self._send(call)
        if receipt["status"] != "0x1":
            raise RuntimeError("a call that went through failed as a transaction")
        return int(receipt["gasUsed"], 16), output, [_log(log) for log in receipt["logs"]]

    def look(self, to: Address, data: bytes) -> bytes:
        """The output of a call by nobody, of which nothing is kept. Raises Reverted."""
        return self._call({"from": _hex(NOBODY), "to": _hex(to), "data": _hex(data)})

    def _call(self, call: dict[str, str]) -> bytes:
        self._choose_chain()
        block = {"time": hex(self.time), "number": hex(self.block)}
        output: str = self._node.ask("eth_call", call | _FREE, "latest", {}, block)
        return bytes.fromhex(output[2:])

    def _send(self, call: dict[str, str]) -> dict[str, Any]:
        self._choose_chain()
        sent = self._node.ask("eth_sendTransaction", call | _FREE)
        self._node.ask("evm_mine", self.time)
        receipt: dict[str, Any] = self._node.ask("eth_getTransactionReceipt", sent)
        return receipt

    def _choose_chain(self) -> None:
        if self._chain_id != self.chain_id:
            self._node.ask("anvil_setChainId", self.chain_id)
            self._chain_id = self.chain_id


_FREE = {"gas": hex(GAS_LIMIT), "gasPrice": "0x0"}


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _log(log: dict[str, Any]) -> Log:
    return (
        bytes.fromhex(log["address"][2:]),
        [int(topic, 16) for topic in log["topics"]],
        bytes.fromhex(log["data"][2:]),
    )
