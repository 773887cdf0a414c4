"""The snapshot as it comes over real HTTP: in pages, by what changed, at once; and what never counts."""

import asyncio
import json
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from contracts.wire.units import to_hex
from terminal.core.events import OrdersTold, SnapshotTaken
from terminal.core.moment import Moment
from terminal.flusher import Follower, Gateway, following
from terminal.http import Http
from tests.terminal.till import NETWORK, Till, budget, eventually, now, pass_address
from tests.terminal.web import World, serving, threaded

USED = "0x" + "00" * 8


def rows(count: int) -> list[list[object]]:
    """Of strangers, from 1 up to, and without, this number; each has its number of cents."""
    return [[f"0x{number:040x}", 1, number, False, 0, 0, 0, USED] for number in range(1, count)]


class Rig:
    """A follower on a world, one turn at a time."""

    def __init__(self, till: Till, world: World, http: Http, url: str) -> None:
        self.till, self.world, self._http, self._url = till, world, http, url
        self.events: list[Any] = []
        self.arrived = 0
        self.asked: list[dict[str, str]] = []
        self.answers: list[Any] = []
        world.lie = self._answer
        self.start()

    def start(self) -> None:
        self.store = self.till.store()
        gateway = Gateway(self._http.fetch, self._url, self.till.signer(), self._moment)
        about = NETWORK, self._moment, lambda _: 40.0, self.events.append, self._note
        self.follower = Follower(self.store, gateway, *about)

    def restart(self) -> None:
        self.store.close()
        self.start()

    async def turn(self) -> float:
        return await self.follower._turn()

    def left(self, *families: int) -> list[int | None]:
        found = [self.store.budgets_of(pass_address(family)) for family in families]
        return [each[0].left if each else None for each in found]

    @property
    def taken(self) -> int:
        return sum(isinstance(event, SnapshotTaken) for event in self.events)

    def _note(self) -> None:
        self.arrived += 1

    def _moment(self) -> Moment:
        return Moment(0, now(), now(), synchronised=True)

    def _answer(self, _: str, target: str, body: bytes) -> Any:
        if "snapshot" not in target:
            return None
        self.asked.append({name: value[0] for name, value in parse_qs(urlsplit(target).query).items()})
        answer = self.answers.pop(0) if self.answers else None
        return (200, json.dumps(answer).encode()) if isinstance(answer, dict) else answer

    def page(self, version: str, left: dict[int, int], **changes: Any) -> dict[str, Any]:
        rows = [[to_hex(pass_address(family)), 1, cents, False, 0, 0, 0, USED] for family, cents in left.items()]
        return {**self.world.snapshot(), "version": version, "full": False, "budgets": rows, **changes}


@asynccontextmanager
async def rig_of(till):
    world = World(till.address)
    async with serving(world.handle) as url, Http() as http:
        made = Rig(till, world, http, url)
        try:
            yield made
        finally:
            made.store.close()


@pytest.fixture
async def rig(tmp_path):
    async with rig_of(Till(tmp_path / "till")) as made:
        yield made


async def test_the_first_is_whole_and_each_later_one_what_changed(rig):
    rig.answers = [rig.page("a", {1: 100, 2: 200}, full=True), rig.page("b", {2: 150, 3: 300})]
    await rig.turn()
    assert rig.left(1, 2, 3) == [100, 200, None]
    await rig.turn()
    assert rig.left(1, 2, 3) == [100, 150, 300]
    assert rig.store.snapshot_version() == "b"
    assert [programme.id for programme in rig.store.programmes()] == [1]
    assert rig.asked == [{}, {"known": "a", "wait": "15"}]
    assert (rig.taken, rig.arrived) == (2, 2)


async def test_a_whole_one_takes_the_place_of_all_that_was_there(rig):
    rig.answers = [rig.page("a", {1: 100, 2: 200}, full=True), rig.page("b", {3: 300}, full=True)]
    await rig.turn()
    await rig.turn()
    assert rig.left(1, 2, 3) == [None, None, 300]


async def test_no_change_is_no_news(rig):
    await rig.turn()
    rig.answers = [(204, b"")]
    assert 0 <= await rig.turn() <= following.PAUSE_SECONDS
    assert (rig.taken, rig.arrived) == (1, 1)


async def test_pages_count_all_at_once_with_the_last(rig):
    rig.answers = [rig.page("a", {1: 1, 2: 2}, full=True)]
    await rig.turn()
    seen = []

    def look(answer):
        def then(*_):
            seen.append((rig.store.snapshot_version(), rig.left(1, 2, 3)))
            return 200, json.dumps(answer).encode()

        return then

    pages = [rig.page("b", {1: 10}, more=True), rig.page("c", {3: 30, 1: 11}, more=True), rig.page("d", {2: 20})]
    looks = [look(page) for page in pages]
    rig.world.lie = lambda method, target, body: looks.pop(0)() if "snapshot" in target else None
    await rig.turn()
    assert seen == [("a", [1, 2, None])] * 3
    assert (rig.store.snapshot_version(), rig.left(1, 2, 3)) == ("d", [11, 20, 30])
    assert (rig.taken, rig.arrived) == (2, 2)


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("full", [False, True])
async def test_interrupted_pages_leave_the_old_one_in_force_and_are_gone_on_with(rig, restart, full):
    first = {1: 1, 2: 2, 4: 4}
    rig.answers = [rig.page("a", first, full=True)]
    await rig.turn()
    cut = (0, b"")
    rig.answers = [rig.page("b", {1: 10}, full=full, more=True), cut, cut, cut]
    assert await rig.turn() == 40.0
    assert (rig.store.snapshot_version(), rig.left(1, 2, 3, 4)) == ("a", [1, 2, None, 4])
    assert (rig.taken, rig.store.coming()) == (1, "b")
    if restart:
        rig.restart()
    rig.answers = [rig.page("c", {2: 20, 3: 30})]
    await rig.turn()
    assert rig.asked[-1] == {"known": "b"}, "it does not wait for what is missing"
    assert rig.left(1, 2, 3, 4) == [10, 20, 30, None if full else 4]
    assert (rig.store.snapshot_version(), rig.store.coming()) == ("c", None)


async def test_what_has_come_is_dropped_when_the_gateway_begins_anew(rig):
    rig.answers = [
        rig.page("a", {1: 1}, full=True, more=True),
        rig.page("b", {2: 2}, full=True, more=True),
        rig.page("c", {3: 3}),
    ]
    await rig.turn()
    assert rig.left(1, 2, 3) == [None, 2, 3]


@pytest.mark.parametrize("count", [1_999, 2_000, 2_001, 5_000])
async def test_many_changes_count_at_once_as_few_do(rig, count):
    """Few are merged in place, many as a generation of their own."""
    everybody = dict.fromkeys(range(1, 21), 7)
    rig.answers = [rig.page("a", everybody, full=True)]
    await rig.turn()
    changed = rig.page("b", {1: 8})
    changed["budgets"] += rows(count)
    rig.answers = [changed, rig.page("c", {2: 9})]
    await rig.turn()
    await rig.turn()
    assert rig.left(*everybody) == [8, 9, *[7] * 18]
    for number in (1, count - 1):
        assert rig.store.budgets_of(number.to_bytes(20)) == (budget(number),)
    kept = rig.store._database.execute("SELECT count(*) FROM budgets").fetchone()
    assert kept == (20 + count - 1,), "nothing is left behind"


# ---------------------------------------------------------------------------------------------------- what never counts


def lying(**changes):
    return lambda rig: rig.page("b", {1: 1}, **changes)


@pytest.mark.parametrize(
    "lie",
    [
        lying(programmes=[], budgets=[]),
        lambda rig: rig.page("b", {1: 1}, programmes=[dict(rig.world.snapshot()["programmes"][0], id=2)], budgets=[]),
        lambda rig: rig.page("a", {1: 1}, more=True),
        lying(more="no"),
        lying(full=1),
        lambda rig: {name: value for name, value in rig.page("b", {1: 1}).items() if name != "full"},
        lambda rig: {name: value for name, value in rig.page("b", {1: 1}).items() if name != "more"},
        lambda rig: rig.page("b", {}, budgets=rows(5_002)),
    ],
)
async def test_f38_what_is_no_page_is_dropped_and_the_whole_is_asked_for(rig, lie):
    rig.answers = [rig.page("a", {1: 5}, full=True)]
    await rig.turn()
    rig.answers = [lie(rig)]
    assert await rig.turn() == 40.0
    assert (rig.store.snapshot_version(), rig.left(1), rig.store.coming()) == ("a", [5], None)
    assert rig.taken == 1


async def test_f38_a_change_of_what_is_not_here_makes_the_terminal_ask_for_all(rig):
    rig.answers = [rig.page("b", {1: 1}), rig.page("c", {1: 2}, full=True)]
    assert await rig.turn() == 40.0
    assert rig.store.programmes() == ()
    await rig.turn()
    assert rig.asked[-1] == {}
    assert rig.left(1) == [2]


async def test_f38_a_snapshot_that_ends_before_its_last_page_is_none(rig):
    rig.answers = [rig.page("a", {1: 1}, full=True, more=True), (204, b"")]
    assert await rig.turn() == 40.0
    assert (rig.store.programmes(), rig.store.coming()) == ((), None)
    rig.answers = [rig.page("b", {2: 2}, full=True)]
    await rig.turn()
    assert (rig.asked[-1], rig.left(1, 2)) == ({}, [None, 2])


async def test_f38_a_snapshot_without_end_is_none(rig, monkeypatch):
    monkeypatch.setattr(following, "PAGES_MAX", 5)
    rig.answers = [rig.page(f"v{number}", {1: 1}, full=not number, more=True) for number in range(9)]
    assert await rig.turn() == 40.0
    assert (len(rig.asked), rig.store.programmes(), rig.store.coming()) == (5, (), None)


async def test_a_refusal_is_waited_out_and_shown_by_whoever_hands_in(rig):
    rig.answers = [(403, b'{"reason": 65}')]
    assert await rig.turn() == 40.0
    assert rig.store.attention() is None


def snapshot_with(**changes):
    return lambda rig: {**rig.world.snapshot(), **changes}


def programme_with(**changes):
    return lambda rig: {
        **rig.world.snapshot(),
        "programmes": [{**rig.world.snapshot()["programmes"][0], **changes}],
    }


PASS = "0x" + "ab" * 20


@pytest.mark.parametrize(
    "lie",
    [
        snapshot_with(network=8),
        snapshot_with(sequence=5),
        snapshot_with(sequence=-1),
        snapshot_with(block="9"),
        snapshot_with(version=""),
        snapshot_with(version="a b"),
        snapshot_with(programmes=[]),
        snapshot_with(surprise=1),
        snapshot_with(budgets=[[PASS, 1, -1, False, 0, 0, 0, USED]]),
        snapshot_with(budgets=[[PASS, 1, 2**32, False, 0, 0, 0, USED]]),
        snapshot_with(budgets=[[PASS, 2, 1, False, 0, 0, 0, USED]]),
        snapshot_with(budgets=[[PASS, 1, 1, 0, 0, 0, 0, USED]]),
        snapshot_with(budgets=[[PASS, 1, 1, False, 0, 0, 0, USED], [PASS, 1, 2, False, 0, 0, 0, USED]]),
        snapshot_with(budgets=[[PASS[:-2], 1, 1, False, 0, 0, 0, USED]]),
        snapshot_with(budgets=[[PASS, 1, 1, False]]),
        programme_with(name=""),
        programme_with(name="x" * 65),
        programme_with(name="\x1b[2J"),
        snapshot_with(budgets=[[PASS, 1, 1, False, 2**32, 0, 0, USED]]),
        snapshot_with(budgets=[[PASS, 1, 1, False, 0, -1, 0, USED]]),
        snapshot_with(budgets=[[PASS, 1, 1, False, 0, 0, 2**32, USED]]),
        snapshot_with(budgets=[[PASS, 1, 1, False, 0, 0, 0, USED + "00"]]),
        snapshot_with(budgets=[[PASS, 1, 1, False, 0, 0, 0, 0]]),
        programme_with(floor_limit=2**32),
        programme_with(day_limit=-1),
        programme_with(offline_window=2**40),
        programme_with(begins=-1),
        programme_with(paused="no"),
    ],
)
async def test_f38_a_snapshot_out_of_bounds_is_no_snapshot(rig, lie):
    await rig.turn()
    before = rig.store.programmes(), rig.store.snapshot_version()
    rig.answers = [lie(rig)]
    assert await rig.turn() == 40.0
    assert (rig.store.programmes(), rig.store.snapshot_version()) == before
    assert rig.taken == 1


# ------------------------------------------------------------------------------------------------------- the long poll


async def test_it_waits_at_the_gateway_and_hears_of_a_change_at_once(rig):
    run = asyncio.create_task(rig.follower.run())
    await eventually(lambda: rig.taken == 1)
    await eventually(lambda: len(rig.asked) == 2)
    rig.world.version += 1
    await eventually(lambda: rig.taken == 2)
    run.cancel()


async def test_a_failure_is_waited_out_unless_the_gateway_is_heard_elsewhere(rig):
    rig.world.online = False
    run = asyncio.create_task(rig.follower.run())
    await eventually(lambda: rig.follower._failures == 1)
    rig.world.online = True
    rig.follower.wake()
    await eventually(lambda: rig.taken == 1)
    run.cancel()


async def test_being_woken_is_no_reason_to_ask_twice(rig):
    await rig.turn()
    rig.follower.wake()
    assert not rig.follower._rounds._woken.is_set()


def test_a_daemon_stops_while_it_waits_at_the_gateway(tmp_path):
    till = Till(tmp_path / "till")
    till.know()
    world = World(till.address)
    waiting = []

    async def hold():
        waiting.append(1)
        await asyncio.Event().wait()

    world.lie = lambda method, target, body: hold() if "snapshot" in target else None  # type: ignore[assignment, return-value]
    with threaded(world.handle) as url:
        till.rpc_url, till.gateway_url = url + "/rpc", url
        till.configure()
        with till.start() as running, running.screen() as glass:
            glass.until(lambda screen: bool(waiting))
            assert running.stop() == 0
    assert "Traceback" not in running.stderr()


# --------------------------------------------------------------------------------------------- what waits at the shop


def order(**changes: Any) -> dict[str, Any]:
    fields = {"pass_address": to_hex(pass_address(1)), "programme": 1, "amount": 89_00, "until": 2**39, "name": "fiets"}
    return {**fields, **changes}


def waits(rig, family=1):
    return [each.name for each in rig.store.orders_of(pass_address(family), now())]


async def test_after_each_turn_it_asks_what_waits_and_keeps_the_whole_list(rig):
    rig.world.orders = [order(), order(programme=2, name="bal")]
    await rig.turn()
    assert (waits(rig), waits(rig, 2)) == (["fiets", "bal"], [])
    rig.answers = [(204, b"")]
    rig.world.orders = [order(pass_address=to_hex(pass_address(2)))]
    await rig.turn()
    assert (waits(rig), waits(rig, 2)) == ([], ["fiets"])


async def test_it_tells_what_waits_so_that_no_offer_outlives_the_list(rig):
    told = lambda: [event.orders for event in rig.events if isinstance(event, OrdersTold)]  # noqa: E731 -- read twice
    rig.world.orders = [order()]
    await rig.turn()
    assert {orders[0][1].name for orders in told()} == {"fiets"}
    rig.world.orders = []
    await rig.turn()
    assert told()[-1] == ()


async def test_where_the_gateway_was_away_the_list_comes_first_as_a_snapshot_may_take_long(rig):
    rig.world.orders = [order()]
    await rig.turn()
    rig.answers = [(503, b'{"detail": "busy"}')]
    assert await rig.turn() == 40.0
    rig.world.orders, seen = [], []
    rig.world.version += 1
    rig.world.lie = lambda _, target, __: seen.append(waits(rig)) if "snapshot" in target else None
    assert await rig.turn() <= following.PAUSE_SECONDS
    assert seen == [[]]


async def test_a_gateway_that_is_too_old_to_know_of_orders_has_none(rig):
    rig.world.orders = [order()]
    await rig.turn()
    rig.world.orders = None
    assert await rig.turn() <= following.PAUSE_SECONDS
    assert waits(rig) == []


@pytest.mark.parametrize(
    "lie",
    [
        (0, b""),
        (503, b'{"detail": "busy"}'),
        (403, b'{"reason": 65}'),
        (200, b"[]"),
        [order(surprise=1)],
        [{name: value for name, value in order().items() if name != "name"}],
        [order(pass_address="0x" + "ab" * 19)],
        [order(programme=-1)],
        [order(programme="1")],
        [order(amount=0)],
        [order(amount=2**32)],
        [order(until=2**40)],
        [order(name="")],
        [order(name="x" * 41)],
        [order(name="\x1b[2J")],
        [order(), order(name="bal")],
        [order(pass_address=f"0x{number:040x}") for number in range(501)],
    ],
    ids=range(17),
)
async def test_f38_what_is_no_list_of_orders_leaves_the_one_before_and_the_snapshot_goes_on(rig, lie):
    rig.world.orders = [order(name="bal")]
    await rig.turn()
    answer = (200, json.dumps({"orders": lie}).encode()) if isinstance(lie, list) else lie
    rig.world.lie = lambda _, target, __: answer if target.endswith("/orders") else None
    rig.world.version += 1
    assert await rig.turn() <= following.PAUSE_SECONDS
    assert (waits(rig), rig.taken) == (["bal"], 2)


async def test_a_list_as_long_as_it_may_be_is_taken(rig):
    rig.world.orders = [order(pass_address=f"0x{number:040x}", name="\U0001f6b2" * 40) for number in range(500)]
    await rig.turn()
    assert [each.amount for each in rig.store.orders_of(bytes(20), now())] == [89_00]
