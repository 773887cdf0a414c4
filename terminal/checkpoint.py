"""What a terminal knows for certain: one view call to the contract at the chain's final block, never by the gateway.

    checkpoint(address terminal, uint32[] programmes) -> (uint256 chain id, uint16 network, uint256 block number,
        uint256 block time, uint32 shop, uint32 sequence, bytes20 head, uint32 ask sequence, uint8 ask reason,
        uint256[] slices)

The call is encoded and its answer decoded by hand (Solidity's contract ABI specification, version 2), so that a till
needs no web3. Every word is held to its bounds; an answer that is not exactly this is no answer.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from contracts.wire import journal
from contracts.wire.errors import TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import CENTS_MAX, Address, Cents, Hash, Timestamp, from_hex, timestamp, to_hex
from terminal.core.events import AttentionChanged, CheckpointRead, Event, Locked
from terminal.core.facts import Checkpoint, Programme, Slice
from terminal.core.moment import Moment
from terminal.rounds import Rounds, unless_disk_full

PROGRAMMES_MAX = 32
"""What the contract answers in one call."""
ANSWER_BYTES_MAX = 16 * 1024
POLL_SECONDS = 5.0
HURRY_SECONDS = 1.0
"""Between two questions while an ask is open: somebody stands at the counter and waits for its answer."""
RETRY_SECONDS_MAX = 15.0

_SELECTOR = keccak256(b"checkpoint(address,uint32[])")[:4]
_WORD = 32
_FIELDS = 10
_BLOCK_MAX = 2**63 - 1

_log = logging.getLogger(__name__)

Ask = Callable[..., Awaitable[Any]]
"""A JSON-RPC method and its parameters -> its result. Raises TryAgain."""


class Disagreement(TryAgain):
    """Endpoints that must say the same do not, or one of them has fallen behind: a person must look."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The contract's word at one final block; `head` is the 20 bytes that it keeps of the journal's."""

    checkpoint: Checkpoint
    head: bytes


class CheckpointReader:
    """Asks one endpoint, called `name`, about one terminal on one contract."""

    def __init__(self, ask: Ask, domain: Domain, network: int, terminal: Address, name: str = "the node") -> None:
        self._ask = ask
        self._domain = domain
        self._network = network
        self._terminal = terminal
        self.name = name

    async def read(self, programmes: Sequence[int], not_before: int = 0, block: int | None = None) -> Reading:
        """The checkpoint with the slices of these programmes, at most 32: the newest final one, or at that block.

        Raises TryAgain, naming what is wrong, unless the right contract on the right chain answers as it must, and
        with no older block than `not_before`.
        """
        call = {"to": to_hex(self._domain.contract), "data": to_hex(encode_call(self._terminal, programmes))}
        result = await self._ask("eth_call", call, "finalized" if block is None else hex(block))
        try:
            data = from_hex(result if isinstance(result, str) else "")
            reading = decode_answer(data, self._domain.chain_id, self._network, programmes)
        except ValueError as error:
            raise TryAgain(f"{self.name} does not serve this terminal: {error}") from error
        if reading.checkpoint.block < not_before:
            raise TryAgain(f"{self.name} answers with block {reading.checkpoint.block}, before {not_before}")
        return reading


class Source(Protocol):
    """Where readings come from: a CheckpointReader, or several behind one rule."""

    async def read(self, programmes: Sequence[int], not_before: int = 0) -> Reading: ...  # noqa: D102


class Journal(Protocol):
    """What watching needs of the store."""

    def head_at(self, sequence: int) -> Hash | None: ...  # noqa: D102 - the store says what these mean
    def checkpoint(self) -> Checkpoint | None: ...  # noqa: D102
    def programmes(self) -> tuple[Programme, ...]: ...  # noqa: D102
    def save_checkpoint(self, checkpoint: Checkpoint) -> None: ...  # noqa: D102
    def attention(self) -> tuple[Reason, str] | None: ...  # noqa: D102
    def save_attention(self, reason: Reason, detail: str) -> None: ...  # noqa: D102
    def clear_attention(self) -> None: ...  # noqa: D102


class Watcher:
    """Asks the chain every few seconds, and tells the core. Runs until cancelled.

    `delay` says how long to wait after so many failures in a row, `poll_seconds` how long after an answer;
    `raise_bound` hears of each final block's time.
    """

    def __init__(
        self,
        store: Journal,
        source: Source,
        now: Callable[[], Moment],
        delay: Callable[[int], float],
        raise_bound: Callable[[Timestamp], None],
        report: Callable[[Event], None],
        contact: Callable[[bool], None],
        poll_seconds: Callable[[], float] = lambda: POLL_SECONDS,
    ) -> None:
        self._store = store
        self._source = source
        self._now = now
        self._delay = delay
        self._raise_bound = raise_bound
        self._report = report
        self._contact = contact
        self._poll_seconds = poll_seconds
        self._failures = 0
        self._asked: tuple[int, ...] = ()
        self._rounds = Rounds()

    def wake(self) -> None:
        """There is something to ask about, or the network may be back: do not wait."""
        self._rounds.wake()

    def follow_programmes(self) -> None:
        """The snapshot has changed: if there are other programmes in it, ask about their slices at once."""
        if self._programmes() != self._asked:
            self._rounds.wake()

    async def run(self) -> NoReturn:
        """Ask, for ever."""
        await self._rounds.run(self._turn)

    async def _turn(self) -> float:
        """One reading; how long to wait before the next."""
        try:
            await self._read()
        except TryAgain as error:
            self._failures += 1
            delay = min(self._delay(self._failures), RETRY_SECONDS_MAX)
            extra = {"failures": self._failures, "seconds": round(delay, 1), "why": str(error)}
            _log.info("checkpoint.postponed", extra=extra)
            if isinstance(error, Disagreement):
                self._need_attention(str(error))
            self._contact(False)
            return delay
        self._failures = 0
        self._contact(True)
        self._recover()
        return self._poll_seconds()

    async def _read(self) -> None:
        """What is older than known already is no news: a node that lags."""
        self._asked = self._programmes()
        known = self._store.checkpoint()
        self._heed(await self._source.read(self._asked, known.block if known else 0))

    def _programmes(self) -> tuple[int, ...]:
        return tuple(programme.id for programme in self._store.programmes())[:PROGRAMMES_MAX]

    def _heed(self, reading: Reading) -> None:
        """Count the reading, unless it proves a fork."""
        if proves_fork(reading, self._store.head_at):
            self._report(Locked(self._now(), Reason.FORK))
            return
        self._raise_bound(reading.checkpoint.time)
        with unless_disk_full(_log, "checkpoint.not_kept"):
            self._store.save_checkpoint(reading.checkpoint)
        self._report(CheckpointRead(self._now(), reading.checkpoint))

    def _need_attention(self, why: str) -> None:
        """Keep that a person must look, unless one must already: nothing new is approved when the window ends."""
        if self._store.attention() is None:
            self._report(AttentionChanged(self._now(), Reason.ENDPOINTS_DISAGREE))
            with unless_disk_full(_log, "checkpoint.not_kept"):
                self._store.save_attention(Reason.ENDPOINTS_DISAGREE, why)

    def _recover(self) -> None:
        attention = self._store.attention()
        if attention is not None and attention[0] is Reason.ENDPOINTS_DISAGREE:
            self._report(AttentionChanged(self._now(), None))
            with unless_disk_full(_log, "checkpoint.not_kept"):
                self._store.clear_attention()


def proves_fork(reading: Reading, head_at: Callable[[int], Hash | None]) -> bool:
    """Whether the chain has settled another journal of this terminal than ours: entries we lack, or another head.

    A terminal that no sponsor has registered yet (shop 0) has settled nothing.
    """
    if not reading.checkpoint.shop:
        return False
    ours = head_at(reading.checkpoint.sequence)
    return ours is None or journal.kept(ours) != reading.head


def encode_call(terminal: Address, programmes: Sequence[int]) -> bytes:
    """The call's data. Raises ValueError for more than 32 programmes."""
    if len(programmes) > PROGRAMMES_MAX:
        raise ValueError(f"one call is about at most {PROGRAMMES_MAX} programmes")
    numbers = (2 * _WORD, len(programmes), *programmes)
    return _SELECTOR + terminal.rjust(_WORD, b"\0") + b"".join(number.to_bytes(_WORD) for number in numbers)


def decode_answer(data: bytes, chain_id: int, network: int, programmes: Sequence[int]) -> Reading:
    """The reading in the call's result. Raises ValueError for other bytes, or another chain or network."""
    if len(data) != (1 + _FIELDS + 1 + len(programmes)) * _WORD:
        raise ValueError("the answer is not a checkpoint; is this the right contract?")
    words = [int.from_bytes(data[at : at + _WORD]) for at in range(0, len(data), _WORD)]
    offset, chain, its_network, block, time, shop, sequence, head, *ask, slices_at, count = words[: _FIELDS + 2]
    if (offset, slices_at, count) != (_WORD, _FIELDS * _WORD, len(programmes)):
        raise ValueError("the answer is not a checkpoint; is this the right contract?")
    if (chain, its_network) != (chain_id, network):
        raise ValueError(f"the contract is on chain {chain}, network {its_network}; the configuration says otherwise")
    ask_sequence, ask_reason = ask
    numbers = max(shop, sequence, ask_sequence) < 2**32 and ask_reason < 2**8 and ask_sequence <= sequence
    if block > _BLOCK_MAX or not numbers or head % 2 ** (8 * (_WORD - journal.KEPT_HEAD_BYTES)):
        raise ValueError("the checkpoint has a number out of its range")
    amounts = zip(programmes, words[_FIELDS + 2 :], strict=True)
    parts = tuple(Slice(programme, Cents(min(amount, CENTS_MAX))) for programme, amount in amounts)
    kept = head.to_bytes(_WORD)[: journal.KEPT_HEAD_BYTES]
    return Reading(Checkpoint(block, timestamp(time), shop, sequence, parts, ask_sequence, ask_reason), kept)
