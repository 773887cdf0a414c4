"""Over TLS, with a certificate of the gateway's own; a till believes whom its configuration names, and no one else."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from contracts.wire.errors import Broken, TryAgain
from terminal import config
from terminal.http import Http
from tests.gateway.process import GatewayProcess
from tests.gateway.world import World
from tests.provisioning.town import run


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make certificates with")
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    about = ("-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc")
    command = ["openssl", "req", "-x509", *curve, *about, "-out", str(cert), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


@pytest.fixture
def served(start: Callable[..., GatewayProcess], tmp_path: Path) -> tuple[GatewayProcess, Path]:
    cert, key = certificate(tmp_path, "gateway")
    gateway = start("--tls-cert", str(cert), "--tls-key", str(key))
    assert gateway.url.startswith("https://")
    return gateway, cert


async def ask(url: str, trust: dict[str, Path]) -> int:
    async with Http(trust=trust) as http:
        return (await http.fetch("GET", f"{url}/v1/health", {}, b"", 10_000))[0]


async def test_a_till_believes_the_certificates_that_it_is_told_to_and_no_others(served, tmp_path: Path):
    gateway, cert = served
    other, _ = certificate(tmp_path, "other")
    assert await ask(gateway.url, {gateway.url: cert}) == 200
    with pytest.raises(TryAgain, match="no answer"):
        await ask(gateway.url, {})
    with pytest.raises(TryAgain, match="no answer"):
        await ask(gateway.url, {gateway.url: other})
    with pytest.raises(TryAgain, match="no answer"):
        await ask(gateway.url, {"https://elsewhere.example": cert})


async def test_f35_a_handshake_that_does_not_go_on_is_cut_off(served):
    gateway, cert = served
    reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(gateway.url).port)
    writer.write(b"\x16\x03\x01")  # the first bytes of a TLS record
    async with asyncio.timeout(60):
        assert await reader.read() == b""
    assert await ask(gateway.url, {gateway.url: cert}) == 200


def test_the_configuration_names_them_for_gateway_and_chain(tmp_path: Path):
    cert, _ = certificate(tmp_path, "gateway")
    plain = f"""
state_dir = "{tmp_path}"
key_file = "{tmp_path}/terminal.key"
language = "nl"
shop = "Winkel"
support = "0800"
devices = []
[gateway]
url = "https://gateway.example/one"
ca_file = "{cert}"
[chain]
rpc_url = "https://rpc.example"
also = ["https://other.example"]
chain_id = 1
contract = "0x{"11" * 20}"
network = 7
"""
    path = tmp_path / "terminal.toml"
    path.write_text(plain)
    assert config.load(path).trust == {"https://gateway.example/one": cert}
    path.write_text(plain + f'ca_file = "{cert}"\n')
    urls = ("https://gateway.example/one", "https://rpc.example", "https://other.example")
    assert config.load(path).trust == dict.fromkeys(urls, cert)
    path.write_text(plain.replace(str(cert), "/nowhere.pem"))
    with pytest.raises(Broken, match=r"gateway\.ca_file"):
        config.load(path)


def test_files_that_are_no_certificates_are_refused_by_name(tmp_path: Path):
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("nothing")
    with pytest.raises(Broken, match="holds no certificates to trust"):
        Http(trust={"https://gateway.example": wrong})


def test_a_gateway_without_its_key_does_not_start(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KINDPAKKET_GATEWAY_KEY", "0x" + "11" * 32)
    record = tmp_path / "deployment.json"
    world.record().save(record)
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("nothing")
    words = ("gateway", "run", "--record", str(record), "--rpc", world.rpc_url, "--data", str(tmp_path / "data"))
    alone = run(*words, "--port", "0", "--tls-cert", str(wrong))
    assert (alone.status, "give both" in alone.err) == (1, True), alone.err
    broken = run(*words, "--port", "0", "--tls-cert", str(wrong), "--tls-key", str(wrong))
    assert (broken.status, "cannot be used" in broken.err) == (1, True), broken.err
