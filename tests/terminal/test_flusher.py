"""The drainer against a gateway over real HTTP: what counts as handed in, and what never does."""

import asyncio
import json
from contextlib import asynccontextmanager
from typing import Any

import pytest

from contracts.wire import journal
from contracts.wire.hashing import keccak256
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp, to_hex
from terminal.core.effects import Commit
from terminal.core.events import AttentionChanged, Forwarded, Locked, OutcomesKnown
from terminal.core.moment import Moment
from terminal.flusher import Flusher, Gateway
from terminal.flusher.drain import WAIT_SECONDS_MAX
from terminal.http import Http
from terminal.signer import PassSigner, sign_entry
from tests.terminal.books import card
from tests.terminal.till import Till, eventually, now
from tests.terminal.web import World, serving


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


def append(till, store, count=1, amount=100):
    """Approve so many payments of one pass, as the daemon would."""
    signer, passes = till.signer(), PassSigner()
    for _ in range(count):
        holder = passes.hold(card(1))
        commit = Commit(store.sequence + 1, holder, payment(amount), Timestamp(now()))
        store.append(sign_entry(signer, passes, store.head, commit), commit)


def payment(amount):
    from contracts.wire.entry import Payment

    return Payment(1, Cents(amount), now())


class Drain:
    """A flusher on a world, and what it says. One turn at a time, or running."""

    def __init__(self, till, store, fetch, url, moment=None):
        self.events: list[Any] = []
        self.contact: list[bool] = []
        self.delays: list[int] = []
        self.moment = moment or (lambda: Moment(0, now(), now(), synchronised=True))
        gateway = Gateway(fetch, url, till.signer(), self.moment)
        self.flusher = Flusher(
            *(store, gateway, self.moment, self.delay, self.events.append, self.contact.append),
            poll_seconds=lambda: 60.0,
        )

    def delay(self, attempts):
        self.delays.append(attempts)
        return 40.0

    async def turn(self):
        return await self.flusher._turn()

    def heard(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


class Rig:
    def __init__(self, till, store, world, drain, fetch, url):
        self.till, self.store, self.world, self.drain = till, store, world, drain
        self.fetch, self.url = fetch, url

    def append(self, count=1, amount=100):
        append(self.till, self.store, count, amount)

    def again(self, **options):
        """As after a restart of the daemon."""
        self.drain = Drain(self.till, self.store, self.fetch, self.url, **options)
        return self.drain


@asynccontextmanager
async def rig_of(till):
    world = World(till.address)
    async with serving(world.handle) as url, Http() as http:
        store = till.store()
        made = Rig(till, store, world, Drain(till, store, http.fetch, url), http.fetch, url)
        try:
            yield made
        finally:
            made.store.close()


@pytest.fixture
async def rig(till):
    async with rig_of(till) as made:
        yield made


async def test_what_the_gateway_lacks_is_handed_in_and_what_became_of_it_comes_back(rig):
    rig.append(3)
    assert await rig.drain.turn() == 60.0
    assert len(rig.world.entries) == 3
    assert rig.store.facts().forwarded == 3
    assert [event.sequence for event in rig.drain.heard(Forwarded)] == [3]
    assert [outcome.reason for outcome in rig.store.outcomes()] == [Reason.PAID] * 3
    assert len(rig.drain.heard(OutcomesKnown)) == 1
    assert rig.drain.contact == [True]


async def test_more_than_a_segment_goes_in_pieces_of_at_most_a_hundred(rig):
    sizes = []
    rig.world.lie = lambda _, target, body: (
        sizes.append(len(json.loads(body)["entries"])) if "segments" in target else None
    )
    rig.append(205)
    await rig.drain.turn()
    assert sizes == [100, 100, 5]
    assert len(rig.world.entries) == 205


async def test_position_is_asked_once_a_contact(rig):
    for _ in range(3):
        rig.append()
        await rig.drain.turn()
    assert rig.world.served["position"] == 1
    rig.world.online = False
    await rig.drain.turn()
    rig.world.online = True
    await rig.drain.turn()
    assert rig.world.served["position"] == 2


async def test_f01_a_sale_while_the_queue_drains_goes_out_once_under_its_own_number(rig):
    rig.append(2)
    firsts = []

    def sell_meanwhile(_, target, body):
        if "segments" in target:
            firsts.append(json.loads(body)["first"])
            if len(firsts) == 1:
                rig.append()

    rig.world.lie = sell_meanwhile
    await rig.drain.turn()
    assert firsts == [1, 3]
    assert len(rig.world.entries) == 3


async def test_f02_a_reply_that_is_lost_after_the_commit_costs_nothing(rig):
    rig.append(2)
    lost: list[bytes] = []

    def lose(_, target, body):
        if "segments" in target and len(lost) < 3:  # the whole burst
            lost.append(body)
            rig.world._segments(target, body)
            return 0, b""
        return None

    rig.world.lie = lose
    assert await rig.drain.turn() == 40.0
    assert rig.store.facts().forwarded == 0
    assert len(set(lost)) == 1, "the same bytes go out on each retry"
    await rig.drain.turn()
    assert rig.store.facts().forwarded == 2
    assert len(rig.world.entries) == 2


@pytest.mark.parametrize(
    "answer",
    [
        lambda rig: {"sequence": 2, "head": to_hex(keccak256(b"other"))},
        lambda rig: {"sequence": 9, "head": to_hex(rig.store.head)},
        lambda rig: {"sequence": 1, "head": to_hex(rig.store.head)},
        lambda rig: {"sequence": 0, "head": to_hex(journal.genesis(rig.store.domain, rig.store.terminal))},
        lambda rig: {"sequence": "2", "head": to_hex(rig.store.head)},
        lambda rig: {"sequence": 2, "head": to_hex(rig.store.head), "extra": 1},
        lambda rig: {"accepted": True},
    ],
)
async def test_f07_only_an_answer_that_names_our_sequence_and_head_marks_entries_as_forwarded(rig, answer):
    rig.append(2)
    rig.world.lie = lambda _, target, __: (200, json.dumps(answer(rig)).encode()) if "segments" in target else None
    assert await rig.drain.turn() == 40.0
    assert rig.store.facts().forwarded == 0
    assert rig.drain.heard(Forwarded) == []
    assert rig.drain.heard(Locked) == []
    rig.world.lie = lambda *_: None
    await rig.drain.turn()
    assert rig.store.facts().forwarded == 2, "the true answer is what they waited for"
    assert [event.sequence for event in rig.drain.heard(Forwarded)] == [2]


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (422, b'{"reason": 160, "detail": "x"}', Reason.REQUEST_FORM),
        (401, b'{"reason": 66, "detail": "x"}', Reason.JOURNAL_SIGNATURE),
        (403, b'{"reason": 65}', Reason.TERMINAL_UNKNOWN),
        (413, b'{"reason": 163}', Reason.REQUEST_TOO_LARGE),
        (418, b'{"reason": 250}', Reason.REQUEST_FORM),
    ],
)
async def test_f06_a_refusal_drops_nothing_and_calls_for_a_person(rig, status, body, reason):
    rig.append(2)
    rig.world.lie = lambda _, target, __: (status, body) if "segments" in target else None
    assert await rig.drain.turn() == 40.0
    assert rig.store.attention()[0] is reason
    assert [event.reason for event in rig.drain.heard(AttentionChanged)] == [reason]
    assert rig.store.sequence == 2
    assert rig.world.served["outcomes"] == 1, "the rest is learnt all the same"
    rig.world.lie = lambda *_: None
    assert await rig.drain.turn() == 60.0
    assert rig.store.attention() is None
    assert rig.drain.heard(AttentionChanged)[-1].reason is None
    assert len(rig.world.entries) == 2


@pytest.mark.parametrize("status", [200, 302, 403, 404, 500, 503])
async def test_f34_a_captive_portal_is_no_gateway(rig, status):
    rig.append(2)
    rig.world.lie = lambda *_: (status, b"<html>log in</html>")
    assert await rig.drain.turn() == 40.0
    assert rig.store.facts().forwarded == 0
    assert rig.store.attention() is None
    assert rig.drain.contact == [False]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (503, b'{"detail": "the store is busy"}', "the gateway is busy: the store is busy"),
        (429, b'{"detail": "too many requests"}', "the gateway is busy: too many requests"),
        (500, b'{"detail": "x"}', "no gateway answers there (HTTP status 500)"),
        (503, b"<html>", "no gateway answers there (HTTP status 503)"),
    ],
)
async def test_a_gateway_that_has_no_time_now_is_called_busy(rig, caplog, status, body, said):
    caplog.set_level("INFO")
    rig.append(2)
    rig.world.lie = lambda *_: (status, body)
    assert await rig.drain.turn() == 40.0
    assert [record.why for record in caplog.records if record.message == "flusher.postponed"] == [said]
    assert rig.store.attention() is None


async def test_f16_a_fork_that_our_own_signature_proves_locks(rig):
    other = keccak256(b"another line of history")
    signature = rig.till.signer().sign_journal(1, other)
    conflict = {"reason": 68, "sequence": 1, "head": to_hex(other), "signature": to_hex(signature)}
    rig.append(1)
    rig.world.lie = lambda _, target, __: (409, json.dumps(conflict).encode()) if "segments" in target else None
    await rig.drain.turn()
    assert [event.reason for event in rig.drain.heard(Locked)] == [Reason.FORK]
    assert rig.store.facts().forwarded == 0


async def test_f16_a_journal_put_back_from_an_old_copy_is_found_by_the_position(rig):
    old = rig.till.journal.read_bytes()
    rig.append(2)
    await rig.drain.turn()
    rig.store.close()
    for leftover in rig.till.folder.glob("journal.sqlite*"):
        leftover.unlink()
    rig.till.journal.write_bytes(old)
    rig.store = rig.till.store()
    drain = rig.again()
    await drain.turn()
    assert [event.reason for event in drain.heard(Locked)] == [Reason.FORK]


@pytest.mark.parametrize("signature", [None, b"\x01" * 64])
async def test_f38_a_fork_without_our_signature_is_only_a_word(rig, signature):
    other = {"reason": 68, "sequence": 1, "head": to_hex(keccak256(b"made up"))}
    conflict = {**other, "signature": to_hex(signature) if signature else None}
    rig.append(1)
    rig.world.lie = lambda _, target, __: (409, json.dumps(conflict).encode()) if "segments" in target else None
    assert await rig.drain.turn() == 40.0
    assert rig.drain.heard(Locked) == []
    assert rig.store.attention() is not None


async def test_f38_our_own_signature_over_what_we_have_is_no_fork(rig):
    rig.append(2)
    await rig.drain.turn()
    rig.append(1)
    conflict = rig.world._conflict(68)
    rig.world.lie = lambda _, target, __: (409, conflict) if "segments" in target else None
    assert await rig.drain.turn() == 40.0
    assert rig.drain.heard(Locked) == []


async def test_a_gateway_that_lost_its_store_gets_the_journal_again(rig):
    rig.append(3)
    await rig.drain.turn()
    fresh = World(rig.till.address)
    rig.world.entries, rig.world.heads, rig.world.signatures = fresh.entries, fresh.heads, fresh.signatures
    rig.world.settled = 0
    rig.append(1)
    await rig.drain.turn()  # a gap: its position is ours, so what follows is handed in again
    await rig.drain.turn()
    assert len(rig.world.entries) == 4
    assert rig.store.facts().forwarded == 4


async def test_the_schedule_counts_failures_and_outlives_a_restart(rig):
    rig.world.online = False
    begun = 0
    for _ in range(3):
        begun = now()
        await rig.drain.turn()
    assert rig.drain.delays == [1, 2, 3]
    attempts, due = rig.store.schedule()
    assert attempts == 3
    assert begun + 40 <= due <= now() + 40
    drain = rig.again()
    await drain.turn()
    assert drain.delays == [4]
    rig.world.online = True
    await drain.turn()
    assert rig.store.schedule() == (0, 0)


async def test_a_kept_wait_is_waited_out_after_a_restart_but_a_new_entry_does_not_wait(rig):
    rig.store.save_schedule(5, Timestamp(now() + 3600))
    run = asyncio.create_task(rig.drain.flusher.run())
    await asyncio.sleep(0.05)
    assert rig.world.served == {}
    rig.append()
    rig.drain.flusher.wake()
    await eventually(lambda: rig.store.facts().forwarded == 1)
    run.cancel()
    assert WAIT_SECONDS_MAX <= 300


@pytest.mark.parametrize("clock", [0, 2**31])
async def test_f19_a_wrong_clock_signs_requests_by_the_gateways_time(rig, clock):
    drain = rig.again(moment=lambda: Moment(5_000, Timestamp(clock), Timestamp(clock), synchronised=False))
    rig.append()
    await drain.turn()
    assert rig.store.facts().forwarded == 1
    assert drain.contact == [True]
    assert rig.world.served["position"] == 2, "refused once, and never again"


async def test_a_gateway_that_never_likes_the_time_is_asked_no_more_than_twice(rig):
    rig.world.lie = lambda method, *_: (401, b'{"reason": 162, "time": 5}') if method == "GET" else None
    assert await rig.drain.turn() == 40.0
    assert rig.world.served["position"] == 2


def outcomes(*pairs):
    blank = {"from_slice": 0, "from_budget": 0, "transaction": "0x" + "11" * 32, "block": 5}
    return json.dumps({"outcomes": [{"sequence": s, "reason": r, **blank} for s, r in pairs]}).encode()


@pytest.mark.parametrize(
    "lie", [[(3, 0)], [(2, 0), (1, 0)], [(1, 0), (1, 0)], [(1, 64)], [(0, 0)], [(1, -1)], [(1, 20)]]
)
async def test_f38_outcomes_that_cannot_be_are_not_taken(rig, lie):
    rig.append(2)
    rig.world.lie = lambda _, target, __: (200, outcomes(*lie)) if "outcomes" in target else None
    assert await rig.drain.turn() == 40.0
    assert rig.store.outcomes() == ()
    assert rig.drain.heard(OutcomesKnown) == []


async def test_f38_a_withheld_outcome_is_asked_for_until_it_comes(rig):
    rig.append(3)
    rig.world.lie = lambda _, target, __: (200, outcomes((3, 0))) if "outcomes" in target else None
    await rig.drain.turn()
    assert [outcome.sequence for outcome in rig.store.outcomes()] == [3]
    rig.world.lie = lambda *_: None
    await rig.drain.turn()
    assert [outcome.sequence for outcome in rig.store.outcomes()] == [1, 2, 3]
