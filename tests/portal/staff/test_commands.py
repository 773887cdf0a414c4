import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_otp.oath import TOTP

from contracts.wire.errors import Broken
from provisioning.portal import config
from provisioning.portal.access import Role
from provisioning.portal.staff import accounts, commands
from provisioning.portal.staff.models import FirstPassword, Line, Phone

pytestmark = pytest.mark.django_db


def run(capsys, *words):
    assert commands.main(list(words)) == 0
    return capsys.readouterr().out


def test_an_account_is_added_with_a_password_that_opens_the_first_page(capsys):
    password = run(capsys, "add", "clerk-01", "--role", "shops", "--role", "grants").splitlines()[-1]
    answer = Client().post("/sign-in", {"username": "clerk-01", "password": password})
    assert answer["Location"] == "/sign-in/password"
    assert run(capsys, "list").split() == ["clerk-01", "grants,", "shops", "has", "not", "signed", "in", "yet"]
    line = Line.objects.get(action="staff.added")
    assert (line.action, line.about, line.by) == ("staff.added", {"roles": ["grants", "shops"]}, None)
    assert password not in str(list(Line.objects.values()))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "CLERK-01", "--role", "grants"), "there is an account"),
        (("add", "clerk 02", "--role", "grants"), "valid username"),
        (("add", "clerk-02", "--role", "owner"), "the roles are grants, shops, finance, auditor"),
        (("add", "clerk-02", "--role", "keeper"), "--shop 3"),
        (("add", "clerk-02", "--role", "keeper", "--shop", "3"), "--shop 3"),
        (("add", "clerk-02", "--role", "keeper", "--role", "grants", "--shop", "3"), "for a keeper alone"),
        (("add", "clerk-02", "--role", "keeper", "--role", "grants"), "no other role"),
        (("roles", "clerk-01", "--role", "keeper"), "add another account"),
        (("reset", "clerk-02"), "no account"),
        (("disable", "clerk-02"), "no account"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(capsys, words, said):
    run(capsys, "add", "clerk-01", "--role", "grants")
    with pytest.raises(Broken, match=said):
        commands.main(list(words))
    assert User.objects.count() == Line.objects.count() == 1


def test_a_keeper_is_added_to_a_shop_and_stays_one(capsys, admitted):
    password = run(capsys, "add", "keeper-01", "--role", "keeper", "--shop", str(admitted(3).number)).splitlines()[-1]
    answer = Client().post("/sign-in", {"username": "keeper-01", "password": password})
    assert answer["Location"] == "/sign-in/password"
    assert run(capsys, "list").split()[:5] == ["keeper-01", "keeper", "of", "shop", "3"]
    assert Line.objects.filter(action="keeper.added", by=None).count() == 1
    with pytest.raises(Broken, match="add another account"):
        commands.main(["roles", "keeper-01", "--role", "grants"])


def test_a_password_that_is_asked_for_must_be_long_and_is_not_printed(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(Broken, match="too short"):
        commands.main(["add", "clerk-01", "--role", "grants", "--ask"])
    monkeypatch.setattr("sys.stdin", io.StringIO("a long walk to the sea\n"))
    assert "a long walk" not in run(capsys, "add", "clerk-01", "--role", "grants", "--ask")
    assert User.objects.get().check_password("a long walk to the sea")


def test_a_reset_takes_password_phone_and_sessions_and_a_disabled_account_opens_nothing(capsys, staff):
    browser = staff(Role.GRANTS)
    accounts.find("clerk-01").groups.get()
    run(capsys, "disable", "clerk-01")
    assert browser.get("/desk/").status_code == 302
    password = run(capsys, "reset", "clerk-01").splitlines()[-1]
    assert browser.get("/desk/").status_code == 302
    assert not Phone.objects.exists()
    assert FirstPassword.objects.filter(user__username="clerk-01").exists()
    assert Client().post("/sign-in", {"username": "clerk-01", "password": password}).status_code == 302


def test_roles_change_for_a_session_that_is_open(capsys, staff):
    browser = staff(Role.AUDITOR)
    assert browser.get("/desk/trail").status_code == 200
    run(capsys, "roles", "clerk-01", "--role", "grants")
    assert browser.get("/desk/trail").status_code == 403


def test_codes_are_shown_by_a_portal_that_is_tried_out_and_by_no_other(capsys):
    accounts.add_ready("clerk-01", [Role.GRANTS])
    with pytest.raises(Broken, match="own phone"):
        commands.code(["clerk-01"])
    file = Path(os.environ[config.FOLDER_VARIABLE]) / config.FILE
    file.write_text("embedded = true\n")
    try:
        assert commands.code(["clerk-01"]) == 0
    finally:
        file.unlink()
    phone = TOTP(Phone.objects.get().bin_key)
    phone.time = datetime.now(UTC).timestamp()
    assert phone.verify(int(capsys.readouterr().out), tolerance=1)


def test_passwords_are_kept_by_argon2id(settings):
    settings.PASSWORD_HASHERS = ["provisioning.portal.staff.hashing.Argon2"]
    accounts.add("clerk-01", [Role.GRANTS], "a long walk to the sea")
    assert User.objects.get().password.startswith("argon2$argon2id$v=19$m=47104,t=2,p=1$")
    assert User.objects.get().check_password("a long walk to the sea")
