"""The binding that provisioning uses, the key that it signs with, and the record that it begins with."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from contracts.chain import Block, Chain, Collided, Reverted, checksum
from contracts.deployment import Deployment
from contracts.keys import KeySource
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.units import Address, Hash, Timestamp, from_hex
from tests.chain.mask import Mask, masked
from tests.chain.rpc import GRUMP, OTHER, OWNER, Rpc

RECORD = Deployment(
    chain_id=1337,
    contract=Address(b"\x01" * 20),
    block=3,
    code_hash=Hash(b"\x02" * 32),
    network=7,
    token=Address(b"\x03" * 20),
    rpc_url="http://127.0.0.1:8545",
)
KEY = KeySource("KEY", "PASSWORD")


def test_a_contract_is_deployed_read_and_called(node: Rpc):
    chain = Chain(node.url)
    address, sent = chain.deploy(OWNER, "development_euro")
    euro = chain.contract("development_euro", address)
    assert sent.gas > 0
    chain.send(OTHER, euro.functions.mint(OTHER.address, 500))
    assert chain.read(euro.functions.balanceOf(OTHER.address)) == 500
    assert chain.read(euro.functions.balanceOf(OTHER.address), "latest") == 500


def test_what_the_contract_refuses_comes_in_its_own_words(node: Rpc):
    chain = Chain(node.url)
    office, _ = chain.deploy(OWNER, "office")
    address, _ = chain.deploy(OWNER, "kindpakket", 7, checksum(office))
    contract = chain.contract("kindpakket", address)
    with pytest.raises(Reverted, match="the contract refuses: sponsor: only the owner"):
        chain.send(OTHER, contract.functions.register_sponsor(OTHER.address))
    with pytest.raises(Reverted, match="shop: of another sponsor"):
        chain.send(OWNER, contract.functions.register_terminal(OWNER.address, 9, (bytes(32), bytes(32))))


def test_a_transaction_that_is_sent_again_counts_once(node: Rpc):
    chain = Chain(node.url)
    address, _ = chain.deploy(OWNER, "development_euro")
    euro = chain.contract("development_euro", address)
    signed = chain.sign(OWNER, euro.functions.mint(OTHER.address, 500))
    assert not chain.knows(signed.transaction)
    assert chain.sent(signed.transaction) is None
    chain.submit(signed)
    assert chain.wait(signed.transaction).transaction == signed.transaction
    assert chain.knows(signed.transaction)
    chain.submit(signed)
    assert chain.read(euro.functions.balanceOf(OTHER.address)) == 500


def test_a_transaction_that_failed_is_told(node: Rpc):
    failed = node.send(to=node.deploy(GRUMP))
    with pytest.raises(Reverted, match="something changed meanwhile"):
        Chain(node.url).sent(Hash(from_hex(failed["transactionHash"])))


def test_the_newest_and_the_final_block_have_their_time(embedded: Rpc):
    chain = Chain(embedded.url)
    newest = embedded("eth_getBlockByNumber", "latest", False)
    assert chain.block("latest") == Block(int(newest["number"], 16), Timestamp(int(newest["timestamp"], 16)))
    assert chain.block("finalized") == chain.block("latest")
    assert chain.block_number("latest") == chain.block("latest").number


def test_who_has_no_money_for_gas_is_told_so(node: Rpc):
    stranger = Account.create()
    with pytest.raises(Broken, match=r"(?i)insufficient funds"):
        Chain(node.url).deploy(stranger, "development_euro")


def test_a_node_that_is_not_there_may_be_tried_again():
    with pytest.raises(TryAgain, match="does not answer"):
        Chain("http://127.0.0.1:1").chain_id()


@pytest.fixture
def mask(embedded: Rpc) -> Iterator[Mask]:
    with masked(embedded.url) as found:
        yield found


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-32005, "daily request count exceeded"),
        (429, "your app has exceeded its compute units per second"),
        (-32000, "Too Many Requests"),
        (-32000, "header not found"),
        (-32603, "Internal error"),
        (-32000, "request timed out"),
    ],
)
@pytest.mark.parametrize("status", [200, 429])
def test_a_node_that_had_enough_for_now_may_be_tried_again(mask: Mask, code: int, words: str, status: int):
    mask.refuse("eth_getBlockByNumber", words=words, code=code)
    mask.status_of_errors = status
    with pytest.raises(TryAgain, match="429" if status == 429 else words):
        Chain(mask.url).block("latest")


@pytest.mark.parametrize(
    ("code", "words"), [(-32005, "query returned more than 10000 results"), (-32000, "missing trie node")]
)
def test_what_no_patience_mends_is_broken(mask: Mask, code: int, words: str):
    mask.refuse("eth_getBlockByNumber", words=words, code=code)
    with pytest.raises(Broken, match=words):
        Chain(mask.url).block("latest")


def test_no_error_tells_the_key_in_a_node_s_address(mask: Mask):
    mask.change = lambda *_: None
    with pytest.raises(TryAgain, match=r"127\.0\.0\.1.* does not answer") as error:
        Chain(mask.url).chain_id()
    assert "secret" not in str(error.value)
    assert "customers-key" not in str(error.value)


NO_JSON = [b"<html>log in to this network</html>", b'{"jsonrpc":"2.0","id":1,"res', b"", b"\xff\xfe"]


@pytest.mark.parametrize("content", NO_JSON)
def test_what_is_no_json_is_no_answer_and_may_be_asked_again(mask: Mask, content: bytes):
    mask.change = lambda *_: content
    with pytest.raises(TryAgain, match="does not answer"):
        Chain(mask.url).chain_id()


def test_no_json_while_it_waits_names_what_was_sent(mask: Mask):
    mask.change = lambda call, answer: NO_JSON[0] if call["method"] == "eth_getTransactionReceipt" else answer
    with pytest.raises(TryAgain, match=r"transaction 0x[0-9a-f]{64} was sent"):
        Chain(mask.url).deploy(OWNER, "development_euro")


def test_a_refusal_that_comes_with_the_status_of_an_error_is_the_contract_s(mask: Mask):
    office, _ = Chain(mask.url).deploy(OWNER, "office")
    contract, _ = Chain(mask.url).deploy(OWNER, "kindpakket", 7, checksum(office))
    mask.status_of_errors = 400
    chain = Chain(mask.url)
    with pytest.raises(Reverted, match="sponsor: only the owner"):
        chain.send(OTHER, chain.contract("kindpakket", contract).functions.register_sponsor(OTHER.address))


def test_a_limit_while_it_waits_names_what_was_sent(mask: Mask):
    mask.refuse("eth_getTransactionReceipt", words="limit exceeded", code=-32005)
    with pytest.raises(TryAgain, match=r"transaction 0x[0-9a-f]{64} was sent"):
        Chain(mask.url).deploy(OWNER, "development_euro")


def test_two_programs_with_one_key_both_get_what_they_sent(mask: Mask, embedded: Rpc):
    """Both took the same nonce; the one that comes second is signed anew behind the other."""
    chain = Chain(mask.url)
    address, _ = chain.deploy(OWNER, "development_euro")
    euro = chain.contract("development_euro", address)
    other = embedded.sign(OTHER)

    def overtake(call: dict[str, Any]) -> None:
        if call["method"] == "eth_sendRawTransaction" and mask.asked.count(call["method"]) == 2:
            embedded("eth_sendRawTransaction", other)

    mask.before = overtake
    chain.send(OTHER, euro.functions.mint(OTHER.address, 500))
    assert mask.asked.count("eth_sendRawTransaction") == 3
    assert chain.read(euro.functions.balanceOf(OTHER.address)) == 500


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("replacement transaction underpriced", Collided),
        ("nonce too low", Collided),
        ("nonce too high", Collided),
        ("txpool is full", TryAgain),
        ("max fee per gas less than block base fee", TryAgain),
        ("insufficient funds for gas * price + value", Broken),
        ("invalid sender", Broken),
    ],
)
def test_why_a_node_does_not_take_a_transaction_says_what_helps(mask: Mask, words: str, kind: type[Exception]):
    chain = Chain(mask.url)
    mask.refuse("eth_sendRawTransaction", words=words)
    mask.kept_back = "eth_sendRawTransaction"
    with pytest.raises(kind, match=re.escape(words)) as error:
        chain.deploy(OWNER, "development_euro")
    assert type(error.value) is kind
    assert mask.asked.count("eth_sendRawTransaction") == (3 if kind is Collided else 1)


def test_a_node_that_has_the_transaction_took_it(mask: Mask, embedded: Rpc):
    chain = Chain(mask.url)
    signed = chain.sign(OWNER, chain.creation("development_euro"))
    Chain(embedded.url).submit(signed)
    mask.refuse("eth_sendRawTransaction", words="already known")
    chain.submit(signed)
    assert chain.wait(signed.transaction).transaction == signed.transaction


def test_something_else_at_the_address_is_no_node(embedded: Rpc):
    with pytest.raises((Broken, TryAgain), match="does not answer"):
        Chain(embedded.url + "/health").chain_id()


def test_a_record_of_another_chain_or_contract_is_refused(embedded: Rpc):
    chain = Chain(embedded.url)
    with pytest.raises(Broken, match="not that of the record"):
        chain.open(RECORD)
    with pytest.raises(Broken, match="is chain 1337"):
        chain.open(RECORD.model_copy(update={"chain_id": 5}))


def test_the_code_hash_is_that_of_the_code(embedded: Rpc):
    chain = Chain(embedded.url)
    address, _ = chain.deploy(OWNER, "development_euro")
    code = bytes.fromhex(embedded("eth_getCode", checksum(address), "latest")[2:])
    assert chain.code_hash(address) == keccak256(code)
    assert chain.code_hash(Address(b"\x09" * 20)) is None


def test_a_record_is_kept_and_read_back(tmp_path: Path):
    RECORD.save(tmp_path / "record.json")
    assert Deployment.load(tmp_path / "record.json") == RECORD


def test_a_record_is_never_overwritten(tmp_path: Path):
    path = tmp_path / "record.json"
    path.write_text("mine")
    with pytest.raises(Broken, match="stays as it is"):
        RECORD.save(path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    "change",
    [
        {"owner": "0x00"},
        {"chain_id": 0},
        {"network": 65536},
        {"contract": "0x01"},
        {"contract": 5},
        {"contract": None},
        {"code_hash": "0x" + "00" * 31},
        {"block": -1},
    ],
)
def test_a_record_with_a_wrong_or_unknown_key_is_refused(tmp_path: Path, change):
    path = tmp_path / "record.json"
    path.write_text(json.dumps({**RECORD.model_dump(mode="json"), **change}))
    with pytest.raises(Broken, match=f"record.json.*{next(iter(change))}"):
        Deployment.load(path)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"{" * 30_000])
def test_what_is_no_record_is_refused(tmp_path: Path, content):
    path = tmp_path / "record.json"
    path.write_bytes(content)
    with pytest.raises(Broken, match="is not a deployment's record"):
        Deployment.load(path)


def test_a_missing_record_is_refused(tmp_path: Path):
    with pytest.raises(Broken, match="cannot be read"):
        Deployment.load(tmp_path / "none.json")


def never() -> str:
    raise AssertionError


def test_the_key_comes_from_the_environment():
    assert KEY.account(None, {"KEY": "0x" + OWNER.key.hex()}, never).address == OWNER.address


def test_the_key_comes_from_a_keystore(tmp_path: Path):
    path = tmp_path / "keystore.json"
    path.write_text(json.dumps(Account.encrypt(OWNER.key, "secret", iterations=2)))
    assert KEY.account(path, {"PASSWORD": "secret"}, never).address == OWNER.address
    assert KEY.account(path, {}, lambda: "secret").address == OWNER.address
    with pytest.raises(Broken, match="does not open with this password"):
        KEY.account(path, {}, lambda: "guess")


def test_without_a_key_it_says_what_to_set(tmp_path: Path):
    with pytest.raises(Broken, match="set KEY"):
        KEY.account(None, {}, never)
    with pytest.raises(Broken, match="cannot be read"):
        KEY.account(tmp_path / "none", {"PASSWORD": ""}, never)


def test_a_wrong_key_is_never_repeated():
    secret = "0x" + os.urandom(31).hex()
    with pytest.raises(Broken) as caught:
        KEY.account(None, {"KEY": secret}, never)
    assert secret[2:] not in str(caught.value)
    assert caught.value.__cause__ is None
