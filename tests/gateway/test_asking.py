"""What the nodes say: each for itself, over a real chain."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from eth_account import Account

from contracts.gateway.operating.asking import LAG_BLOCKS_SECONDS, Nodes, ask
from contracts.gateway.operating.facts import Chain
from contracts.wire.units import Address, from_hex
from tests.gateway.world import KEY_OF_OWNER, World
from tests.terminal.web import threaded

OWNER = Address(from_hex(Account.from_key(KEY_OF_OWNER).address))
DEAD = "http://customer:secret@127.0.0.1:9/v3/provider-s-key"


def told(world: World, *urls: str, chain_id: int | None = None, depth: int | None = None) -> Chain:
    return ask(Nodes(urls, chain_id or world.domain.chain_id, 7, depth), [OWNER])


@pytest.fixture
def old_node(world: World) -> Iterator[str]:
    """A node that stands at an old block."""
    old = world.web3.eth.get_block("latest")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            when = hex(old["timestamp"] - LAG_BLOCKS_SECONDS - 60)
            block = {"number": hex(1), "timestamp": when, "baseFeePerGas": "0x0"}
            result: Any = hex(world.domain.chain_id) if call["method"] == "eth_chainId" else block
            answer = json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": result}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_node_that_works(world: World):
    found = told(world, world.rpc_url)
    newest = world.web3.eth.block_number
    assert [endpoint.why for endpoint in found.endpoints] == [""]
    assert found.latest is not None
    assert newest - 2 <= found.latest <= newest
    assert found.final is not None
    assert found.final <= found.latest
    assert found.balances == {OWNER: world.web3.eth.get_balance(world.owner.address)}
    assert found.ceiling == 7


def test_a_depth_makes_final_what_lies_so_deep(world: World):
    found = told(world, world.rpc_url, depth=2)
    assert found.latest is not None
    assert found.final == found.latest - 2


def test_f14_one_that_does_not_answer_is_named_without_its_secrets_and_the_other_is_believed(world: World):
    found = told(world, DEAD, world.rpc_url)
    dead, alive = found.endpoints
    assert dead.name == "http://127.0.0.1:9"
    assert dead.why == "it does not answer as it should (ConnectionError)"
    assert (alive.why, found.latest is None) == ("", False)


def test_f14_without_any_that_answers_nothing_is_known(world: World):
    found = told(world, DEAD)
    assert (found.latest, found.final, found.base_fee, found.balances) == (None, None, None, {})


def test_another_chain_is_of_no_use(world: World):
    found = told(world, world.rpc_url, chain_id=5)
    assert [endpoint.why for endpoint in found.endpoints] == ["it is on chain 1337, not 5"]
    assert found.latest is None


def test_f14_one_that_lags_behind_another_is_named_and_not_believed(world: World, old_node: str):
    found = told(world, old_node, world.rpc_url)
    assert found.endpoints[0].why.startswith("it lags: its newest block is 1")
    assert found.endpoints[1].why == ""
    assert found.latest != 1


@pytest.mark.parametrize(
    "result",
    [{"number": None, "timestamp": "0x1"}, {"number": "0x1", "timestamp": []}, 5, [], None],
)
def test_f14_a_node_that_answers_in_no_form_is_named_and_hides_no_other_alarm(world: World, result: Any):
    def answer(_: str, __: str, ___: dict[str, str], body: bytes) -> tuple[int, bytes]:
        call = json.loads(body)
        said = hex(world.domain.chain_id) if call["method"] == "eth_chainId" else result
        return 200, json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": said}).encode()

    with threaded(answer) as url:
        found = told(world, url)
    assert found.latest is None
    assert "does not answer as it should" in found.endpoints[0].why


@pytest.mark.parametrize("body", [b"null", b"[]", b"5", b"<html>"])
def test_f14_what_is_no_node_is_named(world: World, body: bytes):
    with threaded(lambda *_: (200, body)) as url:
        found = told(world, url, world.rpc_url)
    assert "does not answer as it should" in found.endpoints[0].why
    assert found.endpoints[1].why == ""
    assert found.latest is not None
