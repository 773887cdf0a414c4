"""The terminal's configuration: one TOML file, single values overridden by KINDPAKKET_TERMINAL_... in the environment.

`KINDPAKKET_TERMINAL_CHAIN__RPC_URL` stands for the key `rpc_url` of the table `chain`.
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from contracts.wire.errors import Broken
from contracts.wire.passcode import NETWORK_MAX
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, address, from_hex
from terminal import pin, places

DEFAULT = Path("/etc/kindpakket/terminal.toml")
PREFIX = "KINDPAKKET_TERMINAL_"
DEVICES_MAX = 16
ENDPOINTS_MAX = 4


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("a path here is absolute: it begins with /")
    return path


def _file(path: Path) -> Path:
    if not path.is_file():
        raise ValueError("there is no such file")
    return path


def _pin(text: str | None) -> str | None:
    if text is not None and not pin.is_sealed(text):
        raise ValueError("this is not what `kindpakket terminal pin` makes")
    return text


def _contract(text: str) -> str:
    address(from_hex(text))
    return text


AbsolutePath = Annotated[Path, AfterValidator(_absolute)]
Certificates = Annotated[
    AbsolutePath, AfterValidator(_file), Field(description="PEM: who is believed, and no one else")
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+[^\s?#]*$", max_length=512)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Chain(_Table):
    """Where the contract is, and the endpoints that are asked for checkpoints.

    `also` are asked when `rpc_url` does not answer, or, with `agree`, each time: then all must say the same.
    """

    rpc_url: Url
    also: Annotated[tuple[Url, ...], Field(max_length=ENDPOINTS_MAX - 1)] = ()
    agree: Annotated[bool, Field(strict=True)] = False
    ca_file: Certificates | None = None
    chain_id: Annotated[int, Field(ge=1, le=2**53)]
    contract: Annotated[str, AfterValidator(_contract)]
    network: Annotated[int, Field(ge=0, le=NETWORK_MAX)]

    @model_validator(mode="after")
    def _require_others(self) -> Self:
        if len(set(self.endpoints)) < len(self.endpoints):
            raise ValueError("an endpoint stands there twice: one cannot vouch for itself")
        if self.agree and not self.also:
            raise ValueError("agree needs another endpoint in also")
        return self

    @property
    def endpoints(self) -> tuple[str, ...]:
        """All of them, in order."""
        return self.rpc_url, *self.also


class Gateway(_Table):
    """Where entries are handed in."""

    url: Url
    ca_file: Certificates | None = None


class Device(_Table):
    """One device: `name` is what the lamp says, `driver` a row of the registry."""

    name: Text
    driver: Text
    options: dict[Text, Annotated[bool, Field(strict=True)] | Annotated[int, Field(strict=True)] | str] = {}


def _apart(devices: tuple[Device, ...]) -> tuple[Device, ...]:
    names = [device.name for device in devices]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two devices are called {twice[0]}; give each a name of its own")
    return devices


class Config(BaseSettings):
    """All that differs between two terminals with the same program."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__", case_sensitive=False
    )

    state_dir: AbsolutePath
    run_dir: AbsolutePath | None = None
    """A folder for screens of other users, who share this daemon's group; None: screens connect in state_dir."""
    key_file: AbsolutePath
    mirror: AbsolutePath | None = None
    """A folder on a second medium, where each entry stands too before it counts as approved."""
    language: Literal["nl", "en"]
    shop: Text
    support: Text
    simulators: bool = False
    staff_pin: Annotated[str | None, Field(repr=False, max_length=256), AfterValidator(_pin)] = None
    chain: Chain
    gateway: Gateway
    devices: Annotated[tuple[Device, ...], Field(max_length=DEVICES_MAX), AfterValidator(_apart)]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file, whose values `load` passes in."""
        return env_settings, init_settings

    @property
    def domain(self) -> Domain:
        """The contract on its chain: what every signature here is bound to."""
        return Domain(self.chain.chain_id, Address(from_hex(self.chain.contract)))

    @property
    def trust(self) -> dict[str, Path]:
        """Which certificates are believed at which URL, where it is not those that the system trusts."""
        named = {self.gateway.url: self.gateway.ca_file, **dict.fromkeys(self.chain.endpoints, self.chain.ca_file)}
        return {url: path for url, path in named.items() if path is not None}

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.state_dir / places.JOURNAL

    @property
    def socket(self) -> Path:
        """Where screens connect."""
        return (self.run_dir or self.state_dir) / "screen.sock"

    @property
    def socket_mode(self) -> int:
        """Who may connect there: in a folder for it, the daemon's group too."""
        return 0o660 if self.run_dir else 0o600


def load(path: Path) -> Config:
    """The configuration in this file. Raises Broken with the file and the key that is missing, wrong or unknown."""
    _refuse_unknown_variables()
    try:
        return Config(**_read(path))
    except ValidationError as error:
        raise Broken(f"{path}: {_sentence(error)}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Broken(f"{path}: cannot be read ({error.strerror}); name the configuration by --config FILE") from None
    except ValueError as error:  # not UTF-8 or not TOML
        raise Broken(f"{path}: is not TOML ({error})") from None


def _refuse_unknown_variables() -> None:
    for variable in os.environ:
        key = variable.upper().removeprefix(PREFIX)
        if key != variable.upper() and key.split("__")[0].lower() not in Config.model_fields:
            raise Broken(f"the environment variable {variable} overrides a key that does not exist; unset it")


def _sentence(error: ValidationError) -> str:
    """The first fault in words. The values themselves are not repeated: one may have been put in a wrong place."""
    fault = error.errors(include_input=False, include_url=False)[0]
    key = ".".join(str(part) for part in fault["loc"])
    match fault["type"]:
        case "missing":
            return f"the key {key} is missing; add it"
        case "extra_forbidden":
            return f"there is no key {key}; remove it or correct its spelling"
        case _:
            return f"the key {key} is wrong: {fault['msg']}"
