"""A lost pass, with every part real: the sponsor blocks or replaces it, and the till refuses its code from then on."""

import asyncio

import pytest

from contracts.chain import checksum
from contracts.wire.reasons import Reason
from provisioning import holdings
from terminal.core.screen import Stage
from terminal.store import Reader
from tests.end_to_end.street import BUDGET, opened
from tests.end_to_end.test_sale_to_paid import open_for_business, sell_when_able, until_settled
from tests.terminal.till import eventually, pass_address, sell

BLOCKED, LOST, FOUND, SUCCESSOR = 1, 2, 3, 9
"""Three families of the street, and a pass that is new."""
PRICE = 12_50


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("street")) as made:
        yield made


def learns(street, family, wanted):
    """The till has been told so of this family's budget."""

    def knows():
        with Reader.open(street.till.journal) as reader:
            return any(wanted(budget) for budget in reader.budgets_of(pass_address(family)))

    asyncio.run(eventually(knows))


def left(street, family):
    return int(street.town.look("budget", street.programme, checksum(pass_address(family)))["left"])


def test_f32_a_lost_passs_code_is_refused_and_the_new_one_spends_what_was_left(street):
    before, old, new = street.credit(), pass_address(LOST), pass_address(SUCCESSOR)
    with street.till.start() as running, running.screen() as glass:
        open_for_business(glass)
        assert sell_when_able(running, glass, LOST).stage is Stage.APPROVED
        until_settled(glass)
        holdings.reissue(street.town, holdings.to_move(street.town, old, new), old, new)
        learns(street, LOST, lambda budget: budget.blocked)
        learns(street, SUCCESSOR, lambda budget: budget.left == BUDGET - PRICE)
        refused = sell(running, glass, LOST)
        assert (refused.stage, refused.reason) == (Stage.REFUSED, Reason.PASS_BLOCKED)
        assert sell(running, glass, SUCCESSOR).stage is Stage.APPROVED
        until_settled(glass)
    assert (street.credit() - before, street.drawn()) == (2 * PRICE, 0)
    assert (left(street, LOST), left(street, SUCCESSOR)) == (0, BUDGET - 2 * PRICE)


def test_f32_a_blocked_pass_is_refused_until_it_is_unblocked_and_others_are_not(street):
    before, address = street.credit(), pass_address(BLOCKED)
    with street.till.start() as running, running.screen() as glass:
        open_for_business(glass)
        holdings.set_blocked(street.town, address, blocked=True)
        learns(street, BLOCKED, lambda budget: budget.blocked)
        refused = sell_when_able(running, glass, BLOCKED)
        assert (refused.stage, refused.reason) == (Stage.REFUSED, Reason.PASS_BLOCKED)
        assert sell_when_able(running, glass, FOUND).stage is Stage.APPROVED
        holdings.set_blocked(street.town, address, blocked=False)
        learns(street, BLOCKED, lambda budget: not budget.blocked)
        assert sell(running, glass, BLOCKED).stage is Stage.APPROVED
        until_settled(glass)
    assert (street.credit() - before, left(street, BLOCKED)) == (2 * PRICE, BUDGET - PRICE)
