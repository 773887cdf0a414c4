"""The JSON-RPC methods of a node (https://ethereum.github.io/execution-apis), each a small function of its parameters.

Parameters are checked by their annotations: a quantity, bytes of a size, a block's name. What is wrong is answered by
JSON-RPC's own codes (https://www.jsonrpc.org/specification, section 5.1) and, for a refused transaction or a failed
call, by those that geth uses: -32000 and 3.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal

from eth.abc import BlockHeaderAPI
from eth.constants import CREATE_CONTRACT_ADDRESS, ZERO_ADDRESS
from eth_typing import Address, Hash32
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from contracts.embedded import formats
from contracts.embedded.formats import Json
from contracts.embedded.node import (
    CHAIN_ID,
    TRANSACTION_BYTES_MAX,
    TRANSACTION_GAS_MAX,
    Call,
    Failed,
    Node,
    NotTaken,
    base_fee,
)
from contracts.wire.units import from_hex, to_hex

INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL = -32600, -32601, -32602, -32603
REFUSED, REVERTED = -32000, 3
TIP = 10**9
"""The tip that is advised, in wei for one gas."""

FEE_HISTORY_MAX = 1024
LOGS_MAX = 10_000
"""The events in one answer; who wants more asks for fewer blocks."""

BLOCKS_REMEMBERED = 4_096
"""Of which the events are kept at hand."""


class RpcError(Exception):
    """An answer of the kind `error`."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


def _quantity(value: object) -> int:
    if not isinstance(value, str) or not 3 <= len(value) <= 66:
        raise ValueError("a quantity is 0x and 1 to 64 hex digits")
    from_hex("0x" + value[2:].zfill(64))
    return int(value, 16)


def _sized(*sizes: int) -> BeforeValidator:
    def parse(value: object) -> bytes:
        data = from_hex(value) if isinstance(value, str) else b""
        if len(data) not in sizes:
            raise ValueError(f"expected 0x and {' or '.join(map(str, sizes))} bytes in hex")
        return data

    return BeforeValidator(parse)


def _bounded(value: object) -> bytes:
    if not isinstance(value, str) or len(value) > 2 * TRANSACTION_BYTES_MAX + 2:
        raise ValueError(f"expected 0x and at most {TRANSACTION_BYTES_MAX} bytes in hex")
    return from_hex(value)


Quantity = Annotated[int, BeforeValidator(_quantity)]
Bytes = Annotated[bytes, BeforeValidator(_bounded)]
AddressParam = Annotated[Address, _sized(20)]
Hash = Annotated[Hash32, _sized(32)]
Tag = Literal["latest", "safe", "finalized", "pending", "earliest"]


class _Params(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ByHash(_Params):
    """A block named by its hash (EIP-1898)."""

    hash: Hash = Field(alias="blockHash")


class ByNumber(_Params):
    """A block named by its number (EIP-1898)."""

    number: Quantity = Field(alias="blockNumber")


At = Tag | Quantity | ByHash | ByNumber


class CallParams(_Params):
    """The transaction object of eth_call and eth_estimateGas. Fees and nonce are read and have no effect."""

    sender: AddressParam = Field(ZERO_ADDRESS, alias="from")
    to: AddressParam | None = None
    data: Bytes = Field(b"", validation_alias=AliasChoices("input", "data"))
    value: Quantity = 0
    gas: Quantity = TRANSACTION_GAS_MAX
    type: Quantity | None = None
    nonce: Quantity | None = None
    chain_id: Quantity | None = Field(None, alias="chainId")
    gas_price: Quantity | None = Field(None, alias="gasPrice")
    max_fee: Quantity | None = Field(None, alias="maxFeePerGas")
    max_tip: Quantity | None = Field(None, alias="maxPriorityFeePerGas")

    def call(self) -> Call:
        """What the node runs; more gas than one transaction can have is not given."""
        return Call(
            self.sender, self.to or CREATE_CONTRACT_ADDRESS, self.data, self.value, min(self.gas, TRANSACTION_GAS_MAX)
        )


Topic = Hash | list[Hash] | None


class Filter(_Params):
    """Which events eth_getLogs gives: those of the blocks, of any of the addresses, and at each place of any topic."""

    first: Tag | Quantity = Field("latest", alias="fromBlock")
    last: Tag | Quantity = Field("latest", alias="toBlock")
    block_hash: Hash | None = Field(None, alias="blockHash")
    address: AddressParam | list[AddressParam] | None = None
    topics: list[Topic] = Field([], max_length=4)

    def matches(self, address: bytes, topics: Sequence[bytes]) -> bool:
        """Whether an event of this contract with these topics is one of those asked for."""
        places = zip(self.topics, topics, strict=False)
        return (
            _is_any(self.address, address)
            and len(topics) >= len(self.topics)
            and all(_is_any(wanted, topic) for wanted, topic in places)
        )


def _is_any(wanted: bytes | Sequence[bytes] | None, value: bytes) -> bool:
    return wanted is None or value in ([wanted] if isinstance(wanted, bytes) else wanted)


class Methods:
    """What the node answers. Used by the node's thread."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._table = _table(self)
        self._events = lru_cache(BLOCKS_REMEMBERED)(self._read_events)
        """No block is ever undone here, and clients ask for the events of the same ones again and again."""

    def answer(self, method: str, params: list[Any]) -> Json:
        """The result of the method. Raises RpcError."""
        if method not in self._table:
            raise RpcError(METHOD_NOT_FOUND, f"the method {method[:64]} does not exist here")
        run, parsers, required = self._table[method]
        if not required <= len(params) <= len(parsers):
            raise RpcError(INVALID_PARAMS, f"{method} takes {required} to {len(parsers)} parameters")
        try:
            arguments = [parser.validate_python(param) for parser, param in zip(parsers, params, strict=False)]
            return run(*arguments)
        except ValidationError as error:
            raise RpcError(INVALID_PARAMS, _first_complaint(error)) from error
        except NotTaken as error:
            raise RpcError(REFUSED, str(error)) from error
        except Failed as error:
            data = to_hex(error.data) if error.data is not None else None
            raise RpcError(REFUSED if data is None else REVERTED, _with_reason(error), data) from error

    # State

    def balance(self, account: Address, at: At = "latest") -> Json:
        """eth_getBalance"""
        return hex(self._node.balance(self._header(at), account))

    def code(self, account: Address, at: At = "latest") -> Json:
        """eth_getCode"""
        return to_hex(self._node.code(self._header(at), account))

    def nonce(self, account: Address, at: At = "latest") -> Json:
        """eth_getTransactionCount"""
        return hex(self._node.nonce(self._header(at), account))

    # Running

    def call(self, params: CallParams, at: At = "latest") -> Json:
        """eth_call"""
        return to_hex(self._node.call(self._header(at), params.call()))

    def estimate(self, params: CallParams, at: At = "latest") -> Json:
        """eth_estimateGas"""
        return hex(self._node.estimate(self._header(at), params.call()))

    def send(self, raw: bytes) -> Json:
        """eth_sendRawTransaction"""
        return to_hex(self._node.send(raw))

    # Blocks, transactions, events

    def block_number(self) -> Json:
        """eth_blockNumber"""
        return hex(self._node.head().block_number)

    def block(self, at: Tag | int, whole: bool) -> Json:  # noqa: FBT001 -- the place of the parameter is the protocol's
        """eth_getBlockByNumber"""
        header = self._find(at)
        return None if header is None else self._block(header, whole)

    def block_by_hash(self, block_hash: Hash32, whole: bool) -> Json:  # noqa: FBT001 -- as above
        """eth_getBlockByHash"""
        header = self._node.header_by_hash(block_hash)
        return None if header is None else self._block(header, whole)

    def _block(self, header: BlockHeaderAPI, whole: bool) -> Json:  # noqa: FBT001 -- as above
        return formats.block(self._node.block(header), whole_transactions=whole)

    def transaction(self, transaction_hash: Hash32) -> Json:
        """eth_getTransactionByHash"""
        mined = self._node.find(transaction_hash)
        return None if mined is None else formats.transaction(mined.block, mined.index, mined.transaction)

    def receipt(self, transaction_hash: Hash32) -> Json:
        """eth_getTransactionReceipt"""
        mined = self._node.find(transaction_hash)
        return None if mined is None else formats.receipt(mined)

    def logs(self, wanted: Filter) -> Json:
        """eth_getLogs"""
        found: list[Json] = []
        for number in self._numbers(wanted):
            found += [event for address, topics, event in self._events(number) if wanted.matches(address, topics)]
            if len(found) > LOGS_MAX:
                raise RpcError(REFUSED, f"more than {LOGS_MAX} events; ask for fewer blocks")
        return found

    def _numbers(self, wanted: Filter) -> list[int]:
        """The blocks to look into."""
        if wanted.block_hash is not None:
            return [_existing(self._node.header_by_hash(wanted.block_hash)).block_number]
        first, last = self._number(wanted.first), self._number(wanted.last)
        if first > last:
            raise RpcError(INVALID_PARAMS, "invalid block range: fromBlock is after toBlock")
        return self._node.logged_blocks(first, last)

    def _read_events(self, number: int) -> list[tuple[bytes, list[bytes], Json]]:
        """A block's events: by whom, with which topics, as they are answered."""
        found = self._node.mined(self._node.block(self._header(number)))
        events = ((mined, place, event) for mined in found for place, event in mined.logs())
        return [(each[2].address, formats.topics(each[2]), formats.log(*each)) for each in events]

    # Fees

    def gas_price(self) -> Json:
        """eth_gasPrice"""
        return hex(self._node.next_base_fee() + TIP)

    def tip(self) -> Json:
        """eth_maxPriorityFeePerGas"""
        return hex(TIP)

    def fee_history(self, count: int, newest: Tag | int, percentiles: list[float] | None = None) -> Json:
        """eth_feeHistory"""
        if not 1 <= count <= FEE_HISTORY_MAX:
            raise RpcError(INVALID_PARAMS, f"1 to {FEE_HISTORY_MAX} blocks")
        last = self._header(newest)
        oldest = max(0, last.block_number - count + 1)
        headers = [self._header(number) for number in range(oldest, last.block_number + 1)]
        child = self._node.header(last.block_number + 1)
        after = base_fee(child) if child else self._node.next_base_fee()
        history: dict[str, Json] = {
            "oldestBlock": hex(oldest),
            "baseFeePerGas": [hex(base_fee(header)) for header in headers] + [hex(after)],
            "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
        }
        if percentiles:
            history["reward"] = [self._tips(header, percentiles) for header in headers]
        return history

    def _tips(self, header: BlockHeaderAPI, percentiles: list[float]) -> list[Json]:
        """The tips at those percentiles of the block's transactions, 0 in an empty block."""
        block = self._node.block(header)
        tips = sorted(formats.tip(block, one) for one in block.transactions) or [0]
        return [hex(tips[int(percentile / 100 * (len(tips) - 1))]) for percentile in percentiles]

    # Which block

    def _header(self, at: At) -> BlockHeaderAPI:
        return _existing(self._find(at))

    def _find(self, at: At) -> BlockHeaderAPI | None:
        if isinstance(at, ByHash):
            return self._node.header_by_hash(at.hash)
        return self._node.header(self._number(at.number if isinstance(at, ByNumber) else at))

    def _number(self, at: Tag | int) -> int:
        if isinstance(at, int):
            return at
        return 0 if at == "earliest" else self._node.head().block_number


def _existing(header: BlockHeaderAPI | None) -> BlockHeaderAPI:
    if header is None:
        raise RpcError(REFUSED, "header not found: there is no such block")
    return header


_Row = tuple[Callable[..., Json], list[TypeAdapter[Any]], int]


def _table(methods: Methods) -> dict[str, _Row]:
    """Method name -> function, the parsers of its parameters, how many of them must be there."""
    percentiles = Annotated[list[Annotated[float, Field(ge=0, le=100)]] | None, Field(max_length=100)]
    rows: dict[str, tuple[Callable[..., Json], tuple[Any, ...], int]] = {
        "web3_clientVersion": (lambda: "kindpakket-embedded/py-evm", (), 0),
        "net_version": (lambda: str(CHAIN_ID), (), 0),
        "eth_chainId": (lambda: hex(CHAIN_ID), (), 0),
        "eth_syncing": (lambda: False, (), 0),
        "eth_blockNumber": (methods.block_number, (), 0),
        "eth_getBalance": (methods.balance, (AddressParam, At), 1),
        "eth_getCode": (methods.code, (AddressParam, At), 1),
        "eth_getTransactionCount": (methods.nonce, (AddressParam, At), 1),
        "eth_call": (methods.call, (CallParams, At), 1),
        "eth_estimateGas": (methods.estimate, (CallParams, At), 1),
        "eth_sendRawTransaction": (methods.send, (Bytes,), 1),
        "eth_getBlockByNumber": (methods.block, (Tag | Quantity, bool), 2),
        "eth_getBlockByHash": (methods.block_by_hash, (Hash, bool), 2),
        "eth_getTransactionByHash": (methods.transaction, (Hash,), 1),
        "eth_getTransactionReceipt": (methods.receipt, (Hash,), 1),
        "eth_getLogs": (methods.logs, (Filter,), 1),
        "eth_gasPrice": (methods.gas_price, (), 0),
        "eth_maxPriorityFeePerGas": (methods.tip, (), 0),
        "eth_feeHistory": (methods.fee_history, (Quantity, Tag | Quantity, percentiles), 2),
    }
    return {
        name: (run, [TypeAdapter(kind) for kind in kinds], required) for name, (run, kinds, required) in rows.items()
    }


def _first_complaint(error: ValidationError) -> str:
    """One sentence without the value, which may be long and is the sender's own."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"invalid params: {place}: {first['msg']}" if place else f"invalid params: {first['msg']}"


_ERROR_STRING = bytes.fromhex("08c379a0")


def _with_reason(error: Failed) -> str:
    """The message, with the text of a Solidity or Vyper `Error(string)` behind it."""
    data = error.data or b""
    if data[:4] != _ERROR_STRING or len(data) < 68:
        return str(error)
    length = int.from_bytes(data[36:68])
    return f"{error}: {data[68 : 68 + length].decode(errors='replace')}"
