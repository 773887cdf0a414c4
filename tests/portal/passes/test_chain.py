"""What the worker does with passes, on a contract: each thing once, in whatever order and however often it is begun."""

import secrets

import pytest

from contracts.chain import checksum
from contracts.wire.errors import TryAgain
from contracts.wire.units import Address, Cents
from provisioning import grant, holdings
from provisioning import programme as programmes
from provisioning.grant_list import Line
from provisioning.passes import new_pass
from provisioning.portal.passes import chain
from provisioning.portal.passes.models import Pass, Read
from provisioning.portal.staff import models as staff_models
from provisioning.portal.tasks import doing
from provisioning.portal.tasks.models import Task
from provisioning.town import Town
from tests.portal.passes.conftest import a_programme, child, granted, household
from tests.provisioning.conftest import NETWORK, TERMS

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def second(shared_town: Town) -> int:
    """Another programme of the same sponsor."""
    number = programmes.create(shared_town, "Sport", TERMS)
    programmes.fund(shared_town, number, 1_000_000, mint=True)
    return number


@pytest.fixture
def one(db):
    return child(household(1))


def a_pass(of, **more) -> Pass:
    return Pass.objects.create(address=new_pass(NETWORK).address, child=of, **more)


def address(of: Pass) -> Address:
    return Address(bytes(of.address))


def left(town, of, number=1):
    return town.look("budget", number, checksum(address(of)))["left"]


def blocked(town, of, number=1):
    return town.look("budget", number, checksum(address(of)))["blocked"]


def asked(kind, **arguments) -> Task:
    return Task.objects.create(kind=kind, arguments=arguments)


def giving(grants, number=1) -> Task:
    task = asked("passes.grant", programme=number, reference=grants[0].reference, grants=[each.pk for each in grants])
    for each in grants:
        each.task = task
        each.save()
    return task


def given(town, to, programme_row, cents=30_000):
    """A grant that is made."""
    grant_row = granted(to.child, programme_row, cents)
    grant_row.given_to = to
    grant_row.save()
    task = giving([grant_row], programme_row.number)
    doing.do(town, task)
    assert task.state == Task.State.DONE, task.said
    return task


def replacing(old: Pass) -> tuple[Pass, Task]:
    new = a_pass(old.child)
    task = asked("passes.reissue", old=old.pk, new=new.pk)
    Pass.objects.filter(pk=old.pk).update(replaced_by=new, task=task)
    return new, task


def tried(town, task):
    doing.do(town, task)
    task.refresh_from_db()
    return task


def test_budgets_are_given_once_and_those_of_one_pass_together(town, one, programme):
    other = child(household(2))
    first, second = a_pass(one), a_pass(other)
    grants = [granted(one, programme, 300), granted(one, programme, 45), granted(other, programme, 200)]
    for each, to in zip(grants, (first, first, second), strict=True):
        each.given_to = to
    task = giving(grants)
    assert tried(town, task).state == Task.State.DONE
    assert [left(town, each) for each in (first, second)] == [345, 200]
    assert chain.give(town, task.arguments) == {"now": 0, "before": 2}
    assert [left(town, each) for each in (first, second)] == [345, 200]


def test_too_small_a_reserve_is_refused_and_tried_again_gives(town, one):
    number = programmes.create(town, "Klein", TERMS)
    row = a_programme(number, "Klein")
    to = a_pass(one)
    each = granted(one, row, 500)
    each.given_to = to
    task = giving([each], number)
    assert tried(town, task).state == Task.State.REFUSED
    programmes.fund(town, number, 500, mint=True)
    assert tried(town, task).state == Task.State.DONE
    assert left(town, to, number) == 500


def test_a_replaced_pass_s_budgets_move_and_the_same_again_moves_nothing(town, one, second, programme):
    old = a_pass(one)
    given(town, old, programme, 300)
    given(town, old, a_programme(second, "Sport"), 200)
    new, task = replacing(old)
    assert tried(town, task).state == Task.State.DONE
    assert [left(town, new, number) for number in (1, second)] == [300, 200]
    assert [left(town, old, number) for number in (1, second)] == [0, 0]
    old.refresh_from_db()
    assert (old.state, new.state) == (Pass.State.REPLACED, Pass.State.MADE)
    assert chain.reissue(town, task.arguments) == {"moved": [], "before": [1, second]}


def test_cut_off_between_two_programmes_it_goes_on(town, one, second, programme, monkeypatch):
    old = a_pass(one)
    given(town, old, programme, 300)
    given(town, old, a_programme(second, "Sport"), 200)
    new, task = replacing(old)
    act, acts = Town.act, []

    def cut_off(self, name, *arguments):
        acts.append(name)
        if len(acts) == 2:
            raise TryAgain("the node is gone")
        return act(self, name, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Town, "act", cut_off)
        assert tried(town, task).state == Task.State.WAITING
    old.refresh_from_db()
    assert old.state == Pass.State.MADE
    assert tried(town, task).state == Task.State.DONE
    assert [left(town, new, number) for number in (1, second)] == [300, 200]


def test_a_pass_whose_budget_is_still_to_come_waits_for_it(town, one, programme):
    old = a_pass(one)
    row = granted(one, programme, 300)
    row.given_to = old
    grant_task = giving([row])
    new, task = replacing(old)
    block = asked("passes.block", **{"pass": old.pk, "blocked": True})
    assert tried(town, task).state == Task.State.WAITING
    assert tried(town, block).state == Task.State.WAITING
    tried(town, grant_task)
    assert tried(town, task).state == Task.State.DONE
    assert left(town, new) == 300


def test_replaced_twice_before_the_first_is_done_everything_ends_at_the_last(town, one, programme):
    old = a_pass(one)
    given(town, old, programme, 300)
    lost, first = replacing(old)
    last, then = replacing(lost)
    more = granted(one, programme, 50)
    more.given_to = last
    grant_task = giving([more])
    assert tried(town, grant_task).state == Task.State.WAITING
    assert tried(town, then).state == Task.State.WAITING
    for task in (first, then, grant_task):
        assert tried(town, task).state == Task.State.DONE, task.said
    assert [left(town, each) for each in (old, lost, last)] == [0, 0, 350]


def test_a_grant_that_was_refused_before_its_pass_was_replaced_goes_to_the_new_one(town, one, programme):
    old = a_pass(one)
    row = granted(one, programme, 300)
    row.given_to = old
    grant_task = giving([row])
    Task.objects.filter(pk=grant_task.pk).update(state=Task.State.REFUSED)
    new, task = replacing(old)
    assert tried(town, task).state == Task.State.DONE
    assert tried(town, grant_task).state == Task.State.DONE
    assert left(town, new) == 300


def test_a_pass_is_blocked_in_all_programmes_and_pays_again(town, one, second, programme):
    to = a_pass(one)
    given(town, to, programme)
    given(town, to, a_programme(second, "Sport"))
    for wanted, state in ((True, Pass.State.BLOCKED), (False, Pass.State.MADE)):
        task = tried(town, asked("passes.block", **{"pass": to.pk, "blocked": wanted}))
        assert task.state == Task.State.DONE
        assert [blocked(town, to, number) for number in (1, second)] == [wanted, wanted]
        to.refresh_from_db()
        assert to.state == state
        assert chain.set_blocked(town, task.arguments)["programmes"] == [1, second]


def test_a_budget_that_comes_after_the_block_is_blocked_too(town, one, programme):
    to = a_pass(one)
    assert tried(town, asked("passes.block", **{"pass": to.pk, "blocked": True})).state == Task.State.DONE
    to.refresh_from_db()
    given(town, to, programme)
    assert blocked(town, to)


def test_a_block_that_comes_after_the_replacement_changes_nothing(town, one, programme):
    old = a_pass(one)
    given(town, old, programme, 300)
    block = asked("passes.block", **{"pass": old.pk, "blocked": True})
    new, task = replacing(old)
    tried(town, task)
    assert tried(town, block).state == Task.State.DONE
    old.refresh_from_db()
    assert old.state == Pass.State.REPLACED
    assert not blocked(town, new)


def test_a_new_pass_is_not_said_to_be_blocked_before_it_has_what_is_to_be_blocked(town, one, programme):
    old = a_pass(one)
    given(town, old, programme, 300)
    new, task = replacing(old)
    block = asked("passes.block", **{"pass": new.pk, "blocked": True})
    assert tried(town, block).state == Task.State.WAITING
    for each in (task, block):
        assert tried(town, each).state == Task.State.DONE, each.said
    assert blocked(town, new)


def test_what_is_done_by_another_way_is_followed(town, one, programme):
    to, other = a_pass(one), a_pass(child(household(2)))
    new = new_pass(NETWORK).address
    for each in (to, other):
        given(town, each, programme, 300)
    Read.objects.create(block=town.chain.block_number("latest"))
    holdings.set_blocked(town, address(other), blocked=True)
    holdings.reissue(town, holdings.to_move(town, address(to), new), address(to), new)
    finish(town)
    chain.follow(town)
    to.refresh_from_db()
    other.refresh_from_db()
    assert (to.state, other.state) == (Pass.State.REPLACED, Pass.State.BLOCKED)
    assert to.replaced_by is not None
    assert (bytes(to.replaced_by.address), to.replaced_by.child) == (new, one)
    lines = staff_models.Line.objects.filter(action="passes.read").order_by("id")
    assert {line.subject for line in lines} == {f"pass {to.pk}", f"pass {other.pk}"}
    read = Read.objects.get().block
    assert read == town.chain.block_number("finalized")
    chain.follow(town)
    assert lines.count() == 2


def finish(town: Town) -> None:
    """Make the newest block final, by one more transaction if it takes that."""
    newest = town.chain.block_number("latest")
    while town.chain.block_number("finalized") < newest:
        line = Line(new_pass(NETWORK).address, Cents(1))
        grant.grant(town, 1, secrets.token_hex(8), [line])


def test_passes_that_are_not_of_the_desk_are_not_followed(town, one, programme):
    stranger = new_pass(NETWORK).address
    grant.grant(town, 1, secrets.token_hex(8), [Line(stranger, Cents(100))])
    Read.objects.create(block=town.chain.block_number("latest"))
    holdings.set_blocked(town, stranger, blocked=True)
    finish(town)
    chain.follow(town)
    assert not Pass.objects.exists()
    assert not staff_models.Line.objects.exists()
