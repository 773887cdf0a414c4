"""A journal against a real contract on a real chain, asked over HTTP as by anybody."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from contracts.wire import batch
from contracts.wire.hashing import keccak256
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, to_hex
from terminal import journal, logs
from tests.chain import processes
from tests.gateway.world import World, checksum
from tests.terminal.books import sell
from tests.terminal.till import Till, pass_address

LEFT = 30_00
SLICE = 20_00


@pytest.fixture(scope="module")
def rpc_url():
    with processes.embedded("--block-seconds", "0.5") as url:
        yield url


@pytest.fixture(scope="module")
def world(rpc_url):
    """Families 1 to 5 have EUR 30 each."""
    world = World(rpc_url)
    passes = [checksum(pass_address(number)) for number in range(1, 6)]
    world.send(world.contract.functions.grant(1, keccak256(b"first"), passes, [LEFT] * len(passes)))
    return world


def registered(world, folder):
    till = Till(folder, domain=world.domain)
    world.register(till.address, till.signer().sign_registration(1))
    world.send(world.contract.functions.raise_slice(1, checksum(till.address), SLICE))
    return till


def sell_and_settle(world, till, sales, settle):
    """Sell for these cents each, and have the contract settle up to an entry."""
    with till.store() as store:
        for family, cents in sales:
            sell(store, till.signer(), number=family, amount=cents, time=int(time.time()))
        if settle:
            world.settle(batch.encode([store.segment_after(0, settle)]))


@pytest.fixture
def till(world, tmp_path):
    return registered(world, tmp_path / "till")


@pytest.fixture
def fill(till, world):
    return lambda *sales, settle: sell_and_settle(world, till, sales, settle)


@pytest.fixture(scope="module")
def drawn(world, tmp_path_factory):
    """A terminal with one entry, drawn from its slice, as the pass is unknown."""
    till = registered(world, tmp_path_factory.mktemp("drawn"))
    sell_and_settle(world, till, [(9, 1_00)], settle=1)
    return till


def run_verify(capsys, till, url, *arguments):
    options = ["--against", url, "--config", str(till.config)]
    return journal.main(["verify", *map(str, arguments), *options]), capsys.readouterr()


@pytest.fixture
def verify(till, world, capsys):
    return lambda *arguments: run_verify(capsys, till, world.rpc_url, *arguments)


def sums(document):
    names = ("approved", "paid", "drawn", "rejected", "unsettled")
    return {name: (document[name], document[f"{name}_cents"]) for name in names if document[name]}


def test_paid_and_waiting_entries_leave_no_difference(fill, verify):
    fill((1, 10_00), (2, 5_00), (1, 1), settle=2)
    status, said = verify("--json")
    document = json.loads(said.out)
    assert status == 0
    assert sums(document) == {"approved": (3, 15_01), "paid": (2, 15_00), "unsettled": (1, 1)}
    assert (document["credited_cents"], document["difference_cents"]) == (15_00, 0)


def test_f15_a_drawn_entry_is_paid_and_named(fill, verify, world):
    before = world.credit()
    fill((3, 29_99), (3, 10_01), settle=2)
    status, said = verify("--json")
    document = json.loads(said.out)
    assert status == 0
    assert sums(document) == {"approved": (2, 40_00), "paid": (1, 29_99), "drawn": (1, 10_01)}
    assert document["exceptions"] == [{"sequence": 2, "amount": 10_01, "reason": "BUDGET_SHORT"}]
    assert document["credited_cents"] == world.credit() - before
    assert "entry 2, 10,01, drawn: There is not enough" in verify()[1].out


def test_a_rejected_entry_is_a_difference(fill, verify, world):
    before = world.credit()
    fill((4, 12_00), (9, 49_00), (4, 1_00), settle=3)
    status, said = verify("--json")
    document = json.loads(said.out)
    assert status == 1
    assert sums(document) == {"approved": (3, 62_00), "paid": (2, 13_00), "rejected": (1, 49_00)}
    assert document["difference_cents"] == 49_00
    assert document["credited_cents"] == world.credit() - before
    assert "difference at block" in verify()[1].out
    assert ": 4900 cents" in verify()[1].out


def test_several_settlements_add_up(fill, verify):
    fill((5, 1_00), (5, 2_00), settle=1)
    fill((5, 3_00), settle=3)
    fill((5, 4_00), settle=4)
    status, said = verify("--json")
    assert status == 0
    assert sums(json.loads(said.out)) == {"approved": (4, 10_00), "paid": (4, 10_00)}


def test_an_export_is_reconciled_without_the_terminal(fill, verify, till, tmp_path, world, capsys):
    fill((1, 2), settle=1)
    assert journal.main(["export", str(tmp_path / "out.json"), "--config", str(till.config)]) == 0
    assert journal.main(["verify", str(tmp_path / "out.json"), "--against", world.rpc_url]) == 0
    assert "0 cents" in capsys.readouterr().out


def test_events_are_asked_for_in_parts(fill, verify, monkeypatch):
    fill((2, 1), settle=1)
    monkeypatch.setattr(logs, "BLOCKS_AT_ONCE", 3)
    assert verify()[0] == 0


def test_f16_a_fork_is_named(fill, verify, till, tmp_path):
    fill((1, 3), settle=0)
    kept = till.journal.read_bytes()
    fill((1, 5), settle=2)
    till.journal.write_bytes(kept)
    till.journal.with_name("journal.sqlite-wal").unlink(missing_ok=True)
    status, said = verify()
    assert status == 1
    assert "older copy" in said.err
    fill((1, 7), settle=0)
    status, said = verify()
    assert status == 1
    assert "forked" in said.err


def test_an_unregistered_terminal_is_named(world, tmp_path, capsys):
    status, said = run_verify(capsys, Till(tmp_path / "stranger", domain=world.domain), world.rpc_url)
    assert status == 1
    assert "does not know the terminal" in said.err


@pytest.mark.parametrize(("chain_id", "told"), [(1338, "serves chain 1337"), (1337, "does not hold the contract")])
def test_another_chain_is_named(world, tmp_path, capsys, chain_id, told):
    domain = Domain(chain_id, world.domain.contract if chain_id == 1338 else Address(b"\x11" * 20))
    status, said = run_verify(capsys, Till(tmp_path / "elsewhere", domain=domain), world.rpc_url)
    assert status == 1
    assert told in said.err


def test_events_that_begin_too_late_are_named(fill, verify, world):
    fill((2, 4), settle=1)
    status, said = verify("--from-block", world.web3.eth.block_number + 1)
    assert status == 1
    assert "begin at an earlier block" in said.err


@contextmanager
def answering(answer):
    """An endpoint that answers what the function makes of a request: bytes, or None for no answer at all."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if body is None:
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def result(value):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "result": value}).encode()


@pytest.mark.parametrize(
    "body",
    [
        None,
        b"",
        b"<html>Welcome to the hotel</html>",
        b"[" * 100_000,
        b"[]",
        b"{}",
        b'{"jsonrpc": "2.0", "id": 1, "error": {"message": "no"}}',
        result(None),
        result("1337"),
        result("0xzz"),
        result("0x" + "1" * 1000),
    ],
    ids=range(11),
)
def test_f34_nonsense_is_no_answer(tmp_path, capsys, body):
    with answering(lambda _: body) as url:
        status, said = run_verify(capsys, Till(tmp_path / "till"), url)
    assert status == 1
    assert said.err.startswith("kindpakket: ")
    assert len(said.err) < 600


def but_for(world, method, change):
    """The real chain's answers, but for those of one method."""

    def answer(request):
        real = httpx.post(world.rpc_url, json=request, timeout=10).json()
        if request["method"] == method:
            real["result"] = change(real["result"])
        return json.dumps(real).encode()

    return answer


def without(kind):
    return lambda events: [event for event in events if event["topics"][0] != to_hex(kind)]


def with_data(kind, word, number):
    """The events with another number in one of their words."""

    def change(events):
        for event in events:
            if event["topics"][0] == to_hex(kind):
                at = 2 + 64 * word
                event["data"] = event["data"][:at] + f"{number:064x}" + event["data"][at + 64 :]
        return events

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without(logs.SETTLED), "begin at an earlier block"),
        (lambda events: events + events, "out of turn"),
        (with_data(logs.SETTLED, 0, 2), "some are missing"),
        (with_data(logs.SETTLED, 2, 7), "forked"),
        (with_data(logs.DRAWN, 1, 1), "says something else"),
        (with_data(logs.DRAWN, 4, 31), "does not know"),
        (with_data(logs.DRAWN, 0, 9), "out of turn"),
        (lambda events: [event | {"data": "0x00"} for event in events], "not asked for"),
        (lambda events: [event | {"topics": []} for event in events], "not asked for"),
        (lambda events: [{"data": "0x"} for _ in events], "without its parts"),
        (lambda _: "0x", "no list"),
    ],
    ids=range(11),
)
def test_events_that_contradict_the_journal_are_named(drawn, world, capsys, change, told):
    with answering(but_for(world, "eth_getLogs", change)) as url:
        status, said = run_verify(capsys, drawn, url)
    assert status == 1
    assert told in said.err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda word: word[:-128] + "77" * 20 + "00" * 12 + word[-64:], "forked"),
        (lambda word: word[:66] + f"{5:064x}" + word[130:], "older copy"),
        (lambda word: word + "00", "another form"),
    ],
    ids=range(3),
)
def test_a_state_that_contradicts_the_journal_is_named(drawn, world, capsys, change, told):
    with answering(but_for(world, "eth_call", change)) as url:
        status, said = run_verify(capsys, drawn, url)
    assert status == 1
    assert told in said.err
