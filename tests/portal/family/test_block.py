"""A pass that blocks itself, by the page and then on the contract."""

import json
import time
from datetime import timedelta

import pytest

from contracts.chain import checksum
from contracts.wire.units import Cents
from provisioning import grant, holdings
from provisioning.portal.family.signed import SKEW_SECONDS
from provisioning.portal.passes.models import Heard, Pass
from provisioning.portal.staff import trail
from provisioning.portal.staff.models import Line
from provisioning.portal.tasks.models import Task
from tests.portal.family.asking import Phone
from tests.portal.passes.conftest import a_programme

pytestmark = pytest.mark.django_db


def said(phone):
    answer = phone.ask("block")
    return answer.status_code, json.loads(answer.content).get("state") or json.loads(answer.content)["error"]


def test_it_is_asked_for_once_in_the_trail_and_by_nobody_of_the_desk(phone):
    assert [said(phone), said(phone)] == [(200, "asked")] * 2
    task, found = Task.objects.get(), Pass.objects.get()
    assert (task.kind, task.arguments, task.by) == ("passes.block", {"pass": found.pk, "blocked": True}, None)
    assert (found.task, found.state) == (task, Pass.State.MADE)
    lines = {line.action: line for line in Line.objects.all()}
    assert lines["passes.blocked_itself"].subject == f"pass {found.pk}"
    assert {line.by for line in lines.values()} == {None}
    assert trail.first_broken() is None
    assert phone.state()["pass"] == {"label": found.label, "state": "made", "blocking": True}


def test_it_is_blocked_on_the_contract_and_told_nothing_any_more(here, work, read_all):
    a_programme(1)
    phone = Phone(here.deployment.domain)
    grant.grant(here, 1, phone.address.hex(), [grant.Line(phone.address, Cents(50_00))])
    read_all()
    assert [each["left"] for each in phone.state()["budgets"]] == [50_00]
    assert said(phone) == (200, "asked")
    work()
    assert here.look("budget", 1, checksum(phone.address))["blocked"]
    told = phone.state()
    assert told["pass"]["state"] == "blocked"
    assert not told["pass"]["blocking"]
    assert (told["budgets"], told["payments"], told["shops"], told["orders"]) == ([], [], [], [])
    assert said(phone) == (200, "blocked")
    assert Task.objects.count() == 1


def test_what_is_blocked_by_another_way_is_told_as_soon_as_the_contract_has_it(here, read_all):
    a_programme(1)
    phone = Phone(here.deployment.domain)
    grant.grant(here, 1, phone.address.hex(), [grant.Line(phone.address, Cents(50_00))])
    read_all()
    holdings.set_blocked(here, phone.address, blocked=True)
    told = phone.state()
    assert (told["pass"]["state"], told["budgets"], told["shops"]) == ("blocked", [], [])


def test_one_that_was_replaced_or_is_being_replaced_is_not_blocked_from_here(phone):
    Pass.objects.update(state=Pass.State.REPLACED)
    assert said(phone) == (409, "changed")
    assert phone.state()["pass"]["state"] == "replaced"
    Pass.objects.update(state=Pass.State.MADE, task=Task.objects.create(kind="passes.reissue", arguments={}))
    assert said(phone) == (409, "changed")
    assert Task.objects.count() == 1


PATH = "/pass/api/block"


def unblocked() -> None:
    """The desk has let it pay again."""
    Task.objects.update(state=Task.State.DONE)
    Pass.objects.update(state=Pass.State.MADE)


def test_the_same_request_sent_again_undoes_no_unblocking(phone):
    sent = phone.headers(PATH, b"{}")
    assert phone.post(PATH, b"{}", sent).status_code == 200
    Pass.objects.update(state=Pass.State.BLOCKED)
    assert json.loads(phone.post(PATH, b"{}", sent).content) == {"state": "blocked"}
    unblocked()
    answer = phone.post(PATH, b"{}", sent)
    assert (answer.status_code, json.loads(answer.content)["error"]) == (409, "changed")
    assert Task.objects.count() == 1


def test_a_new_request_blocks_it_again_also_by_a_clock_that_is_behind(phone):
    assert said(phone) == (200, "asked")
    unblocked()
    sent = phone.headers(PATH, b"{}", int(time.time()) - 200)
    assert phone.post(PATH, b"{}", sent).status_code == 200
    assert Task.objects.filter(state=Task.State.WAITING).count() == 1


def test_one_that_was_heard_while_it_was_unblocked_does_not_count_later(phone):
    sent = phone.headers(PATH, b"{}")
    found = Pass.objects.get()
    Pass.objects.update(task=Task.objects.create(kind="passes.block", arguments={"pass": found.pk, "blocked": False}))
    assert [phone.post(PATH, b"{}", sent).status_code for _ in range(2)] == [409, 409]
    unblocked()
    assert phone.post(PATH, b"{}", sent).status_code == 409
    assert Task.objects.count() == 1


def test_what_was_heard_is_kept_while_its_signature_may_hold_and_no_longer(phone):
    sent = phone.headers(PATH, b"{}")
    phone.post(PATH, b"{}", sent)
    heard = Heard.objects.get()
    Heard.objects.update(at=heard.at - timedelta(seconds=2 * SKEW_SECONDS))
    phone.post(PATH, b"{}", phone.headers(PATH, b"{}", int(time.time()) + 1))
    assert Heard.objects.count() == 2
    Heard.objects.update(at=heard.at - timedelta(hours=1))
    phone.post(PATH, b"{}", phone.headers(PATH, b"{}", int(time.time()) + 2))
    assert Heard.objects.count() == 1


def test_a_pass_has_no_way_to_unblock_itself(phone):
    Pass.objects.update(state=Pass.State.BLOCKED)
    assert phone.ask("unblock").status_code == 404
    assert phone.ask("block", blocked=False).status_code == 400
    assert Pass.objects.get().state == Pass.State.BLOCKED
