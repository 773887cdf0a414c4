"""What one file is to pay, written down before anything is done; and what was marked, before the file is written.

Each is a file that is written whole, once, and never changed. Neither has a name or an account: of those stands a
fingerprint there, so that another account under the same reference is noticed.
"""

import json
import secrets
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.deployment import AddressField
from contracts.wire.errors import Broken
from provisioning.payout import sepa
from terminal import private

REFERENCE_MAX = 20
_TAG_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TAG_LENGTH = 6
_BYTES_MAX = 16 * 1024 * 1024

_Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
_Cents = Annotated[int, Field(gt=0, le=sepa.CENTS_MAX)]


class Payment(BaseModel):
    """A credit that is to be paid. `text` is what the shop reads on its statement."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    programme: int
    shop: int
    cents: _Cents
    text: str


class Plan(BaseModel):
    """One file. `made` is in seconds since 1970; `tag` makes its reference its own, whoever chose the same words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Literal[1] = 1
    chain_id: int
    contract: AddressField
    reference: str
    tag: str
    programmes: tuple[int, ...]
    made: int
    date: date
    salt: _Hex
    payer: _Hex
    accounts: dict[int, _Hex]
    payments: tuple[Payment, ...]

    @property
    def mark(self) -> str:
        """The file's own reference: at the bank, and on the contract for each of its payments."""
        return f"{self.reference}.{self.tag}"

    def end_to_end(self, payment: Payment) -> str:
        """What stands with the payment all the way to the shop's statement."""
        return f"{self.mark}-{payment.programme}-{payment.shop}"


class Marked(BaseModel):
    """Which of a plan's payments the contract took, so which the file has; and why it did not take the others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Literal[1] = 1
    mark: str
    paid: tuple[Payment, ...]
    refused: tuple[tuple[Payment, str], ...]


def new_tag() -> str:
    """Six letters and digits by chance."""
    return "".join(secrets.choice(_TAG_SIGNS) for _ in range(_TAG_LENGTH))


_Kept = TypeVar("_Kept", Plan, Marked)


def keep(path: Path, value: Plan | Marked) -> None:
    """Write it, whole on the disk when this returns; what is there is never overwritten. Raises Broken."""
    private.put(path, json.dumps(value.model_dump(mode="json"), indent=1).encode("ascii"), 0o600)


def kept(path: Path, kind: type[_Kept]) -> _Kept | None:
    """What stands there; None when nothing does. Raises Broken when it is damaged."""
    try:
        with path.open("rb") as file:
            return kind.model_validate_json(file.read(_BYTES_MAX))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Broken(f"{path}: cannot be read ({error.strerror}); it says what was marked as paid") from error
    except ValidationError:
        raise Broken(f"{path} is damaged: put it back from a backup; without it nothing of this file is done") from None
