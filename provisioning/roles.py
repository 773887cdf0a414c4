"""Who acts for which sponsor, and in what: the admin in everything, others in what the admin gave them."""

from collections.abc import Iterable

from contracts.wire.errors import Broken
from provisioning.town import Town

GRANTS, SHOPS, PAUSING = 1, 2, 4
NAMES = {"grants": GRANTS, "shops": SHOPS, "pausing": PAUSING}
"""The contract's bits. grants: budgets and passes. shops: shops, terminals and slices. pausing: stop a programme."""

ADMIN = 0
"""What only the admin may do."""


def bits(names: Iterable[str]) -> int:
    """The roles of these names as one number."""
    found = 0
    for name in names:
        found |= NAMES[name]
    return found


def said(roles: int) -> str:
    """The roles as people read them."""
    return ", ".join(name for name, bit in NAMES.items() if roles & bit) or "nothing"


def may(town: Town, sponsor: int, account: str, role: int) -> bool:
    """Whether the account acts for the sponsor in that role."""
    admin: str = town.look("sponsor", sponsor)["admin"]
    return admin == account or bool(int(town.view("roles", sponsor, account)) & role)


def acting_for(town: Town, role: int) -> list[int]:
    """The sponsors for which the signing key acts in that role."""
    count = int(town.view("sponsor_count"))
    return [sponsor for sponsor in range(1, count + 1) if may(town, sponsor, town.me(), role)]


def only(town: Town, role: int) -> int:
    """The one sponsor for which the signing key acts in that role. Raises Broken when there is none, or several."""
    found = acting_for(town, role)
    if not found:
        raise Broken(f"the key {town.me()} acts for no sponsor in this: its admin gives it the role, or signs this")
    if len(found) > 1:
        raise Broken(f"the key acts for the sponsors {', '.join(map(str, found))}: say by --sponsor N for which")
    return found[0]
