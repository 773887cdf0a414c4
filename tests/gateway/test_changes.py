"""Waiting for a change: who is woken by what, what waiting holds, and that it ends when the gateway does."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest

from contracts.gateway.serving import changes
from contracts.gateway.serving.changes import Changes, Concern, concern_of
from contracts.gateway.serving.snapshot import snapshot
from contracts.wire.errors import TryAgain
from contracts.wire.units import Address, to_hex
from terminal.store import Reader
from tests.gateway.ledger_town import DOMAIN, Town
from tests.gateway.postgres import Postgres
from tests.gateway.process import GatewayProcess, until
from tests.gateway.world import NETWORK, World
from tests.terminal.till import Till as Terminal
from tests.terminal.till import eventually

Start = Callable[..., GatewayProcess]


@pytest.fixture
def town(where: str | Path) -> Iterator[Town]:
    """Till 0 sells in programme 1, till 1 in programme 2; a pass has a budget in each."""
    made = Town(where)
    for number in (1, 2):
        made.programme()
        made.happen("ShopPlaced", programme=number, shop=number, category=0, standing=1)
        made.register(number - 1, number)
        made.happen("Granted", programme=number, pass_address=to_hex(made.cards[0].address), left=1_000)
    yield made
    made.store.close()


def concern(town: Town, till: int) -> Concern:
    """Of a till that has just been told everything."""
    terminal = town.tills[till].address
    told = snapshot(town.store, DOMAIN, NETWORK, terminal, None)
    assert told is not None
    found = concern_of(town.store, terminal, told.version)
    assert found is not None
    return found


@pytest.fixture
async def waiting(town: Town, monkeypatch: pytest.MonkeyPatch):
    """Two tills that wait; their tasks."""
    monkeypatch.setattr(changes, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(changes, "GATHER_SECONDS", 0.02)
    here = Changes(town.store)
    looking = asyncio.create_task(here.run())
    yield here, [asyncio.create_task(here.wait(concern(town, till), 60)) for till in (0, 1)]
    looking.cancel()
    here.close()


def grant(town: Town, programme: int) -> None:
    card = to_hex(town.cards[0].address)
    town.happen("Granted", programme=programme, pass_address=card, left=2_000)


async def test_only_those_whose_programmes_have_changed_are_woken(town, waiting):
    _, (first, second) = waiting
    await asyncio.to_thread(grant, town, 2)
    await second
    assert not first.done()
    town.tills[1].pay(town.cards[0], 100)
    await asyncio.to_thread(town.hand_in, 1)
    await asyncio.to_thread(grant, town, 1)
    await first


async def test_another_tills_payment_wakes(town, waiting):
    _, (first, second) = waiting
    town.tills[1].pay(town.cards[0], 100, programme=1)
    await asyncio.to_thread(town.hand_in, 1)
    await first
    assert not second.done(), "it was not in its programme"


async def test_a_budget_of_which_no_snapshot_tells_wakes_nobody(town, waiting):
    """A lost pass is blocked where it never had a budget: whoever was woken by it would hear of nothing, for ever."""
    here, (first, _) = waiting
    stranger = to_hex(Address(b"s" * 20))
    await asyncio.to_thread(town.happen, "PassBlocked", programme=1, pass_address=stranger, blocked=True)
    await here.wait(concern(town, 0), 0.7)
    assert not first.done()


async def test_a_change_of_rules_wakes_everybody(town, waiting):
    _, tasks = waiting
    await asyncio.to_thread(town.happen, "ProgrammePaused", programme=1, paused=True)
    await asyncio.gather(*tasks)


async def test_nothing_wakes_nobody_and_time_does(town, waiting):
    here, (first, second) = waiting
    await here.wait(concern(town, 0), 0.2)
    assert not first.done()
    assert not second.done()


async def test_what_is_new_since_the_last_look_is_gathered(town, waiting):
    """Whoever is behind what was seen is answered at once; whoever is not waits for the next look."""
    here, (first, _) = waiting
    before = concern(town, 0)
    await asyncio.to_thread(grant, town, 1)
    await first
    await here.wait(before, 60)
    with suppress(TimeoutError):
        async with asyncio.timeout(0.1):
            await here.wait(concern(town, 0), 60)
            raise AssertionError


async def test_a_store_that_was_put_back_wakes_everybody(town, waiting, monkeypatch):
    _, tasks = waiting
    monkeypatch.setattr(changes, "look", lambda store, wanted: changes.News("another", 0, {}))
    await asyncio.gather(*tasks)


async def test_a_store_that_does_not_answer_ends_no_waiting(town, waiting, monkeypatch):
    _, (first, _) = waiting
    failed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def fail(store, wanted):
        loop.call_soon_threadsafe(failed.set)
        raise TryAgain("gone")

    with monkeypatch.context() as patch:
        patch.setattr(changes, "look", fail)
        await failed.wait()
    assert not first.done()
    await asyncio.to_thread(grant, town, 1)
    await first


async def test_a_thousand_wait_on_one_look_and_hold_no_thread_and_no_connection(town, waiting):
    here, _ = waiting
    many = [asyncio.create_task(here.wait(concern_, 60)) for concern_ in [concern(town, 0)] * 1_000]
    await eventually(lambda: len(here._waiting) == 1_002)
    assert threading.active_count() < 50
    assert town.store._backend.reading.pool.checkedout() <= 1, "at most that of the look"
    await asyncio.to_thread(grant, town, 1)
    await asyncio.gather(*many)


async def test_f35_whoever_would_be_told_too_late_is_told_to_come_again(town, monkeypatch):
    """Else nobody hears the answers that others wait for, and each of them asks again."""
    monkeypatch.setattr(changes, "TURN_SECONDS", 0.05)
    here, go_on = Changes(town.store), threading.Event()
    slow = [asyncio.create_task(here.read(go_on.wait, 60)) for _ in range(changes.TELLERS)]
    await asyncio.sleep(0)
    with pytest.raises(TryAgain, match="at once"):
        await here.read(len, "told")
    go_on.set()
    assert await asyncio.gather(*slow) == [True] * changes.TELLERS
    assert await here.read(len, "told") == 4


async def test_when_the_gateway_stops_nobody_waits(town, waiting):
    here, tasks = waiting
    here.close()
    await asyncio.gather(*tasks)
    await here.wait(concern(town, 0), 60)


def test_whoever_has_to_be_told_all_anew_does_not_wait(town):
    terminal = town.tills[0].address
    told = snapshot(town.store, DOMAIN, NETWORK, terminal, None)
    assert told is not None
    town.happen("ProgrammePaused", programme=1, paused=True)
    assert concern_of(town.store, terminal, told.version) is None
    for unknown in (
        "",
        "another-1-00000000-00000000",
        f"{told.version.split('-')[0]}-99999-{told.version[-17:]}",
        "1-2-3",
    ):
        assert concern_of(town.store, terminal, unknown) is None


# -------------------------------------------------------------------------------------------------- the whole gateway


def test_a_waiting_terminal_hears_of_another_tills_payment(own_world: World, start: Start):
    till, other, card = own_world.till(), own_world.till(), own_world.card(3_000)
    gateway = start(on=own_world)
    known = gateway.snapshot(till)["version"]
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(gateway.get, till, f"snapshot?known={known}&wait=15")
        other.pay(card, 1_000)
        gateway.post(other, other.body())
        answer = asked.result()
    told = answer.json()
    assert (answer.status_code, told["full"], told["more"]) == (200, False, False)
    assert [row[:3] for row in told["budgets"]] == [[to_hex(card.address), 1, 2_000]]


def test_what_one_gateway_takes_in_wakes_whoever_waits_at_another(own_world: World, start: Start, postgres: Postgres):
    till, other, card = own_world.till(), own_world.till(), own_world.card(3_000)
    shared = ("--database", postgres.url())
    one, two = start(*shared, on=own_world), start(*shared, on=own_world)
    known = until(lambda: one.snapshot(till), lambda told: told["budgets"])["version"]
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(one.get, till, f"snapshot?known={known}&wait=15")
        other.pay(card, 1_000)
        two.post(other, other.body())
        answer = asked.result()
    assert [row[:3] for row in answer.json()["budgets"]] == [[to_hex(card.address), 1, 2_000]]


def test_a_wait_is_bounded_and_a_terminal_in_no_hurry_is_answered_at_once(own_world: World, start: Start):
    till, gateway = own_world.till(), start(on=own_world)
    known = until(lambda: gateway.snapshot(till), lambda told: told["programmes"])["version"]
    assert gateway.get(till, f"snapshot?known={known}").status_code == 204
    assert gateway.get(till, f"snapshot?known={known}&wait=1").status_code == 204
    assert gateway.get(till, f"snapshot?known={known}&wait=16").status_code == 422
    assert gateway.get(till, "snapshot?wait=15").json()["full"], "who has nothing does not wait"


def test_a_gateway_stops_while_terminals_wait(own_world: World, start: Start):
    till, gateway = own_world.till(), start(on=own_world)
    known = until(lambda: gateway.snapshot(till), lambda told: told["programmes"])["version"]
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(gateway.get, till, f"snapshot?known={known}&wait=15")
        gateway.get(till, "position")
        assert gateway.terminate() == 0
        with suppress(Exception):
            assert asked.result().status_code == 204
    assert "graceful shutdown exceeded" not in (gateway.folder / "gateway.log").read_text()


def test_a_change_on_the_chain_reaches_a_real_daemons_store(own_world: World, start: Start, tmp_path: Path):
    card, gateway = own_world.card(3_000), start(on=own_world)
    terminal = Terminal(tmp_path / "till", own_world.rpc_url, gateway.url, domain=own_world.domain)
    own_world.register(terminal.address, terminal.signer().sign_registration(1))

    def left() -> list[int]:
        with closing(Reader.open(terminal.journal)) as journal:
            return [budget.left for budget in journal.budgets_of(card.address)]

    with terminal.start():
        until(left, lambda found: found == [3_000])
        own_world.grant(card, 500)
        until(left, lambda found: found == [3_500])
