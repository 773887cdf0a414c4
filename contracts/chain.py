"""A node, and contracts of ours on it: read, sign, send, await, and say in words what was refused.

What a node refuses or does not answer comes out as one of three: `Reverted`, with the contract's own words; `Broken`,
when trying again cannot help; `TryAgain`, when it may.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from json import JSONDecodeError
from typing import Any, Literal

import requests
from eth_account.signers.local import LocalAccount
from hexbytes import HexBytes
from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.exceptions import (
    BadFunctionCallOutput,
    BadResponseFormat,
    BlockNotFound,
    ContractLogicError,
    RequestTimedOut,
    TimeExhausted,
    TransactionIndexingInProgress,
    TransactionNotFound,
    Web3RPCError,
)
from web3.types import RPCEndpoint, RPCResponse

from contracts import compile as artifacts
from contracts import nodes
from contracts.deployment import Deployment
from contracts.gateway.chain.refusals import Refusal, sort
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.units import Address, Hash, Timestamp, from_hex, to_hex

ANSWER_SECONDS = 10
RECEIPT_SECONDS = 120
GAS_MAX = 2**24
"""The most that one transaction may take on a public chain (EIP-7825)."""

_AT_ONCE_SECONDS = 2
_LOG_BLOCKS = 5_000
_COLLISIONS_MAX = 3
_COLLIDED = (Refusal.NONCE_USED, Refusal.NONCE_AHEAD, Refusal.UNDERPRICED)
_NOT_NOW = (Refusal.FULL, Refusal.TOO_CHEAP)
_PASSING = (BlockNotFound, RequestTimedOut, TransactionIndexingInProgress)
_REVERTED = "execution reverted: "


class Reverted(Broken):
    """The contract refuses, in its own words; nothing was changed."""


class Overtaken(Reverted):
    """The contract refused in the block what it would have taken before: something changed meanwhile."""


class Collided(TryAgain):
    """Something else that this account sent has the transaction's nonce: it did nothing, and can be signed anew."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A transaction that may be sent any number of times, and counts once."""

    transaction: Hash
    raw: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """A block's number, and its time in seconds since 1970 UTC."""

    number: int
    time: Timestamp


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction that is in a block and did what it should."""

    transaction: Hash
    block: int
    gas: int
    receipt: Any


class Chain:
    """One RPC endpoint. Blocking, for one thread. `Any` calls are web3's contract functions, bound to arguments."""

    def __init__(self, rpc_url: str, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._web3 = Web3(_Provider(rpc_url, {"timeout": answer_seconds}, exception_retry_configuration=None))
        self._web3.middleware_onion.remove("validation")  # it asks for the chain's id twice in every call
        self._rpc_url = rpc_url

    @property
    def rpc_url(self) -> str:
        """Which endpoint this is."""
        return self._rpc_url

    def chain_id(self) -> int:
        """The chain's id (EIP-155)."""
        with self._asking():
            return self._web3.eth.chain_id

    def code(self, address: Address) -> bytes:
        """The code at the address, empty when there is none."""
        with self._asking():
            return bytes(self._web3.eth.get_code(checksum(address)))

    def code_hash(self, address: Address) -> Hash | None:
        """The keccak-256 of the code at the address, None when there is none."""
        code = self.code(address)
        return keccak256(code) if code else None

    def contract(self, name: str, address: Address) -> Contract:
        """A contract of ours at its address; `name` is that of its file in contracts/abi."""
        contract: Contract = self._web3.eth.contract(address=checksum(address), abi=artifacts.load(name)["abi"])
        return contract

    def open(self, deployment: Deployment) -> Contract:
        """The deployment's contract, seen to be it. Raises Broken when the node's chain does not hold it."""
        chain_id = self.chain_id()
        if chain_id != deployment.chain_id:
            raise Broken(f"{self._rpc_url} is chain {chain_id}, and the record says {deployment.chain_id}")
        if self.code_hash(deployment.contract) != deployment.code_hash:
            raise Broken(f"the code at {to_hex(deployment.contract)} is not that of the record; is it the right node?")
        return self.contract("kindpakket", deployment.contract)

    def read(self, call: Any, block: str | int = "latest") -> Any:
        """What a view gives at that block. Raises Reverted."""
        with self._asking():
            return call.call(block_identifier=block)

    def block_number(self, which: Literal["latest", "finalized"]) -> int:
        """The number of the newest block, or of the newest that cannot be undone."""
        return self.block(which).number

    def block(self, which: Literal["latest", "finalized"]) -> Block:
        """The newest block, or the newest that cannot be undone."""
        with self._asking():
            found = self._web3.eth.get_block(which)
            return Block(int(found["number"]), Timestamp(int(found["timestamp"])))

    def events(self, event: Any, first: int, last: int, **wanted: Any) -> Iterator[Any]:
        """A contract's events with these indexed arguments in the blocks first..last, in ranges that nodes serve."""
        for start in range(first, last + 1, _LOG_BLOCKS):
            end = min(start + _LOG_BLOCKS - 1, last)
            with self._asking():
                yield from event.get_logs(from_block=start, to_block=end, argument_filters=wanted)

    def call_data(self, transaction: bytes) -> bytes:
        """What the transaction was called with."""
        with self._asking():
            return bytes(self._web3.eth.get_transaction(HexBytes(transaction))["input"])

    def creation(self, name: str, *arguments: Any) -> Any:
        """The call that creates a contract of ours."""
        artifact = artifacts.load(name)
        return self._web3.eth.contract(abi=artifact["abi"], bytecode=artifact["bytecode"]).constructor(*arguments)

    def deploy(self, account: LocalAccount, name: str, *arguments: Any) -> tuple[Address, Sent]:
        """Create a contract of ours, and give its address. Raises Reverted."""
        sent = self.send(account, self.creation(name, *arguments))
        return created(sent), sent

    def send(self, account: LocalAccount, call: Any) -> Sent:
        """Sign the call, send it, and wait until it is in a block. Raises Reverted, Broken or TryAgain.

        After TryAgain the transaction may be in a block yet; the text then names it. Another program may send with
        the same key: what it was overtaken by is signed anew, behind that.
        """
        for _ in range(_COLLISIONS_MAX - 1):
            with suppress(Collided):
                return self.wait(self._handed_in(account, call))
        return self.wait(self._handed_in(account, call))

    def _handed_in(self, account: LocalAccount, call: Any) -> Hash:
        signed = self.sign(account, call)
        self.submit(signed)
        return signed.transaction

    def submit(self, signed: Signed) -> None:
        """Hand the transaction to the node, which may have it already. Raises Collided, TryAgain, or Broken."""
        with self._asking():
            try:
                self._web3.eth.send_raw_transaction(HexBytes(signed.raw))
            except Web3RPCError as error:
                if not self._has(signed, error):
                    raise _not_taken(error) from None

    def _has(self, signed: Signed, error: Web3RPCError) -> bool:
        """Whether the node refuses the transaction because it came before: its nonce is used then, by itself."""
        refusal = sort(_message(error))
        return refusal is Refusal.KNOWN or (refusal in _COLLIDED and self.knows(signed.transaction))

    def knows(self, transaction: Hash) -> bool:
        """Whether the node has the transaction, in a block or waiting for one."""
        with self._asking(), suppress(TransactionNotFound):
            self._web3.eth.get_transaction(HexBytes(transaction))
            return True
        return False

    def sent(self, transaction: Hash) -> Sent | None:
        """What became of a transaction, None while it is in no block. Raises Reverted when it failed."""
        receipt: Any = None
        with self._asking(), suppress(TransactionNotFound):
            receipt = self._web3.eth.get_transaction_receipt(HexBytes(transaction))
        return None if receipt is None else _sent(transaction, receipt)

    def wait(self, transaction: Hash) -> Sent:
        """The transaction once it is in a block. Raises Reverted when it failed, TryAgain when it takes too long."""
        with self._asking():
            try:
                receipt = self._receipt(transaction)
            except (TimeExhausted, requests.RequestException, Web3RPCError) as error:
                if isinstance(error, Web3RPCError) and not _is_passing(error):
                    raise
                sentence = f"transaction {to_hex(transaction)} was sent, and is in no block that this node shows"
                raise TryAgain(f"{sentence}; look whether it happened before you do it again") from error
        return _sent(transaction, receipt)

    def _receipt(self, transaction: Hash) -> Any:
        """Asked for often at first, as a development chain makes blocks at once; then as providers let one ask."""
        wait, found = self._web3.eth.wait_for_transaction_receipt, HexBytes(transaction)
        with suppress(TimeExhausted):
            return wait(found, _AT_ONCE_SECONDS, poll_latency=0.05)
        return wait(found, RECEIPT_SECONDS, poll_latency=1)

    def transactions(self, sender: str, which: Literal["latest", "finalized"]) -> int:
        """How many transactions of the sender stand in blocks up to that one: a lower nonce than this is spent there.

        `sender` is as web3 writes it. What is spent in a final block stays so.
        """
        with self._asking():
            return self._web3.eth.get_transaction_count(checksum(Address(from_hex(sender))), which)

    def sign(self, account: LocalAccount, call: Any) -> Signed:
        """The transaction with the account's next nonce, a fifth more gas than it needs now, and EIP-1559 fees."""
        with self._asking():
            nonce = self._web3.eth.get_transaction_count(account.address, "pending")
            base = self._web3.eth.get_block("latest").get("baseFeePerGas", 0)
            tip = self._web3.eth.max_priority_fee
            gas = call.estimate_gas({"from": account.address})
        fields = {"from": account.address, "nonce": nonce, "gas": min(gas * 6 // 5, GAS_MAX)}
        fees = {"maxPriorityFeePerGas": tip, "maxFeePerGas": 2 * base + tip}
        with self._asking():
            signed = account.sign_transaction(call.build_transaction({**fields, **fees}))
        return Signed(Hash(bytes(signed.hash)), bytes(signed.raw_transaction))

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """web3's and the network's errors as ours."""
        try:
            yield
        except ContractLogicError as error:
            raise Reverted(_reason(error)) from error
        except Web3RPCError as error:
            if _is_passing(error):
                raise TryAgain(f"{nodes.name(self._rpc_url)} cannot answer now: {_message(error)}") from error
            raise Broken(f"the node refuses: {_message(error)}") from error
        except requests.HTTPError as error:
            raise TryAgain(f"{nodes.name(self._rpc_url)} {_status(error)}") from error
        except (requests.RequestException, OSError) as error:
            said = "does not answer; is the node running, and the address right?"
            raise TryAgain(f"{nodes.name(self._rpc_url)} {said}") from error
        except (BadResponseFormat, BadFunctionCallOutput) as error:
            said = f"does not answer as a node does: {str(error)[:200]}"
            raise Broken(f"{nodes.name(self._rpc_url)} {said}") from error


class _Provider(HTTPProvider):
    """Hears what the node says also where that comes with an HTTP status of an error.

    What is no JSON, as from a proxy before the node or cut short on its way, is no answer (web3 lets it through).
    """

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """The answer."""
        try:
            return super().make_request(method, params)
        except requests.HTTPError as error:
            told: RPCResponse | None = nodes.told_by(error)
            if told is None:
                raise
            return told
        except (JSONDecodeError, UnicodeDecodeError) as error:
            raise requests.exceptions.InvalidJSONError("what came is no JSON") from error


def created(sent: Sent) -> Address:
    """The address of the contract that the transaction created."""
    return Address(from_hex(sent.receipt["contractAddress"]))


def checksum(address: Address) -> Any:
    """The address as web3 wants it (EIP-55)."""
    return Web3.to_checksum_address(to_hex(address))


def _sent(transaction: Hash, receipt: Any) -> Sent:
    if receipt["status"] != 1:
        raise Overtaken(f"the contract refused transaction {to_hex(transaction)}: something changed meanwhile")
    return Sent(transaction, int(receipt["blockNumber"]), int(receipt["gasUsed"]), receipt)


def _reason(error: ContractLogicError) -> str:
    words = (error.message or str(error)).removeprefix(_REVERTED)
    return f"the contract refuses: {words}"


def _not_taken(error: Web3RPCError) -> Exception:
    """Why the node did not take a transaction."""
    words = _message(error)
    if sort(words) in _COLLIDED:
        return Collided(f"the node refuses: {words}; this key sent something else at the same time")
    if sort(words) in _NOT_NOW:
        return TryAgain(f"the node does not take it now: {words}")
    return error


def _is_passing(error: Web3RPCError) -> bool:
    return isinstance(error, _PASSING) or nodes.is_passing(_answered(error))


def _status(error: requests.HTTPError) -> str:
    status = "unknown" if error.response is None else error.response.status_code
    return f"does not answer: HTTP status {status}; is the address right, and may it be asked so often?"


def _answered(error: Web3RPCError) -> Any:
    answer: Any = error.rpc_response or {}
    return answer.get("error", {})


def _message(error: Web3RPCError) -> str:
    return str(_answered(error).get("message", error))[:200]
