"""What becomes of a code with time, on both databases, without a process."""

from pathlib import Path
from secrets import token_bytes

import pytest

from contracts.gateway.serving import enrolment
from contracts.gateway.serving.enrolment import Enrolment
from contracts.gateway.store.database import Store
from contracts.wire import typed_data
from contracts.wire.enrolment import SECRET_BYTES, EnrolmentCode
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from contracts.wire.signature import address_of, sign
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Timestamp
from tests.gateway.world import new_key

DOMAIN = Domain(1337, Address(b"\x01" * 20))
CODE = EnrolmentCode.make(DOMAIN, 7, 3, token_bytes(SECRET_BYTES))


@pytest.fixture
def store(where: str | Path):
    store = Store.open(where, DOMAIN, 1)
    yield store
    store.close()


def offer(store: Store, code: EnrolmentCode, now: int, seconds: int = 60, shop: int = 3) -> int:
    with store.writing() as connection:
        return enrolment.offer(connection, code.identity, shop, "desk", Timestamp(now), seconds)


def enrol(store: Store, code: EnrolmentCode, key, now: int) -> int:
    terminal = address_of(key)
    consent = sign(key, typed_data.registration(DOMAIN, terminal, 3))
    with store.writing() as connection:
        new = Enrolment(terminal, consent, code.proof(terminal, consent))
        return enrolment.enrol(connection, DOMAIN, code.identity, new, Timestamp(now))


def test_a_code_expires_but_whoever_used_it_in_time_may_say_so_later(store: Store):
    assert offer(store, CODE, 1_000) == 1_060
    in_time, late = new_key("till"), new_key("till")
    with pytest.raises(Refused) as refused:
        enrol(store, CODE, late, 1_061)
    assert refused.value.reason is Reason.ENROL_CODE
    assert enrol(store, CODE, in_time, 1_060) == 3
    assert enrol(store, CODE, in_time, 9_000) == 3
    with store.reading() as connection:
        row = enrolment.find(connection, CODE.identity)
    assert (row.terminal, row.used_at, row.made_by) == (address_of(in_time), 1_060, "desk")


def test_the_same_offer_again_moves_nothing_and_another_shops_is_refused(store: Store):
    offer(store, CODE, 1_000)
    assert offer(store, CODE, 1_050) == 1_060
    with pytest.raises(Refused, match="another shop"):
        offer(store, CODE, 1_050, shop=4)


def test_codes_are_bounded_and_old_ones_make_room(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(enrolment, "CODES_MAX", 2)
    offer(store, CODE, 1_000)
    offer(store, EnrolmentCode.make(DOMAIN, 7, 3, token_bytes(SECRET_BYTES)), 1_000)
    with pytest.raises(Refused, match="already"):
        offer(store, EnrolmentCode.make(DOMAIN, 7, 3, token_bytes(SECRET_BYTES)), 1_000)
    later = 1_060 + 91 * 86_400
    offer(store, EnrolmentCode.make(DOMAIN, 7, 3, token_bytes(SECRET_BYTES)), later)
    with store.reading() as connection:
        assert enrolment.find(connection, CODE.identity) is None
