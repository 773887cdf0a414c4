"""What a pass is told of itself, beside what the contract says; and what it is never told."""

import json

import pytest
from coincurve import PrivateKey

from contracts.wire import batch
from contracts.wire.entry import Refund
from contracts.wire.signature import address_of
from contracts.wire.units import Address, Cents
from provisioning import fleet, grant, holdings, programme, shop
from provisioning.fleet import Raise
from provisioning.portal import settings
from provisioning.portal.family import contract, state
from provisioning.portal.figures.models import Budget, Sale
from provisioning.portal.passes.models import Grant, Pass
from provisioning.portal.programmes.models import Programme
from provisioning.portal.selling.models import Product
from provisioning.portal.shops.models import Place, Shop
from tests.portal.family.asking import Phone
from tests.portal.passes.conftest import a_programme
from tests.provisioning.conftest import OTHER_ADDRESS, TERMS
from tests.provisioning.journals import Till, now, payment
from tests.provisioning.test_report import segment_of

pytestmark = pytest.mark.django_db
SECRETS = {"iban": "NL91ABNA0417164300", "person": "keeper-01", "phone": "0800", "email": "shop-01@example.org"}


def a_shop(number: int | None, name: str = "shop-01", **more) -> Shop:
    made = Shop(number=number, name=name, state=Shop.State.ADMITTED, category=1, **more)
    made.contact = SECRETS
    made.save()
    return made


def placed(at: Shop, into: Programme, standing=Place.Standing.ADMITTED, category=0) -> Place:
    return Place.objects.create(shop=at, programme=into, standing=standing, category=category)


def given(town, phone: Phone, number: int, cents: int = 50_00) -> Phone:
    grant.grant(town, number, f"{phone.address.hex()} {number}", [grant.Line(phone.address, Cents(cents))])
    return phone


@pytest.fixture(scope="module")
def sold(shared_town):
    """Two passes that bought something at one shop, in a programme of their own; something was given back."""
    number = programme.create(shared_town, "Zwemmen", TERMS)
    programme.fund(shared_town, number, 1_000_000, mint=True)
    seller = shop.add(shared_town, OTHER_ADDRESS)
    shop.admit(shared_town, number, seller)
    domain = shared_town.deployment.domain
    till, phones = Till(domain), [given(shared_town, Phone(domain), number) for _ in range(2)]
    fleet.register(shared_town, till.address, seller, till.consent(seller), [Raise(number, 100_00)])
    till.add(payment(20_00, number), phones[0].key)
    till.add(payment(7_00, number), phones[1].key)
    till.add(payment(3_50, number), phones[0].key)
    till.add(Refund(number, Cents(5_00), now(), phones[0].address, till.address, 1))
    shared_town.act("settle", batch.encode([segment_of(till)]))
    return number, seller, phones


@pytest.fixture
def known(here, sold, read_all):
    """As the portal has it."""
    number, seller, phones = sold
    row, at = a_programme(number, "Zwemmen"), a_shop(seller)
    placed(at, row)
    read_all()
    return number, seller, phones


def test_a_family_reads_what_is_left_and_what_it_paid_where_and_when(known):
    number, seller, (one, other) = known
    begun = now() - 3600
    told = one.state()
    (budget,) = told["budgets"]
    assert (budget["programme"], budget["name"], budget["left"], budget["granted"]) == (number, "Zwemmen", 31_50, 50_00)
    assert (budget["counter"], budget["window"], budget["paused"]) == (0, "0x0000000000000000", False)
    assert [(each["cents"], each["refunded"]) for each in told["payments"]] == [(3_50, 0), (20_00, 5_00)]
    assert {(each["shop"], each["shop_name"], each["programme"]) for each in told["payments"]} == {
        (seller, "shop-01", number)
    }
    assert all(begun < each["time"] <= now() for each in told["payments"])
    assert [each["cents"] for each in other.state()["payments"]] == [7_00]


def test_the_page_has_what_its_phone_needs_to_make_a_code(known, here):
    told = known[2][0].state()
    assert told["domain"] == {"chain_id": here.deployment.chain_id, "contract": "0x" + here.deployment.contract.hex()}
    assert (told["network"], told["municipality"], told["contact"]) == (
        here.deployment.network, settings.PORTAL.municipality, settings.PORTAL.contact,
    )  # fmt: skip
    assert abs(told["time"] - now()) < 60


def test_a_pass_that_took_anothers_place_has_its_payments_and_the_old_one_nothing(here, read_all):
    number = programme.create(here, "Sport", TERMS)
    programme.fund(here, number, 1_000_000, mint=True)
    a_programme(number, "Sport")
    domain = here.deployment.domain
    old, new = given(here, Phone(domain), number), Phone(domain)
    seller, till = shop.add(here, OTHER_ADDRESS), Till(domain)
    shop.admit(here, number, seller)
    fleet.register(here, till.address, seller, till.consent(seller), [Raise(number, 100_00)])
    till.add(payment(20_00, number), old.key)
    here.act("settle", batch.encode([segment_of(till)]))
    holdings.reissue(here, holdings.to_move(here, old.address, new.address), old.address, new.address)
    read_all()
    told = old.state()
    assert (told["pass"]["state"], told["budgets"], told["payments"]) == ("replaced", [], [])
    told = new.state()
    assert [(each["left"], each["granted"]) for each in told["budgets"]] == [(30_00, 50_00)]
    assert [each["cents"] for each in told["payments"]] == [20_00]


def test_a_budget_that_was_just_given_shows_before_the_tables_follow(here, sold):
    row = a_programme(sold[0])
    phone = given(here, Phone(here.deployment.domain), sold[0])
    made = Pass.objects.create(address=phone.address)
    assert phone.state()["budgets"] == []
    Grant.objects.create(programme=row, cents=50_00, reference="one", given_to=made)
    assert [(each["left"], each["granted"]) for each in phone.state()["budgets"]] == [(50_00, 50_00)]


def test_several_budgets_each_stand_by_themselves_and_what_is_not_given_yet_is_not_shown(here, sold, read_all):
    number, _, (one, _) = sold
    rows = [a_programme(each, f"programme-{each}") for each in (1, number, 77)]
    given(here, one, 1, 12_00)
    read_all()
    made = Pass.objects.create(address=one.address)
    Grant.objects.create(programme=rows[2], cents=1, reference="later", given_to=made)
    assert [(each["programme"], each["left"]) for each in one.state()["budgets"]] == [(1, 12_00), (number, 31_50)]


# The rest asks no chain: what stands in tables


@pytest.fixture
def told(phone, programme, monkeypatch):
    """What the pass is told, when the contract knows it in this programme."""
    held = contract.Held(Cents(10_00), Cents(0), False, True, 3, 5)
    monkeypatch.setattr(contract, "held", lambda _, numbers: dict.fromkeys(numbers, held))
    Budget.objects.create(programme=programme.number, address=phone.address, granted=10_00)
    return phone.state


def test_only_shops_that_take_part_in_its_programmes_and_only_what_stands_on_the_window(told, programme):
    other = a_programme(2, "other")
    placed(a_shop(1, address="Street 1", postcode="0000 AA", town="Town", latitude=52.5, longitude=6.25), programme)
    placed(a_shop(2, "excluded"), programme, Place.Standing.EXCLUDED)
    placed(a_shop(3, "elsewhere"), other)
    placed(a_shop(4, "sells something else"), programme, Place.Standing.BY_CATEGORY, category=2)
    left = a_shop(5, "left")
    placed(left, programme)
    Shop.objects.filter(pk=left.pk).update(state=Shop.State.LEFT)
    placed(a_shop(None, "not on the contract yet"), programme)
    assert told()["shops"] == [{
        "number": 1, "name": "shop-01", "address": "Street 1", "postcode": "0000 AA", "town": "Town",
        "category": "clothing", "programmes": [1], "latitude": 52.5, "longitude": 6.25, "sells": False,
    }]  # fmt: skip
    assert not [secret for secret in SECRETS.values() if secret in json.dumps(told())]


def test_a_shop_that_shows_a_product_sells(told, programme):
    at = a_shop(1)
    placed(at, programme)
    product = Product.objects.create(shop=at, name="bicycle", cents=89_00, shown=False)
    assert not told()["shops"][0]["sells"]
    Product.objects.filter(pk=product.pk).update(shown=True)
    assert told()["shops"][0]["sells"]


def test_shops_that_the_phone_knows_are_not_told_again_until_they_change(told, phone, programme):
    place = placed(a_shop(1), programme)
    tag = told()["shops_tag"]
    again = json.loads(phone.ask("state", shops=tag).content)
    assert (again["shops"], again["shops_tag"]) == (None, tag)
    Shop.objects.filter(pk=place.shop_id).update(address="Street 2")
    changed = json.loads(phone.ask("state", shops=tag).content)
    assert [each["address"] for each in changed["shops"]] == ["Street 2"]
    assert changed["shops_tag"] != tag
    phone.browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "nl"
    assert json.loads(phone.ask("state", shops=changed["shops_tag"]).content)["shops"][0]["category"] == "kleding"


def a_sale(buyer: Address, programme: int, place: int, shop: int = 1) -> Sale:
    return Sale(
        terminal=b"\x05" * 20, sequence=place, programme=programme, shop=shop, buyer=buyer, cents=place,
        time=1_000 + place, week="2026-01-05",
    )  # fmt: skip


def test_the_newest_payments_are_told_and_no_others(told, phone, programme):
    stranger = address_of(PrivateKey())
    Sale.objects.bulk_create(a_sale(phone.address, 1, place) for place in range(1, state.PAYMENTS_MAX + 3))
    Sale.objects.bulk_create([a_sale(stranger, 1, 500), a_sale(phone.address, 9, 501)])
    payments = told()["payments"]
    assert [each["cents"] for each in payments] == list(range(state.PAYMENTS_MAX + 2, 2, -1))
    assert {each["shop_name"] for each in payments} == {""}


def test_what_is_asked_of_the_database_does_not_grow(told, phone, programme, django_assert_max_num_queries):
    for number in range(1, 4):
        placed(a_shop(number), programme)
    with django_assert_max_num_queries(20):
        told()
    for number in range(4, 60):
        placed(a_shop(number), programme)
        a_programme(number)
        Budget.objects.create(programme=number, address=phone.address, granted=10_00)
    Sale.objects.bulk_create(a_sale(phone.address, 1, place, shop=place) for place in range(1, 60))
    with django_assert_max_num_queries(20):
        assert len(told()["budgets"]) == 32


def test_the_household_and_its_children_are_nowhere_in_what_is_told(told, phone):
    assert set(told()) == {
        "time", "municipality", "contact", "language", "domain", "network", "pass", "budgets", "payments", "shops",
        "shops_tag", "orders", "order_days", "demo_counter",
    }  # fmt: skip
    assert set(told()["pass"]) == {"label", "state", "blocking"}
