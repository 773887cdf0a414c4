"""Owner, admins and roles: each does what is theirs, in their own sponsor's programmes, and nothing in another's."""

from collections.abc import Callable

import pytest

from contracts.wire.units import Address
from tests.contract.journals import address
from tests.contract.world import ENDS, RULES, World

NOBODY = Address(bytes(20))
GRANTS, SHOPS, PAUSING = 1, 2, 4
ADMIN = 0


def hex_of(name: str) -> str:
    """The address as the ABI gives it back."""
    return "0x" + address(name).hex()


@pytest.fixture
def two(world: World) -> World:
    """Two sponsors; programme 1 is of the first. Both have a clerk with all roles."""
    world.register_sponsor("sponsor-02")
    for sponsor, clerk in (("sponsor-01", "clerk-01"), ("sponsor-02", "clerk-02")):
        world("set_roles", address(clerk), 7, sender=sponsor)
    return world


# ---- what each function of a programme needs


def close(world: World) -> None:
    """So that it can be swept."""
    world.evm.time = ENDS + 91 * 86_400
    world("close_programme", 1)


def retire(world: World) -> None:
    """So that its slice can be released."""
    world.till.retire()
    world.settle_new()


def mark(world: World) -> None:
    """A credit that is paid by bank."""
    earn(world)
    world("mark_paid", 1, 1, 100, bytes(32))


def earn(world: World) -> None:
    """A credit of a shop that is paid by bank."""
    world.till.pay("family-01", 100)
    world.settle_new()
    world("set_by_bank", 1, True, sender="shop-01")


def nothing(_: World) -> None:
    """It can be called as things are."""


Need = tuple[str, tuple[object, ...], int, Callable[[World], None]]
NEEDS: list[Need] = [
    ("set_programme", tuple(RULES.values()), ADMIN, nothing),
    ("withdraw", (1,), ADMIN, nothing),
    ("compensate", (1, bytes(32), 1), ADMIN, nothing),
    ("close_programme", (), ADMIN, lambda world: setattr(world.evm, "time", ENDS + 91 * 86_400)),
    ("sweep", ([address("family-01")], []), ADMIN, close),
    ("mark_paid", (1, 100, bytes(32)), ADMIN, earn),
    ("reverse_transfer", (1, bytes(32)), ADMIN, mark),
    ("set_paused", (True,), PAUSING, nothing),
    ("grant", (bytes(32), [address("family-02")], [1]), GRANTS, nothing),
    ("set_pass_blocked", (address("family-01"), True), GRANTS, nothing),
    ("reissue", (address("family-01"), address("family-51")), GRANTS, nothing),
    ("place_shop", (1, 0, 2), SHOPS, nothing),
    ("raise_slice", (address("till-01"), 1), SHOPS, nothing),
    ("release_slice", (address("till-01"),), SHOPS, retire),
    ("revoke_terminal", (address("till-01"),), SHOPS, nothing),
]
each_need = pytest.mark.parametrize(("name", "arguments", "role", "prepare"), NEEDS, ids=[need[0] for need in NEEDS])


@each_need
def test_a_programme_obeys_its_own_sponsor_alone(two, name, arguments, role, prepare):
    prepare(two)
    for sender in ("sponsor-02", "clerk-02", "owner", "anybody", "shop-01"):
        assert two.refusal(name, 1, *arguments, sender=sender) == "programme: of another sponsor"
    for unknown in (9, 0):
        assert two.refusal(name, unknown, *arguments) == "programme: unknown"
    two(name, 1, *arguments)


@each_need
def test_a_role_is_what_it_says(two, name, arguments, role, prepare):
    prepare(two)
    for roles in range(8):
        two("set_roles", address("clerk-01"), roles)
        if not roles & role:
            assert two.refusal(name, 1, *arguments, sender="clerk-01") == "programme: of another sponsor"
    if role:
        two("set_roles", address("clerk-01"), role)
        two(name, 1, *arguments, sender="clerk-01")


def test_a_programme_is_of_the_sponsor_whose_admin_made_it(two):
    terms = ("Kindpakket", two.euro.address, *RULES.values())
    for sender in ("clerk-01", "owner", "anybody"):
        assert two.refusal("create_programme", *terms, sender=sender) == "sponsor: only a sponsor"
    programme = two("create_programme", *terms, sender="sponsor-02").result
    assert two.contract.view("programme", programme).sponsor == 2


def test_shops_and_their_terminals_are_registered_for_a_sponsor(two):
    for sender in ("sponsor-02", "clerk-02", "owner", "anybody"):
        assert two.refusal("register_shop", 1, address("shop-02"), sender=sender) == "shop: of another sponsor"
    for unknown in (0, 9):
        assert two.refusal("register_shop", unknown, address("shop-02")) == "shop: of another sponsor"
    for roles in (GRANTS | PAUSING, SHOPS):
        two("set_roles", address("clerk-01"), roles)
        if roles != SHOPS:
            refused = two.refusal("register_shop", 1, address("shop-02"), sender="clerk-01")
            assert refused == "shop: of another sponsor"
            consent = two.consent("till-02", 1)
            refused = two.refusal("register_terminal", address("till-02"), 1, consent, sender="clerk-01")
            assert refused == "shop: of another sponsor"
    shop = two("register_shop", 1, address("shop-02"), sender="clerk-01").result
    two("register_terminal", address("till-02"), shop, two.consent("till-02", shop), sender="clerk-01")


# ---- roles


def test_roles_are_told_kept_and_taken_back(world):
    told = world("set_roles", address("clerk-01"), GRANTS | PAUSING).named("RolesSet")[0]
    assert told.arguments == {"sponsor": 1, "account": hex_of("clerk-01"), "roles": 5}
    assert world.contract.view("roles", 1, address("clerk-01")) == 5
    assert world.contract.view("roles", 2, address("clerk-01")) == 0
    world("set_roles", address("clerk-01"), 0)
    assert world.refusal("set_paused", 1, True, sender="clerk-01") == "programme: of another sponsor"


def test_a_role_counts_for_the_sponsor_that_gave_it(two):
    programme = two.create_programme("sponsor-02")
    assert two.refusal("set_paused", programme, True, sender="clerk-01") == "programme: of another sponsor"
    two("set_paused", programme, True, sender="clerk-02")


def test_only_an_admin_gives_roles_and_only_such_as_there_are(two):
    for sender in ("clerk-01", "owner", "anybody"):
        assert two.refusal("set_roles", address("clerk-03"), 1, sender=sender) == "sponsor: only a sponsor"
    assert two.refusal("set_roles", address("clerk-03"), 8) == "roles: unknown"
    assert two.refusal("set_roles", address("clerk-03"), 2**255) == "roles: unknown"
    two("set_roles", address("clerk-03"), 7)


# ---- the owner, and admins


def test_ownership_moves_in_two_steps(world):
    assert world.refusal("offer_ownership", address("owner-02")) == "owner: only the owner"
    offered = world("offer_ownership", address("owner-02"), sender="owner").named("OwnershipOffered")[0]
    assert offered.new_owner == hex_of("owner-02") == world.contract.view("pending_owner")
    assert world.contract.view("owner") == hex_of("owner")
    assert world.refusal("accept_ownership", sender="owner") == "owner: not offered"
    moved = world("accept_ownership", sender="owner-02").named("OwnershipMoved")[0]
    assert moved.owner == hex_of("owner-02") == world.contract.view("owner")
    assert world.contract.view("pending_owner") == "0x" + bytes(20).hex()
    assert world.refusal("accept_ownership", sender="owner-02") == "owner: not offered"
    refused = world.refusal("register_sponsor", address("sponsor-02"), sender="owner")
    assert refused == "sponsor: only the owner"
    world("register_sponsor", address("sponsor-02"), sender="owner-02")


def test_an_offer_of_ownership_is_taken_back(world):
    world("offer_ownership", address("owner-02"), sender="owner")
    world("offer_ownership", NOBODY, sender="owner")
    assert world.refusal("accept_ownership", sender="owner-02") == "owner: not offered"


def test_a_sponsor_moves_in_two_steps_with_all_that_it_has(two):
    told = two("offer_admin", address("admin-03")).named("AdminOffered")[0]
    assert told.arguments == {"sponsor": 1, "new_admin": hex_of("admin-03")}
    for sender in ("sponsor-01", "sponsor-02", "anybody"):
        assert two.refusal("accept_admin", 1, sender=sender) == "sponsor: not offered"
    assert two.refusal("accept_admin", 2, sender="admin-03") == "sponsor: not offered"
    moved = two("accept_admin", 1, sender="admin-03").named("AdminMoved")[0]
    assert moved.arguments == {"sponsor": 1, "admin": hex_of("admin-03")}
    assert two.contract.view("sponsor", 1).admin == hex_of("admin-03")
    assert two.contract.view("sponsor_of", address("admin-03")) == 1
    assert two.contract.view("sponsor_of", address("sponsor-01")) == 0
    two("withdraw", 1, 1, sender="admin-03")
    assert two.refusal("withdraw", 1, 1) == "programme: of another sponsor"
    assert two.refusal("offer_admin", address("sponsor-01")) == "sponsor: only a sponsor"
    assert two.refusal("accept_admin", 1, sender="admin-03") == "sponsor: not offered"
    two("set_paused", 1, True, sender="clerk-01")


def test_an_admin_is_of_one_sponsor(two):
    two("offer_admin", address("sponsor-02"))
    assert two.refusal("accept_admin", 1, sender="sponsor-02") == "sponsor: registered before"
    two("offer_admin", address("admin-03"))
    two("offer_admin", NOBODY)
    assert two.refusal("accept_admin", 1, sender="admin-03") == "sponsor: not offered"


def test_who_was_an_admin_can_be_one_again(two):
    two("offer_admin", address("admin-03"))
    two("accept_admin", 1, sender="admin-03")
    assert two.register_sponsor("sponsor-01") == 3
    assert two.refusal("withdraw", 1, 1) == "programme: of another sponsor"


# ---- shops speak for themselves


def test_only_the_payout_address_names_another_one(two):
    for sender in ("sponsor-01", "clerk-01", "owner", "anybody"):
        refused = two.refusal("move_payout", 1, address("shop-91"), sender=sender)
        assert refused == "shop: only its payout address"
    assert two.refusal("move_payout", 9, address("shop-91"), sender="shop-01") == "shop: only its payout address"
    assert two.refusal("move_payout", 1, NOBODY, sender="shop-01") == "shop: no address"
    told = two("move_payout", 1, address("shop-91"), sender="shop-01").named("PayoutMoved")[0]
    assert told.arguments == {"shop": 1, "payout": hex_of("shop-91")}
    two.till.pay("family-01", 100)
    two.settle_new()
    two("pay_out", 1, 1)
    assert two.euro.view("balanceOf", address("shop-91")) == 100
    assert two.refusal("move_payout", 1, address("shop-01"), sender="shop-01") == "shop: only its payout address"
