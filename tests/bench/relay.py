"""What gateways make of journals: payments a second from journal to settled, and a thousand terminals that come back.

All on one machine: clients, gateways, PostgreSQL and anvil share its cores, as `cores` says. Journals and transactions
are signed before the clock starts, also those that are sent one by one. anvil makes a block a second.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
from eth_account import Account

from contracts.embedded.accounts import development_keys
from contracts.wire import batch
from tests.bench.approve import percentile, resident_kib
from tests.bench.relay_town import PATIENCE, Ready, Town, gateways, raw
from tests.bench.table import Figures
from tests.chain.processes import anvil_binary
from tests.chaos.anvil import FINAL_BLOCKS, Chain
from tests.gateway import postgres
from tests.gateway.world import body_of

GATEWAYS = (1, 2, 4)
TERMINALS, EACH = 100, 60
"""What is settled for each number of gateways, and one by one."""
RETURNING = 1_000
RETURNING_EACH = int(os.environ.get("RETURNING_EACH", "5"))
"""A whole day offline is 50 and takes as many times longer; a bench is to end within minutes."""
SENDERS = 4
ONE_BY_ONE = "one transaction a payment, signed before, none waited for"
TITLE = "payments a second from journal to settled, on one machine with its clients, PostgreSQL and anvil"
BACK_TITLE = "a thousand terminals that come back at the same time, at one gateway on PostgreSQL"


def measure_rates(town: Town, database: str) -> dict[str, Figures]:
    """Payments a second by gateways, and one transaction a payment."""
    rows = {}
    for count in GATEWAYS:
        ready = town.tills(f"by {count}", TERMINALS, EACH)
        with gateways(town, database, count) as processes:
            rate = hand_in_all(town, [port for port, _ in processes], ready)
        rows[f"{count} gateways"] = {"payments_a_second": rate}
    rows[ONE_BY_ONE] = {"payments_a_second": one_by_one(town)}
    base = rows[ONE_BY_ONE]["payments_a_second"]
    return {name: {**row, "times": round(row["payments_a_second"] / base, 1)} for name, row in rows.items()}


def one_by_one(town: Town) -> float:
    """Each payment in a transaction of its own, sent as fast as the node takes them, by several senders."""
    ready = town.tills("one by one", TERMINALS, EACH)
    shares = [ready[number::SENDERS] for number in range(SENDERS)]
    accounts = [Account.from_key(key) for key in development_keys()[6 : 6 + SENDERS]]
    calls = town.world.contract.functions
    signed = []
    for account, share in zip(accounts, shares, strict=True):
        segments = [each.segment(turn, turn) for each in share for turn in range(1, EACH + 1)]
        batches = [calls.settle(batch.encode([segment]))._encode_transaction_data() for segment in segments]
        nonce = town.world.web3.eth.get_transaction_count(account.address)
        signed.append([raw(account, nonce + number, town.world, data) for number, data in enumerate(batches)])
    begun, block = time.perf_counter(), town.world.web3.eth.block_number
    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(lambda transactions: send_all(town.chain.url, transactions), signed))
    return _rate(town, block, begun)


def send_all(url: str, transactions: Iterable[str]) -> None:
    """One after the other, on one connection."""
    with httpx.Client(timeout=PATIENCE) as client:
        for transaction in transactions:
            call = {"jsonrpc": "2.0", "id": 1, "method": "eth_sendRawTransaction", "params": [transaction]}
            answer = client.post(url, json=call).json()
            if "error" in answer:
                raise RuntimeError(answer["error"])


def hand_in_all(town: Town, ports: Sequence[int], ready: Sequence[Ready]) -> float:
    """Each terminal hands its journal in, to the gateways in turn; payments a second until all are settled."""
    begun, block = time.perf_counter(), town.world.web3.eth.block_number
    asyncio.run(come_back(ports, ready))
    return _rate(town, block, begun)


def _rate(town: Town, block: int, begun: float) -> float:
    while (settled := town.settled(block)) < TERMINALS * EACH:
        if time.perf_counter() - begun > PATIENCE:
            raise RuntimeError(f"only {settled} payments were settled")
        time.sleep(0.1)
    return round(TERMINALS * EACH / (time.perf_counter() - begun), 1)


async def come_back(ports: Sequence[int], ready: Sequence[Ready]) -> list[float]:
    """All terminals hand in at the same time; the seconds until the first answer of each, whatever it says."""
    return await asyncio.gather(*(hand_in(ports[number % len(ports)], each) for number, each in enumerate(ready)))


async def hand_in(port: int, ready: Ready) -> float:
    """As a terminal does it: again after a while when the gateway asks for that. The seconds until its first answer."""
    body = json.dumps(body_of(ready.whole)).encode()
    head = f"POST {ready.till.url}/segments HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
    begun, first = time.perf_counter(), 0.0
    while True:
        status, wait = await _ask(port, request)
        first = first or time.perf_counter() - begun
        if status == 200:
            return first
        if status not in {0, 429, 503}:
            raise RuntimeError(f"a gateway answered {status}")
        await asyncio.sleep(wait)


async def _ask(port: int, request: bytes) -> tuple[int, float]:
    """Status (0: no answer) and for how long to stay away."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        answer = (await reader.read()).split(b"\r\n")
        writer.close()
    except OSError:
        return 0, 0.5
    if not answer[0]:
        return 0, 0.5
    told = next((line for line in answer if line.lower().startswith(b"retry-after:")), b":0.5")
    return int(answer[0].split()[1]), float(told.split(b":")[1])


def measure_return(town: Town, database: str) -> Figures:
    """A thousand terminals that were away, at one gateway."""
    ready = town.tills("returning", RETURNING, RETURNING_EACH)
    with gateways(town, database, 1) as processes:
        port, process = processes[0]
        before, begun, block = resident_kib(process.pid), time.perf_counter(), town.world.web3.eth.block_number
        answers = asyncio.run(come_back([port], ready))
        taken = time.perf_counter() - begun
        memory = resident_kib(process.pid)
        while (settled := town.settled(block)) < RETURNING * RETURNING_EACH:
            memory = max(memory, resident_kib(process.pid))
            if time.perf_counter() - begun > PATIENCE * RETURNING_EACH:
                raise RuntimeError(f"only {settled} entries were settled")
            time.sleep(0.5)
        drained = time.perf_counter() - begun
    return {
        "terminals": RETURNING,
        "entries_each": RETURNING_EACH,
        "first_answer_p50_s": round(percentile(answers, 50), 2),
        "first_answer_p99_s": round(percentile(answers, 99), 2),
        "all_taken_in_s": round(taken, 1),
        "all_settled_s": round(drained, 1),
        "entries_settled_a_second": round(RETURNING * RETURNING_EACH / drained, 1),
        "gateway_resident_mib_before": round(before / 1024, 1),
        "gateway_resident_mib_most": round(memory / 1024, 1),
    }


def measure() -> tuple[dict[str, Figures], Figures, list[str]]:
    """Both, with notes; nothing where PostgreSQL or anvil is not installed."""
    if anvil_binary() is None or postgres.binaries() is None:
        return {}, {}, []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(postgres.running())
        assert server is not None
        chain = Chain()
        stack.callback(chain.stop)
        town = Town(chain, folder)
        chain.ask("anvil_mine", hex(FINAL_BLOCKS + 1))
        chain.begin()
        notes = [f"{TERMINALS} terminals with {EACH} payments each; {os.cpu_count()} cores for all of it"]
        database = server.url()
        back = measure_return(town, database)
        return measure_rates(town, database), back, notes
