"""What the page's scripts know of orders' states: in one place, and as the portal names them."""

import re
from pathlib import Path

import provisioning.portal.family
from provisioning.portal.orders.models import Order

SCRIPTS = Path(provisioning.portal.family.__file__).parent / "static" / "family"
ELSEWHERE = {Order.State.REFUSED}
"""A word that means something else, too: a pass that the portal does not know."""


def quoted(path: Path) -> set[str]:
    return set(re.findall(r'"([a-z_]+)"', path.read_text()))


def test_one_script_knows_them_and_the_portal_has_each():
    states = set(Order.State.values)
    knowing = {path.name: found for path in SCRIPTS.glob("*.js") if (found := quoted(path) & (states - ELSEWHERE))}
    assert set(knowing) == {"standing.js"}
    assert quoted(SCRIPTS / "standing.js") <= states
