"""A real HTTP server on loopback whose answers a test decides, and a world (chain and gateway) that may lie."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from contracts.wire import entry as wire_entry
from contracts.wire import journal, typed_data
from contracts.wire.batch import Segment
from contracts.wire.entry import Ask, Content, PhoneAsk, Refund, Retire
from contracts.wire.hashing import keccak256
from contracts.wire.signature import recover
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, Timestamp, from_hex, to_hex
from terminal.checkpoint import encode_call
from tests.terminal.till import DOMAIN, NETWORK, PROGRAMME, pass_address

Answer = tuple[int, bytes]
Handler = Callable[[str, str, dict[str, str], bytes], Answer | Awaitable[Answer]]


@asynccontextmanager
async def serving(handler: Handler):
    """The URL of a server that answers by the handler; an empty status means: hang up without an answer."""
    open_: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def client(reader, writer):
        open_[writer] = asyncio.current_task()
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                method, target, _ = head[0].split(" ")
                headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in head[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                answer = handler(method, target, headers, body)
                status, content = answer if isinstance(answer, tuple) else await answer
                if not status:
                    return
                length = b"" if status == 204 else b"content-length: %d\r\n" % len(content)
                writer.write(b"HTTP/1.1 %d x\r\n%s\r\n" % (status, length) + content)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            del open_[writer]
            writer.close()

    server = await asyncio.start_server(client, "127.0.0.1", 0, limit=2**20)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        tasks = [task for task in open_.values() if task]
        for writer in open_:
            writer.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # none is left to a loop that is gone


@contextmanager
def threaded(handler: Handler):
    """As `serving`, in a thread of its own: for tests that wait for a daemon's process."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = serving(handler)
    try:
        yield asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def word(value: int) -> bytes:
    return value.to_bytes(32)


def rpc_result(data: bytes) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "result": to_hex(data)}).encode()


@dataclass
class World:
    """One terminal's chain and gateway, honest unless told otherwise. `served` counts requests by their last word."""

    terminal: Address
    domain: Domain = DOMAIN
    entries: list[bytes] = field(default_factory=list)
    signatures: dict[int, bytes] = field(default_factory=dict)
    settled: int = 0
    block: int = 10
    block_time: Callable[[], int] = lambda: int(time.time())
    clock: Callable[[], int] = lambda: int(time.time())
    slice_: int = 500_00
    left: int = 300_00
    families: int = 20
    online: bool = True
    chain_online: bool = True
    settles: bool = True
    version: int = 1
    ask_reason: int = 0
    """What becomes of every ask that is settled."""
    reasons: dict[int, int] = field(default_factory=dict)
    """What becomes of other entries that are not simply paid, by sequence."""
    successors: dict[bytes, bytes] = field(default_factory=dict)
    """Passes that were replaced, and by which."""
    sales: list[dict[str, Any]] = field(default_factory=list)
    """What was sold at the shop's other terminals."""
    orders: list[dict[str, Any]] | None = field(default_factory=list)
    """What waits at the shop; None for a gateway that is too old to know of orders."""
    lie: Callable[[str, str, bytes], Answer | None] = lambda method, target, body: None
    health: Answer = (200, b'{"live": true, "ready": true, "why": ""}')
    served: dict[str, int] = field(default_factory=dict)
    heads: list[Hash] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.heads.append(journal.genesis(self.domain, self.terminal))

    def handle(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer | Awaitable[Answer]:
        """The URL path tells chain (/rpc) from gateway."""
        name = target.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
        if not (self.chain_online if name == "rpc" else self.online):
            return 0, b""
        self.served[name] = self.served.get(name, 0) + 1
        if (lie := self.lie(method, target, body)) is not None:
            return lie
        if name == "health":
            return self.health
        if name == "rpc":
            return 200, self.call(json.loads(body))
        if method == "GET" and (refusal := self._authenticate(target, headers)):
            return refusal
        answer: dict[str, Callable[..., Answer | Awaitable[Answer]]] = {
            "segments": self._segments,
            "position": self._position,
            "outcomes": self._outcomes,
            "snapshot": self._snapshot,
            "sales": self._sales,
            "orders": self._orders,
        }
        return answer[name](target, body)

    def call(self, request: Any) -> bytes:
        call, tag = request["params"]
        assert tag == "finalized"
        assert request["method"] == "eth_call"
        data = from_hex(call["data"])
        if data[:4] == keccak256(b"successor(uint32,address)")[:4]:
            return rpc_result(self.successors.get(data[-20:], b"").rjust(32, b"\0"))
        assert data[:4] == encode_call(self.terminal, ())[:4]
        return self.checkpoint(call)

    def checkpoint(self, call: Any) -> bytes:
        programmes = (len(from_hex(call["data"])) - 4) // 32 - 3
        self.block += 1
        fields = (self.domain.chain_id, NETWORK, self.block, self.block_time(), 1, self.settled)
        head = journal.kept(self.heads[self.settled]).ljust(32, b"\0")
        ask = max((number for number in self._asks() if number <= self.settled), default=0)
        tail = (ask, self.ask_reason if ask else 0, 0x140, programmes, *[self.slice_] * programmes)
        return rpc_result(word(32) + b"".join(map(word, fields)) + head + b"".join(map(word, tail)))

    def contents(self) -> dict[int, Content]:
        """What the entries that were handed in say."""
        signed = {sequence: wire_entry.unpack(entry) for sequence, entry in enumerate(self.entries, start=1)}
        return {sequence: each.content for sequence, each in signed.items() if each is not None}

    def _asks(self) -> list[int]:
        return [sequence for sequence, content in self.contents().items() if isinstance(content, Ask | PhoneAsk)]

    def _sales(self, target: str, body: bytes) -> Answer:
        asked = target.split("pass_address=")[1]
        told = [sale for sale in self.sales if asked in {sale["pass_address"], sale.get("for")}]
        plain = [{name: value for name, value in sale.items() if name != "for"} for sale in told]
        return 200, json.dumps({"sequence": len(self.entries), "sales": plain}).encode()

    def _orders(self, target: str, body: bytes) -> Answer:
        if self.orders is None:
            return 404, b'{"reason": 160, "detail": "Not Found"}'
        return 200, json.dumps({"orders": self.orders}).encode()

    def _authenticate(self, target: str, headers: dict[str, str]) -> Answer | None:
        signed_at = Timestamp(int(headers["kindpakket-time"]))
        digest = typed_data.request(self.domain, self.terminal, "GET", target, b"", signed_at)
        if recover(digest, from_hex(headers["kindpakket-signature"])) != self.terminal:
            return 401, b'{"reason": 161, "detail": "x"}'
        if abs(signed_at - self.clock()) > 300:
            return 401, json.dumps({"reason": 162, "detail": "x", "time": self.clock()}).encode()
        return None

    def _segments(self, target: str, body: bytes) -> Answer:
        message = json.loads(body)
        entries = [from_hex(entry) for entry in message["entries"]]
        previous, signature = Hash(from_hex(message["previous_head"])), from_hex(message["signature"])
        segment = Segment(self.terminal, message["first"], previous, entries, signature)
        assert segment.is_signed(self.domain)
        if segment.first > len(self.entries) + 1:
            return 409, self._conflict(67)
        known = self.entries[segment.first - 1 : segment.last]
        if self.heads[segment.first - 1] != previous or known != entries[: len(known)]:
            return 409, self._conflict(68)
        for entry in entries[len(known) :]:
            self.entries.append(entry)
            self.heads.append(journal.advance(self.heads[-1], entry))
        self.signatures[segment.last] = signature
        if self.settles:
            self.settled = len(self.entries)
        return 200, json.dumps({"sequence": len(self.entries), "head": to_hex(self.heads[-1])}).encode()

    def where(self) -> dict[str, Any]:
        sequence = max(self.signatures, default=0)
        signature = self.signatures.get(sequence)
        proof = to_hex(signature) if signature else None
        return {"sequence": sequence, "head": to_hex(self.heads[sequence]), "signature": proof}

    def _conflict(self, reason: int) -> bytes:
        return json.dumps({"reason": reason, **self.where()}).encode()

    def _position(self, target: str, body: bytes) -> Answer:
        return 200, json.dumps(self.where()).encode()

    def _outcomes(self, target: str, body: bytes) -> Answer:
        after = int(target.split("after=")[1])
        blank = {"from_slice": 0, "from_budget": 100, "transaction": "0x" + "11" * 32, "block": 5}
        asks = self._asks()
        settled = [
            {
                "sequence": sequence,
                "reason": self.ask_reason if sequence in asks else self.reasons.get(sequence, 0),
                **blank,
            }
            for sequence in range(after + 1, self.settled + 1)
        ]
        return 200, json.dumps({"outcomes": settled[:500]}).encode()

    def snapshot(self) -> dict[str, Any]:
        taken: dict[bytes, int] = {}
        for sequence, entry in enumerate(self.entries, start=1):
            signed = wire_entry.unpack(entry)
            assert signed is not None
            if isinstance(signed.content, Refund | Retire):
                continue
            signer = signed.signer(self.domain, self.terminal, sequence)
            assert signer is not None
            taken[signer] = taken.get(signer, 0) + signed.content.amount
        rules = {name: getattr(PROGRAMME, name) for name in PROGRAMME.__slots__}
        passes = [pass_address(number) for number in range(1, self.families + 1)]
        return {
            "version": f"{self.version}.{len(self.entries)}",
            "block": self.block,
            "sequence": len(self.entries),
            "shop": 1,
            "network": NETWORK,
            "full": True,
            "more": False,
            "programmes": [rules],
            "budgets": [
                [to_hex(each), 1, max(0, self.left - taken.get(each, 0)), False, 0, 0, 0, "0x" + "00" * 8]
                for each in passes
            ],
        }

    async def _snapshot(self, target: str, body: bytes) -> Answer:
        """Waits for another version, as long as it was asked to."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(target).query).items()}
        until = time.monotonic() + int(asked.get("wait", 0))
        while (snapshot := self.snapshot())["version"] == asked.get("known"):
            if time.monotonic() >= until:
                return 204, b""
            await asyncio.sleep(0.02)
        return 200, json.dumps(snapshot).encode()
