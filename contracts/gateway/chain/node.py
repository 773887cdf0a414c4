"""The contract through a node's JSON-RPC: what the reader asks, and what the sender needs.

Raises TryAgain whenever the node did not answer or did not know, and Refused or Broken only for what is certain.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn

import requests
from eth_abi.exceptions import DecodingError
from eth_typing import BlockNumber
from hexbytes import HexBytes
from web3 import Web3
from web3.exceptions import ContractLogicError, TransactionNotFound, Web3Exception, Web3RPCError
from web3.types import BlockIdentifier, RPCEndpoint

from contracts import compile as artifacts
from contracts.chain import ANSWER_SECONDS, checksum
from contracts.gateway.chain import many, refusals
from contracts.gateway.chain.budget import Budget
from contracts.gateway.chain.endpoints import Endpoints
from contracts.gateway.chain.events import Event
from contracts.gateway.chain.failover import Failover, NotServed
from contracts.gateway.chain.logs import LogDecoder
from contracts.gateway.chain.refusals import Refusal
from contracts.wire.errors import Refused, TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Hash, Timestamp, to_hex

_SIMULATE = RPCEndpoint("eth_simulateV1")
_TEXT_MAX = 200
_MALFORMED = (ValueError, LookupError, TypeError, AttributeError, DecodingError)
_NO_ANSWER = (Web3Exception, requests.RequestException, OSError, *_MALFORMED)


@dataclass(frozen=True, slots=True)
class Block:
    """A block's number, hash and time."""

    number: int
    hash: Hash
    time: Timestamp


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest block, and what the one after it asks: a base fee, and what is usually given on top, in wei."""

    block: Block
    base: int
    tip: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a terminal's journal stands on the contract: its shop (0: unknown), sequence, and 20 bytes of its head."""

    shop: int
    sequence: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transaction that is in a block: whether it ran to its end, what it cost, and the contract's events in it."""

    succeeded: bool
    block: int
    block_hash: Hash
    gas: int
    price: int
    events: Sequence[Event]


class Node:
    """The contract at the first of these endpoints that works. Blocking; to be used by one thread.

    A block is final when the node says so, or, with `final_depth`, when so many lie on top of it.
    """

    def __init__(self, endpoints: Endpoints, timeout: float = ANSWER_SECONDS, final_depth: int | None = None) -> None:
        record = endpoints.record
        self._provider = Failover(endpoints, timeout)
        self._web3 = Web3(self._provider)
        self._web3.middleware_onion.remove("validation")  # it asks for the chain's id twice in every call
        abi = artifacts.load("kindpakket")["abi"]
        self._contract: Any = self._web3.eth.contract(address=checksum(record.contract), abi=abi)
        self._address = record.contract
        self._decoder = LogDecoder(self._contract.abi)
        self._final_depth = final_depth

    def steady(self) -> AbstractContextManager[None]:
        """All that is asked within is asked of one endpoint, so that its answers go together.

        Raises Broken when it is another chain than the record's, TryAgain when none answers.
        """
        return self._provider.steady()

    def check(self) -> None:
        """Raises Broken unless there is an endpoint that shows the record's chain with its contract."""
        with self.steady():
            pass

    def look(self) -> None:
        """See how each endpoint does."""
        self._provider.look()

    def final(self, least: int = 0) -> Block:
        """The newest block that cannot be undone. Raises TryAgain when it is before `least`: the node lags."""
        if self._final_depth is None:
            block = self._block("finalized")
        else:
            with _asking():
                newest = self._web3.eth.block_number
            block = self.block(max(0, newest - self._final_depth))
        if block.number < least:
            why = f"the node is behind: its final block is {block.number}, block {least} was read before"
            self._provider.complain(why)
            raise TryAgain(why)
        return block

    def disown(self, why: str) -> NoReturn:
        """The endpoint that is asked now shows another chain: TryAgain when there are others to ask, else Broken."""
        self._provider.disown(why)

    def block(self, number: int) -> Block:
        """The block with this number."""
        return self._block(BlockNumber(number))

    def latest(self) -> Block:
        """The newest block, which may yet be undone."""
        return self._block("latest")

    def newest(self) -> Newest:
        """The newest block, and what the next one asks."""
        with _asking():
            block = self._web3.eth.get_block("latest")
            tip = self._web3.eth.max_priority_fee
        return Newest(_as_block(block), int(block.get("baseFeePerGas", 0)), int(tip))

    def events(self, first: int, last: int) -> list[Event]:
        """The contract's events in these blocks, in order."""
        place: Any = {"address": self._contract.address, "fromBlock": first, "toBlock": last}
        with _asking():
            return self._decoder.events(self._web3.eth.get_logs(place))

    def set_aside_after(self, block: int) -> list[Event]:
        """What is set aside for orders in the blocks after this one, to the newest; there must be such blocks."""
        topics = [to_hex(self._decoder.topic("SetAside"))]
        place: Any = {"address": self._contract.address, "fromBlock": block + 1, "toBlock": "latest", "topics": topics}
        with _asking():
            return self._decoder.events(self._web3.eth.get_logs(place))

    def call_data(self, transaction: Hash) -> bytes:
        """What the transaction was called with."""
        with _asking():
            try:
                return bytes(self._web3.eth.get_transaction(HexBytes(transaction))["input"])
            except TransactionNotFound:
                self._provider.complain("it has forgotten a transaction; is it pruned?")
                raise

    def cursor(self, terminal: Address) -> Cursor:
        """Where this journal stands in the newest block."""
        with _asking():
            shop, sequence, head, _ = self._contract.functions.terminal(checksum(terminal)).call()
        return Cursor(int(shop), int(sequence), bytes(head))

    def cursors(self, terminals: Sequence[Address]) -> list[Cursor]:
        """Where these journals stand in the newest block."""
        told = self._many("terminal(address)", [_word(terminal) for terminal in terminals], 4, "latest")
        return [_cursor(one) for one in told]

    def budgets(self, keys: Sequence[tuple[int, Address]], block: int) -> list[Budget]:
        """These budgets (programme and pass) after that block."""
        asked = [programme.to_bytes(many.WORD) + _word(pass_address) for programme, pass_address in keys]
        return [_budget(told) for told in self._many("budget(uint32,address)", asked, 9, BlockNumber(block))]

    def call_of(self, batch: bytes) -> bytes:
        """The data of a transaction that settles this batch."""
        return bytes(HexBytes(self._contract.encode_abi("settle", args=[batch])))

    def gas_for(self, sender: Address, batch: bytes) -> int:
        """The gas that settling this batch takes now. Raises Refused when it would fail.

        One run tells it. A node that cannot be asked for one run searches for the least that is enough, in 10 to 20.
        """
        with _asking():
            call = {"from": to_hex(sender), "to": to_hex(self._address), "data": to_hex(self.call_of(batch))}
            question: Any = [{"blockStateCalls": [{"calls": [call]}]}, "latest"]
            with suppress(NotServed):  # what a node does not serve may be this alone; if not, the next answer says so
                told: Any = self._provider.make_request(_SIMULATE, question)
                if "result" in told:
                    return _gas_used(told["result"][0]["calls"][0])
            try:
                return int(self._contract.functions.settle(batch).estimate_gas({"from": checksum(sender)}))
            except (ContractLogicError, Web3RPCError) as error:
                raise Refused(Reason.SEGMENT_FORM, _message(error)) from error

    def nonce(self, account: Address) -> int:
        """How many transactions of this account are in blocks."""
        with _asking():
            return int(self._web3.eth.get_transaction_count(checksum(account), "latest"))

    def balance(self, account: Address) -> int:
        """What the account can pay with, in wei."""
        with _asking():
            return int(self._web3.eth.get_balance(checksum(account)))

    def send(self, raw: bytes) -> tuple[Refusal, str] | None:
        """Hand the transaction to the node: None when it was taken, else why not, and the node's words."""
        with _asking():
            try:
                self._web3.eth.send_raw_transaction(raw)
            except Web3RPCError as error:
                words = _message(error)
                return refusals.sort(words), words
        return None

    def receipt(self, transaction: Hash) -> Receipt | None:
        """What became of the transaction, or None while it is in no block."""
        with _asking():
            try:
                receipt = self._web3.eth.get_transaction_receipt(HexBytes(transaction))
            except TransactionNotFound:
                return None
            events = self._decoder.events(log for log in receipt["logs"] if log["address"] == self._contract.address)
            block = int(receipt["blockNumber"]), Hash(bytes(receipt["blockHash"]))
            cost = int(receipt["gasUsed"]), receipt["effectiveGasPrice"]
            return Receipt(receipt["status"] == 1, *block, *cost, events)

    def _many(self, view: str, arguments: Sequence[bytes], words: int, at: BlockIdentifier) -> Iterator[bytes]:
        """What the view tells for each of these arguments: one call of the node for 64 of them."""
        for first in range(0, len(arguments), many.TOGETHER):
            some = arguments[first : first + many.TOGETHER]
            call: Any = {"data": HexBytes(many.code(self._address, view, some, words))}
            with _asking():
                told = many.answers(bytes(self._web3.eth.call(call, at)), len(some), words)
            yield from told

    def _block(self, which: BlockIdentifier) -> Block:
        with _asking():
            return _as_block(self._web3.eth.get_block(which))


def _gas_used(ran: Any) -> int:
    if int(ran["status"], 16) != 1:
        raise Refused(Reason.SEGMENT_FORM, str(ran.get("error", {}).get("message", "execution reverted"))[:_TEXT_MAX])
    return int(ran["gasUsed"], 16)


def _as_block(block: Any) -> Block:
    return Block(int(block["number"]), Hash(bytes(block["hash"])), Timestamp(int(block["timestamp"])))


def _word(address: Address) -> bytes:
    return address.rjust(many.WORD, b"\0")


def _budget(told: bytes) -> Budget:
    numbers = [int.from_bytes(told[at : at + many.WORD]) for at in range(0, len(told), many.WORD)]
    left, _, _, today, day, blocked, known, counter, window = numbers
    return Budget(left, today, day, counter, window, bool(blocked), bool(known))


def _cursor(told: bytes) -> Cursor:
    shop, sequence = int.from_bytes(told[:32]), int.from_bytes(told[32:64])
    return Cursor(shop, sequence, told[64:84])


def _message(error: Exception) -> str:
    """The node's own words."""
    answer: Any = getattr(error, "rpc_response", None) or {}
    return str(answer.get("error", {}).get("message", error))[:_TEXT_MAX]


def _text(error: Exception) -> str:
    return str(error)[:_TEXT_MAX]


@contextmanager
def _asking() -> Iterator[None]:
    """Whatever keeps the node from answering in the form that it should is a reason to ask again."""
    try:
        yield
    except _NO_ANSWER as error:
        raise TryAgain(f"the node does not answer as it should: {type(error).__name__}: {_text(error)}") from error
