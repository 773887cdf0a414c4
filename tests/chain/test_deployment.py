"""A deployment on a chain whose blocks are not final at once, and can be undone."""

from pathlib import Path

import pytest

from contracts.chain import Chain
from contracts.deployment import Deployment
from contracts.wire.units import to_hex
from provisioning import bytecode, finality, verify
from provisioning.deploy import deploy
from tests.chain.rpc import OWNER, Rpc
from tests.provisioning.town import done

CONTRACTS = 3
"""The development euro, the office, and the contract itself."""


@pytest.fixture
def anvil(anvil_url: str) -> Rpc:
    return Rpc(anvil_url)


def test_it_is_the_same_on_every_node(node: Rpc, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("KINDPAKKET_KEY", to_hex(OWNER.key))
    record = tmp_path / "record.json"
    words = ("--rpc", node.url, "--network", "7", "--development-euro", "--record", str(record), "--confirmations", "1")
    done("chain", "deploy", *words)
    assert verify.verify(Chain(node.url), Deployment.load(record)).differences == ()


@pytest.fixture
def between_looks(monkeypatch):
    """Something happens each time that a block was seen to be not deep enough."""

    def put(happen):
        missing = finality._missing

        def look(chain, sent, confirmations):
            said = missing(chain, sent, confirmations)
            if said:
                happen()
            return said

        monkeypatch.setattr(finality, "_missing", look)
        monkeypatch.setattr(finality, "_POLL_SECONDS", 0)

    return put


def test_it_waits_for_blocks_until_it_is_final(anvil: Rpc, between_looks, capsys):
    between_looks(lambda: anvil("evm_mine"))
    deployment = deploy(anvil.url, OWNER, 7, None)
    assert Chain(anvil.url).block_number("finalized") >= deployment.block
    assert "is not final yet; the newest final one is" in capsys.readouterr().err


def test_f13_a_deployment_whose_blocks_are_undone_is_sent_again(anvil: Rpc, between_looks):
    nonce, before = anvil.nonce(OWNER), anvil("evm_snapshot")
    undone: list[bool] = []

    def undo_once():
        if not undone:
            undone.append(anvil("evm_revert", before))
            assert anvil.nonce(OWNER) == nonce
        anvil("evm_mine")

    between_looks(undo_once)
    deployment = deploy(anvil.url, OWNER, 7, None)
    assert undone == [True]
    assert anvil.nonce(OWNER) == nonce + CONTRACTS
    assert list(bytecode.differences(Chain(anvil.url).code, deployment)) == []
    assert anvil("eth_getCode", to_hex(deployment.contract), hex(deployment.block - 1)) == "0x"
