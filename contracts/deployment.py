"""Where a contract of ours stands: the record that `kindpakket chain deploy` writes and everything else begins with."""

import os
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from contracts.wire import units
from contracts.wire.errors import Broken
from contracts.wire.passcode import NETWORK_MAX
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, from_hex, to_hex

_RECORD_BYTES_MAX = 16 * 1024


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise ValueError("expected 0x and hex digits")  # noqa: TRY004 -- what pydantic turns into its own error
    return from_hex(value)


_Hex = PlainSerializer(to_hex, return_type=str)
AddressField = Annotated[Address, BeforeValidator(lambda value: units.address(_bytes(value))), _Hex]
HashField = Annotated[Hash, BeforeValidator(lambda value: units.hash32(_bytes(value))), _Hex]


class Deployment(BaseModel):
    """One contract on one chain. `code_hash` is the keccak-256 of the code as it stands there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    chain_id: int = Field(ge=1, le=2**53)
    contract: AddressField
    block: int = Field(ge=0, le=2**53)
    code_hash: HashField
    network: int = Field(ge=0, le=NETWORK_MAX)
    token: AddressField
    rpc_url: str | None = Field(None, max_length=512)

    @property
    def domain(self) -> Domain:
        """What every signature for this contract is bound to."""
        return Domain(self.chain_id, self.contract)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The record in the file. Raises Broken when it cannot be read, or is not one."""
        try:
            with path.open("rb") as file:
                content = file.read(_RECORD_BYTES_MAX + 1)
        except OSError as error:
            raise Broken(f"{path}: cannot be read ({error.strerror}); name the deployment's record") from error
        try:
            return cls.model_validate_json(content)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, fault["loc"])) or "the file"
            raise Broken(f"{path}: is not a deployment's record ({place}: {fault['msg']})") from None

    def save(self, path: Path) -> None:
        """Write the record to a file that does not exist yet. Raises Broken when it does, or cannot be written."""
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(self.model_dump_json(indent=2) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            raise Broken(f"{path} is there already and stays as it is: name another file for the record") from None
        except OSError as error:
            raise Broken(f"{path}: cannot be written ({error.strerror}); name another file for the record") from error
