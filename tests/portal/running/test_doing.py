"""What becomes of a task, by what the contract and its node say."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from contracts.chain import Chain, Overtaken
from contracts.wire.errors import Broken, Refused
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from provisioning import grant, passes
from provisioning.grant import Line
from provisioning.portal.tasks import doing
from provisioning.portal.tasks.handlers import HANDLERS, Handler, Round
from provisioning.portal.tasks.models import Task, Turn
from provisioning.portal.tasks.words import KINDS
from provisioning.portal.tasks.working import Worker, load_handlers
from tests.chain.mask import masked
from tests.provisioning.town import account_with_gas

pytestmark = pytest.mark.django_db


@pytest.fixture
def handled(monkeypatch):
    """Gives a task of a kind that is done so."""

    def made(act, note=lambda _task: None, kind="test.act"):
        monkeypatch.setitem(HANDLERS, kind, Handler(act, note))
        return Task.objects.create(kind=kind, arguments={})

    return made


def granting(cents=1_00):
    line = Line(passes.new_pass(7).address, Cents(cents))
    return lambda town, _arguments: {"now": grant.grant(town, 1, f"doing {line.address.hex()}", [line]).now}


def through(url, town):
    """The same town, by way of another node."""
    chain = Chain(url)
    return replace(town, chain=chain, contract=chain.contract("kindpakket", town.deployment.contract))


def stands(task):
    task.refresh_from_db()
    return task.state


def test_a_fault_of_the_node_is_tried_again_later_and_the_others_go_on_meanwhile(town, handled):
    first, second = handled(granting()), handled(granting(), kind="test.other")
    assert doing.do_next(through("http://127.0.0.1:9", town))
    assert stands(first) == Task.State.WAITING
    assert first.said
    assert first.not_before > timezone.now()
    assert doing.do_next(town) == second
    assert stands(second) == Task.State.DONE
    assert doing.do_next(town) is None

    Task.objects.filter(pk=first.pk).update(not_before=timezone.now())
    assert doing.do_next(town) == first
    assert stands(first) == Task.State.DONE
    assert (first.attempts, first.result) == (2, {"now": 1})


def test_a_node_s_limit_is_waited_out(town, handled):
    task = handled(granting())
    with masked(town.deployment.rpc_url) as mask:
        mask.refuse(words="daily request count exceeded", code=-32005)
        assert doing.do_next(through(mask.url, town)) == task
    assert stands(task) == Task.State.WAITING
    assert "daily request count exceeded" in task.said
    assert task.not_before > timezone.now()

    Task.objects.filter(pk=task.pk).update(not_before=timezone.now())
    assert doing.do_next(town) == task
    assert stands(task) == Task.State.DONE


def test_the_pauses_grow_and_are_bounded(town, handled):
    task = handled(lambda *_: (_ for _ in ()).throw(OperationalError("database is locked")))
    for seconds in (2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300):
        before = timezone.now()
        doing.do(town, task)
        assert before <= task.not_before - timedelta(seconds=seconds) <= timezone.now()
    assert stands(task) == Task.State.WAITING


def test_what_the_contract_refuses_ends_in_its_own_words(town, handled):
    stranger = replace(town, account=account_with_gas(town.deployment.rpc_url))
    task = handled(granting())
    doing.do(stranger, task)
    assert stands(task) == Task.State.REFUSED
    assert task.said == "the contract refuses: programme: of another sponsor"
    assert (task.result, doing.do_next(town)) == (None, None)


def test_what_was_overtaken_perhaps_by_itself_is_begun_again_and_not_for_ever(town, handled):
    faults = iter([Overtaken("something changed meanwhile")] * 11)

    def act(*_):
        raise next(faults)

    task = handled(act)
    for _ in range(9):
        doing.do(town, task)
        assert stands(task) == Task.State.WAITING
    doing.do(town, task)
    assert stands(task) == Task.State.REFUSED


def test_a_refusal_with_a_number_keeps_it(town, handled):
    def act(*_):
        raise Refused(Reason.PASS_BLOCKED, "17")

    task = handled(act)
    doing.do(town, task)
    assert (stands(task), task.reason) == (Task.State.REFUSED, Reason.PASS_BLOCKED)


@pytest.mark.parametrize("error", [Broken("this is not as it must be"), KeyError("family-01")])
def test_what_is_broken_waits_for_a_person_and_a_mistake_tells_nobody_s_data(town, handled, error):
    def act(*_):
        raise error

    task = handled(act)
    doing.do(town, task)
    assert stands(task) == Task.State.BROKEN
    assert "family-01" not in task.said


def test_a_note_that_fails_leaves_nothing_half_written(town, handled):
    def note(task):
        Turn.objects.create(name="half", tried_at=timezone.now())
        raise Broken("the other half cannot be")

    task = handled(lambda *_: {"number": 1}, note)
    doing.do(town, task)
    assert (stands(task), task.result, Turn.objects.count()) == (Task.State.BROKEN, None, 0)


def test_a_kind_that_nobody_knows_ends(town):
    task = Task.objects.create(kind="test.nobody", arguments={})
    assert doing.do_next(town) == task
    assert stands(task) == Task.State.BROKEN


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_rounds_are_done_at_the_start_and_when_they_are_due_and_one_that_fails_stops_nothing(town, handled):
    done, clock = [], Clock()

    def fails(_town):
        done.append("fails")
        raise ZeroDivisionError

    rounds = [Round("test.reads", 10, lambda _town: done.append("reads")), Round("test.fails", 25, fails)]
    worker = Worker(town, rounds, clock)
    task = handled(lambda *_: {})
    while worker.step():
        pass
    assert done == ["reads", "fails"]
    assert stands(task) == Task.State.DONE
    for clock.now in (9.0, 10.0, 20.0, 25.0):
        while worker.step():
            pass
    assert done == ["reads", "fails", "reads", "reads", "fails"]
    said = dict(Turn.objects.values_list("name", "said"))
    assert said["test.reads"] == ""
    assert "ZeroDivisionError" in said["test.fails"]
    assert Turn.objects.get(name="test.fails").done_at is None


def test_a_round_that_takes_long_leaves_the_worker_to_the_tasks_for_longer(town):
    clock, done = Clock(), []

    def slow(_town):
        done.append(clock.now)
        clock.now += 20

    worker = Worker(town, [Round("test.slow", 10, slow)], clock)
    for now in (0.0, 30.0, 119.0, 120.0):
        clock.now = max(clock.now, now)
        worker.step()
    assert done == [0.0, 120.0]


def test_every_kind_that_a_part_does_has_words_for_pages():
    load_handlers()
    assert set(HANDLERS) == set(KINDS)
