"""Who may do what, and what each of it leaves behind."""

import pytest

from contracts.wire.signature import words
from contracts.wire.units import Address
from tests.contract.journals import NOW, address
from tests.contract.world import ADMITTED, BEGINS, ENDS, NETWORK, RULES, World, misbehaving

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
    values = {"name": "Kindpakket", "token": world.euro.address} | RULES
    return tuple((values | changes).values())


def test_a_programme_is_what_its_sponsor_says(world):
    receipt = world("create_programme", *terms(world, name="Sport", categories=6))
    assert receipt.result == 2
    programme = world.contract.view("programme", 2)
    assert (programme.sponsor, programme.name, programme.scale) == (1, "Sport", 1)
    assert (programme.paused, programme.closed) == (False, False)
    assert programme.token == "0x" + world.euro.address.hex()
    rules = RULES | {"categories": 6}
    assert {name: programme.fields[name] for name in rules} == rules
    created = receipt.named("ProgrammeCreated")[0]
    assert (created.programme, created.sponsor, created.name, created.token) == (2, 1, "Sport", programme.token)
    assert {name: created.arguments[name] for name in rules} == rules
    assert world.contract.view("programme", 3).sponsor == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": ""}, "programme: no name"),
        ({"begins": ENDS + 1}, "programme: ends before it begins"),
        ({"categories": 3}, "programme: category 0 is none"),
    ],
    ids=["name", "period", "category"],
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
    rules = {
        "begins": BEGINS + 1,
        "ends": ENDS + 1,
        "floor_limit": 1,
        "day_limit": 2,
        "offline_window": 7200,
        "categories": 2**64 - 2,
    }
    changed = world.set_rules(**rules).named("ProgrammeChanged")[0]
    assert changed.arguments == {"programme": 1} | rules
    programme = world.contract.view("programme", 1)
    assert {name: programme.fields[name] for name in rules} == rules
    assert programme.paused is True
    for wrong, reason in (
        ({"begins": ENDS + 2}, "programme: ends before it begins"),
        ({"categories": 1}, "programme: category 0 is none"),
    ):
        assert world.refusal("set_programme", 1, *(rules | wrong).values()) == reason


def test_an_end_is_not_moved_into_the_past(world):
    """Entries have their 90 days; what stays as it is may be past."""
    world.set_rules(ends=NOW)
    world.evm.time = NOW + 100
    for ends in (NOW - 1, NOW + 99):
        refused = world.refusal("set_programme", 1, *(RULES | {"ends": ends}).values())
        assert refused == "programme: the end lies in the past"
    world.set_rules(ends=NOW, floor_limit=1)
    world.set_rules(ends=NOW + 100)
    assert world.contract.view("programme", 1).ends == NOW + 100


def test_a_pause_can_be_ended(world):
    assert world("set_paused", 1, True).named("ProgrammePaused")[0].paused is True
    assert world.contract.view("programme", 1).paused is True
    assert world("set_paused", 1, False).named("ProgrammePaused")[0].paused is False
    assert world.contract.view("programme", 1).paused is False


def test_shops_are_registered_by_sponsors_and_placed_by_programmes(world):
    receipt = world("register_shop", 1, address("shop-02"))
    shop = receipt.result
    assert receipt.named("ShopRegistered")[0].arguments == {"shop": 2, "sponsor": 1, "payout": hex_of("shop-02")}
    known = world.contract.view("shop", shop)
    assert (known.sponsor, known.payout, known.by_bank) == (1, hex_of("shop-02"), False)
    assert not world.contract.view("is_admitted", 1, shop)
    placed = world("place_shop", 1, shop, 5, ADMITTED).named("ShopPlaced")[0]
    assert placed.arguments == {"programme": 1, "shop": 2, "category": 5, "standing": ADMITTED}
    assert world.contract.view("placed", 1, shop).fields == {"category": 5, "standing": ADMITTED}
    assert world.contract.view("is_admitted", 1, shop)
    assert world.refusal("register_shop", 1, NOBODY) == "shop: no address"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((1, 99, 0, ADMITTED), "shop: unknown"),
        ((1, 0, 0, ADMITTED), "shop: unknown"),
        ((1, 1, 64, ADMITTED), "shop: category"),
        ((1, 1, 63, 3), "shop: standing"),
    ],
    ids=["unknown", "nobody", "category", "standing"],
)
def test_a_place_that_makes_no_sense_is_refused(world, arguments, reason):
    assert world.refusal("place_shop", *arguments) == reason
    world("place_shop", 1, 1, 63, 2)


def test_a_shop_of_one_sponsor_may_be_admitted_by_another(world):
    world.register_sponsor("sponsor-02")
    programme = world.create_programme("sponsor-02")
    world.place(programme=programme, sponsor="sponsor-02")
    assert world.contract.view("is_admitted", programme, 1)
    assert not world.contract.view("placed", programme, 1).category


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


def test_a_checkpoint_tells_no_slice_of_a_programme_that_is_over(world):
    """What is approved on its word must find it when it is handed in, 90 days after the end at the latest."""
    slices = lambda: list(world.contract.view("checkpoint", world.till.address, [1]).slices)  # noqa: E731
    world.evm.time = ENDS
    assert slices() == [25_000]
    world.evm.time = ENDS + 1
    assert slices() == [0]
    assert world.contract.view("slice_of", 1, world.till.address).left == 25_000
    world.set_rules(ends=ENDS + 2)
    assert slices() == [25_000]
    world.evm.time = ENDS + 3 + 90 * 86_400
    world("close_programme", 1)
    assert slices() == [0]


def test_the_checkpoint_of_an_unknown_terminal_has_no_shop(world):
    point = world.contract.view("checkpoint", address("till-09"), [1])
    assert (point.shop, point.sequence, point.head, list(point.slices)) == (0, 0, bytes(20), [0])
    assert (point.ask_sequence, point.ask_reason) == (0, 0)
