"""The gateway, as the worker asks it. Its credential is in the worker's environment, and no page can reach it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.wire.errors import Broken, TryAgain
from contracts.wire.units import Address, address, from_hex
from provisioning import desk
from provisioning.enrolling import TOKEN_VARIABLE, GatewayDesk
from provisioning.portal import settings


class _Trouble(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    terminal: str
    reason: int
    since: int


class _Troubles(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    terminals: list[_Trouble]


def is_there() -> bool:
    """Whether this portal was told of a gateway."""
    return settings.PORTAL.gateway is not None


def asked() -> GatewayDesk:
    """The portal's gateway. Raises Broken when it has none, or no credential for it."""
    token = desk.environment().get(TOKEN_VARIABLE)
    if settings.PORTAL.gateway is None:
        raise Broken("this portal was told of no gateway: name it in portal.toml")
    if not token:
        raise Broken(
            f"set {TOKEN_VARIABLE} for the worker to the credential that `kindpakket gateway admin add` printed"
        )
    return GatewayDesk(settings.PORTAL.gateway, token, None)


def troubles(gateway: GatewayDesk) -> Mapping[Address, tuple[int, datetime]]:
    """The terminals whose entries cannot be settled as they are: why, and since when. Raises TryAgain."""
    try:
        told = _Troubles.model_validate(gateway.ask("GET", "/v1/attention"))
        return {
            address(from_hex(one.terminal)): (one.reason, datetime.fromtimestamp(one.since, UTC))
            for one in told.terminals
        }
    except (ValidationError, ValueError) as error:
        raise TryAgain("the gateway answers in another form: is it ours?") from error
