"""anvil as the chain of a chaos run: mines by the clock, stops, reorganises, and lets its base fee jump."""

import asyncio
import json
import subprocess
import threading
import urllib.request
from typing import Any

from tests.chain import processes

BLOCK_SECONDS = 1
EPOCH_SLOTS = 4
"""Anvil's final block is two epochs behind its newest."""
FINAL_BLOCKS = 2 * EPOCH_SLOTS
CALM_FEE = 10**9
"""Wei for a unit of gas."""
UNTIL_WE_END = '"$@" & exec >&-; read -r _; kill -KILL 0'
"""As in tests.contract.anvil: the npm package starts the real program, so all of its group is ended."""


class Chain:
    """One anvil process. It mines each transaction at once until `begin` lets the clock do it."""

    def __init__(self) -> None:
        binary = processes.anvil_binary()
        if binary is None:
            raise RuntimeError("anvil is not installed: npm install --prefix build/node @foundry-rs/anvil@1.7.1")
        options = ("--port", "0", "--chain-id", "1337", "--slots-in-an-epoch", str(EPOCH_SLOTS))
        self._process = subprocess.Popen(
            ["sh", "-c", UNTIL_WE_END, "sh", binary, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        line = next((line for line in self._process.stdout if line.startswith("Listening on ")), None)
        if line is None:
            raise RuntimeError("anvil did not start")
        self.port = int(line.rsplit(":", 1)[1])
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._drain, daemon=True).start()

    def stop(self) -> None:
        """End the process and what it started."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def ask(self, method: str, *parameters: object) -> Any:
        """The result of a call. Raises RuntimeError with the node's words."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    async def do(self, method: str, *parameters: object) -> Any:
        """As `ask`, and the loop goes on meanwhile."""
        return await asyncio.to_thread(self.ask, method, *parameters)

    def begin(self) -> None:
        """From now on a block each second, whatever is in it."""
        self.ask("anvil_setNextBlockBaseFeePerGas", hex(CALM_FEE))
        self.ask("evm_setAutomine", False)
        self.ask("evm_setIntervalMining", BLOCK_SECONDS)

    async def halt(self) -> None:
        """No more blocks."""
        await self.do("evm_setIntervalMining", 0)

    async def go_on(self) -> None:
        """Blocks again."""
        await self.do("evm_setIntervalMining", BLOCK_SECONDS)

    async def reorganise(self, depth: int) -> None:
        """The newest blocks are replaced by empty ones; their transactions are in no block and in no pool."""
        if depth >= FINAL_BLOCKS:
            raise ValueError("what is final stays")
        await self.do("anvil_reorg", depth, [])

    async def price(self, base_fee: int) -> None:
        """Wei for a unit of gas in the next block."""
        await self.do("anvil_setNextBlockBaseFeePerGas", hex(base_fee))

    def _drain(self) -> None:
        assert self._process.stdout is not None
        for _ in self._process.stdout:
            pass
