"""What doctor says of the key's protection."""

import base64

import pytest

from terminal import config, places
from terminal.care import sealing
from terminal.finding import Grade
from tests.terminal.care.machine import machine
from tests.terminal.till import Till

SEALED = "etc/kindpakket/terminal.key.sealed"


def sealed(kind):
    return base64.b64encode(bytes.fromhex(kind) + bytes(200)).decode()


@pytest.fixture
def settings(tmp_path):
    till = Till(tmp_path / "till")
    till.configure()
    return config.load(till.config)


def in_a_shop(settings, **differs):
    return settings.model_copy(update={"simulators": False, "key_file": places.UNSEALED_KEY, **differs})


@pytest.mark.parametrize(
    ("kind", "grade", "said"),
    [
        ("0c7cc07b117645919c4b0bea08bc20fe", Grade.OK, "chip"),
        ("5a1c6a86df9d4096b1d5a65e0862f19a", Grade.OK, "on the same disk"),
        ("05846951bcdd4cc4b56c11f2ecdf3a3c", Grade.WARN, "NOT sealed"),
    ],
)
def test_f36_it_is_told_to_what_the_key_is_sealed(settings, tmp_path, kind, grade, said):
    found = sealing.check(in_a_shop(settings), machine(tmp_path / "root", {SEALED: sealed(kind)}))
    assert found.grade is grade
    assert said in found.finding


def test_f36_a_plain_key_is_warned_of_in_a_shop_alone(settings, tmp_path):
    root = machine(tmp_path / "root")
    plain = sealing.check(in_a_shop(settings, key_file=settings.key_file), root)
    assert (plain.grade, "revoked" in plain.advice) == (Grade.WARN, True)
    assert sealing.check(settings, root).grade is Grade.OK


def test_who_may_not_see_it_is_told_what_to_do(settings, tmp_path):
    found = sealing.check(in_a_shop(settings), machine(tmp_path / "root"))
    assert (found.grade, found.finding) == (Grade.WARN, "cannot be seen")
    assert "as root" in found.advice
