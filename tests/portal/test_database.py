"""Where the tables stand, as somebody wrote it down."""

from pathlib import Path

import pytest

from contracts.wire.errors import Broken
from provisioning.portal.database import described


def test_a_postgresql_url_is_read_with_what_is_escaped_in_it():
    found = described("postgresql://desk:a%2Fb@db.example:5433/portal?sslmode=require", Path())
    assert {name: found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")} == {
        "NAME": "portal", "USER": "desk", "PASSWORD": "a/b", "HOST": "db.example", "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }  # fmt: skip


@pytest.mark.parametrize("wrong", ["mysql://desk@db/portal", "portal.sqlite", "postgresql://desk:pass/word@db/portal"])
def test_another_is_refused_and_no_password_is_said(wrong):
    with pytest.raises(Broken) as refused:
        described(wrong, Path())
    assert "pass" not in str(refused.value)
