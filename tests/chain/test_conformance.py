"""What web3 and the terminal's checkpoint reader rely on, true of the embedded chain and of a real node alike."""

import time

from eth_account import Account
from web3 import Web3

from contracts.embedded.accounts import development_keys
from contracts.wire.units import to_hex
from tests.chain.rpc import ADDRESS, BELL, CLOCK, GRUMP, OTHER, OWNER, Rpc

HASH_OF_NOTHING = "0x" + "ab" * 32
GWEI = 10**9


def test_the_chain_says_who_it_is(node: Rpc):
    assert node("eth_chainId") == "0x539"
    assert node("net_version") == "1337"
    assert isinstance(node("web3_clientVersion"), str)


def test_the_development_accounts_hold_money(node: Rpc):
    assert len(development_keys()) == 10
    idle = Account.from_key(development_keys()[-1])
    assert node.number("eth_getBalance", idle.address, "latest") == 10_000 * 10**18


def test_a_transfer_moves_money_and_costs_gas(node: Rpc):
    before = node.number("eth_getBalance", OWNER.address, "latest")
    target = to_hex(ADDRESS)
    had = node.number("eth_getBalance", target, "latest")
    receipt = node.send(value=5, gas=21_000)
    assert (receipt["status"], receipt["gasUsed"]) == ("0x1", hex(21_000))
    cost = int(receipt["effectiveGasPrice"], 16) * 21_000
    assert node.number("eth_getBalance", target, "latest") == had + 5
    assert node.number("eth_getBalance", OWNER.address, "latest") == before - cost - 5


def test_a_transaction_is_found_with_its_block(node: Rpc):
    receipt = node.send(value=1, data=b"abc")
    found = node("eth_getTransactionByHash", receipt["transactionHash"])
    assert found["input"] == "0x616263"
    assert found["from"] == OWNER.address.lower()
    assert (found["blockHash"], found["blockNumber"]) == (receipt["blockHash"], receipt["blockNumber"])
    block = node("eth_getBlockByNumber", receipt["blockNumber"], False)
    assert block["transactions"] == [receipt["transactionHash"]]
    assert node("eth_getBlockByHash", block["hash"], True)["transactions"] == [found]


def test_what_is_not_there_is_null(node: Rpc):
    assert node("eth_getTransactionByHash", HASH_OF_NOTHING) is None
    assert node("eth_getTransactionReceipt", HASH_OF_NOTHING) is None
    assert node("eth_getBlockByHash", HASH_OF_NOTHING, False) is None
    assert node("eth_getBlockByNumber", "0xffffff", False) is None


def test_a_call_at_a_block_sees_that_blocks_number_and_time(node: Rpc):
    clock = {"to": to_hex(node.deploy(CLOCK))}
    first = node("eth_getBlockByNumber", "latest", False)
    node.send(value=1)
    for at, block in ((first["number"], first), ("latest", node("eth_getBlockByNumber", "latest", False))):
        answer = node("eth_call", clock, at)
        assert answer == "0x" + block["number"][2:].zfill(64) + block["timestamp"][2:].zfill(64)


def test_a_call_at_the_final_block_sees_the_final_block(node: Rpc):
    clock = {"to": to_hex(node.deploy(CLOCK))}
    for _ in range(3):  # anvil is final two blocks behind its newest
        node.send(value=1)
    final = node("eth_getBlockByNumber", "finalized", False)
    assert node("eth_call", clock, "finalized")[:66] == "0x" + final["number"][2:].zfill(64)


def test_a_call_sees_the_state_of_its_block(node: Rpc):
    before = node("eth_blockNumber")
    contract = to_hex(node.deploy(CLOCK))
    assert node("eth_getCode", contract, "latest") == to_hex(CLOCK)
    assert node("eth_getCode", contract, before) == "0x"
    assert node("eth_call", {"to": contract}, before) == "0x"


def test_the_time_of_blocks_is_the_real_time(node: Rpc):
    began = time.time()
    node.send(value=1)
    newest = node("eth_getBlockByNumber", "latest", False)
    parent = node("eth_getBlockByHash", newest["parentHash"], False)
    assert int(newest["timestamp"], 16) >= int(parent["timestamp"], 16)
    assert began - 3 < int(newest["timestamp"], 16) < time.time() + 3


def test_a_reverted_call_gives_back_its_reason(node: Rpc):
    grump = to_hex(node.deploy(GRUMP))
    error = node.error("eth_call", {"to": grump}, "latest")
    assert error["code"] == 3
    assert error["message"] == "execution reverted: no"
    assert error["data"].startswith("0x08c379a0")
    assert node.error("eth_estimateGas", {"to": grump})["code"] == 3


def test_a_transaction_that_reverts_is_in_a_block_and_failed(node: Rpc):
    receipt = node.send(to=node.deploy(GRUMP))
    assert (receipt["status"], receipt["logs"]) == ("0x0", [])


def test_events_are_found_by_block_address_and_topic(node: Rpc):
    bell, other = node.deploy(BELL), node.deploy(BELL)
    first, second = node.send(to=bell), node.send(to=other)
    blocks = {"fromBlock": first["blockNumber"], "toBlock": second["blockNumber"]}
    topics = ["0x" + "1".zfill(64), "0x" + "2".zfill(64)]

    def find(**wanted):
        return [log["transactionHash"] for log in node("eth_getLogs", {**blocks, **wanted})]

    both = [first["transactionHash"], second["transactionHash"]]
    assert find() == both
    assert find(address=to_hex(bell)) == both[:1]
    assert find(address=[to_hex(bell), to_hex(other)], topics=[None, topics[1]]) == both
    assert find(topics=[[topics[1], topics[0]]]) == both
    assert find(topics=[topics[1]]) == []
    assert find(toBlock=first["blockNumber"]) == both[:1]
    log = first["logs"][0]
    assert (log["topics"], log["data"], log["logIndex"]) == (topics, "0xff", "0x0")
    assert node("eth_getLogs", {"blockHash": first["blockHash"]}) == [log]


def test_gas_is_estimated_near_what_is_used(node: Rpc):
    bell = node.deploy(BELL)
    estimate = node.number("eth_estimateGas", {"from": OWNER.address, "to": to_hex(bell)})
    receipt = node.send(to=bell, gas=estimate)
    assert receipt["status"] == "0x1"
    assert estimate <= int(receipt["gasUsed"], 16) * 1.15
    assert node.number("eth_estimateGas", {"from": OWNER.address, "to": OTHER.address, "value": "0x1"}) == 21_000


def test_fees_are_advised_as_web3_asks_for_them(node: Rpc):
    node.send(value=1)
    history = node("eth_feeHistory", "0x2", "latest", [50])
    assert len(history["baseFeePerGas"]) == len(history["reward"]) + 1 == len(history["gasUsedRatio"]) + 1
    assert node.number("eth_maxPriorityFeePerGas") > 0
    assert node.number("eth_gasPrice") > 0


def test_a_nonce_or_transaction_of_before_is_refused_in_words_that_clients_know(node: Rpc):
    raw = node.sign(value=1)
    node("eth_sendRawTransaction", raw)
    assert any(words in node.error("eth_sendRawTransaction", raw)["message"] for words in ("already", "nonce too low"))
    assert "nonce too low" in node.error("eth_sendRawTransaction", node.sign(value=2, nonce=0))["message"]


def test_who_cannot_pay_is_refused(node: Rpc):
    raw = node.sign(value=10**30)
    assert "insufficient funds" in node.error("eth_sendRawTransaction", raw)["message"].lower()


def test_another_chains_transaction_is_refused(node: Rpc):
    before = node("eth_blockNumber")
    assert "chain" in node.error("eth_sendRawTransaction", node.sign(chainId=1))["message"].lower()
    assert node("eth_blockNumber") == before


def test_web3_sees_a_node(node: Rpc):
    web3 = Web3(Web3.HTTPProvider(node.url))
    assert web3.is_connected()
    transaction = {"from": OWNER.address, "to": OTHER.address, "value": 1, "nonce": node.nonce()}
    filled = {**transaction, "gas": 21_000, "maxFeePerGas": 10 * GWEI, "maxPriorityFeePerGas": GWEI, "chainId": 1337}
    sent = web3.eth.send_raw_transaction(OWNER.sign_transaction(filled).raw_transaction)
    assert web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)["status"] == 1
    assert web3.eth.get_block("finalized")["number"] <= web3.eth.block_number
