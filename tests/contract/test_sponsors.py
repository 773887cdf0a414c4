"""Who may do what, and what each of it leaves behind."""

import pytest

from contracts.wire.signature import words
from contracts.wire.units import Address
from tests.contract.world import (
    BEGINS,
    ENDS,
    FLOOR,
    NETWORK,
    NOW,
    OFFLINE_WINDOW,
    World,
    address,
    artifact,
    misbehaving,
)

NOBODY = Address(bytes(20))


def hex_of(name: str) -> str:
    """The address as the ABI gives it back."""
    return "0x" + address(name).hex()


def test_the_deployer_owns_it_and_the_network_is_kept(world):
    assert world.contract.view("owner") == hex_of("owner")
    assert world.contract.view("network") == NETWORK


def test_only_the_owner_registers_sponsors(world):
    assert world("register_sponsor", address("sponsor-02"), sender="owner").result == 2
    assert world.contract.view("sponsor", 2).admin == hex_of("sponsor-02")
    assert world.contract.view("sponsor_of", address("sponsor-02")) == 2
    for sender in ("sponsor-01", "anybody"):
        call = lambda sender=sender: world("register_sponsor", address("sponsor-03"), sender=sender)  # noqa: E731
        assert world.revert_reason(call) == "sponsor: only the owner"


@pytest.mark.parametrize(
    ("admin", "reason"), [(NOBODY, "sponsor: no address"), (address("sponsor-01"), "sponsor: registered before")]
)
def test_a_sponsor_needs_an_address_of_its_own(world, admin, reason):
    assert world.revert_reason(lambda: world("register_sponsor", admin, sender="owner")) == reason


def terms(world: World, **changes: object) -> tuple[object, ...]:
    """The arguments of create_programme, changed."""
    values = {
        "name": "Kindpakket",
        "token": world.euro.address,
        "begins": BEGINS,
        "ends": ENDS,
        "floor_limit": FLOOR,
        "offline_window": OFFLINE_WINDOW,
    }
    return tuple((values | changes).values())


def test_a_programme_is_what_its_sponsor_says(world):
    receipt = world("create_programme", *terms(world, name="Sport"))
    assert receipt.result == 2
    programme = world.contract.view("programme", 2)
    assert (programme.sponsor, programme.name, programme.scale, programme.paused) == (1, "Sport", 1, False)
    assert (programme.begins, programme.ends, programme.floor_limit) == (BEGINS, ENDS, FLOOR)
    assert programme.offline_window == OFFLINE_WINDOW
    assert programme.token == "0x" + world.euro.address.hex()
    created = receipt.named("ProgrammeCreated")[0]
    assert (created.programme, created.sponsor, created.name) == (2, 1, "Sport")
    assert world.contract.view("programme", 3).sponsor == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"name": ""}, "programme: no name"), ({"begins": ENDS + 1}, "programme: ends before it begins")],
    ids=["name", "period"],
)
def test_a_programme_that_makes_no_sense_is_not_created(world, changes, reason):
    assert world.revert_reason(lambda: world("create_programme", *terms(world, **changes))) == reason


@pytest.mark.parametrize(("decimals", "scale"), [(2, 1), (6, 10**4), (18, 10**16)])
def test_a_token_has_2_to_18_decimals(world, decimals, scale):
    token = world.evm.deploy(misbehaving("bad_token"), decimals, sender=world.owner)
    programme = world("create_programme", *terms(world, token=token.address)).result
    assert world.contract.view("programme", programme).scale == scale


@pytest.mark.parametrize("decimals", [0, 1, 19, 255])
def test_other_decimals_are_refused(world, decimals):
    token = world.evm.deploy(misbehaving("bad_token"), decimals, sender=world.owner)
    reason = world.revert_reason(lambda: world("create_programme", *terms(world, token=token.address)))
    assert reason == "programme: token decimals"


def test_what_is_no_token_is_refused(world):
    world.revert_reason(lambda: world("create_programme", *terms(world, token=address("nobody's contract"))))


def test_a_programme_can_be_changed_and_stays_paused(world):
    world("set_paused", 1, True)
    receipt = world("set_programme", 1, BEGINS + 1, ENDS + 1, 1, 7200)
    changed = receipt.named("ProgrammeChanged")[0]
    assert (changed.begins, changed.ends, changed.floor_limit, changed.offline_window) == (
        BEGINS + 1,
        ENDS + 1,
        1,
        7200,
    )
    programme = world.contract.view("programme", 1)
    assert (programme.begins, programme.ends, programme.floor_limit) == (BEGINS + 1, ENDS + 1, 1)
    assert (programme.offline_window, programme.paused) == (7200, True)
    reason = world.revert_reason(lambda: world("set_programme", 1, ENDS + 1, ENDS, 1, 7200))
    assert reason == "programme: ends before it begins"


def test_a_pause_can_be_ended(world):
    assert world("set_paused", 1, True).named("ProgrammePaused")[0].paused is True
    assert world.contract.view("programme", 1).paused is True
    assert world("set_paused", 1, False).named("ProgrammePaused")[0].paused is False
    assert world.contract.view("programme", 1).paused is False


def test_shops_are_registered_by_sponsors_and_admitted_by_programmes(world):
    receipt = world("register_shop", address("shop-02"))
    shop = receipt.result
    assert (world.contract.view("shop", shop).sponsor, world.contract.view("shop", shop).payout) == (
        1,
        hex_of("shop-02"),
    )
    assert not world.contract.view("is_admitted", 1, shop)
    world("admit_shop", 1, shop, True)
    assert world.contract.view("is_admitted", 1, shop)
    assert world("admit_shop", 1, shop, False).named("ShopAdmitted")[0].admitted is False
    assert not world.contract.view("is_admitted", 1, shop)
    assert world.revert_reason(lambda: world("register_shop", NOBODY)) == "shop: no address"
    assert world.revert_reason(lambda: world("admit_shop", 1, 99, True)) == "shop: unknown"
    assert world.revert_reason(lambda: world("admit_shop", 1, 0, True)) == "shop: unknown"


def test_a_shop_of_one_sponsor_may_be_admitted_by_another(world):
    world.register_sponsor("sponsor-02")
    programme = world.create_programme("sponsor-02")
    world("admit_shop", programme, 1, True, sender="sponsor-02")
    assert world.contract.view("is_admitted", programme, 1)


def refusal(world: World, till: str, shop: int, sender: str = "sponsor-01") -> str:
    """Why a terminal that agreed is not registered."""
    return world.revert_reason(
        lambda: world("register_terminal", address(till), shop, world.consent(till, shop), sender=sender)
    )


def test_a_terminal_is_bound_to_its_shop_for_good(world):
    world.new_shop("shop-02")
    receipt = world("register_terminal", address("till-02"), 2, world.consent("till-02", 2))
    assert receipt.named("TerminalRegistered")[0].shop == 2
    assert world.contract.view("terminal", address("till-02")).shop == 2
    for shop in (1, 2):
        assert refusal(world, "till-02", shop) == "terminal: registered before"
    nobody = lambda: world("register_terminal", NOBODY, 1, words(bytes(64)))  # noqa: E731
    assert world.revert_reason(nobody) == "terminal: no address"
    for shop in (0, 9):
        assert refusal(world, "till-03", shop) == "shop: of another sponsor"


def test_only_the_sponsor_of_a_shop_registers_its_terminals(world):
    world.register_sponsor("sponsor-02")
    assert refusal(world, "till-02", 1, sender="sponsor-02") == "shop: of another sponsor"


SPONSORED = [
    ("set_programme", (1, BEGINS, ENDS, FLOOR, OFFLINE_WINDOW)),
    ("set_paused", (1, True)),
    ("admit_shop", (1, 1, False)),
    ("raise_slice", (1, address("till-01"), 1)),
    ("revoke_terminal", (1, address("till-01"))),
    ("grant", (1, bytes(32), [address("family-02")], [1])),
    ("set_pass_blocked", (1, address("family-01"), True)),
    ("withdraw", (1, 1)),
]


@pytest.mark.parametrize(("name", "arguments"), SPONSORED, ids=[name for name, _ in SPONSORED])
def test_a_programme_obeys_its_own_sponsor_alone(world, name, arguments):
    world.register_sponsor("sponsor-02")
    for sender in ("sponsor-02", "owner", "anybody"):
        reason = world.revert_reason(lambda sender=sender: world(name, *arguments, sender=sender))
        assert reason == "programme: of another sponsor"
    assert world.revert_reason(lambda: world(name, 9, *arguments[1:])) == "programme: unknown"
    assert world.revert_reason(lambda: world(name, 0, *arguments[1:])) == "programme: unknown"
    world(name, *arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("register_shop", lambda _: (address("shop-02"),)),
        ("register_terminal", lambda world: (address("till-02"), 1, world.consent("till-02", 1))),
        ("create_programme", terms),
    ],
)
def test_only_sponsors_do_what_sponsors_do(world, name, arguments):
    used = arguments(world)
    for sender in ("owner", "anybody"):
        reason = world.revert_reason(lambda sender=sender: world(name, *used, sender=sender))
        assert reason == "sponsor: only a sponsor"
    world(name, *used)


def test_ids_count_from_1(world):
    assert world.contract.view("sponsor_count") == 1
    assert world.contract.view("programme_count") == 1
    assert world.contract.view("shop_count") == 1
    assert world.register_sponsor("sponsor-02") == 2
    assert world.create_programme("sponsor-02") == 2
    assert world.new_shop("shop-02", programmes=()) == 2


def test_a_checkpoint_says_all_of_one_block(world):
    world.new_till("till-02", world.new_shop("shop-02"), 300)
    second = world.create_programme("sponsor-01", funds=1000)
    world("raise_slice", second, world.till.address, 500)
    world.till.pay("family-01", 100)
    world.settle(world.till.segment())
    world.evm.time, world.evm.block = NOW + 12, 77
    point = world.contract.view("checkpoint", world.till.address, [1, second, 99])
    assert (point.chain_id, point.network, point.block_number, point.block_time) == (1337, NETWORK, 77, NOW + 12)
    assert (point.shop, point.sequence, point.head) == (1, 1, world.till.heads[1][-20:])
    assert list(point.slices) == [25_000, 500, 0]
    world("revoke_terminal", 1, world.till.address)
    assert list(world.contract.view("checkpoint", world.till.address, [1, second]).slices) == [0, 500]


def test_the_checkpoint_of_an_unknown_terminal_has_no_shop(world):
    point = world.contract.view("checkpoint", address("till-09"), [1])
    assert (point.shop, point.sequence, point.head, list(point.slices)) == (0, 0, bytes(20), [0])


def test_the_runtime_code_is_small_enough_to_deploy():
    assert len(artifact("kindpakket")["runtime_bytecode"]) // 2 < 24_576  # EIP-170
