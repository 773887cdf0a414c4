"""The self-test against a real street: one cent goes out and comes back, and what stands in its way is said."""

import asyncio

import pytest

from contracts.wire.errors import Broken
from provisioning import programme
from terminal import self_test
from terminal.link.client import Client
from tests.end_to_end.street import opened
from tests.terminal.till import Till, code, sell


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("street")) as made:
        yield made


async def attempt(running, capsys, seconds=60.0, family=1, scan=""):
    """The test's outcome, with a person who scans when asked to."""
    client = Client(running.till.socket)

    async def person():
        said = ""
        while "test pass" not in said:
            said += capsys.readouterr().err
            await asyncio.sleep(0.02)
        await asyncio.to_thread(running.scan, scan or code(family))

    helping = asyncio.create_task(person())
    try:
        return await self_test._Counter(client, client.screens()).test(seconds)
    finally:
        helping.cancel()


async def test_one_cent_is_sold_and_given_back_and_both_are_settled(street, capsys):
    before, drawn = street.credit(), street.drawn()
    with street.till.start() as running:
        outcome = await attempt(running, capsys)
    assert outcome.settled
    assert outcome.given_back == outcome.sold + 1
    assert (street.credit(), street.drawn()) == (before, drawn)


async def test_again_within_minutes_it_is_confirmed_twice(street, capsys):
    with street.till.start() as running:
        assert (await attempt(running, capsys)).settled
        assert (await attempt(running, capsys, seconds=0)).settled is False, "and says that they wait"


async def test_a_pass_that_is_not_taken_is_said(street, capsys):
    with street.till.start() as running:
        with pytest.raises(Broken, match="the pass was not taken"):
            await attempt(running, capsys, scan="KP1NOPASS")


async def test_a_paused_programme_is_said(street, capsys):
    programme.pause(street.town, street.programme)
    try:
        with street.till.start() as running, running.screen() as glass:
            glass.until(lambda screen: screen.status.gateway and screen.status.approves_until)
            with pytest.raises(Broken, match=r"not taken|not approved"):
                await attempt(running, capsys)
    finally:
        programme.pause(street.town, street.programme, paused=False)


def test_without_a_daemon_or_a_network_it_says_what_to_do(tmp_path, monkeypatch, capsys):
    till = Till(tmp_path / "till")
    assert self_test.main(["--config", str(till.config)]) == 1
    assert "systemctl start" in capsys.readouterr().err
    monkeypatch.setattr(self_test, "ANSWER_SECONDS", 0.5)
    with till.start():
        assert self_test.main(["--config", str(till.config)]) == 1
    assert "the gateway does not answer" in capsys.readouterr().err


@pytest.mark.parametrize("pin", ["1234"])
async def test_where_there_is_a_pin_a_person_types_it(street, capsys, pin):
    from terminal import pin as pins

    street.till.extra = f'staff_pin = "{pins.seal(pin)}"'
    street.till.configure()
    try:
        with street.till.start() as running:

            async def person():
                said = ""
                while "PIN" not in said:
                    said += capsys.readouterr().err
                    if "test pass" in said:
                        await asyncio.to_thread(running.scan, code(2))
                        said = said.replace("test pass", "")
                    await asyncio.sleep(0.02)
                await asyncio.to_thread(lambda: running.keys(*pin, "confirm"))

            typing = asyncio.create_task(person())
            client = Client(running.till.socket)
            outcome = await self_test._Counter(client, client.screens()).test(60)
            await typing
            assert outcome.settled
    finally:
        street.till.extra = ""
        street.till.configure()


async def test_another_sale_between_is_never_given_back(street, capsys, monkeypatch):
    """The menu gives back the last sale, whichever that is: so its number is looked at first."""
    menu = self_test._Counter._menu

    async def late(counter):
        await asyncio.to_thread(customer)
        counter._now = None
        return await menu(counter)

    with street.till.start() as running, running.screen() as glass:

        def customer():
            sell(running, glass, 3, "2", "00")

        monkeypatch.setattr(self_test._Counter, "_menu", late)
        with pytest.raises(Broken, match="another sale came between"):
            await attempt(running, capsys)
