"""Schemes beside the plot's programmes, and municipalities beside the first one: all that their file says of them."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, PositiveInt

from contracts.wire.units import Address, Cents, Timestamp
from provisioning import fleet, grant, programme, shop
from provisioning.demo import plot
from provisioning.grant import Line
from provisioning.passes import NewPass
from provisioning.programme import Terms
from provisioning.town import Town

_FILE = Path(__file__).with_suffix(".toml")


class Scheme(BaseModel):
    """One of them. `begins` and `ends` are days from now, money is in cents; `grants` by whose pass it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    municipality: PositiveInt
    name: str
    begins: int
    ends: int
    day_limit: PositiveInt
    funds: PositiveInt
    slice: PositiveInt
    shops: tuple[PositiveInt, ...]
    grants: Mapping[str, PositiveInt]

    def terms(self, now: Timestamp) -> Terms:
        """Its rules, from now."""
        begins, ends = (Timestamp(now + days * plot.DAY_SECONDS) for days in (self.begins, self.ends))
        return Terms(begins, ends, day_limit=Cents(self.day_limit))


SCHEMES = tuple(Scheme.model_validate(each) for each in tomllib.loads(_FILE.read_text())["scheme"])
MUNICIPALITIES = max(scheme.municipality for scheme in SCHEMES)
PASSES = sorted({name for scheme in SCHEMES for name in scheme.grants})
"""Whose passes they are."""


def numbered() -> Iterator[tuple[int, Scheme]]:
    """Each with its programme's number: they are made after the plot's."""
    return enumerate(SCHEMES, start=len(plot.PROGRAMMES) + 1)


def found(towns: Sequence[Town], now: Timestamp, passes: Mapping[str, NewPass]) -> None:
    """Make all of them, each with its own municipality's key: `towns` has these in their order."""
    for number, scheme in numbered():
        town = towns[scheme.municipality - 1]
        programme.create(town, scheme.name, scheme.terms(now))
        programme.fund(town, number, Cents(scheme.funds), mint=True)
        lines = [Line(passes[whose].address, Cents(cents)) for whose, cents in scheme.grants.items()]
        grant.grant(town, number, "first grant", lines)
        for each in scheme.shops:
            shop.admit(town, number, each)


def raise_slices(towns: Sequence[Town], terminal: Address, of_shop: int) -> None:
    """What each municipality sets apart for a terminal of this shop, wherever that is registered."""
    for number, scheme in numbered():
        if of_shop in scheme.shops:
            fleet.raise_slice(towns[scheme.municipality - 1], number, terminal, scheme.slice)
