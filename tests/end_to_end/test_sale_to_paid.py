"""From the scan to the contract's credit with every part real, and with parts that die on the way."""

import asyncio

import pytest

from contracts.wire.reasons import Reason
from provisioning import programme
from terminal.core.screen import EntryState, Stage
from terminal.store import Reader
from tests.end_to_end.street import SLICE, opened
from tests.terminal.till import eventually, sell


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("street")) as made:
        yield made


def open_for_business(glass):
    """The terminal knows the chain and the snapshot, and everything before is settled."""
    glass.until(lambda screen: screen.status.gateway and screen.status.chain and screen.status.approves_until)
    glass.until(lambda screen: screen.status.waiting == 0)


def until_settled(glass, state=EntryState.PAID):
    def is_settled(screen):
        return screen.status.waiting == 0 and screen.recent and screen.recent[0].state is state

    return glass.until(is_settled)


def sell_when_able(running, glass, family, *keys):
    """The slice comes a moment after the first snapshot; until then a sale is refused as it must be."""
    screen = sell(running, glass, family, *keys)
    while screen.reason == Reason.SLICE_USED_UP:
        glass.until(Stage.READY)
        screen = sell(running, glass, family, *keys)
    return screen


def test_a_sale_is_approved_at_once_and_paid_from_the_budget(street):
    before = street.credit()
    with street.till.start() as running, running.screen() as glass:
        open_for_business(glass)
        assert sell_when_able(running, glass, 1).stage is Stage.APPROVED
        paid = until_settled(glass)
        assert paid.recent[0].reason == Reason.PAID
    assert street.credit() - before == 12_50
    assert street.drawn() == 0


def test_f02_f10_a_gateway_killed_while_entries_wait_settles_each_once(street):
    before = street.credit()
    with street.till.start() as running, running.screen() as glass:
        open_for_business(glass)
        street.kill_gateway()
        assert sell(running, glass, 2, "1", "00").stage is Stage.APPROVED
        street.open_gateway()
        assert sell(running, glass, 3, "2", "00").stage is Stage.APPROVED
        street.kill_gateway()
        running.kill()
        street.open_gateway()
    with street.till.start() as running, running.screen() as glass:
        until_settled(glass)
    assert street.credit() - before == 3_00


def is_paused(till):
    """As the newest snapshot has it, which comes beside the outcomes."""
    with Reader.open(till.journal) as reader:
        return [each.paused for each in reader.programmes()] == [True]


def test_f15_what_the_sponsor_paused_after_the_approval_is_paid_from_the_slice(street):
    before, drawn = street.credit(), street.drawn()
    with street.till.start() as running, running.screen() as glass:
        open_for_business(glass)
        street.kill_gateway()
        assert sell(running, glass, 4, "5", "00").stage is Stage.APPROVED
        programme.pause(street.town, street.programme)
        street.open_gateway()
        settled = until_settled(glass)
        assert settled.recent[0].reason == Reason.PROGRAMME_PAUSED
        asyncio.run(eventually(lambda: is_paused(street.till)))
        glass.until(Stage.READY)
        refused = sell(running, glass, 5)
        assert (refused.stage, refused.reason) == (Stage.REFUSED, Reason.PROGRAMME_PAUSED)
        programme.pause(street.town, street.programme, paused=False)
    assert street.credit() - before == 5_00
    assert street.drawn() - drawn == 5_00
    assert street.drawn() < SLICE
