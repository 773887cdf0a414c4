"""What a gateway logs: enough to follow an entry, and nothing that opens anything."""

import json
import logging
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from contracts.gateway.operating.logs import log_to_stderr, secrets_of
from contracts.gateway.serving import admins
from contracts.gateway.store.database import Store
from contracts.wire.units import Timestamp, to_hex
from tests.chain.processes import ROOT, command
from tests.gateway.postgres import PASSWORD, Postgres
from tests.gateway.process import GatewayProcess, ready_url, until
from tests.gateway.test_trouble import paying
from tests.gateway.world import KEY_OF_GATEWAY, World

NODE_USER, NODE_PASSWORD, NODE_KEY = "customer-17", "pass-of-17", "0123456789abcdef"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_entry_is_followed_by_terminal_and_sequence(gateway: GatewayProcess, world: World):
    till = paying(world, 100, 200)
    gateway.post(till, till.body())
    gateway.outcomes(till, 2)

    about = [line for line in lines(gateway.folder / "gateway.log") if line.get("terminal") == to_hex(till.address)]
    assert [line["event"] for line in about] == ["taken in", "in a transaction", "settled"]
    assert {(line["first"], line["last"]) for line in about} == {(1, 2)}
    assert all(line["timestamp"] and line["level"] for line in about)


def test_f36_a_secret_in_a_traceback_or_in_a_library_s_line_is_hidden(capfd):
    secrets = ["abcdef0123456789", *secrets_of("http://me:p%40ss@node/v3/0123456789abcdef?x=1")]
    log_to_stderr(secrets)
    try:
        try:
            int("/v3/0123456789abcdef with p@ss")
        except ValueError:
            structlog.get_logger("gateway").exception("stopping", key="0xabcdef0123456789", number=3)
        logging.getLogger("library").warning("it said %s", "p%40ss")
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers.clear()
    ours, library = (json.loads(line) for line in capfd.readouterr().err.splitlines())
    assert (ours["event"], ours["key"], ours["number"]) == ("stopping", "0x(hidden)", 3)
    assert "'/v3/(hidden) with (hidden)'" in ours["exception"]
    assert (library["event"], library["level"]) == ("it said (hidden)", "warning")


@pytest.mark.parametrize("node", ["dead", "alive"])
def test_f36_no_secret_is_ever_logged(world: World, postgres: Postgres, tmp_path: Path, node: str):
    """Keys, credentials, passwords, signatures, and what providers put in a node's address; with everything failing."""
    url = postgres.url()
    assert PASSWORD in url
    store = Store.open(url, world.domain, world.block)
    with store.writing() as connection:
        token = admins.add(connection, "watcher", "watch", Timestamp(1))
    store.close()
    till, record, log = paying(world, 100), tmp_path / "record.json", tmp_path / "log"
    world.record().save(record)
    dead = f"http://{NODE_USER}:{NODE_PASSWORD}@127.0.0.1:9/v3/{NODE_KEY}"
    nodes = ["--rpc", dead, *(["--rpc", world.rpc_url] if node == "alive" else [])]
    words = ["gateway", "run", "--record", str(record), *nodes, "--database", url, "--port", "0"]
    process = subprocess.Popen(
        command(*words, "--batch-seconds", "0", "--poll-seconds", "0.2"),
        cwd=ROOT, stdout=subprocess.PIPE, stderr=log.open("w"), text=True,
        env={**os.environ, "KINDPAKKET_GATEWAY_KEY": to_hex(KEY_OF_GATEWAY)},
    )  # fmt: skip
    answers = []
    try:
        client = httpx.Client(base_url=ready_url(process), timeout=60)
        target = f"{till.url}/position"
        headers = till.headers(target)
        answers += [client.post(f"{till.url}/segments", json=till.body()), client.get(target, headers=headers)]
        answers += [client.get(target, headers={**headers, "Kindpakket-Time": "1"})]
        answers += [client.get("/metrics", headers={"Authorization": f"Bearer {token}"})]
        answers += [client.get("/metrics", headers={"Authorization": f"Bearer {token}x"})]
        answers += [client.get(f"/{token}"), client.get("/v1/health"), client.get("/v1/health/ready")]
        with socket.create_connection((client.base_url.host, client.base_url.port or 80)) as raw:
            raw.sendall(f"GET /{token} HTTP/9\r\n{token}\r\n\r\n".encode())
            raw.recv(1_000)
        postgres.stop()
        answers += [client.get(target, headers=headers), client.get("/v1/health/ready")]
        assert answers[-1].status_code == 503
        postgres.start()
        until(lambda: client.get("/v1/health/ready").status_code, lambda status: status == 200)
    finally:
        process.kill()
        process.wait()
    text = log.read_text() + "".join(answer.text for answer in answers)
    secrets = [
        to_hex(KEY_OF_GATEWAY)[2:],
        token,
        PASSWORD,
        NODE_PASSWORD,
        NODE_KEY,
        headers["Kindpakket-Signature"][2:],
    ]
    assert [secret for secret in secrets if secret in text] == []
    assert "does not answer" in text
    assert lines(log), "and every line is JSON"
