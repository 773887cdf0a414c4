"""py-evm's objects as JSON-RPC writes them (https://ethereum.github.io/execution-apis).

Quantities are 0x and hex digits without leading zeros, bytes 0x and pairs of digits.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import rlp
from eth.abc import BlockAPI, BlockHeaderAPI, LogAPI, SignedTransactionAPI
from eth.vm.forks.berlin.transactions import TypedTransaction

from contracts.embedded.node import Mined, base_fee
from contracts.wire.hashing import keccak256
from contracts.wire.units import to_hex

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None

_EMPTY_NONCE = bytes(8)


def block(found: BlockAPI, *, whole_transactions: bool) -> Json:
    """A block; its transactions as objects or only as their hashes."""
    header = found.header
    transactions: list[Json] = [
        transaction(found, index, one) if whole_transactions else to_hex(one.hash)
        for index, one in enumerate(found.transactions)
    ]
    return {**_header(header), "size": hex(len(rlp.encode(found))), "transactions": transactions, "uncles": []}


def _header(header: BlockHeaderAPI) -> dict[str, Json]:
    return {
        "number": hex(header.block_number),
        "hash": to_hex(header.hash),
        "parentHash": to_hex(header.parent_hash),
        "nonce": to_hex(_EMPTY_NONCE),
        "sha3Uncles": to_hex(header.uncles_hash),
        "logsBloom": to_hex(header.bloom.to_bytes(256)),
        "transactionsRoot": to_hex(header.transaction_root),
        "receiptsRoot": to_hex(header.receipt_root),
        "stateRoot": to_hex(header.state_root),
        "miner": to_hex(header.coinbase),
        "mixHash": to_hex(header.mix_hash),
        "difficulty": hex(0),
        "extraData": to_hex(header.extra_data),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "baseFeePerGas": hex(base_fee(header)),
    }


def transaction(found: BlockAPI, index: int, one: SignedTransactionAPI) -> Json:
    """A mined transaction."""
    kind = _kind(one)
    result: dict[str, Json] = {
        **_place(found, index, one),
        "hash": to_hex(one.hash),
        "nonce": hex(one.nonce),
        "value": hex(one.value),
        "gas": hex(one.gas),
        "gasPrice": hex(_price(found, one)),
        "input": to_hex(one.data),
        "r": hex(one.r),
        "s": hex(one.s),
        "v": hex(one.y_parity if kind else _legacy_v(one)),
    }
    if kind:
        result |= {"chainId": hex(one.chain_id or 0), "yParity": hex(one.y_parity), "accessList": _access_list(one)}
    if kind > 1:
        fees = (("maxFeePerGas", one.max_fee_per_gas), ("maxPriorityFeePerGas", one.max_priority_fee_per_gas))
        result |= {name: hex(fee) for name, fee in fees}
    return result


def receipt(mined: Mined) -> Json:
    """What a transaction did."""
    one = mined.transaction
    created = to_hex(_created(one)) if not one.to else None
    return {
        **_place(mined.block, mined.index, one),
        "transactionHash": to_hex(one.hash),
        "status": hex(int.from_bytes(mined.receipt.state_root)),
        "gasUsed": hex(mined.gas_used),
        "cumulativeGasUsed": hex(mined.receipt.gas_used),
        "effectiveGasPrice": hex(_price(mined.block, one)),
        "contractAddress": created,
        "logsBloom": to_hex(mined.receipt.bloom.to_bytes(256)),
        "logs": [log(mined, number, event) for number, event in mined.logs()],
    }


def log(mined: Mined, number: int, event: LogAPI) -> Json:
    """An event of a mined transaction, with its number in the block."""
    return {
        "address": to_hex(event.address),
        "topics": [to_hex(topic) for topic in topics(event)],
        "data": to_hex(event.data),
        "blockNumber": hex(mined.block.number),
        "blockHash": to_hex(mined.block.hash),
        "blockTimestamp": hex(mined.block.header.timestamp),
        "transactionHash": to_hex(mined.transaction.hash),
        "transactionIndex": hex(mined.index),
        "logIndex": hex(number),
        "removed": False,
    }


def topics(event: LogAPI) -> list[bytes]:
    """The event's topics, 32 bytes each."""
    return [topic.to_bytes(32) for topic in event.topics]


def tip(found: BlockAPI, one: SignedTransactionAPI) -> int:
    """What the transaction paid for one gas above the base fee, in wei."""
    return _price(found, one) - base_fee(found.header)


def _place(found: BlockAPI, index: int, one: SignedTransactionAPI) -> dict[str, Json]:
    return {
        "type": hex(_kind(one)),
        "from": to_hex(one.sender),
        "to": to_hex(one.to) if one.to else None,
        "blockHash": to_hex(found.hash),
        "blockNumber": hex(found.number),
        "transactionIndex": hex(index),
    }


def _kind(one: SignedTransactionAPI) -> int:
    """The type of EIP-2718; 0 is a transaction from before it."""
    return (one.type_id or 0) if isinstance(one, TypedTransaction) else 0


def _legacy_v(one: Any) -> int:
    """The signature's v of EIP-155, which py-evm's interface leaves out."""
    v: int = one.v
    return v


def _price(found: BlockAPI, one: SignedTransactionAPI) -> int:
    """What one gas cost: base fee and tip, at most the maximum (EIP-1559)."""
    return min(one.max_fee_per_gas, one.max_priority_fee_per_gas + base_fee(found.header))


def _access_list(one: SignedTransactionAPI) -> Json:
    return [
        {"address": to_hex(address), "storageKeys": [to_hex(slot.to_bytes(32)) for slot in slots]}
        for address, slots in one.access_list
    ]


def _created(one: SignedTransactionAPI) -> bytes:
    """The address of the contract that the transaction created: of its sender and nonce."""
    return keccak256(rlp.encode([one.sender, one.nonce]))[-20:]
