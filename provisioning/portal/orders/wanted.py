"""What a pass sends to order something, or to take an order back: its form, and bounds on it."""

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.wire.units import CENTS_MAX, PROGRAMME_MAX, TIMESTAMP_MAX, from_hex
from provisioning.portal.family.signed import Said

LINES_MAX = 20
QUANTITY_MAX = 20
_NUMBER_MAX = 2**63 - 1

_Number = Annotated[int, Field(ge=1, le=PROGRAMME_MAX)]


class WantedLine(Said):
    """So many of one product."""

    product: Annotated[int, Field(ge=1, le=_NUMBER_MAX)]
    quantity: Annotated[int, Field(ge=1, le=QUANTITY_MAX)]


class Wanted(Said):
    """An order as the pass signed it: shop and programme by their numbers on the contract, `amount` in cents.

    `number` is decimal, as JavaScript's own numbers end at 2**53.
    """

    shop: _Number
    programme: _Number
    lines: Annotated[list[WantedLine], Field(min_length=1, max_length=LINES_MAX)]
    amount: Annotated[int, Field(ge=1, le=CENTS_MAX)]
    until: Annotated[int, Field(ge=0, le=TIMESTAMP_MAX)]
    number: Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,17})$")]
    signature: Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{128}$")]

    @property
    def counted_by(self) -> int:
        """The number as one."""
        return int(self.number)

    @property
    def signed(self) -> bytes:
        """The signature's 64 bytes."""
        return from_hex(self.signature)


class Cancelled(Said):
    """An order that the family does not want any more, by its code."""

    order: Annotated[str, StringConstraints(max_length=20)]
