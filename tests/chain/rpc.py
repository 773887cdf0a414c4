"""A node as a bare client sees it, and transactions by hand."""

import time
from itertools import count
from typing import Any

import httpx
from eth_account import Account

from contracts.embedded.accounts import development_keys
from contracts.wire.units import from_hex, to_hex

OWNER, OTHER = (Account.from_key(key) for key in development_keys()[:2])
FEES = {"maxFeePerGas": 10 * 10**9, "maxPriorityFeePerGas": 10**9, "chainId": 1337}
ADDRESS = b"\x11" * 20

# Gives back the block's number and time, 32 bytes each.
CLOCK = bytes.fromhex("435f524260205260405ff3")
# Emits one event with two topics and a byte of data.
BELL = bytes.fromhex("60ff5f536002600160015fa200")
# Reverts as Vyper does: Error(string) "no".
GRUMP = bytes.fromhex("6308c379a05f5260206020526002604052616e6f60f01b6060526064601cfd")


class Rpc:
    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(timeout=30)
        self._ids = count(1)

    def raw(self, method: str, *params: Any) -> dict[str, Any]:
        asked = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}
        answer: dict[str, Any] = self._client.post(self.url, json=asked).raise_for_status().json()
        assert answer["id"] == asked["id"]
        return answer

    def __call__(self, method: str, *params: Any) -> Any:
        answer = self.raw(method, *params)
        assert "error" not in answer, answer
        return answer["result"]

    def error(self, method: str, *params: Any) -> dict[str, Any]:
        answer = self.raw(method, *params)
        assert "result" not in answer, answer
        error: dict[str, Any] = answer["error"]
        return error

    def number(self, method: str, *params: Any) -> int:
        return int(self(method, *params), 16)

    def nonce(self, account: Any = OWNER) -> int:
        return self.number("eth_getTransactionCount", account.address, "latest")

    def sign(self, account: Any = OWNER, **fields: Any) -> str:
        wanted = {
            "nonce": self.nonce(account),
            "gas": 200_000,
            "value": 0,
            "to": ADDRESS,
            "data": b"",
            **FEES,
            **fields,
        }
        return to_hex(account.sign_transaction(wanted).raw_transaction)

    def send(self, account: Any = OWNER, **fields: Any) -> dict[str, Any]:
        transaction = self("eth_sendRawTransaction", self.sign(account, **fields))
        return self.receipt(transaction)

    def receipt(self, transaction: str) -> dict[str, Any]:
        """A real node may have taken the transaction and not yet made the block."""
        deadline = time.monotonic() + 60
        while (receipt := self("eth_getTransactionReceipt", transaction)) is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return dict(receipt)

    def deploy(self, runtime: bytes) -> bytes:
        """A contract of this code."""
        size = len(runtime)
        loader = bytes([0x60, size, 0x60, 10, 0x5F, 0x39, 0x60, size, 0x5F, 0xF3])
        return from_hex(self.send(to=b"", data=loader + runtime)["contractAddress"])
