"""What counts as an answer of the gateway: these forms, strictly, within these bounds. All else is no answer."""

from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from contracts.wire.reasons import Reason
from contracts.wire.signature import SIGNATURE_BYTES
from contracts.wire.units import (
    CENTS_MAX,
    PROGRAMME_MAX,
    SEQUENCE_MAX,
    TIMESTAMP_MAX,
    Address,
    Cents,
    Hash,
    Timestamp,
    from_hex,
)
from terminal.core.facts import Budget, Order, Outcome, PastSale, Programme

BLOCK_MAX = 2**63 - 1
OUTCOMES_MAX = 500
PROGRAMMES_MAX = 256
BUDGETS_MAX = 5_000
"""In one page of a snapshot."""
SALES_MAX = 20
ORDERS_MAX = 500


def _bytes(size: int) -> BeforeValidator:
    def parse(value: Any) -> bytes:
        if not isinstance(value, str) or len(value) != 2 + 2 * size:
            raise ValueError(f"expected 0x and {2 * size} hex digits")
        return from_hex(value)

    return BeforeValidator(parse)


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("characters that no screen shows")
    return text


def _number(most: int, least: int = 0) -> Any:
    return Field(ge=least, le=most)


HashText = Annotated[bytes, _bytes(32)]
AddressText = Annotated[bytes, _bytes(20)]
SignatureText = Annotated[bytes, _bytes(SIGNATURE_BYTES)]
Sequence = Annotated[int, _number(SEQUENCE_MAX)]
Money = Annotated[int, _number(CENTS_MAX)]
Time = Annotated[int, _number(TIMESTAMP_MAX)]
ProgrammeId = Annotated[int, _number(PROGRAMME_MAX)]
Block = Annotated[int, _number(BLOCK_MAX)]
Day = Annotated[int, _number(TIMESTAMP_MAX // 86_400)]
Counter = Annotated[int, _number(2**32 - 1)]
Window = Annotated[bytes, _bytes(8)]


class Answer(BaseModel):
    """Strict: no unknown field, no value converted from another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Accepted(Answer):
    """The gateway has the journal up to here, committed."""

    sequence: Sequence
    head: HashText


class Position(Answer):
    """What the gateway has of this journal, and the terminal's own signature that vouches for it."""

    sequence: Sequence
    head: HashText
    signature: SignatureText | None


class Refusal(Answer):
    """No, and why. `time` comes with REQUEST_CLOCK: the gateway's clock."""

    reason: Annotated[int, _number(255)]
    detail: Annotated[str, StringConstraints(max_length=1000)] = ""
    time: Time | None = None


class Later(Answer):
    """Not now: the gateway has too much to do, or its store does not answer. Nothing was decided."""

    detail: Annotated[str, StringConstraints(max_length=1000)]


class Conflict(Position):
    """The segment does not fit what the gateway has: a fork or a gap."""

    reason: Annotated[int, _number(255)]


class SettledEntry(Answer):
    """What the contract made of one entry, at final depth."""

    sequence: Annotated[int, _number(SEQUENCE_MAX, 1)]
    reason: Annotated[int, _number(Reason.SEGMENT_FORM - 1)]
    from_slice: Money
    from_budget: Money
    transaction: HashText
    block: Block


class Outcomes(Answer):
    """Of consecutive or scattered entries, ascending."""

    outcomes: Annotated[list[SettledEntry], Field(max_length=OUTCOMES_MAX)]

    def facts(self, after: int, last: int) -> tuple[Outcome, ...]:
        """As the core knows them. Raises ValueError unless they ascend within after+1 .. last."""
        sequences = [after, *(each.sequence for each in self.outcomes)]
        if any(b <= a for a, b in pairwise(sequences)) or sequences[-1] > max(last, after):
            raise ValueError("outcomes that were not asked for")
        return tuple(Outcome(each.sequence, Reason(each.reason)) for each in self.outcomes)


class ProgrammeRules(Answer):
    """One programme of the snapshot."""

    id: ProgrammeId
    name: Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_printable)]
    begins: Time
    ends: Time
    floor_limit: Money
    day_limit: Money
    offline_window: Time
    paused: bool
    admitted: bool


BudgetRow = tuple[AddressText, ProgrammeId, Money, bool, Money, Day, Counter, Window]
"""Pass, programme, cents left, blocked, cents spent on the day, that day, newest phone code, which codes were used."""


class Snapshot(Answer):
    """Programmes, and what passes may spend in them: all of it (`full`) or what changed, or a page of that (`more`)."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._:-]{1,128}$")]
    block: Block
    sequence: Sequence
    shop: Sequence
    network: Annotated[int, _number(2**16 - 1)]
    full: bool
    more: bool
    programmes: Annotated[list[ProgrammeRules], Field(max_length=PROGRAMMES_MAX)]
    budgets: Annotated[
        list[Annotated[BudgetRow, Field(strict=False)]],
        Field(max_length=BUDGETS_MAX),
    ]

    def rules(self) -> tuple[Programme, ...]:
        """The programmes as the core knows them. Raises ValueError when one comes twice."""
        if len({each.id for each in self.programmes}) < len(self.programmes):
            raise ValueError("a programme comes twice")
        return tuple(Programme(**dict(each)) for each in self.programmes)

    def shares(self) -> list[tuple[Address, Budget]]:
        """Passes and their budgets. Raises ValueError for one that comes twice, or in a programme that does not."""
        known = {each.id for each in self.programmes}
        seen = {(pass_address, programme) for pass_address, programme, *_ in self.budgets}
        if len(seen) < len(self.budgets) or not {programme for _, programme in seen} <= known:
            raise ValueError("a budget comes twice, or without its programme")
        return [
            (
                Address(pass_address),
                Budget(programme, Cents(left), blocked, Cents(today), day, counter, int.from_bytes(window)),
            )
            for pass_address, programme, left, blocked, today, day, counter, window in self.budgets
        ]


class SaleAtShop(Answer):
    """One sale that was paid, by whichever terminal of the shop."""

    terminal: AddressText
    sequence: Annotated[int, _number(SEQUENCE_MAX, 1)]
    programme: ProgrammeId
    pass_address: AddressText
    amount: Money
    refunded: Money
    time: Time


class Sales(Answer):
    """What may be given back to a pass. `sequence`: this terminal's own refunds up to here stand in `refunded`."""

    sequence: Sequence
    sales: Annotated[list[SaleAtShop], Field(max_length=SALES_MAX)]

    def facts(self) -> tuple[PastSale, ...]:
        """As the core knows them. Raises ValueError when one comes twice, or more was given back than was paid."""
        if len({(each.terminal, each.sequence) for each in self.sales}) < len(self.sales):
            raise ValueError("a sale comes twice")
        if any(each.refunded > each.amount for each in self.sales):
            raise ValueError("more was given back than was paid")
        return tuple(PastSale(**dict(each)) for each in self.sales)


class OrderAtShop(Answer):
    """What waits for one pass."""

    pass_address: AddressText
    programme: ProgrammeId
    amount: Annotated[int, _number(CENTS_MAX, 1)]
    until: Time
    name: Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_printable)]


class Orders(Answer):
    """All that waits at this terminal's shop."""

    orders: Annotated[list[OrderAtShop], Field(max_length=ORDERS_MAX)]

    def facts(self) -> tuple[tuple[Address, Order], ...]:
        """Passes and what waits for them. Raises ValueError when two wait for one pass in one programme."""
        if len({(each.pass_address, each.programme) for each in self.orders}) < len(self.orders):
            raise ValueError("an order comes twice")
        return tuple(
            (Address(each.pass_address), Order(each.programme, Cents(each.amount), Timestamp(each.until), each.name))
            for each in self.orders
        )


def place(answer: Accepted | Position) -> tuple[int, Hash]:
    """Sequence and head that the answer names."""
    return answer.sequence, Hash(answer.head)
