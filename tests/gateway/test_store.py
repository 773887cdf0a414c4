"""The store among several processes, on PostgreSQL above all: nothing is lost, doubled or overlooked."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, text, update

from contracts.gateway.chain.budget import Budget
from contracts.gateway.chain.reader import Reader
from contracts.gateway.store import ledger, waiting
from contracts.gateway.store.database import Store, lock, touch
from contracts.gateway.store.tables import budgets, entries, leases, progress, terminals, work
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Timestamp, to_hex
from tests.gateway.desk import Desk
from tests.gateway.postgres import PASSWORD, Postgres
from tests.gateway.process import GatewayProcess, until
from tests.gateway.world import Till, World

DOMAIN = Domain(1337, Address(b"c" * 20))
TILL = Address(b"t" * 20)
KEYS = [(programme, Address(bytes([owner]) * 20)) for programme in (1, 2) for owner in (7, 8, 9)]
NOW = Timestamp(100)


@pytest.fixture
def store(where: str | Path) -> Iterator[Store]:
    opened = Store.open(where, DOMAIN, 1)
    yield opened
    opened.close()


@pytest.fixture
def shared(postgres: Postgres) -> Iterator[Store]:
    """On PostgreSQL."""
    opened = Store.open(postgres.url(), DOMAIN, 1)
    yield opened
    opened.close()


def numbers(connection: Connection) -> dict[tuple[int, Address], int]:
    rows = connection.execute(select(budgets.c.programme, budgets.c["pass"], budgets.c.changed))
    return {(programme, Address(owner)): changed for programme, owner, changed in rows}


def grant(store: Store) -> None:
    with store.writing() as connection:
        for key in KEYS:
            ledger.write(connection, key, Budget(left=10, known=True))
        touch(connection, KEYS)


class Beside(threading.Thread):
    """Does something in a transaction of its own; `until_it_waits` returns when a lock keeps it from going on."""

    def __init__(self, store: Store, do: Callable[[Connection], Any]) -> None:
        super().__init__(daemon=True)
        self._store, self._do, self.error = store, do, ""
        self.start()

    def run(self) -> None:
        try:
            with self._store.writing() as connection:
                self._do(connection)
        except TryAgain as error:
            self.error = str(error)

    def until_it_waits(self) -> None:
        waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")

        def count() -> int:
            with self._store.reading() as connection:
                return int(connection.execute(waits).scalar_one())

        until(count, lambda found: found == 1)
        assert self.is_alive()

    def ends(self) -> str:
        self.join(20)
        assert not self.is_alive()
        return self.error


# ------------------------------------------------------------------------------------------- changes and their numbers


def test_each_budget_that_changes_has_a_number_of_its_own(store: Store):
    grant(store)
    with store.writing() as connection:
        assert numbers(connection) == dict(zip(KEYS, range(1, 7), strict=True))
        touch(connection, [KEYS[4], KEYS[1], KEYS[4]])
        assert numbers(connection) == dict(zip(KEYS, (1, 7, 3, 4, 8, 6), strict=True))
        touch(connection, [])
        assert connection.execute(select(progress.c.changes)).scalar_one() == 8
        touch(connection, [(3, TILL), KEYS[0]])
        assert numbers(connection)[KEYS[0]] <= connection.execute(select(progress.c.changes)).scalar_one()
        assert len(set(numbers(connection).values())) == 6


def test_more_budgets_than_a_statement_holds(store: Store):
    keys = [(1, Address(number.to_bytes(20))) for number in range(20_001)]
    with store.writing() as connection:
        rows = [{"programme": programme, "pass": owner, "known": True} for programme, owner in keys]
        connection.execute(insert(budgets), rows)
        touch(connection, keys)
        assert sorted(numbers(connection).values()) == list(range(1, 20_002))


def test_numbers_are_in_the_order_of_commits(shared: Store):
    """Whoever has seen a number has seen all below it: nothing with a lower one is committed later."""
    grant(shared)
    with shared.writing() as first:
        touch(first, KEYS[:1])
        second = Beside(shared, lambda connection: touch(connection, KEYS[1:2]))
        second.until_it_waits()
        with shared.reading() as seen:
            assert max(numbers(seen).values()) == 6
    assert second.ends() == ""
    with shared.reading() as seen:
        assert (numbers(seen)[KEYS[0]], numbers(seen)[KEYS[1]]) == (7, 8)


def test_whoever_touches_the_same_budgets_in_any_order_waits_and_never_gives_up(shared: Store):
    grant(shared)
    with shared.writing() as first:
        touch(first, KEYS)
        others = [Beside(shared, partial(touch, keys=keys)) for keys in (KEYS, KEYS[::-1])]
    assert [one.ends() for one in others] == ["", ""]
    with shared.reading() as seen:
        assert min(numbers(seen).values()) == 19


def test_what_is_read_is_one_view(shared: Store):
    grant(shared)
    with shared.reading() as seen:
        before = numbers(seen)
        Beside(shared, lambda connection: touch(connection, KEYS)).ends()
        assert numbers(seen) == before
        assert seen.execute(select(progress.c.changes)).scalar_one() == 6


def test_a_view_cannot_write(shared: Store):
    with pytest.raises(TryAgain), shared.reading() as seen:
        seen.execute(update(progress).values(block=7))


# --------------------------------------------------------------------------------------------------- what waits


def put_entry(connection: Connection, sequence: int, at: int) -> None:
    values = {"entry": b"e", "head": bytes(32), "accepted_at": at}
    connection.execute(insert(entries).values(terminal=TILL, sequence=sequence, **values))


def works(store: Store) -> list[tuple[bytes, int]]:
    with store.reading() as connection:
        return [(row.terminal, row.since) for row in connection.execute(select(work))]


def settle(connection: Connection, sequence: int) -> None:
    if not connection.execute(update(terminals).values(sequence=sequence)).rowcount:
        connection.execute(insert(terminals).values(terminal=TILL, shop=1, sequence=sequence))
    waiting.tidy(connection)


def test_a_row_for_each_terminal_that_waits(store: Store):
    with store.writing() as connection:
        for sequence in (1, 2, 3):
            put_entry(connection, sequence, 100 + sequence)
        waiting.add(connection, TILL, 3, Timestamp(101))
        waiting.add(connection, TILL, 3, Timestamp(105))
    assert works(store) == [(TILL, 101)]
    for sequence, left in ((1, [(TILL, 102)]), (2, [(TILL, 103)]), (3, [])):
        with store.writing() as connection:
            settle(connection, sequence)
        assert works(store) == left
    with store.writing() as connection:
        waiting.add(connection, TILL, 3, NOW)
    assert works(store) == [], "all of it is settled already"
    with store.writing() as connection:
        put_entry(connection, 4, 110)
        waiting.add(connection, TILL, 4, Timestamp(110))
    assert works(store) == [(TILL, 110)]


def test_f10_entries_that_are_taken_in_while_the_row_goes_are_not_overlooked(shared: Store):
    with shared.writing() as connection:
        put_entry(connection, 1, 101)
        waiting.add(connection, TILL, 1, NOW)

    def take_in(connection: Connection) -> None:
        put_entry(connection, 2, 102)
        waiting.add(connection, TILL, 2, Timestamp(102))

    with shared.writing() as reader:
        settle(reader, 1)
        intake = Beside(shared, take_in)
        intake.until_it_waits()
    assert intake.ends() == ""
    assert works(shared) == [(TILL, 102)]


def test_f10_a_row_that_somebody_holds_is_left_for_the_next_block(shared: Store):
    with shared.writing() as connection:
        put_entry(connection, 1, 101)
        waiting.add(connection, TILL, 1, NOW)
    with shared.writing() as intake:
        put_entry(intake, 2, 102)
        waiting.add(intake, TILL, 2, Timestamp(102))
        assert Beside(shared, lambda connection: settle(connection, 1)).ends() == "", "it does not wait"
    assert works(shared) == [(TILL, NOW)]
    with shared.writing() as connection:
        waiting.tidy(connection)
    assert works(shared) == [(TILL, 102)]


# --------------------------------------------------------------------------------------------- locks and lost servers


def test_a_lock_has_one_holder(shared: Store):
    with shared.writing() as first:
        lock(first, "one")
        lock(first, "one")
        assert Beside(shared, lambda connection: lock(connection, "another")).ends() == ""
        second = Beside(shared, lambda connection: lock(connection, "one"))
        second.until_it_waits()
    assert second.ends() == ""


def test_what_two_write_at_once_one_may_try_again(shared: Store):
    def put(connection: Connection) -> None:
        connection.execute(insert(leases).values(name="a", owner="b", until=1))

    with shared.writing() as first:
        put(first)
        second = Beside(shared, put)
        second.until_it_waits()
    assert "somebody else wrote the same" in second.ends()


def test_what_locks_out_each_other_one_may_try_again(shared: Store):
    grant(shared)

    def hold(connection: Connection, key: tuple[int, Address]) -> None:
        connection.execute(update(budgets).where(budgets.c["pass"] == key[1]).values(left=1))

    def both(connection: Connection) -> None:
        hold(connection, KEYS[1])
        hold(connection, KEYS[0])

    failed = ""
    second = None
    try:
        with shared.writing() as first:
            hold(first, KEYS[0])
            second = Beside(shared, both)
            second.until_it_waits()
            hold(first, KEYS[1])
    except TryAgain as error:
        failed = str(error)
    assert second is not None
    assert "deadlock" in failed + second.ends()


def test_f11_a_connection_that_is_cut_is_tried_again_and_the_next_one_works(shared: Store):
    cut = text("SELECT pg_terminate_backend(pg_backend_pid())")

    def is_cut(connection: Connection) -> None:
        put_entry(connection, 1, 101)
        connection.execute(cut)

    assert "does not answer" in Beside(shared, is_cut).ends()
    with shared.writing() as connection:
        assert connection.execute(select(func.count()).select_from(entries)).scalar_one() == 0
        put_entry(connection, 1, 101)


@pytest.mark.parametrize("setting", ["off", "local"])
def test_a_server_that_may_forget_what_it_committed_is_refused(postgres: Postgres, setting: str):
    url = postgres.url()
    name = url.rsplit("/", 1)[1]
    postgres.execute("postgres", f"ALTER DATABASE {name} SET synchronous_commit = {setting}")
    with pytest.raises(Broken, match=f"synchronous_commit = {setting}"):
        Store.open(url, DOMAIN, 1)
    postgres.execute("postgres", f"ALTER DATABASE {name} RESET synchronous_commit")
    Store.open(url, DOMAIN, 1).close()


def test_a_password_is_never_repeated(postgres: Postgres):
    url = postgres.url()
    for wrong in (url.replace(PASSWORD, "mistyped-secret"), url.replace("postgresql://", "mysql://"), f"{url}:1:2"):
        with pytest.raises((Broken, TryAgain)) as told:
            Store.open(wrong, DOMAIN, 1)
        assert PASSWORD not in str(told.value)
        assert "mistyped-secret" not in str(told.value)


def test_a_password_may_come_from_the_environment_or_a_file(postgres: Postgres, tmp_path: Path, monkeypatch):
    url = postgres.url().replace(f":{PASSWORD}", "")
    with pytest.raises(TryAgain, match="password"):
        Store.open(url, DOMAIN, 1)
    with monkeypatch.context() as environment:
        environment.setenv("PGPASSWORD", PASSWORD)
        Store.open(url, DOMAIN, 1).close()
    secrets = tmp_path / "pgpass"
    secrets.write_text(f"127.0.0.1:{postgres.port}:*:*:{PASSWORD}\n")
    secrets.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(secrets))
    Store.open(url, DOMAIN, 1).close()


def test_a_server_that_is_not_there_may_be_tried_again(postgres: Postgres):
    url = postgres.url().replace(f":{postgres.port}/", ":9/")
    with pytest.raises(TryAgain, match="does not answer"):
        Store.open(url, DOMAIN, 1)


# -------------------------------------------------------------------------------------------------- whole gateways


def test_a_reader_that_lost_its_place_drops_its_work(world: World, desk: Desk):
    till, card = world.till(), world.card()
    till.pay(card, 700)
    desk.read()
    world.settle(till_batch(till))
    slow = Reader(desk.store, desk.node, world.domain, desk.clock)
    asked = desk.node.events

    def events(first: int, last: int) -> Any:
        found = asked(first, last)
        desk.node.events = asked  # type: ignore[method-assign]
        desk.read()  # the other reader, in the meantime
        return found

    desk.node.events = events  # type: ignore[method-assign]
    while slow.step():
        pass
    assert desk.outcomes(till) == [(1, 0, 700)]
    assert desk.budget(card).left == 30_000 - 700, "and not twice as much less"


def till_batch(till: Till) -> bytes:
    from contracts.wire import batch

    return batch.encode([till.segment()])


Start = Callable[..., GatewayProcess]


def test_f10_two_processes_take_in_the_same_segments_at_the_same_moment(world: World, start: Start, postgres: Postgres):
    url, card = postgres.url(), world.card()
    pair = [start("--database", url) for _ in range(2)]
    tills = [world.till() for _ in range(5)]
    for till in tills:
        for amount in range(100, 110):
            till.pay(card, amount)
    answers: list[int] = []

    def hand_in(gateway: GatewayProcess) -> None:
        for till in tills:
            for first, last in ((1, 4), (3, 10), (1, 10)):
                until(partial(post, gateway, till, first, last), lambda status: status != 503)

    def post(gateway: GatewayProcess, till: Till, first: int, last: int) -> int:
        answers.append(gateway.post(till, till.body(first, last)).status_code)
        return answers[-1]

    threads = [threading.Thread(target=hand_in, args=(gateway,)) for gateway in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {200, 503}
    for till in tills:
        assert [gateway.position(till) for gateway in pair] == [10, 10]
        assert [one[1] for one in pair[0].outcomes(till, 10)] == [0] * 10
        assert pair[1].get(till, "position").json()["head"] == to_hex(till.head(10))


def test_f16_of_two_journals_at_the_same_moment_one_is_taken_in(world: World, start: Start, postgres: Postgres):
    url, card = postgres.url(), world.card()
    pair = [start("--database", url) for _ in range(2)]
    for _ in range(5):
        till = world.till()
        fork = Till(till.domain, till.key)
        till.pay(card, 100)
        fork.pay(card, 200)
        found: dict[int, int] = {}

        def hand_in(number: int, journal: Till, found: dict[int, int] = found) -> None:
            answer = until(lambda: pair[number].post(journal, journal.body()), lambda told: told.status_code != 503)
            found[number] = answer.status_code

        threads = [threading.Thread(target=hand_in, args=place) for place in ((0, till), (1, fork))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found.values()) == [200, 409]


def test_f11_postgresql_is_restarted_under_a_running_gateway(world: World, start: Start, postgres: Postgres):
    gateway = start("--database", postgres.url())
    till, card = world.till(), world.card()
    till.pay(card, 100)
    assert gateway.post(till, till.body()).status_code == 200
    till.pay(card, 200)
    postgres.stop()
    try:
        answer = gateway.post(till, till.body())
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
    finally:
        postgres.start()
    until(lambda: gateway.post(till, till.body()).status_code, lambda status: status == 200)
    assert gateway.outcomes(till, 2) == [(1, 0, 0, 100), (2, 0, 0, 200)]
    assert PASSWORD not in (gateway.folder / "gateway.log").read_text()
