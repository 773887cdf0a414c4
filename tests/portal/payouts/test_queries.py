"""No page asks the database more because there is more to show."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User

from provisioning.payout.accounts import Account
from provisioning.portal.access import Role
from provisioning.portal.payouts import asked
from provisioning.portal.payouts.models import BankFile, Credit, DaySum, Payment
from provisioning.portal.shops.models import Shop
from tests.provisioning.payout.accounts import ACCOUNTS, PAYER

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)


@pytest.fixture(params=[3, 60])
def many(request):
    for number in range(1, request.param + 1):
        row = Shop(number=number, name=f"window-{number}")
        row.contact = {}
        row.save()
        Credit.objects.create(programme=1, shop=number, cents=100, why=Credit.Why.TOKENS)
    return request.param


def file(many: int, state: BankFile.State) -> BankFile:
    payments = [{"programme": 1, "shop": number, "cents": 1, "text": "x"} for number in range(1, many + 1)]
    found = BankFile(reference="2026-11-02-1", programmes=[1], day=DAY, state=state)
    found.made_by = User.objects.create_user("clerk-09")
    account = Account.read(*ACCOUNTS[0])
    found.accounts = asked.sealed(Account.read(*PAYER), dict.fromkeys(range(1, many + 1), account))
    found.plan = {"tag": "ABCDEF", "payments": payments}
    found.changed = [*range(1, many + 1)]
    found.left = [[1, number, 5, "BELOW"] for number in range(1, many + 1)]
    found.save()
    marked = {"in_file": True, "state": Payment.State.MARKED, "since": 1}
    Payment.objects.bulk_create([Payment(file=found, **each, **marked) for each in payments])
    return found


def test_what_is_due(many, staff, django_assert_max_num_queries):
    browser = staff(Role.FINANCE)
    with django_assert_max_num_queries(14):
        page = browser.get("/desk/payouts/").content.decode()
    assert page.count("window-") == 2 * min(many, 50)


@pytest.mark.parametrize("state", [BankFile.State.PLANNED, BankFile.State.MADE])
def test_a_file(many, staff, state, django_assert_max_num_queries):
    found = file(many, state)
    browser = staff(Role.FINANCE)
    with django_assert_max_num_queries(16):
        page = browser.get(f"/desk/payouts/files/{found.pk}/").content.decode()
    assert "window-1" in page
    with django_assert_max_num_queries(12):
        browser.get("/desk/payouts/files/")
    with django_assert_max_num_queries(12):
        answer = browser.get(f"/desk/payouts/files/{found.pk}/refused")
    assert answer.status_code == (200 if state == BankFile.State.MADE else 404)


def test_a_statement(many, staff, django_assert_max_num_queries):
    for number in range(many):
        what = {"programme": 1, "refund": False, "standing": "paid", "count": 1, "cents": 5}
        place = {"first": number, "last": number, "day": DAY + timedelta(number)}
        DaySum.objects.create(terminal=bytes([number]) * 20, shop=1, **place, **what)
    browser, asked_for = staff(Role.FINANCE), {"shop": "1", "first": "2026-11-02", "last": "2027-02-02"}
    for form in ("", ".csv", ".pdf"):
        with django_assert_max_num_queries(20):
            assert browser.get(f"/desk/payouts/statement{form}", asked_for).status_code == 200
