"""An order from the contract to the counter, with every part real: set aside, told, scanned, one key, paid once."""

import asyncio
from dataclasses import replace

import pytest

from contracts.chain import checksum
from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.signature import sign
from contracts.wire.units import Cents, Timestamp
from provisioning import fleet, grant, orders
from provisioning.offering import Row, publish
from provisioning.orders import Signed
from terminal.core.screen import Booked, EntryState, Stage
from terminal.store import Reader
from tests.end_to_end.street import SLICE, opened
from tests.end_to_end.test_sale_to_paid import open_for_business, until_settled
from tests.end_to_end.test_self_test import attempt
from tests.provisioning.town import run
from tests.terminal.till import Till, code, eventually, now, pass_address, pass_key, phone_code

GRANTED = 100_00
BICYCLE = 89_00
"""Above the floor limit."""
ORDERED, BY_PHONE, FREED, OFFLINE, KILLED, TESTED, BOTH, RESTARTED = range(11, 19)
"""A family for each test."""


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("street")) as made:
        families = (ORDERED, BY_PHONE, FREED, OFFLINE, KILLED, TESTED, BOTH, RESTARTED)
        lines = [grant.Line(pass_address(family), Cents(GRANTED)) for family in families]
        grant.grant(made.town, made.programme, "orders", lines)
        yield made


@pytest.fixture(scope="module")
def desk(street):
    """What tells the gateway that an order waits for this family."""
    added = run(
        "gateway", "admin", "add", "desk", "--role", "enrol", "--data", str(street.folder / "gateway"), "--json"
    )

    def tell(family, until):
        row = Row(pass_address(family), street.programme, Cents(BICYCLE), until, "fiets")
        publish(street.till.gateway_url, added.data["token"], street.shop, [row])

    return tell


def set_aside(street, family, amount=BICYCLE, number=1):
    """The family's order on the contract, and until when it may be fetched."""
    until = Timestamp(now() + 86_400)
    plain = Signed(street.programme, street.shop, Cents(amount), until, number, bytes(64))
    signature = sign(pass_key(family), plain.digest(street.deployment.domain))
    assert orders.set_aside(street.town, replace(plain, signature=signature))
    return until


@pytest.fixture
def ordered(street, desk):
    """A bicycle for this family is set aside, and the gateway knows it."""

    def order(family):
        desk(family, set_aside(street, family))

    return order


def learns(street, family, till=None):
    """The till has been told of it."""

    def knows():
        with Reader.open((till or street.till).journal) as reader:
            return reader.orders_of(pass_address(family), now())

    asyncio.run(eventually(knows))


def left(street, family):
    return int(street.town.look("budget", street.programme, checksum(pass_address(family)))["left"])


def stands(street, family):
    found = orders.standing(street.town, street.programme, street.shop, pass_address(family))
    return found.amount if found else 0


def offered(running, glass, text):
    running.scan(text)
    screen = glass.until(Stage.ORDER)
    assert (screen.order, screen.amount, screen.programme) == ("fiets", BICYCLE, "Kindpakket")
    return screen


def is_usual(running, glass, family):
    """Whether a scan of this family begins a usual sale: what was handed over is not offered again."""
    glass.until(Stage.READY)
    running.scan(code(family))
    screen = glass.until(lambda screen: screen.stage in {Stage.ORDER, Stage.AMOUNT, Stage.REFUSED})
    return screen.stage is Stage.AMOUNT


def test_an_order_above_the_floor_limit_is_handed_over_by_one_key_and_credited_once(street, ordered):
    ordered(ORDERED)
    before, drawn = street.credit(), street.drawn()
    with street.till.start() as running, running.screen() as glass:
        open_for_business(glass)
        learns(street, ORDERED)
        offered(running, glass, code(ORDERED))
        running.keys("confirm")
        glass.until(Stage.ASKING)
        assert glass.until(Stage.APPROVED).amount == BICYCLE
        settled = until_settled(glass)
        assert (settled.recent[0].amount, settled.recent[0].kind) == (BICYCLE, Booked.ASK)
        assert is_usual(running, glass, ORDERED)
    assert (street.credit() - before, street.drawn() - drawn) == (BICYCLE, 0)
    assert (left(street, ORDERED), stands(street, ORDERED)) == (GRANTED - BICYCLE, 0)


def test_a_phones_code_fetches_an_order_if_its_ceiling_suffices(street, ordered):
    ordered(BY_PHONE)
    before, domain = street.credit(), street.deployment.domain
    with street.till.start() as running, running.screen() as glass:
        open_for_business(glass)
        learns(street, BY_PHONE)
        offered(running, glass, phone_code(BY_PHONE, counter=1, ceiling=BICYCLE - 1, domain=domain))
        running.keys("confirm")
        assert glass.until(Stage.REFUSED).reason == Reason.PHONE_CODE_CEILING
        offered(running, glass, phone_code(BY_PHONE, counter=2, ceiling=BICYCLE, domain=domain))
        running.keys("confirm")
        assert glass.until(Stage.APPROVED).amount == BICYCLE
        until_settled(glass)
    assert (street.credit() - before, left(street, BY_PHONE)) == (BICYCLE, GRANTED - BICYCLE)


def test_f38_one_that_was_freed_and_spent_meanwhile_is_refused_by_name_and_nothing_is_paid(street, ordered):
    """The family cancels while the offer is on the screen; the contract does not pay it."""
    ordered(FREED)
    before = street.credit()
    with street.till.start() as running, running.screen() as glass:
        open_for_business(glass)
        learns(street, FREED)
        offered(running, glass, code(FREED))
        assert orders.free(street.town, street.programme, street.shop, pass_address(FREED))
        set_aside(street, FREED, amount=50_00, number=2)
        running.keys("confirm")
        refused = glass.until(Stage.REFUSED)
        assert refused.reason == Reason.ASK_BUDGET_SHORT
        until_settled(glass, EntryState.REJECTED)
    assert (street.credit(), left(street, FREED), stands(street, FREED)) == (before, 50_00, 50_00)


def test_f01_offline_it_is_offered_even_after_a_restart_and_refused_by_name_and_a_usual_sale_goes_on(street, ordered):
    ordered(OFFLINE)
    before = street.credit()
    with street.till.start() as running, running.screen() as glass:
        open_for_business(glass)
        learns(street, OFFLINE)
        running.stop()
    street.kill_gateway()
    with street.till.start() as running, running.screen() as glass:
        offered(running, glass, code(OFFLINE))
        running.keys("confirm")
        assert glass.until(Stage.REFUSED).reason == Reason.ORDER_OFFLINE
        running.keys("5", "00", "confirm")
        assert glass.until(Stage.APPROVED).amount == 5_00
        street.open_gateway()
        until_settled(glass)
    assert (street.credit() - before, stands(street, OFFLINE)) == (5_00, BICYCLE)


@pytest.fixture
def second(street):
    """Another till of the same shop."""
    till = Till(street.folder / "second", rpc_url=street.rpc_url, domain=street.deployment.domain)
    raised = [fleet.Raise(street.programme, Cents(SLICE))]
    fleet.register(street.town, till.address, street.shop, till.signer().sign_registration(street.shop), raised)
    till.gateway_url = street.till.gateway_url
    till.configure()
    return till


def test_what_one_till_hands_over_leaves_the_other_tills_screen_and_is_paid_once(street, ordered, second):
    ordered(BOTH)
    before = street.credit()
    with street.till.start() as here, here.screen() as glass, second.start() as there, there.screen() as other:
        open_for_business(glass)
        open_for_business(other)
        learns(street, BOTH)
        learns(street, BOTH, second)
        offered(there, other, code(BOTH))
        offered(here, glass, code(BOTH))
        here.keys("confirm")
        glass.until(Stage.APPROVED)
        other.until(Stage.READY)
        there.keys("confirm")
        there.scan(code(1))
        other.until(Stage.AMOUNT)
        there.keys("cancel")  # so that the other pass is not one that has not left the scanner
        assert is_usual(there, other, BOTH)
        until_settled(glass)
    assert (street.credit() - before, left(street, BOTH), stands(street, BOTH)) == (BICYCLE, GRANTED - BICYCLE, 0)


def test_a_gateway_that_is_killed_while_an_order_is_asked_for_costs_no_second_payment(street, ordered):
    ordered(RESTARTED)
    before = street.credit()
    with street.till.start() as running, running.screen() as glass:
        open_for_business(glass)
        learns(street, RESTARTED)
        offered(running, glass, code(RESTARTED))
        running.keys("confirm")
        glass.until(Stage.ASKING)
        street.kill_gateway()
        street.open_gateway()
        assert glass.until(Stage.APPROVED).amount == BICYCLE
        until_settled(glass)
        assert is_usual(running, glass, RESTARTED)
    assert (street.credit() - before, stands(street, RESTARTED)) == (BICYCLE, 0)


def test_a_pass_for_which_an_order_waits_is_no_test_pass(street, ordered, capsys):
    ordered(TESTED)
    with street.till.start() as running, running.screen() as glass:
        open_for_business(glass)
        learns(street, TESTED)
        with pytest.raises(Broken, match="an order waits for this pass"):
            asyncio.run(attempt(running, capsys, family=TESTED))
    assert stands(street, TESTED) == BICYCLE


def test_f39_a_till_that_was_cut_off_while_the_order_was_asked_for_asks_what_became_of_it(street, ordered):
    """The last one here, as the till goes on asking."""
    ordered(KILLED)
    before = street.credit()
    with street.till.start() as running, running.screen() as glass:
        open_for_business(glass)
        learns(street, KILLED)
        offered(running, glass, code(KILLED))
        running.keys("confirm")
        glass.until(Stage.ASKING)
        running.kill()
    with street.till.start() as running, running.screen() as glass:
        assert glass.until(Stage.ASK_PAID).amount == BICYCLE
        glass.until(lambda screen: screen.stage is Stage.ASK_PAID and screen.status.waiting == 0)
        assert stands(street, KILLED) == 0
        running.scan(code(KILLED))
        usual = glass.until(lambda screen: screen.stage in {Stage.ORDER, Stage.AMOUNT})
        assert usual.stage is Stage.AMOUNT
    assert street.credit() - before == BICYCLE
