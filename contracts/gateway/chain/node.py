"""The contract through a node's JSON-RPC: what the reader asks, and what the sender needs.

Raises TryAgain whenever the node did not answer or did not know, and Refused or Broken only for what is certain.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from eth_account.signers.local import LocalAccount
from eth_typing import BlockNumber
from hexbytes import HexBytes
from web3 import Web3
from web3.exceptions import ContractLogicError, TransactionNotFound, Web3Exception, Web3RPCError
from web3.types import BlockIdentifier, TxParams

from contracts.chain import ANSWER_SECONDS, Chain, checksum
from contracts.deployment import Deployment
from contracts.gateway.chain.budget import Budget
from contracts.gateway.chain.events import Event
from contracts.gateway.chain.logs import LogDecoder
from contracts.wire.errors import Broken, Refused, TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Hash, Timestamp, to_hex

_TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class Block:
    """A block's number, hash and time."""

    number: int
    hash: Hash
    time: Timestamp


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a terminal's journal stands on the contract: its shop (0: unknown), sequence, and 20 bytes of its head."""

    shop: int
    sequence: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """A transaction, ready to be sent any number of times."""

    hash: Hash
    nonce: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transaction that is in a block: whether it ran to its end, and the contract's events in it."""

    succeeded: bool
    gas: int
    events: Sequence[Event]


class Node:
    """The contract at one RPC endpoint. Blocking; to be used by one thread."""

    def __init__(self, rpc_url: str, record: Deployment, timeout: float = ANSWER_SECONDS) -> None:
        self._record = record
        self._contract = Chain(rpc_url, timeout).contract("kindpakket", record.contract)
        self._web3 = self._contract.w3
        self._decoder = LogDecoder(self._contract.abi)
        self._checked = False

    def check(self) -> None:
        """Raises Broken unless this is the record's chain and holds its contract; asks only until that is certain."""
        if self._checked:
            return
        with _asking():
            chain_id = self._web3.eth.chain_id
            code = bytes(self._web3.eth.get_code(checksum(self._record.contract)))
        if chain_id != self._record.chain_id:
            raise Broken(f"the node is on chain {chain_id}, and the record says {self._record.chain_id}")
        if keccak256(code) != self._record.code_hash:
            where = to_hex(self._record.contract)
            raise Broken(f"the node's code at {where} is not that of the record; is it the right node?")
        self._checked = True

    def final(self) -> Block:
        """The newest block that cannot be undone."""
        return self._block("finalized")

    def block(self, number: int) -> Block:
        """The block with this number."""
        return self._block(BlockNumber(number))

    def events(self, first: int, last: int) -> list[Event]:
        """The contract's events in these blocks, in order."""
        place: Any = {"address": self._contract.address, "fromBlock": first, "toBlock": last}
        with _asking():
            return self._decoder.events(self._web3.eth.get_logs(place))

    def call_data(self, transaction: Hash) -> bytes:
        """What the transaction was called with."""
        with _asking():
            return bytes(self._web3.eth.get_transaction(HexBytes(transaction))["input"])

    def cursor(self, terminal: Address) -> Cursor:
        """Where this journal stands in the newest block."""
        with _asking():
            shop, sequence, head, _ = self._contract.functions.terminal(checksum(terminal)).call()
        return Cursor(int(shop), int(sequence), bytes(head))

    def budget(self, programme: int, pass_address: Address, block: int) -> Budget:
        """This budget after that block."""
        call = self._contract.functions.budget(programme, checksum(pass_address))
        with _asking():
            told = call.call(block_identifier=BlockNumber(block))
        left, _, _, today, day, blocked, known, counter, window = told
        return Budget(left, today, day, counter, window, blocked, known)

    def gas_for(self, sender: LocalAccount, batch: bytes) -> int:
        """The gas that settling this batch takes now. Raises Refused when it would fail."""
        with _asking():
            try:
                return int(self._contract.functions.settle(batch).estimate_gas({"from": sender.address}))
            except (ContractLogicError, Web3RPCError) as error:
                raise Refused(Reason.SEGMENT_FORM, _text(error)) from error

    def sign(self, sender: LocalAccount, batch: bytes, gas: int) -> Signed:
        """A transaction that settles this batch, with the account's next nonce and up to twice the base fee."""
        with _asking():
            nonce = self._web3.eth.get_transaction_count(sender.address, "latest")
            tip = self._web3.eth.max_priority_fee
            base = self._web3.eth.get_block("latest").get("baseFeePerGas", 0)
        fees: TxParams = {"maxPriorityFeePerGas": tip, "maxFeePerGas": Web3.to_wei(2 * base + tip, "wei")}
        call = self._contract.functions.settle(batch)
        fields: TxParams = {"from": sender.address, "nonce": nonce, "gas": gas, "chainId": self._record.chain_id}
        transaction: dict[str, Any] = dict(call.build_transaction({**fields, **fees}))
        signed = sender.sign_transaction(transaction)
        return Signed(Hash(bytes(signed.hash)), nonce, bytes(signed.raw_transaction))

    def send(self, raw: bytes) -> None:
        """Hand the transaction to the node. Raises Refused when the node says no, TryAgain when it says nothing."""
        with _asking():
            try:
                self._web3.eth.send_raw_transaction(raw)
            except Web3RPCError as error:
                raise Refused(Reason.SEGMENT_FORM, _text(error)) from error

    def knows(self, transaction: Hash) -> bool:
        """Whether the node has the transaction, in a block or waiting for one."""
        with _asking():
            try:
                self._web3.eth.get_transaction(HexBytes(transaction))
            except TransactionNotFound:
                return False
        return True

    def receipt(self, transaction: Hash) -> Receipt | None:
        """What became of the transaction, or None while it is in no block."""
        with _asking():
            try:
                receipt = self._web3.eth.get_transaction_receipt(HexBytes(transaction))
            except TransactionNotFound:
                return None
        logs = [log for log in receipt["logs"] if log["address"] == self._contract.address]
        return Receipt(receipt["status"] == 1, int(receipt["gasUsed"]), self._decoder.events(logs))

    def _block(self, which: BlockIdentifier) -> Block:
        with _asking():
            block = self._web3.eth.get_block(which)
        return Block(int(block["number"]), Hash(bytes(block["hash"])), Timestamp(int(block["timestamp"])))


def _text(error: Exception) -> str:
    return str(error)[:_TEXT_MAX]


@contextmanager
def _asking() -> Iterator[None]:
    """Whatever keeps the node from answering is a reason to ask again."""
    try:
        yield
    except (Web3Exception, requests.RequestException, OSError, ValueError, KeyError) as error:
        raise TryAgain(f"the node does not answer as it should: {type(error).__name__}: {_text(error)}") from error
