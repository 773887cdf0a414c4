"""What is read of the contract by hand, beside what its own library reads; and nodes that answer otherwise."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.core.cache import caches

from contracts.chain import checksum
from contracts.wire.errors import TryAgain
from contracts.wire.units import Address, Cents
from provisioning import grant
from provisioning.portal import settings
from provisioning.portal.family import contract
from tests.portal.family.asking import Phone

BUDGET = (50_00, 1, 2, 3, 4, 0, 1, 7, 2**64 - 1)


def packed(*words: int) -> str:
    return "0x" + b"".join(word.to_bytes(32) for word in words).hex()


class Node:
    """A node that answers just this, and counts how often it was asked."""

    def __init__(self) -> None:
        self.content = b""
        self.asked = list[bytes]()

    def says(self, result: object, number: int = 1) -> None:
        self.content = json.dumps({"jsonrpc": "2.0", "id": number, "result": result}).encode()


@contextmanager
def listening(node: Node) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            node.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(node.content)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def node(record, portal, monkeypatch):
    made = Node()
    with listening(made) as url:
        monkeypatch.setattr(settings, "PORTAL", portal.model_copy(update={"rpc": url}))
        yield made


HOLDER = Address(b"\x07" * 20)


def test_it_is_what_the_contract_says(here):
    phone = Phone(here.deployment.domain)
    grant.grant(here, 1, phone.address.hex(), [grant.Line(phone.address, Cents(50_00))])
    found = contract.held(phone.address, [1, 2**32 - 1])
    said = here.look("budget", 1, checksum(phone.address))
    assert found[1] == contract.Held(
        *(said[name] for name in ("left", "spent", "blocked", "known", "counter", "window"))
    )
    assert (found[1].left, found[1].known) == (50_00, True)
    assert not found[2**32 - 1].known


def test_it_is_asked_at_the_final_block_and_the_answer_is_kept_for_a_moment(node):
    node.says(packed(*BUDGET))
    found = contract.held(HOLDER, [1])[1]
    assert found == contract.Held(Cents(50_00), Cents(1), False, True, 7, 2**64 - 1)
    assert contract.held(HOLDER, [1]) == {1: found}
    assert len(node.asked) == 1
    assert json.loads(node.asked[0])["params"][1] == "finalized"


def test_without_a_programme_nobody_is_asked(node):
    assert contract.held(HOLDER, []) == {}
    assert node.asked == []


@pytest.mark.parametrize("result", [
    "0x", packed(*BUDGET[:-1]), packed(*BUDGET, 0), packed(2**32, *BUDGET[1:]), packed(*BUDGET[:-1], 2**64),
    packed(*BUDGET[:5], 2, *BUDGET[6:]), "12", None, 5, [packed(*BUDGET)],
])  # fmt: skip
def test_what_the_contract_never_says_is_no_answer(node, result):
    node.says(result)
    with pytest.raises(TryAgain):
        contract.held(HOLDER, [1])


@pytest.mark.parametrize("content", [
    b"", b"[]", b"<html>", b'{"jsonrpc": "2.0", "id": 1, "error": {}}', b'{"id": 1, "result": "' + b" " * 8192 + b'"}',
])  # fmt: skip
def test_what_is_no_answer_of_a_node_is_none(node, content):
    node.content = content
    with pytest.raises(TryAgain):
        contract.held(HOLDER, [1])


def test_an_answer_to_another_question_is_none(node):
    node.says(packed(*BUDGET), number=2)
    with pytest.raises(TryAgain):
        contract.held(HOLDER, [1])


def test_a_node_that_failed_rests_and_is_then_asked_again(node):
    node.content = b""
    for _ in range(2):
        with pytest.raises(TryAgain):
            contract.held(HOLDER, [1])
    assert len(node.asked) == 1
    caches["contract"].delete(contract.RESTS)
    node.says(packed(*BUDGET))
    assert contract.held(HOLDER, [1])[1].left == 50_00


def test_a_node_that_is_not_there_says_nothing_of_the_pass(record, portal, monkeypatch):
    monkeypatch.setattr(settings, "PORTAL", portal.model_copy(update={"rpc": "http://127.0.0.1:1"}))
    with pytest.raises(TryAgain) as raised:
        contract.held(HOLDER, [1])
    assert HOLDER.hex() not in str(raised.value)


def test_no_more_than_a_few_wait_for_a_node(node, monkeypatch):
    class Taken:
        def acquire(self, timeout: float) -> bool:
            return timeout > 5

    monkeypatch.setattr(contract, "_AT_A_TIME", Taken())
    with pytest.raises(TryAgain, match="many"):
        contract.held(HOLDER, [1])
    assert node.asked == []
