"""The town that gateways are measured in: a contract on anvil, passes with money, journals that nobody has seen yet."""

import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from coincurve import PrivateKey
from web3 import Web3

from contracts.embedded.accounts import development_keys
from contracts.wire import journal, typed_data
from contracts.wire.batch import Segment
from contracts.wire.entry import Payment
from contracts.wire.hashing import keccak256
from contracts.wire.signature import sign, words
from contracts.wire.units import Cents, Hash, to_hex
from tests.chain.processes import ROOT, command
from tests.chaos.anvil import CALM_FEE, Chain
from tests.chaos.evidence import read_up_to
from tests.gateway.world import Pass, Till, World, checksum, moment

PASSES = 400
GRANT, SLICE = 500_00, 100_00
ONE_GAS = 200_000
PATIENCE = 180.0


class Town:
    """A contract on anvil with passes that have money, and journals that are ready to be handed in."""

    def __init__(self, chain: Chain, folder: Path) -> None:
        self.chain, self.folder = chain, folder
        self.world = World(chain.url)
        self.record = folder / "deployment.json"
        self.world.record().save(self.record)
        self._passes = [Pass(PrivateKey(keccak256(f"family-{number}".encode()))) for number in range(PASSES)]
        for first in range(0, PASSES, 200):
            addresses = [checksum(each.address) for each in self._passes[first : first + 200]]
            grant = self.world.contract.functions.grant(1, keccak256(first.to_bytes(4)), addresses, [GRANT] * 200)
            self.world.send(grant)

    def tills(self, name: str, count: int, each: int) -> list["Ready"]:
        """Registered terminals with that many payments each, which nobody has seen yet."""
        keys = [PrivateKey(keccak256(f"{name} {number}".encode())) for number in range(count)]
        tills = [Till(self.world.domain, key) for key in keys]
        self._register(tills)
        return [
            Ready(till, [self._passes[(number + turn) % PASSES] for turn in range(each)])
            for number, till in enumerate(tills)
        ]

    def _register(self, tills: Sequence[Till]) -> None:
        """In as few blocks as they fit in: sent without waiting for each."""
        functions, domain = self.world.contract.functions, self.world.domain
        calls = []
        for till in tills:
            consent = sign(till.key, typed_data.registration(domain, till.address, 1))
            calls += [
                functions.register_terminal(checksum(till.address), 1, words(consent)),
                functions.raise_slice(1, checksum(till.address), SLICE),
            ]
        owner = self.world.owner
        nonce = self.world.web3.eth.get_transaction_count(owner.address)
        for number, call in enumerate(calls):
            signed = raw(owner, nonce + number, self.world, call._encode_transaction_data())
            self.chain.ask("eth_sendRawTransaction", signed)
        self.until_mined(owner.address, nonce + len(calls))

    def until_mined(self, account: str, nonce: int) -> None:
        """Wait until all transactions before this nonce are in blocks."""
        deadline = time.monotonic() + PATIENCE
        while self.world.web3.eth.get_transaction_count(Web3.to_checksum_address(account)) < nonce:
            if time.monotonic() > deadline:
                raise RuntimeError("the transactions are in no block")
            time.sleep(0.02)

    def until_read(self, database: str) -> None:
        """Wait until the gateways know of all that has happened: terminals that come back are no strangers."""
        newest, deadline = self.world.web3.eth.block_number, time.monotonic() + PATIENCE
        while read_up_to(database) < newest:
            if time.monotonic() > deadline:
                raise RuntimeError("the gateways do not follow the chain")
            time.sleep(0.2)

    def settled(self, from_block: int) -> int:
        """The entries that the contract has settled since that block."""
        event = self.world.contract.events.Settled
        logs = event.get_logs(from_block=from_block)
        return sum(log["args"]["last"] - log["args"]["first"] + 1 for log in logs)


class Ready:
    """A journal with its signatures, made at once: heads and digests are not computed again for each segment."""

    def __init__(self, till: Till, passes: Iterable[Pass]) -> None:
        self.till, self.heads, self.entries = till, [journal.genesis(till.domain, till.address)], []
        now = moment()
        for sequence, card in enumerate(passes, start=1):
            payment = Payment(1, Cents(100 + sequence), now)
            self.entries.append(payment.pack(sign(card.key, payment.digest(till.domain, till.address, sequence))))
            self.heads.append(journal.advance(self.heads[-1], self.entries[-1]))
        self.whole = self.segment(1, len(self.entries))

    def segment(self, first: int, last: int) -> Segment:
        """Entries first .. last, signed."""
        head: Hash = self.heads[last]
        signature = sign(self.till.key, typed_data.journal(self.till.domain, self.till.address, last, head))
        return Segment(
            self.till.address, first, self.heads[first - 1], tuple(self.entries[first - 1 : last]), signature
        )


def raw(account: Any, nonce: int, world: World, data: Any, gas: int = ONE_GAS) -> str:
    """A signed call of the contract, as hex."""
    fields = {"to": world.contract.address, "data": data, "nonce": nonce, "gas": gas, "value": 0, "chainId": 1337}
    fees = {"maxFeePerGas": 100 * CALM_FEE, "maxPriorityFeePerGas": CALM_FEE}
    return str(account.sign_transaction({**fields, **fees}).raw_transaction.to_0x_hex())


@contextmanager
def gateways(town: Town, database: str, count: int) -> Iterator[list[tuple[int, subprocess.Popen[str]]]]:
    """So many processes on one database: port and process of each. Their accounts are their own."""
    started: list[tuple[int, subprocess.Popen[str]]] = []
    where = ["--record", str(town.record), "--rpc", town.chain.url, "--database", database]
    pace = ["--port", "0", "--batch-seconds", "1", "--poll-seconds", "0.2"]
    try:
        for key in development_keys()[2 : 2 + count]:
            process = subprocess.Popen(
                command("gateway", "run", *where, *pace),
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=(town.folder / "gateways.log").open("a"),
                text=True,
                env={**os.environ, "KINDPAKKET_GATEWAY_KEY": to_hex(key)},
            )
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line.startswith("ready "):
                raise RuntimeError(f"a gateway did not start: {(town.folder / 'gateways.log').read_text()[-1000:]}")
            started.append((int(line.rsplit(":", 1)[1]), process))
        town.until_read(database)
        yield started
    finally:
        for _, process in started:
            process.terminate()  # it lets go of its accounts
            process.wait(PATIENCE)
            assert process.stdout is not None
            process.stdout.close()
