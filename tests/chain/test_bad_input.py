"""Whatever comes in over HTTP gets a bounded answer with a name, and changes nothing."""

import json
import socket
import threading

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.embedded.node import TRANSACTION_BYTES_MAX, TRANSACTION_GAS_MAX
from tests.chain.rpc import ADDRESS, CLOCK, OWNER, Rpc

ACCOUNT = OWNER.address
CALL = {"to": "0x" + "11" * 20}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"3", -32600),
        (b'{"id":1,"method":"eth_chainId"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":3}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_nonsense"}', -32601),
        (b"x" * 300_000, -32600),
    ],
)
def test_what_is_no_request_is_named(embedded: Rpc, body, code):
    answer = httpx.post(embedded.url, content=body)
    assert answer.json()["error"]["code"] == code
    assert len(answer.content) < 1000


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_getBalance", []),
        ("eth_getBalance", [ACCOUNT, "latest", 1]),
        ("eth_getBalance", ["0x12"]),
        ("eth_getBalance", [12]),
        ("eth_getBalance", [ACCOUNT, "newest"]),
        ("eth_getBalance", [ACCOUNT, "0x" + "1" * 70]),
        ("eth_getBalance", [ACCOUNT, "0x-1"]),
        ("eth_getBalance", [ACCOUNT, True]),
        ("eth_getBlockByNumber", ["latest"]),
        ("eth_call", [{**CALL, "unknown": 1}]),
        ("eth_call", [{**CALL, "data": "0xzz"}]),
        ("eth_call", [{**CALL, "data": "0x" + "00" * (TRANSACTION_BYTES_MAX + 1)}]),
        ("eth_call", [CALL, "latest", {}]),
        ("eth_getLogs", [{"topics": [None] * 5}]),
        ("eth_getLogs", [{"fromBlock": "0x2", "toBlock": "0x1"}]),
        ("eth_feeHistory", ["0x0", "latest", []]),
        ("eth_feeHistory", ["0x1", "latest", [101]]),
        ("eth_sendRawTransaction", ["0x" + "00" * (TRANSACTION_BYTES_MAX + 1)]),
    ],
)
def test_wrong_parameters_are_named(embedded: Rpc, method, params):
    assert embedded.error(method, *params)["code"] == -32602


def test_a_block_that_does_not_exist_yet_is_refused(embedded: Rpc):
    assert embedded.error("eth_getBalance", ACCOUNT, "0xffffffffff")["code"] == -32000
    assert embedded.error("eth_call", CALL, {"blockHash": "0x" + "ab" * 32})["code"] == -32000


def test_a_block_may_be_named_as_eip_1898_says(embedded: Rpc):
    newest = embedded("eth_getBlockByNumber", "latest", False)
    for at in ({"blockHash": newest["hash"]}, {"blockNumber": newest["number"]}):
        assert embedded("eth_getTransactionCount", ACCOUNT, at) == hex(embedded.nonce())


@pytest.mark.parametrize("raw", ["0x", "0x00", "0xc0", "0x02c0", "0x03c0", "0x04c0", "0x7f", "0xf8" + "ff" * 40])
def test_what_is_no_transaction_is_refused(embedded: Rpc, raw):
    assert embedded.error("eth_sendRawTransaction", raw)["code"] == -32000


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"gas": TRANSACTION_GAS_MAX + 1}, "gas limit too high"),
        ({"gas": 20_999}, "gas"),
        ({"maxFeePerGas": 1, "maxPriorityFeePerGas": 1}, "base fee"),
    ],
)
def test_a_transaction_that_cannot_be_in_a_block_is_refused(embedded: Rpc, fields, words):
    before = embedded("eth_blockNumber")
    assert words in embedded.error("eth_sendRawTransaction", embedded.sign(**fields))["message"]
    assert embedded("eth_blockNumber") == before


def test_a_nonce_of_the_future_is_refused(embedded: Rpc):
    raw = embedded.sign(nonce=embedded.nonce() + 1)
    assert "nonce too high" in embedded.error("eth_sendRawTransaction", raw)["message"]


def test_a_changed_byte_never_moves_the_owners_money(embedded: Rpc):
    raw, nonce = embedded.sign(to=ADDRESS, value=1), embedded.nonce()
    for place in range(4, len(raw), 9):
        changed = raw[:place] + ("0" if raw[place] != "0" else "1") + raw[place + 1 :]
        embedded.raw("eth_sendRawTransaction", changed)
        assert embedded.nonce() == nonce


@given(st.binary(max_size=300))
@settings(max_examples=40, deadline=None)
def test_any_bytes_as_a_transaction_get_an_answer(embedded_url, data):
    body = {"jsonrpc": "2.0", "id": 1, "method": "eth_sendRawTransaction", "params": ["0x" + data.hex()]}
    assert httpx.post(embedded_url, json=body).json()["error"]["code"] in {-32000, -32602}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from([ACCOUNT, "latest", "0x1"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["to", "data", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_METHODS = ("eth_call", "eth_getLogs", "eth_getBlockByNumber", "eth_feeHistory", "eth_getBalance", "eth_estimateGas")


@given(st.sampled_from(_METHODS), st.lists(_JSON, max_size=4))
@settings(max_examples=80, deadline=None)
def test_any_parameters_get_an_answer(embedded_url, method, params):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    answer = httpx.post(embedded_url, content=body.encode(errors="replace")).json()
    assert "result" in answer or answer["error"]["code"] != -32603


def test_a_client_that_hangs_up_harms_nobody(embedded: Rpc):
    host, port = embedded.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    assert embedded("eth_chainId") == "0x539"


def test_health_answers_while_a_long_call_runs(embedded: Rpc):
    endless = embedded.deploy(bytes.fromhex("5b5f56"))
    call = {"to": "0x" + endless.hex(), "gas": hex(2_000_000)}
    ended: list[int] = []
    running = threading.Thread(target=lambda: ended.append(Rpc(embedded.url).error("eth_call", call)["code"]))
    running.start()
    assert httpx.get(f"{embedded.url}/health").json() == {"live": True}
    assert ended == []
    running.join()
    assert ended == [-32000]


def test_a_contract_that_calls_itself_without_end_does_not_end_the_chain(embedded: Rpc):
    recursive = embedded.deploy(bytes.fromhex("5f5f5f5f5f305af100"))
    assert embedded("eth_call", {"to": "0x" + recursive.hex()}) == "0x"
    assert embedded("eth_call", {"to": "0x" + embedded.deploy(CLOCK).hex()})
