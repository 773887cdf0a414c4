"""Neutral rows in every part of the desk, made as its staff makes them: for trying it, for pictures, for measuring."""

from provisioning.portal.programmes.chain import read_all
from provisioning.portal.sample import families, keeping, schemes, selling, staff, street
from provisioning.portal.shops.reading import read_events
from provisioning.portal.tasks import doing
from provisioning.portal.tasks.working import load_handlers
from provisioning.town import Town


def fill(town: Town) -> list[str]:
    """Fill what is not filled yet, around what the contract has already; lines that say who may sign in.

    `town` signs, so this is no page's: it runs in a process that ends.
    """
    load_handlers()
    said = staff.fill()
    read_all(town)
    read_events(town)
    schemes.fill_programmes()
    street.fill_shops()
    _do_all(town)
    families.fill()
    if schemes.is_of_the_sample():  # another's reserve is not the sample's to give away
        made = families.hand_out(town)
        _do_all(town)
        selling.fill(town, made)
    return [*said, *keeping.fill(), staff.how()]


def _do_all(town: Town) -> None:
    """Whatever was asked of the contract, and what follows from it."""
    while doing.do_next(town):
        pass
