"""What goes over HTTP, with bounds. Bytes are `0x` and lower-case hex; a field that is not named here is refused."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.gateway.serving.enrolment import VALID_SECONDS_MAX
from contracts.gateway.serving.intake import SEGMENT_ENTRIES_MAX
from contracts.wire.batch import Segment
from contracts.wire.entry import ENTRY_BYTES_MAX
from contracts.wire.units import CENTS_MAX, SEQUENCE_MAX, TIMESTAMP_MAX, Address, Hash, from_hex

Sequence = Annotated[int, Field(strict=True, ge=0, le=SEQUENCE_MAX)]
Amount = Annotated[int, Field(ge=0, le=CENTS_MAX, description="euro cents")]
Time = Annotated[int, Field(ge=0, le=TIMESTAMP_MAX, description="seconds since 1970-01-01 00:00 UTC")]
AddressHex = Annotated[str, StringConstraints(pattern="^0x[0-9a-f]{40}$")]
HashHex = Annotated[str, StringConstraints(pattern="^0x[0-9a-f]{64}$")]
SignatureHex = Annotated[str, StringConstraints(pattern="^0x[0-9a-f]{128}$"), Field(description="EIP-2098")]
EntryHex = Annotated[str, StringConstraints(pattern=f"^0x([0-9a-f]{{2}}){{1,{ENTRY_BYTES_MAX}}}$")]
TerminalPath = Annotated[str, Path(pattern="^0x[0-9a-f]{40}$", description="the terminal's address, lower case")]

WindowHex = Annotated[str, StringConstraints(pattern="^0x[0-9a-f]{16}$")]
BudgetRow = tuple[AddressHex, int, Amount, bool, Amount, int, int, WindowHex]


class Body(BaseModel):
    """A JSON object of exactly these fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SegmentBody(Body):
    """Consecutive entries of the terminal's journal, and its signature over Journal(terminal, last sequence, head)."""

    first: Annotated[int, Field(strict=True, ge=1, le=SEQUENCE_MAX - SEGMENT_ENTRIES_MAX)]
    previous_head: HashHex
    entries: Annotated[list[EntryHex], Field(min_length=1, max_length=SEGMENT_ENTRIES_MAX)]
    signature: SignatureHex

    def segment(self, terminal: Address) -> Segment:
        """The segment that these fields name."""
        entries = tuple(from_hex(entry) for entry in self.entries)
        return Segment(terminal, self.first, Hash(from_hex(self.previous_head)), entries, from_hex(self.signature))


class AcceptedBody(Body):
    """What the gateway now has of this journal, committed."""

    sequence: Sequence
    head: HashHex


class PositionBody(AcceptedBody):
    """What the gateway has of this journal, with the terminal's own signature as proof; null when it has nothing."""

    signature: SignatureHex | None


class ConflictBody(PositionBody):
    """A gap (67) or a fork (68): nothing was taken in; continue from this position."""

    reason: int


class RefusalBody(Body):
    """Why nothing was taken in: a reason code, and what is wrong in words."""

    reason: int
    detail: Annotated[str, Field(max_length=200)] = ""


class LaterBody(Body):
    """Nothing was decided; ask again when Retry-After says."""

    detail: Annotated[str, Field(max_length=200)]


class ClockBody(RefusalBody):
    """The request's time is too far from the gateway's (162): sign again with this time."""

    time: Time


class OutcomeBody(Body):
    """What the contract made of one entry, at final depth; money in cents."""

    sequence: Sequence
    reason: Annotated[int, Field(ge=0, lt=64, description="0 paid from the budget, 1-31 drawn, 32-63 rejected")]
    from_slice: Amount
    from_budget: Amount
    transaction: HashHex
    block: int


class OutcomesBody(Body):
    """Outcomes by ascending sequence."""

    outcomes: list[OutcomeBody]


class ProgrammeBody(Body):
    """A programme in which this terminal may sell, or has a slice."""

    id: int
    name: str
    begins: Time
    ends: Time
    floor_limit: Amount
    day_limit: Amount
    offline_window: Annotated[int, Field(ge=0, description="seconds")]
    paused: bool
    admitted: bool


class SnapshotBody(Body):
    """Budgets at a final block, after every accepted payment and ask that is not final yet; refunds are not in it.

    Those that changed since the version that was `known`; with `full`, all of them, and what was known before is void.
    With `more`, this is a page of it: ask again with its version, and believe none of it before the last page.
    `sequence`: this terminal's own entries up to here are contained. `budgets`: pass, programme, cents left, blocked,
    cents spent on the last day, that day (UTC, days since 1970), the newest counter of a phone's code, and which of it
    and the 63 before it were used (bit n is counter - n).
    """

    version: str
    block: int
    sequence: Sequence
    shop: int
    network: int
    full: bool
    more: bool
    programmes: list[ProgrammeBody]
    budgets: list[BudgetRow]


class SaleBody(Body):
    """A sale that was paid, at final depth, and how many cents of it were given back or are on their way back."""

    terminal: AddressHex
    sequence: Sequence
    programme: int
    pass_address: AddressHex
    amount: Amount
    refunded: Amount
    time: Time


class SalesBody(Body):
    """The newest first. `sequence`: this terminal's own refunds up to here are contained."""

    sequence: Sequence
    sales: list[SaleBody]


class LiveBody(Body):
    """The process answers."""

    live: bool = True


class ReadyBody(Body):
    """Whether requests may be sent here; whether entries are being settled; and if either is not so, why."""

    ready: bool
    settling: bool
    why: Annotated[str, Field(max_length=200)]


class HealthBody(Body):
    """Whether the process answers, whether it can settle, and if not, why."""

    live: bool
    ready: bool
    why: str


class AttentionBody(Body):
    """A terminal whose entries cannot be settled as they are: since when, why, and when they are tried again."""

    terminal: AddressHex
    reason: int
    detail: str
    since: Time
    attempts: int
    retry_at: Time


class AttentionsBody(Body):
    """Who has rested longest stands first."""

    terminals: list[AttentionBody]


class DeploymentBody(Body):
    """One contract on one chain, and whose passes are taken there."""

    chain_id: int
    contract: AddressHex
    network: int


class OfferBody(Body):
    """A terminal of this shop may enrol with the code, for so long."""

    shop: Annotated[int, Field(strict=True, ge=1, le=SEQUENCE_MAX)]
    valid_seconds: Annotated[int, Field(strict=True, ge=60, le=VALID_SECONDS_MAX)] = 7 * 86_400


class OfferedBody(Body):
    """Until when."""

    expires_at: Time


class EnrolmentBody(Body):
    """A terminal, its signature over Registration(terminal, shop), and its proof that it had the code's secret."""

    terminal: AddressHex
    consent: SignatureHex
    proof: HashHex


class EnrolledBody(Body):
    """For which shop."""

    shop: int


class UsedBody(Body):
    """What became of a code: null when no terminal has used it."""

    shop: int
    made_by: str
    expires_at: Time
    enrolled: EnrolmentBody | None
