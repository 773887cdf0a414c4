"""Ten thousand requests that no honest client sends, from many addresses, by a process of their own.

    python -m tests.gateway.hostile < material.json

What they are made of: malformed, oversized, replayed and forged ones, a quarter each, in an order that the seed says.
Prints as JSON how many were answered with which status, by kind; 0 is a connection that was cut off.
"""

import asyncio
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from coincurve import PrivateKey

from contracts.gateway.http.limits import BODY_BYTES_MAX
from contracts.wire.hashing import keccak256
from contracts.wire.signature import sign
from contracts.wire.units import to_hex
from tests.chain.processes import ROOT
from tests.gateway.world import Till

KINDS = ("malformed", "oversized", "replayed", "forged")
ADDRESSES, CONNECTIONS = 4, 6
PATIENCE = 60.0


@dataclass(frozen=True)
class Material:
    """What attackers have seen of a till, and where they send it."""

    port: int
    till: str
    segment: dict[str, Any]
    headers: dict[str, str]
    count: int
    seed: int

    @classmethod
    def of(cls, port: int, till: Till, count: int, seed: int) -> "Material":
        """A till with entries that were taken in."""
        return cls(port, till.url, till.body(), till.headers(f"{till.url}/position"), count, seed)

    def start(self) -> "subprocess.Popen[str]":
        """The attack, which goes on by itself."""
        attack = subprocess.Popen(
            [sys.executable, "-m", "tests.gateway.hostile"],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert attack.stdin is not None
        attack.stdin.write(json.dumps(asdict(self)))
        attack.stdin.close()
        return attack


def http(method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: gateway", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join((*lines, "", "")).encode() + body


class Attacker:
    """Makes requests up."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._chance = random.Random(material.seed)
        self._key = PrivateKey(keccak256(b"attacker"))

    def requests(self) -> Iterator[tuple[str, bytes]]:
        makers: dict[str, Callable[[], bytes]] = {
            "malformed": self._malformed,
            "oversized": self._oversized,
            "replayed": self._replayed,
            "forged": self._forged,
        }
        kinds = [KINDS[number % len(KINDS)] for number in range(self._material.count)]
        self._chance.shuffle(kinds)
        for kind in kinds:
            yield kind, makers[kind]()

    def _malformed(self) -> bytes:
        segments, junk = f"{self._somebody()}/segments", self._chance.randbytes(self._chance.randrange(200))
        cut = json.dumps(self._material.segment)[: self._chance.randrange(400)].encode()
        deep = b'{"first":' + b"[" * 5_000 + b"1"
        return self._chance.choice(
            (
                http("POST", segments, junk),
                http("POST", segments, cut),
                http("POST", segments, deep),
                http("POST", segments, json.dumps({**self._material.segment, "first": 10**400}).encode()),
                http("GET", f"{self._somebody()}/snapshot?known={'x' * 300}", headers=self._material.headers),
                http("BREW", "/coffee"),
                http("GET", "/v1/terminals/0x00/position"),
                b"\x16\x03\x01 no http at all\r\n\r\n",
            )
        )

    def _oversized(self) -> bytes:
        segments = f"{self._somebody()}/segments"
        chance = self._chance.random()
        if chance < 0.05:
            return http("POST", segments, b"x" * (BODY_BYTES_MAX + 1))
        if chance < 0.1:
            return http("GET", "/v1/health", headers={"X-Much": "x" * BODY_BYTES_MAX})
        many = {**self._material.segment, "entries": ["0x00"] * 501}
        return http("POST", segments, json.dumps(many).encode())

    def _replayed(self) -> bytes:
        if self._chance.random() < 0.5:
            return http("GET", f"{self._material.till}/position", headers=self._material.headers)
        return http("POST", f"{self._material.till}/segments", json.dumps(self._material.segment).encode())

    def _forged(self) -> bytes:
        signature = to_hex(sign(self._key, keccak256(self._chance.randbytes(32))))
        segment = {**self._material.segment, "signature": signature}
        headers = {**self._material.headers, "Kindpakket-Signature": signature}
        return self._chance.choice(
            (
                http("POST", f"{self._somebody()}/segments", json.dumps(segment).encode()),
                http("GET", f"{self._somebody()}/outcomes?after=0", headers=headers),
                http("GET", "/v1/attention", headers={"Authorization": f"Bearer {signature}"}),
                http("POST", f"/v1/enrolments/{signature[:66]}/terminal", b"{}"),
            )
        )

    def _somebody(self) -> str:
        """The till that was seen, or one that is made up."""
        if self._chance.random() < 0.5:
            return self._material.till
        return f"/v1/terminals/{to_hex(self._chance.randbytes(20))}"


async def _send(port: int, source: str, requests: Iterator[tuple[str, bytes]], seen: Counter[str]) -> None:
    """Take the next request and send it, until there are no more. Requests share a connection while it lasts."""
    connection = None
    for kind, request in requests:
        if connection is None:
            connection = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
        try:
            async with asyncio.timeout(PATIENCE):
                status, closed = await _ask(*connection, request)
        except (ConnectionError, asyncio.IncompleteReadError):
            status, closed = 0, True
        seen[f"{kind} {status}"] += 1
        if closed:
            connection[1].close()
            connection = None


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bool]:
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length: " in head:
        await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
    return int(head.split(b" ")[1]), b"connection: close" in head


async def attack(material: Material) -> Counter[str]:
    requests, seen = Attacker(material).requests(), Counter[str]()
    sources = [f"127.0.0.{1 + number % ADDRESSES}" for number in range(ADDRESSES * CONNECTIONS)]
    await asyncio.gather(*(_send(material.port, source, requests, seen) for source in sources))
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(attack(Material(**json.load(sys.stdin))))) + "\n")
