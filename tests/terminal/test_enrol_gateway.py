"""What a gateway answers to a new terminal is shown to whoever installs: so it is bounded, and text and no more."""

import json

import pytest

from contracts.wire.errors import Refused, TryAgain
from contracts.wire.reasons import Reason
from terminal import enrol_gateway


def refusal(detail: str, status: int = 409) -> tuple[int, bytes]:
    return status, json.dumps({"reason": int(Reason.ENROL_CODE), "detail": detail}).encode()


def test_a_gateways_no_is_told_with_its_words():
    with pytest.raises(Refused, match="it was used before"):
        enrol_gateway._parse(enrol_gateway._Enrolled, *refusal("it was used before"))


@pytest.mark.parametrize(("status", "kind"), [(409, Refused), (503, TryAgain)])
@pytest.mark.parametrize("detail", ["\x1b[2J\x1b[Hlog in here:", "two\nlines", "x" * 1000])
def test_f38_nothing_of_it_draws_on_the_screen_or_fills_it(status, kind, detail):
    with pytest.raises(kind) as said:
        enrol_gateway._parse(enrol_gateway._Enrolled, *refusal(detail, status))
    assert str(said.value).isprintable()
    assert len(str(said.value)) < 300
