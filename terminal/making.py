"""What stands on a terminal before its daemon starts: its folder, its key, its empty journal, its configuration."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

from contracts.wire.errors import Broken
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, to_hex
from terminal import config, device_tables, places, signer, toml
from terminal.config import Device
from terminal.private import new_file
from terminal.store import Store


class Deployed(Protocol):
    """A contract that stands on a chain."""

    @property
    def domain(self) -> Domain:
        """What every signature for it is bound to."""

    @property
    def network(self) -> int:
        """Whose passes are taken there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a terminal is to be. Paths are absolute."""

    deployment: Deployed
    config: Path
    state: Path
    shop: str
    support: str
    gateway_url: str
    rpc_url: str
    language: str = "nl"
    ca_file: Path | None = None
    simulators: bool = False
    key_file: Path | None = None
    """Where the daemon finds the key; None for `key`, where it is kept in clear."""
    run_dir: Path | None = None
    """Where the daemon's socket is; None for the state's folder."""
    also: tuple[str, ...] = ()
    """Further endpoints of the chain."""
    agree: bool = False
    """Whether all of them must say the same."""
    devices: tuple[Device, ...] = ()
    staff_pin: str | None = None
    """As `kindpakket terminal pin` made it."""
    mirror: Path | None = None
    """The folder of its second medium."""

    @property
    def key(self) -> Path:
        """Where its key lives."""
        return self.state / places.CREDENTIAL

    @property
    def journal(self) -> Path:
        """Where its journal lives."""
        return self.state / places.JOURNAL


def make(plan: Plan) -> Address:
    """Make the terminal, and give its address. Raises Broken when any part of it is there already: none is replaced.

    What was made is taken away again when a later part fails: nobody has seen that key yet.
    """
    content = render(plan)
    _require_new(plan)
    require_loadable(plan.config, content)
    plan.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    terminal = signer.make_key(plan.key)
    try:
        Store.create(plan.journal, plan.deployment.domain, terminal, volatile_ok=plan.simulators)
        with new_file(plan.config, 0o644) as file:
            file.write(content.encode())
    except BaseException:
        plan.key.unlink()
        plan.journal.unlink(missing_ok=True)
        raise
    return terminal


def _require_new(plan: Plan) -> None:
    """Raises Broken for what would only fail half-way."""
    for path in (plan.config, plan.key, plan.journal):
        if path.exists():
            raise Broken(f"{path} is there already and stays as it is: a terminal is made once, in a place of its own")


def require_loadable(path: Path, content: str) -> None:
    """Raises Broken unless this could stand at the path as a configuration."""
    if not path.parent.is_dir():
        raise Broken(f"{path.parent} is no folder: make it, or name another --config")
    try:
        config.Config(**tomllib.loads(content))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise Broken(f"the configuration would not load: {'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None


def render(plan: Plan) -> str:
    """The configuration as TOML."""
    deployment = plan.deployment
    top = {
        "state_dir": str(plan.state),
        "key_file": str(plan.key_file or plan.key),
        **({} if plan.run_dir is None else {"run_dir": str(plan.run_dir)}),
        "language": plan.language,
        "shop": plan.shop,
        "support": plan.support,
        "simulators": plan.simulators,
        **({} if plan.staff_pin is None else {"staff_pin": plan.staff_pin}),
        **({} if plan.mirror is None else {"mirror": str(plan.mirror)}),
    }
    chain = {
        "rpc_url": plan.rpc_url,
        **({"also": list(plan.also), "agree": plan.agree} if plan.also else {}),
        "chain_id": deployment.domain.chain_id,
        "contract": to_hex(deployment.domain.contract),
        "network": deployment.network,
    }
    devices = plan.devices or (_simulated(plan.state) if plan.simulators else ())
    tables = [*toml.lines(top), *([] if devices else ["devices = []"])]
    tables += ["", "[chain]", *toml.lines(chain), "", "[gateway]", *toml.lines(_gateway(plan))]
    for device in devices:
        tables += ["", device_tables.render(device)]
    return "\n".join(tables) + "\n"


def _gateway(plan: Plan) -> Mapping[str, Any]:
    trust = {} if plan.ca_file is None else {"ca_file": str(plan.ca_file)}
    return {"url": plan.gateway_url, **trust}


def _simulated(state: Path) -> tuple[Device, ...]:
    """A scanner and a keypad that obey a script."""
    return tuple(
        Device(name=kind, driver=f"simulated-{kind}", options={"socket": str(state / f"{kind}.sock")})
        for kind in ("scanner", "keypad")
    )
