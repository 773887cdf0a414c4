"""`kindpakket chain verify`: whether the code on the chain is the code in this repository, and records agree."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.chain import Chain
from contracts.deployment import Deployment
from contracts.wire.errors import Broken
from contracts.wire.units import to_hex
from provisioning import bytecode, desk, finality
from provisioning.desk import Answer
from terminal import config

_EXAMPLE = """  kindpakket chain verify --record deployment.json
  kindpakket chain verify --record deployment.json --rpc https://rpc.example \\
      --terminal /etc/kindpakket/terminal.toml --gateway-record /etc/kindpakket/deployment.json

The code is compared byte for byte with what the compiler made of contracts/src, as contracts/abi keeps it; `make check`
compiles the sources anew and compares that. Give --rpc an endpoint that you trust: it is asked for the code."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that was compared, and what differs, in words."""

    deployment: Deployment
    differences: tuple[str, ...]
    development_euro: bool
    """Whether programmes pay in a euro that anybody can mint."""
    finality_seconds: int


def verify(
    chain: Chain, deployment: Deployment, terminals: Sequence[Path] = (), records: Sequence[Path] = ()
) -> Verdict:
    """Hold the chain, terminals' configurations and other records against this record.

    Raises Broken when a file cannot be read, TryAgain when the node does not answer.
    """
    found = [
        *_of_the_chain(chain, deployment),
        *(f"{path}: {said}" for path in terminals for said in _of_a_terminal(path, deployment)),
        *(f"{path}: {said}" for path in records for said in _of_a_record(path, deployment)),
    ]
    euro = bytecode.is_development_euro(chain.code(deployment.token))
    return Verdict(deployment, tuple(found), euro, finality.seconds(chain))


def _of_the_chain(chain: Chain, deployment: Deployment) -> Iterator[str]:
    chain_id = chain.chain_id()
    if chain_id != deployment.chain_id:
        yield f"the node is of chain {chain_id}, and the record of chain {deployment.chain_id}"
    code = chain.code(deployment.contract)
    yield from bytecode.differences(chain.code, deployment)
    if code and bytecode.hashed(code) != deployment.code_hash:
        yield f"the code has the hash {to_hex(bytecode.hashed(code))}, and the record {to_hex(deployment.code_hash)}"
    if not chain.code(deployment.token):
        yield f"there is no contract at {to_hex(deployment.token)}, the record's token"


def _of_a_terminal(path: Path, deployment: Deployment) -> Iterator[str]:
    loaded = config.load(path)
    pairs = (
        ("chain", loaded.domain.chain_id, deployment.chain_id),
        ("contract", to_hex(loaded.domain.contract), to_hex(deployment.contract)),
        ("network", loaded.chain.network, deployment.network),
    )
    yield from _unequal(pairs)


def _of_a_record(path: Path, deployment: Deployment) -> Iterator[str]:
    other, here = (each.model_dump(mode="json", exclude={"rpc_url"}) for each in (Deployment.load(path), deployment))
    yield from _unequal((name, other[name], value) for name, value in here.items())


def _unequal(pairs: Iterator[tuple[str, object, object]] | Sequence[tuple[str, object, object]]) -> Iterator[str]:
    return (f"its {name} is {there}, and the record's {here}" for name, there, here in pairs if there != here)


def main(argv: list[str]) -> int:
    """Verify; exit 1 with all that differs."""
    about = "Prove that the code on the chain is the code in this repository."
    parser = desk.parser("chain verify", about, _EXAMPLE, signs=False)
    desk.add_town(parser, signs=False)
    about = "a terminal's configuration that must agree (may be given again)"
    parser.add_argument("--terminal", type=Path, action="append", default=[], metavar="FILE", help=about)
    about = "the record that a gateway runs with (may be given again)"
    parser.add_argument("--gateway-record", type=Path, action="append", default=[], metavar="FILE", help=about)
    return _show(parser.parse_args(argv))


def _show(arguments: argparse.Namespace) -> int:
    deployment = Deployment.load(arguments.record)
    chain = Chain(desk.node(arguments.rpc, deployment))
    found = verify(chain, deployment, arguments.terminal, arguments.gateway_record)
    _answer(found).say(as_json=arguments.json)
    if found.differences:
        raise Broken("the contract, or a record of it, is not what it must be: sell and pay nothing with it")
    return 0


def _answer(found: Verdict) -> Answer:
    deployment = found.deployment
    data = {
        **deployment.model_dump(mode="json"),
        "verified": not found.differences,
        "differences": found.differences,
        "development_euro": found.development_euro,
        "finality_seconds": found.finality_seconds,
    }
    if found.differences:
        return Answer("\n".join(("NOT VERIFIED", *found.differences)), data)
    where = f"{to_hex(deployment.contract)} on chain {deployment.chain_id}"
    lines = [
        f"verified: the code at {where} is that of contracts/src, for network {deployment.network}",
        "programmes pay in the development euro, which is worth nothing" if found.development_euro else "",
        finality.told(found.finality_seconds),
    ]
    return Answer("\n".join(filter(None, lines)), data)
