"""Those who operate a gateway have a credential each, and may do what their role says and no more."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from contracts.gateway.serving import admins
from contracts.gateway.store.database import Store
from contracts.gateway.store.engines import FILE_NAME
from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.units import Timestamp, to_hex
from tests.gateway.admins import admin, bearer
from tests.gateway.process import GatewayProcess
from tests.gateway.world import Till, World


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic d3Jvbmc6"}])
def test_nobody_is_an_admin_without_a_credential(gateway: GatewayProcess, headers: dict[str, str]):
    for path in ("/v1/attention", "/v1/admin/status", "/metrics"):
        answer = gateway.client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["reason"]) == (401, Reason.ADMIN_UNKNOWN)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("role", ["watch", "enrol", "operate"])
def test_every_role_may_watch_and_none_may_do_anothers_work(gateway: GatewayProcess, world: World, role: str):
    headers, terminal = bearer(gateway, role), to_hex(Till(world.domain).address)
    assert gateway.client.get("/v1/attention", headers=headers).json() == {"terminals": []}
    retry = gateway.client.post(f"/v1/attention/{terminal}/retry", headers=headers)
    offer = gateway.client.put(f"/v1/enrolments/0x{'11' * 32}", headers=headers, json={"shop": 1})
    orders = gateway.client.put("/v1/admin/shops/1/orders", headers=headers, json={"orders": []})
    assert (retry.status_code, offer.status_code, orders.status_code) == {
        "watch": (403, 403, 403),
        "enrol": (403, 200, 200),
        "operate": (404, 403, 403),
    }[role]


def test_a_removed_admin_is_let_in_no_more(gateway: GatewayProcess):
    token = admin(gateway, "add", "leaves-soon", "--role", "watch").data["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert gateway.client.get("/v1/attention", headers=headers).status_code == 200
    assert ("leaves-soon", "watch") in [(one["name"], one["role"]) for one in admin(gateway, "list").data["admins"]]
    assert admin(gateway, "remove", "leaves-soon").status == 0
    assert gateway.client.get("/v1/attention", headers=headers).status_code == 401
    gone = admin(gateway, "remove", "leaves-soon")
    assert (gone.status, "no admin called" in gone.err) == (1, True)


def test_the_store_keeps_no_credential(tmp_path: Path, world: World):
    store = Store.open(tmp_path / "store", world.domain, 1)
    with store.writing() as connection:
        token = admins.add(connection, "watcher", "watch", Timestamp(1))
    with pytest.raises(Broken, match="called watcher"), store.writing() as connection:
        admins.add(connection, "watcher", "operate", Timestamp(2))
    assert admins.find(store, token) == admins.Admin("watcher", "watch", Timestamp(1))
    assert admins.find(store, token[:-1]) is None
    assert admins.find(store, "x" * 10_000) is None
    store.close()
    written = b"".join(path.read_bytes() for path in (tmp_path / "store").iterdir())
    assert token.encode() not in written


def test_an_operator_lets_a_resting_terminal_go(gateway: GatewayProcess, world: World):
    till, far = Till(world.domain), 2**33
    with closing(sqlite3.connect(gateway.folder / "gateway" / FILE_NAME, timeout=10)) as beside:
        row = (till.address, Reason.SEGMENT_FORM.value, "too large", 1, 3, far)
        beside.execute("insert into attention values (?, ?, ?, ?, ?, ?)", row)
        beside.commit()
    watch, operate = bearer(gateway, "watch"), bearer(gateway, "operate")
    (resting,) = gateway.client.get("/v1/attention", headers=watch).json()["terminals"]
    assert (resting["terminal"], resting["retry_at"], resting["attempts"]) == (to_hex(till.address), far, 3)

    url = f"/v1/attention/{to_hex(till.address)}/retry"
    assert gateway.client.post(url, headers=operate).status_code == 204
    (resting,) = gateway.client.get("/v1/attention", headers=watch).json()["terminals"]
    assert resting["retry_at"] <= int(time.time())
    assert gateway.client.post(url, headers=operate).status_code == 404, "it rests no more"
    with closing(sqlite3.connect(gateway.folder / "gateway" / FILE_NAME, timeout=10)) as beside:
        beside.execute("delete from attention")
        beside.commit()
