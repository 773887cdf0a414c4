"""A town on the embedded chain, and the program as a person at a shell uses it."""

import contextlib
import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coincurve import PrivateKey
from eth_account import Account
from eth_account.signers.local import LocalAccount

from contracts.deployment import Deployment
from contracts.wire import entry, journal, passcode, typed_data
from contracts.wire.batch import Segment
from contracts.wire.passcode import StaticCode
from contracts.wire.signature import sign
from contracts.wire.units import Address, from_hex
from provisioning import cli, handing_out
from provisioning.passes import NewPass
from terminal.signer import TerminalSigner
from tests.chain.rpc import Rpc


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


def run(*words: str) -> Ended:
    """One command, in this process: the same `main` that the program has."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = cli.main(words)
        except SystemExit as wrong_use:
            status = int(wrong_use.code or 0)
    return Ended(status, out.getvalue(), err.getvalue())


def done(*words: str) -> Any:
    """The answer of a command that must succeed."""
    ended = run(*words, "--json")
    assert ended.status == 0, ended.err
    return ended.data


def refused(*words: str) -> str:
    """The one sentence of a command that must be refused; progress may stand before it."""
    ended = run(*words)
    assert ended.status == 1, ended
    *_, sentence = ended.err.splitlines()
    assert [line for line in ended.err.splitlines() if line.startswith("kindpakket: ")] == [sentence], ended.err
    return sentence


def segment(
    deployment: Deployment, terminal: PrivateKey, payments: Sequence[tuple[PrivateKey, entry.Payment]], address: Address
) -> Segment:
    """A journal's first entries, made by hand."""
    domain = deployment.domain
    head = journal.genesis(domain, address)
    entries = []
    for sequence, (key, payment) in enumerate(payments, start=1):
        entries.append(payment.pack(sign(key, payment.digest(domain, address, sequence))))
    last = journal.advance_all(head, entries)
    signature = sign(terminal, typed_data.journal(domain, address, len(entries), last))
    return Segment(address, 1, head, tuple(entries), signature)


def terminal_key(path: Path, deployment: Deployment) -> tuple[PrivateKey, Address]:
    """The key that the daemon would load, and its terminal."""
    signer = TerminalSigner.load(path, deployment.domain)
    return PrivateKey(from_hex(path.read_text().strip())), signer.address


def pass_key(made: NewPass, network: int) -> PrivateKey:
    code = passcode.parse(made.code, network)
    assert isinstance(code, StaticCode)
    return PrivateKey(code.private_key())


def account_with_gas(rpc_url: str | None) -> LocalAccount:
    """Somebody whom nobody knows, with money for gas."""
    assert rpc_url is not None
    account: LocalAccount = Account.create()
    Rpc(rpc_url).send(to=from_hex(account.address), value=10**18)
    return account


def files(folder: Path) -> Iterator[tuple[str, int]]:
    """Every file with its mode."""
    for path in sorted(folder.iterdir()):
        yield path.name, path.stat().st_mode & 0o777


def listed(folder: Path) -> list[str]:
    """The addresses in a folder of new passes."""
    with (folder / handing_out.LIST).open(newline="") as file:
        return [row["pass"] for row in csv.DictReader(file)]
