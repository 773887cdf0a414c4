"""A running gateway as its operator sees it: health, metrics, status over HTTP and by the command."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Response
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert
from structlog.testing import capture_logs

from contracts.gateway.http import operating
from contracts.gateway.operating.alarms import Name
from contracts.gateway.operating.asking import Nodes
from contracts.gateway.operating.watch import FRESH_SECONDS, Watch
from contracts.gateway.serving import admins, disk
from contracts.gateway.serving.disk import Disk
from contracts.gateway.settling.attention import Trouble, mark
from contracts.gateway.store import tables
from contracts.gateway.store.database import Store
from contracts.wire.reasons import Reason
from contracts.wire.units import Timestamp, to_hex
from provisioning import cli
from tests.gateway.desk import Desk
from tests.gateway.process import GatewayProcess, until
from tests.gateway.test_trouble import paying
from tests.gateway.world import World

Start = Callable[..., GatewayProcess]
Samples = dict[tuple[str, ...], float]


@pytest.fixture
def token(own_world: World, tmp_path: Path) -> str:
    """Of somebody who may watch."""
    store = Store.open(tmp_path / "gateway", own_world.domain, own_world.block)
    with store.writing() as connection:
        secret = admins.add(connection, "watcher", "watch", Timestamp(1))
    store.close()
    return secret


@pytest.fixture
def running(own_world: World, token: str, start: Start) -> GatewayProcess:
    gateway = start(on=own_world)
    gateway.client.headers["Authorization"] = f"Bearer {token}"
    return gateway


def samples(gateway: GatewayProcess) -> Samples:
    """By name and the values of labels."""
    answer = gateway.client.get("/metrics")
    assert answer.status_code == 200, answer.text
    families = text_string_to_metric_families(answer.text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def settled(gateway: GatewayProcess, world: World) -> None:
    till = paying(world, 100, 200)
    gateway.post(till, till.body())
    gateway.outcomes(till, 2)


def test_metrics_are_what_happened(running: GatewayProcess, own_world: World):
    settled(running, own_world)
    running.client.get("/v1/no-such-thing")

    found = until(lambda: samples(running), lambda found: found.get(("kindpakket_entries", "paid")) == 2)
    assert found["kindpakket_requests_total", "/v1/terminals/{terminal}/segments", "200"] == 1
    assert found["kindpakket_requests_total", "none", "404"] == 1
    assert found["kindpakket_entries", "waiting"] == 0
    assert found["kindpakket_oldest_entry_seconds",] == 0
    assert found["kindpakket_store_up",] == 1
    assert found["kindpakket_processes",] == 1
    assert found["kindpakket_block", "latest"] >= found["kindpakket_block", "read"] > 0
    assert found["kindpakket_fee_ceiling_hit",] == 0
    assert found["kindpakket_disk_free_bytes",] > 0
    assert found["process_resident_memory_bytes",] > 0
    (balance,) = [value for name, value in found.items() if name[0] == "kindpakket_account_balance"]
    assert balance > 0
    assert ("kindpakket_account_days_left" in {name[0] for name in found}) is False, "unknown is not a number"
    assert {name[1] for name in found if name[0] == "kindpakket_alarms"} == set(Name)
    assert sum(value for name, value in found.items() if name[0] == "kindpakket_alarms") == 0
    spent = until(
        lambda: samples(running), lambda found: any(found[name] for name in found if "settling_gas" in name[0])
    )
    assert {name[0]: value for name, value in spent.items() if "settling_entries" in name[0]} == {
        "kindpakket_settling_entries_total": 2
    }


@pytest.mark.parametrize("path", ["/metrics", "/v1/admin/status"])
def test_only_admins_see_figures(running: GatewayProcess, path: str):
    assert running.client.get(path).status_code == 200
    for header in ("", "Bearer wrong"):
        assert running.client.get(path, headers={"Authorization": header}).status_code == 401


def test_health_needs_no_credential_and_says_why_nothing_settles(own_world: World, token: str, start: Start):
    gateway = start(on=own_world, rpc="http://127.0.0.1:9")
    assert gateway.client.get("/v1/health/live").json() == {"live": True}
    told = until(lambda: gateway.client.get("/v1/health/ready"), lambda answer: "node" in answer.json()["why"])
    assert told.status_code == 200, "it takes entries in, which are safe here"
    assert (told.json()["ready"], told.json()["settling"]) == (True, False)
    assert gateway.client.get("/v1/health").json()["ready"] is False


def test_a_gateway_that_does_well_is_ready(running: GatewayProcess):
    told = until(lambda: running.client.get("/v1/health/ready"), lambda answer: answer.json()["settling"])
    assert told.json() == {"ready": True, "settling": True, "why": ""}


def test_a_gateway_whose_disk_is_full_is_not_ready(desk: Desk, monkeypatch):
    here: Any = SimpleNamespace(store=desk.store, disk=Disk(Path("/")), why_not_ready=lambda: "")
    response = Response()
    assert operating.ready(here, response).ready
    assert response.status_code == 200
    monkeypatch.setattr(disk, "FREE_BYTES_MIN", 2**70)
    here.disk = Disk(Path("/"))
    assert operating.ready(here, response).why == "the gateway's disk is full"
    assert response.status_code == 503


def test_the_status_is_the_same_over_http_and_by_the_command(
    running: GatewayProcess, own_world: World, tmp_path: Path, capsys
):
    settled(running, own_world)
    over_http = until(lambda: running.client.get("/v1/admin/status").json(), lambda told: told["entries"]["paid"] == 2)
    words = ["gateway", "status", "--data", str(tmp_path / "gateway"), "--rpc", own_world.rpc_url]

    assert cli.main([*words, "--json"]) == 0
    by_command = json.loads(capsys.readouterr().out)
    same = ("paying", "headline", "contract", "chain_id", "alarms", "entries", "terminals", "processes")
    assert {name: over_http[name] for name in same} == {name: by_command[name] for name in same}
    assert by_command["headline"] == "Shops are being paid: nothing waits."

    assert cli.main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Shops are being paid: nothing waits."
    assert any(line.startswith("entries     0 waiting") and "2 done" in line for line in lines)
    assert any(line.startswith("account     0x") and "ETH" in line for line in lines)
    assert not any(line.startswith("ALARM") for line in lines)


def test_the_command_names_alarms_and_exits_with_1(own_world: World, token: str, tmp_path: Path, capsys):
    """No gateway runs, and a journal is forked."""
    store = Store.open(tmp_path / "gateway", own_world.domain, own_world.block)
    with store.writing() as connection:
        mark(connection, Trouble(own_world.domain.contract, Reason.FORK, "entry 5 differs"), Timestamp(1))
    store.close()
    capsys.readouterr()
    words = ["gateway", "status", "--data", str(tmp_path / "gateway")]

    assert cli.main(words) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Shops are NOT being paid: no gateway is at work")
    assert [line.split(":")[0] for line in lines if line.startswith("ALARM")] == ["ALARM idle", "ALARM fork"]
    assert any("replace it" in line for line in lines), "and what to do"
    assert cli.main([*words, "--json"]) == 1
    assert [alarm["name"] for alarm in json.loads(capsys.readouterr().out)["alarms"]] == ["idle", "fork"]


def test_the_command_works_on_postgresql(own_world: World, postgres, capsys):
    url = postgres.url()
    store = Store.open(url, own_world.domain, own_world.block)
    with store.writing() as connection:
        connection.execute(insert(tables.leases).values(name="reader", owner="one", until=2**40))
    store.close()
    assert cli.main(["gateway", "status", "--database", url]) == 0
    assert capsys.readouterr().out.startswith("Shops are being paid")


def test_a_store_on_which_no_gateway_has_been_started_says_so(where: str | Path, capsys):
    option = "--data" if isinstance(where, Path) else "--database"
    assert cli.main(["gateway", "migrate", option, str(where)]) == 0
    assert cli.main(["gateway", "status", option, str(where)]) == 1
    assert "no gateway has been started on this store yet" in capsys.readouterr().err


def test_a_gateway_that_stops_leaves_its_work_to_the_next_at_once(running: GatewayProcess, tmp_path: Path, capsys):
    until(lambda: running.client.get("/v1/admin/status").json()["processes"], bool)
    running.terminate()
    assert cli.main(["gateway", "status", "--data", str(tmp_path / "gateway")]) == 1
    assert "no gateway is at work" in capsys.readouterr().out.splitlines()[0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--data", "nowhere"], "there is no store in nowhere"),
        (["--database", "postgresql://somebody:known-to-nobody@127.0.0.1:9/x"], "does not answer"),
        (["--database", "mysql://somebody:known-to-nobody@127.0.0.1/x"], "--database takes postgresql://"),
    ],
)
def test_without_a_store_the_command_says_so_and_no_password(words: list[str], told: str, capsys):
    assert cli.main(["gateway", "status", *words]) == 1
    said = capsys.readouterr()
    assert told in said.err
    assert "known-to-nobody" not in said.out + said.err


def test_an_alarm_is_logged_when_it_begins_and_when_it_ends(own_desk, own_world: World):
    desk, till = own_desk, own_world.till()
    desk.read()
    watch = Watch(desk.store, Nodes([], own_world.domain.chain_id, 1), [], desk.clock, None)

    def told() -> list[tuple[str, str, str]]:
        desk.time += FRESH_SECONDS + 1
        with capture_logs() as lines:
            watch.step()
        return [(line["event"], line["alarm"], line["about"]) for line in lines if line["alarm"] != "idle"]

    assert told() == []
    with desk.store.writing() as connection:
        mark(connection, Trouble(till.address, Reason.FORK, "entry 5 differs"), desk.clock())
    assert told() == [("alarm", "fork", to_hex(till.address))]
    assert told() == [], "once"
    with desk.store.writing() as connection:
        connection.execute(tables.attention.delete())
    assert told() == [("alarm over", "fork", to_hex(till.address))]
