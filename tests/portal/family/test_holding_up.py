"""One press holds a phone's code before a scanner that is simulated, and nothing else is ever held up."""

import asyncio
import threading
from pathlib import Path

import pytest

from contracts.wire import passcode
from contracts.wire.entry import Delegation
from contracts.wire.signature import sign
from contracts.wire.units import Cents, Timestamp
from drivers import simulated
from drivers.base import Changed, Scan, Status
from provisioning.portal import settings
from tests.portal.passes.conftest import RECORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def scanner(tmp_path):
    """What a simulated scanner read, at its own socket."""
    read, ready, loop = [], threading.Event(), asyncio.new_event_loop()

    def emit(event):
        read.append(event)
        if isinstance(event, Changed) and event.status is Status.READY:
            ready.set()

    task = loop.create_task(simulated.scanner(str(tmp_path / "scanner.sock")).run(emit))
    thread = threading.Thread(target=lambda: loop.run_until_complete(asyncio.wait([task])))
    thread.start()
    assert ready.wait(30)
    yield lambda: [event.text for event in read if isinstance(event, Scan)]
    loop.call_soon_threadsafe(task.cancel)
    thread.join()
    loop.close()


@pytest.fixture
def tried(portal, monkeypatch):
    """A portal to be tried, beside a counter."""

    def of(**more):
        made = portal.model_copy(update={"embedded": True, "counter": Path("scanner.sock"), **more})
        monkeypatch.setattr(settings, "PORTAL", made)

    of()
    return of


def code_of(phone):
    delegation = Delegation(1, Cents(5_00), Timestamp(2**39), 1)
    return passcode.make_phone(RECORD.network, delegation, sign(phone.key, delegation.digest(RECORD.domain)))


def test_the_counter_reads_the_phone_s_code(phone, tried, scanner):
    code = code_of(phone)
    assert phone.ask("hold", code=code).status_code == 200
    assert scanner() == [code]


def test_a_letter_s_code_is_never_held_up_nor_anything_else(phone, tried, scanner):
    for other in (passcode.make_static(RECORD.network, bytes(16)), "8710400000006", code_of(phone)[:-1]):
        answer = phone.ask("hold", code=other)
        assert (answer.status_code, answer.json()["error"]) == (400, "code")
    assert scanner() == []


@pytest.mark.parametrize("more", [{"embedded": False}, {"counter": None}])
def test_no_other_portal_has_a_counter(phone, tried, scanner, more):
    tried(**more)
    assert phone.ask("hold", code=code_of(phone)).status_code == 404
    assert scanner() == []


def test_a_counter_that_is_closed_is_said(phone, tried):
    assert phone.ask("hold", code=code_of(phone)).status_code == 409
