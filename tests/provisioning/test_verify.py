"""The code on the chain is the code here, or it is said what differs."""

import json
from pathlib import Path

import pytest

from contracts import compile as artifacts
from contracts.chain import Chain
from contracts.deployment import Deployment
from contracts.wire.errors import Broken
from contracts.wire.units import Address, Hash, from_hex, to_hex
from provisioning import bytecode
from terminal import making
from tests.provisioning.town import done, refused, run


@pytest.fixture
def codes(deployment: Deployment, chain_url: str) -> dict[Address, bytes]:
    """All code that the deployment has; tests change bytes of it."""
    chain = Chain(chain_url)
    code = chain.code(deployment.contract)
    office = Address(code[-20:])
    return {deployment.contract: code, office: chain.code(office)}


def differences(codes: dict[Address, bytes], deployment: Deployment) -> list[str]:
    return list(bytecode.differences(lambda address: codes.get(address, b""), deployment))


def changed(code: bytes, at: int) -> bytes:
    return code[:at] + bytes([code[at] ^ 1]) + code[at + 1 :]


def test_what_was_deployed_is_what_stands_here(record: Path, deployment: Deployment):
    found = done("chain", "verify", "--record", str(record))
    assert (found["verified"], found["differences"], found["development_euro"]) == (True, [], True)
    said = run("chain", "verify", "--record", str(record)).out
    assert f"verified: the code at {to_hex(deployment.contract)}" in said
    assert "worth nothing" in said


def test_every_byte_of_code_and_immutables_counts(codes, deployment: Deployment):
    assert differences(codes, deployment) == []
    contract, office = codes
    for address, name in ((contract, "kindpakket"), (office, "office")):
        body = len(from_hex(artifacts.load(name)["runtime_bytecode"]))
        places = [0, body // 2, body - 1, *(body + 32 * place + 31 for place in range(len(bytecode.IMMUTABLES[name])))]
        for at in places:
            assert differences({**codes, address: changed(codes[address], at)}, deployment), (name, at)


def test_it_says_what_differs(codes, deployment: Deployment):
    contract, office = codes
    (said,) = differences({**codes, contract: changed(codes[contract], 5)}, deployment)
    assert said == "kindpakket: 1 bytes of the code differ, the first at byte 5"
    (said,) = differences({**codes, contract: codes[contract] + b"\0" * 12 + office}, deployment)
    assert "bytes, and not" in said
    assert differences({contract: codes[contract]}, deployment) == ["office: there is no code"]
    assert differences({}, deployment) == ["kindpakket: there is no code"]
    (said,) = differences(codes, deployment.model_copy(update={"network": 8}))
    assert said == "kindpakket: its network is 7, and not 8"
    said = " ".join(differences(codes, deployment.model_copy(update={"chain_id": 5})))
    assert "kindpakket: its domain.CHAIN_ID is 1337, and not 5" in said
    assert "office: its domain.SEPARATOR is 0x" in said


def test_another_contracts_code_is_refused(codes, deployment: Deployment):
    contract, office = codes
    swapped = {contract: codes[office], office: codes[contract]}
    with pytest.raises(Broken, match="is not this version's contract"):
        bytecode.require_ours(lambda address: swapped.get(address, b""), deployment)


def test_the_immutables_are_where_the_compiler_puts_them():
    vyper = pytest.importorskip("vyper")
    from vyper.compiler.input_bundle import FilesystemInputBundle

    for name, expected in bytecode.IMMUTABLES.items():
        bundle = FilesystemInputBundle([artifacts.SOURCES])
        source = bundle.load_file((artifacts.SOURCES / f"{name}.vy").resolve())
        output = vyper.compile_from_file_input(source, input_bundle=bundle, output_formats=("layout",))
        places: dict[str, int] = {}
        for key, value in output["layout"]["code_layout"].items():
            inner = {key: value} if "offset" in value else {f"{key}.{part}": each for part, each in value.items()}
            places |= {part: each["offset"] for part, each in inner.items()}
        assert places == {part: bytecode.WORD * place for place, part in enumerate(expected)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"network": 8}, "its network is 7, and not 8"),
        ({"chain_id": 5}, "the node is of chain 1337"),
        ({"code_hash": Hash(bytes(32))}, "and the record 0x0000"),
        ({"contract": Address(b"\x01" * 20)}, "kindpakket: there is no code"),
        ({"token": Address(b"\x01" * 20)}, "the record's token"),
    ],
)
def test_a_record_that_is_wrong_is_not_verified(deployment: Deployment, tmp_path: Path, change, said):
    path = tmp_path / "wrong.json"
    deployment.model_copy(update=change).save(path)
    ended = run("chain", "verify", "--record", str(path))
    assert ended.status == 1
    assert said in ended.out
    assert "NOT VERIFIED" in ended.out
    assert "sell and pay nothing with it" in ended.err


def test_terminals_and_gateways_must_agree(deployment: Deployment, record: Path, tmp_path: Path):
    plan = making.Plan(
        deployment=deployment,
        config=tmp_path / "terminal.toml",
        state=tmp_path / "state",
        shop="Winkel 3",
        support="0800",
        gateway_url="http://127.0.0.1:8700",
        rpc_url="http://127.0.0.1:8545",
    )
    making.make(plan)
    gateway = tmp_path / "gateway.json"
    gateway.write_text(deployment.model_copy(update={"rpc_url": None}).model_dump_json())
    words = ("chain", "verify", "--record", str(record), "--terminal", str(plan.config))
    assert done(*words, "--gateway-record", str(gateway))["verified"]
    plan.config.write_text(plan.config.read_text().replace("network = 7", "network = 8"))
    gateway.write_text(json.dumps({**json.loads(gateway.read_text()), "block": 99_999}))
    ended = run(*words, "--gateway-record", str(gateway))
    assert ended.status == 1
    assert f"{plan.config}: its network is 8, and the record's 7" in ended.out
    assert f"{gateway}: its block is 99999" in ended.out
    assert "cannot be read" in refused(*words[:4], "--terminal", str(tmp_path / "none.toml"))
