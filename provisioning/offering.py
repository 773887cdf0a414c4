"""Tells the gateway which orders wait at a shop, so that its tills offer them when they see the pass.

What the gateway is told approves nothing: the contract set the money aside, and only it pays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.wire.errors import Broken, Refused
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp, to_hex
from provisioning.enrolling import GatewayDesk

ROWS_MAX = 500
NAME_MAX = 40
"""As the gateway takes them."""


@dataclass(frozen=True, slots=True)
class Row:
    """An order that waits: whose, in which programme, how much, until when (seconds), and what it is called there."""

    pass_address: Address
    programme: int
    amount: Cents
    until: Timestamp
    name: str


def publish(gateway_url: str, token: str, shop: int, rows: Sequence[Row]) -> None:
    """From now on these orders wait at the shop, and no others; the same again changes nothing.

    `token` is the credential of an admin with the role enrol. A name is made to fit: printable, at most 40 characters.
    Raises TryAgain when the gateway does not answer, Refused(NOTHING_NEW) when it does not know the shop (yet), Refused
    of another reason when the credential is none, and Broken when these are more than wait at any shop, or no orders.
    """
    if len(rows) > ROWS_MAX:
        raise Broken(f"shop {shop} has {len(rows)} orders that wait, and a till is told of {ROWS_MAX}")
    try:
        told = {"orders": [_told(row) for row in rows]}
        GatewayDesk(gateway_url, token, None).ask("PUT", f"/v1/admin/shops/{shop}/orders", told)
    except Refused as error:
        if error.reason is not Reason.REQUEST_FORM:
            raise
        raise Broken(f"the gateway takes the orders of shop {shop} for none: {error.detail}") from error


def _told(row: Row) -> dict[str, object]:
    about = {"programme": row.programme, "amount": row.amount, "until": row.until}
    return {"pass_address": to_hex(row.pass_address), **about, "name": _name(row.name)}


def _name(text: str) -> str:
    """What a till can show of it."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:NAME_MAX] or "?"
