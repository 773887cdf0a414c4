"""Blocks, calls and transactions over py-evm, under the rules of the Prague fork.

`eth_call` at a block sees that block's state with that block's number and time, as on a real node. py-evm would
rather run it as a part of the block that comes next.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import rlp
from eth.abc import BlockAPI, BlockHeaderAPI, ComputationAPI, LogAPI, ReceiptAPI, SignedTransactionAPI
from eth.chains.base import MiningChain
from eth.constants import CREATE_CONTRACT_ADDRESS, ZERO_ADDRESS
from eth.db.atomic import AtomicDB
from eth.exceptions import (
    CanonicalHeadNotFound,
    HeaderNotFound,
    Revert,
    TransactionNotFound,
    UnrecognizedTransactionType,
)
from eth.vm.forks.prague import PragueVM
from eth.vm.spoof import SpoofTransaction
from eth_keys.exceptions import BadSignature
from eth_typing import Address, BlockNumber, Hash32
from eth_utils.exceptions import ValidationError

from contracts.embedded.quick import QuickState
from contracts.embedded.store import Store

CHAIN_ID = 1337
BLOCK_GAS = 60_000_000
TRANSACTION_GAS_MAX = 2**24
"""The gas limit of one transaction (EIP-7825), held here so that nothing works here alone."""

TRANSACTION_BYTES_MAX = 131_072
"""What the pools of public nodes take as one transaction (geth's txMaxSize)."""

_BLOB = 3
_STIPEND = 2_300
_UNREADABLE = (
    rlp.exceptions.RLPException,
    UnrecognizedTransactionType,
    ValidationError,
    BadSignature,
    ValueError,
    TypeError,
)


class NotTaken(Exception):
    """The transaction or call is refused before anything ran; the text says why."""


class Failed(Exception):
    """The call ran and failed. `data` is what the contract gave back when it reverted, else None."""

    def __init__(self, why: str, data: bytes | None = None) -> None:
        super().__init__(why)
        self.data = data


@dataclass(frozen=True, slots=True)
class Call:
    """What eth_call and eth_estimateGas run: addresses are 20 bytes, `to` is empty to create a contract."""

    sender: Address = ZERO_ADDRESS
    to: Address = CREATE_CONTRACT_ADDRESS
    data: bytes = b""
    value: int = 0
    gas: int = TRANSACTION_GAS_MAX


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction with its place in the chain and its receipt. `first_log` counts the block's logs before it."""

    block: BlockAPI
    index: int
    transaction: SignedTransactionAPI
    receipt: ReceiptAPI
    gas_used: int
    first_log: int

    def logs(self) -> Iterator[tuple[int, LogAPI]]:
        """The transaction's events, each with its number in the block."""
        return enumerate(self.receipt.logs, start=self.first_log)


class _Vm(PragueVM):
    _state_class = QuickState

    @classmethod
    def validate_header(cls, header: BlockHeaderAPI, parent_header: BlockHeaderAPI) -> None:
        """As the fork has it, but that blocks may share a second: else a burst of them would run ahead of the clock."""
        earlier = min(parent_header.timestamp, header.timestamp - 1)
        super().validate_header(header, parent_header.copy(timestamp=earlier))


class _Chain(MiningChain):
    chain_id = CHAIN_ID
    vm_configuration = ((BlockNumber(0), _Vm),)

    def create_header_from_parent(self, parent_header: BlockHeaderAPI, **header_params: Any) -> BlockHeaderAPI:
        return super().create_header_from_parent(parent_header, gas_limit=BLOCK_GAS, **header_params)


class Node:
    """One chain on one store, used by one thread. `now` gives the real time in whole seconds."""

    def __init__(self, store: Store, now: Callable[[], int], balances: dict[bytes, int]) -> None:
        """Continue the store's chain, or begin one whose genesis gives these balances in wei."""
        self._store = store
        self._now = now
        database = AtomicDB(store)
        try:
            self._chain = _Chain(database)
        except CanonicalHeadNotFound:
            with store.transaction():
                self._chain = _genesis(database, now(), balances)

    # Reading

    def head(self) -> BlockHeaderAPI:
        """The newest block's header."""
        return self._chain.get_canonical_head()

    def header(self, number: int) -> BlockHeaderAPI | None:
        """The header of that block, or None when there is none yet."""
        try:
            return self._chain.get_canonical_block_header_by_number(BlockNumber(number))
        except HeaderNotFound:
            return None

    def header_by_hash(self, block_hash: Hash32) -> BlockHeaderAPI | None:
        """The header with that hash, or None."""
        try:
            return self._chain.get_block_header_by_hash(block_hash)
        except HeaderNotFound:
            return None

    def block(self, header: BlockHeaderAPI) -> BlockAPI:
        """The block with its transactions."""
        return self._chain.get_block_by_header(header)

    def mined(self, block: BlockAPI) -> list[Mined]:
        """The block's transactions with their receipts."""
        found: list[Mined] = []
        before, first_log = 0, 0
        for index, receipt in enumerate(block.get_receipts(self._chain.chaindb)):
            gas_used = receipt.gas_used - before
            found.append(Mined(block, index, block.transactions[index], receipt, gas_used, first_log))
            before, first_log = receipt.gas_used, first_log + len(receipt.logs)
        return found

    def find(self, transaction_hash: Hash32) -> Mined | None:
        """The mined transaction with that hash, or None."""
        try:
            number, index = self._chain.chaindb.get_transaction_index(transaction_hash)
        except TransactionNotFound:
            return None
        block = self._chain.get_canonical_block_by_number(number)
        return self.mined(block)[index]

    def logged_blocks(self, first: int, last: int) -> list[int]:
        """The numbers of the blocks first..last that have events, ascending."""
        return self._store.logged_blocks(first, last)

    def balance(self, header: BlockHeaderAPI, account: Address) -> int:
        """The account's wei after that block."""
        return self._chain.get_vm(header).state.get_balance(account)

    def nonce(self, header: BlockHeaderAPI, account: Address) -> int:
        """How many transactions of the account are in the chain up to that block."""
        return self._chain.get_vm(header).state.get_nonce(account)

    def code(self, header: BlockHeaderAPI, account: Address) -> bytes:
        """The account's code after that block."""
        return self._chain.get_vm(header).state.get_code(account)

    def next_base_fee(self) -> int:
        """The base fee of the next block, in wei for one gas."""
        return base_fee(self._chain.create_header_from_parent(self.head()))

    # Running

    def call(self, header: BlockHeaderAPI, call: Call) -> bytes:
        """What the call gives back on that block's state. Raises Failed or NotTaken; changes nothing."""
        computation = self._run(header, call)
        _raise_if_failed(computation)
        return computation.output

    def estimate(self, header: BlockHeaderAPI, call: Call) -> int:
        """A gas limit with which the call succeeds, near the least. Raises Failed when none does.

        What it used is not always enough: calls pass on 63/64 of their gas at most (EIP-150), refunds come last, and
        a value sent on needs a stipend. The cost floor of calldata (EIP-7623) counts as used.
        """
        limit = min(call.gas, TRANSACTION_GAS_MAX)
        computation = self._run(header, replace(call, gas=limit))
        _raise_if_failed(computation)
        used = limit - computation.get_gas_remaining() + computation.data_floor_gas
        guesses = (used, (used + _STIPEND) * 64 // 63)
        return next((gas for gas in guesses if gas < limit and self._suffices(header, replace(call, gas=gas))), limit)

    def _suffices(self, header: BlockHeaderAPI, call: Call) -> bool:
        try:
            return not self._run(header, call).is_error
        except NotTaken:
            return False  # less than the transaction costs before its first step

    def _run(self, header: BlockHeaderAPI, call: Call) -> ComputationAPI:
        """Run the call after the block, as a part of it, free of charge: so no balance and no fee are needed."""
        vm = self._chain.get_vm(header.copy(base_fee_per_gas=0))
        builder: Any = vm.get_transaction_builder()
        unsigned = builder.new_unsigned_dynamic_fee_transaction(
            chain_id=CHAIN_ID,
            nonce=vm.state.get_nonce(call.sender),
            max_priority_fee_per_gas=0,
            max_fee_per_gas=0,
            gas=call.gas,
            to=call.to,
            value=call.value,
            data=call.data,
            access_list=(),
        )
        try:
            spoofed: Any = SpoofTransaction(unsigned, from_=call.sender)
            return vm.state.apply_transaction(spoofed)
        except ValidationError as error:
            raise NotTaken(str(error)) from error

    # Writing

    def send(self, raw: bytes) -> Hash32:
        """Mine the signed transaction in a block of its own and give back its hash. Raises NotTaken."""
        transaction = self._decode(raw)
        self._check(transaction)
        try:
            self._mine(transaction)
        except ValidationError as error:
            raise NotTaken(str(error)) from error
        return transaction.hash

    def heartbeat(self) -> None:
        """An empty block when time has gone on, so that the newest block's time does too."""
        if self.head().timestamp < self._now():
            self._mine()

    def _mine(self, *transactions: SignedTransactionAPI) -> None:
        parent = self.head()
        time = max(self._now(), parent.timestamp)
        with self._store.transaction():
            result, receipts, _ = self._chain.mine_all(transactions, parent_header=parent, timestamp=time)
            if any(receipt.logs for receipt in receipts):
                self._store.mark_logged(result.imported_block.number)

    def _decode(self, raw: bytes) -> SignedTransactionAPI:
        if not 0 < len(raw) <= TRANSACTION_BYTES_MAX:
            raise NotTaken(f"oversized data: a transaction has 1 to {TRANSACTION_BYTES_MAX} bytes")
        if raw[0] == _BLOB:
            raise NotTaken("transaction type not supported: blobs")
        try:
            transaction = self._chain.get_vm().get_transaction_builder().decode(raw)
            transaction.validate()
            transaction.check_signature_validity()
        except _UNREADABLE as error:
            raise NotTaken(f"rlp: not a transaction ({error})") from error
        return transaction

    def _check(self, transaction: SignedTransactionAPI) -> None:
        """The refusals that clients know by their words, in the words of geth."""
        if transaction.chain_id not in (None, CHAIN_ID):
            raise NotTaken(f"invalid chain id for signer: have {transaction.chain_id} want {CHAIN_ID}")
        if self.find(transaction.hash):
            raise NotTaken("already known")
        if transaction.gas > TRANSACTION_GAS_MAX:
            raise NotTaken(f"transaction gas limit too high (cap: {TRANSACTION_GAS_MAX}, tx: {transaction.gas})")
        nonce = self.nonce(self.head(), transaction.sender)
        if transaction.nonce != nonce:
            which = "low" if transaction.nonce < nonce else "high"
            raise NotTaken(f"nonce too {which}: next nonce {nonce}, tx nonce {transaction.nonce}")
        cost = transaction.gas * transaction.max_fee_per_gas + transaction.value
        if self.balance(self.head(), transaction.sender) < cost:
            raise NotTaken("insufficient funds for gas * price + value")


def _genesis(database: AtomicDB, time: int, balances: dict[bytes, int]) -> _Chain:
    accounts: Any = {
        address: {"balance": balance, "nonce": 0, "code": b"", "storage": {}} for address, balance in balances.items()
    }
    header: Any = {
        "difficulty": 0,
        "gas_limit": BLOCK_GAS,
        "timestamp": time,
        "coinbase": ZERO_ADDRESS,
        "extra_data": b"",
    }
    _Chain.from_genesis(database, header, accounts)
    return _Chain(database)


def base_fee(header: BlockHeaderAPI) -> int:
    """The least that one gas costs in that block, in wei (EIP-1559)."""
    if header.base_fee_per_gas is None:
        raise ValueError("a block from before EIP-1559")
    return header.base_fee_per_gas


def _raise_if_failed(computation: ComputationAPI) -> None:
    if not computation.is_error:
        return
    error = computation.error
    if isinstance(error, Revert):
        raise Failed("execution reverted", bytes(error.args[0]) if error.args else b"")
    raise Failed(f"{type(error).__name__}: {error}")
