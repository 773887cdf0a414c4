"""A till that was away for a week, and one whose card was put back from an old copy, before the real contract."""

import asyncio
import shutil

import pytest

from contracts.chain import checksum
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from provisioning import fleet
from terminal import daemon, export
from terminal.core.screen import Stage
from terminal.reconcile import reconcile
from terminal.store import Reader
from tests.end_to_end.street import opened
from tests.end_to_end.test_sale_to_paid import open_for_business
from tests.terminal.clockwork import Times, open_counter
from tests.terminal.till import Till, now, sell

WEEK = 7 * 86_400
SLICE = 100_00


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("street")) as made:
        yield made


@pytest.fixture
def till(street, tmp_path):
    made = Till(tmp_path / "till", street.rpc_url, street.till.gateway_url, domain=street.deployment.domain)
    consent = made.signer().sign_registration(street.shop)
    fleet.register(street.town, made.address, street.shop, consent, [fleet.Raise(street.programme, Cents(SLICE))])
    return made


def credited(till, street):
    """What the contract credited for this journal, all of which must be judged and paid."""
    with Reader.open(till.journal) as reader:
        found = asyncio.run(reconcile(export.of(reader), street.rpc_url))
    assert (found.difference, [entry.reason for entry in found.entries]) == (0, [Reason.PAID] * len(found.entries))
    return found.credited


async def away(till, times):
    """A week without a network: it sells until the window ends, counts down, and then refuses."""
    async with open_counter(till, times) as counter:
        for family in (1, 2):
            assert (await counter.sell(family)).stage is Stage.APPROVED
            times.pass_by(9)
            status = (await counter.until(Stage.READY)).status
            assert status.approves_until > status.time
        times.pass_by(WEEK - 18)
        refused = await counter.sell(3)
        assert (refused.stage, refused.reason) == (Stage.REFUSED, Reason.OFFLINE_TOO_LONG)
        assert refused.status.waiting == 2


def test_f09_what_was_sold_a_week_ago_is_paid_once_when_the_till_is_back(street, till, monkeypatch):
    monkeypatch.setattr(daemon, "TICK_SECONDS", 0.02)
    network = till.rpc_url, till.gateway_url
    till.rpc_url = till.gateway_url = "http://127.0.0.1:9"
    till.configure()
    begun = now() - WEEK
    till.know(at=Timestamp(begun), slice_=SLICE, left=60_00, families=5)
    asyncio.run(away(till, Times(wall=begun)))
    till.rpc_url, till.gateway_url = network
    till.configure()
    for _ in range(2):  # the second time, nothing is new
        with till.start() as running, running.screen() as glass:
            open_for_business(glass)
            running.stop()
        assert credited(till, street) == 10_00
    with till.start() as running, running.screen() as glass:
        open_for_business(glass)
        assert sell(running, glass, 3).stage is Stage.APPROVED
        glass.until(lambda screen: screen.status.waiting == 0)
    assert credited(till, street) == 22_50


def copied(till, folder):
    """The card's image, as it is now."""
    shutil.copytree(till.folder, folder, ignore=shutil.ignore_patterns("*.sock", "*.lock"))


def put_back(till, folder):
    for path in till.folder.glob("journal.sqlite*"):
        path.unlink()
    for path in folder.glob("journal.sqlite*"):
        shutil.copy(path, till.folder / path.name)


@pytest.mark.parametrize("sells_on", [False, True], ids=["at once", "after it sold on without a network"])
def test_f16_a_card_put_back_from_an_old_copy_is_a_fork_and_locks(street, till, tmp_path, sells_on):
    with till.start() as running, running.screen() as glass:
        open_for_business(glass)
        assert sell(running, glass, 4, "1", "00").stage is Stage.APPROVED
        glass.until(lambda screen: screen.status.waiting == 0)
        running.stop()
    copied(till, tmp_path / "image")
    with till.start() as running, running.screen() as glass:
        open_for_business(glass)
        assert sell(running, glass, 5, "2", "00").stage is Stage.APPROVED
        glass.until(lambda screen: screen.status.waiting == 0)
        running.stop()
    before = credited(till, street)
    put_back(till, tmp_path / "image")
    if sells_on:  # the written exception: this sale's place in the journal is taken
        network = till.rpc_url, till.gateway_url
        till.rpc_url = till.gateway_url = "http://127.0.0.1:9"
        till.configure()
        with till.start() as running, running.screen() as glass:
            assert sell(running, glass, 2, "3", "00").stage is Stage.APPROVED
            running.stop()
        till.rpc_url, till.gateway_url = network
        till.configure()
    with till.start() as running, running.screen() as glass:
        locked = glass.until(Stage.LOCKED)
        assert locked.reason == Reason.FORK
        running.scan("KP1")
        running.stop()
    with till.start() as running, running.screen() as glass:  # and so it stays
        assert glass.next().stage is Stage.LOCKED
    settled = street.town.look("terminal", checksum(till.address))
    assert (int(settled["sequence"]), before) == (2, 3_00)
