"""What is read of the chain into the portal's rows, beside what the contract itself says."""

import pytest
from coincurve import PrivateKey

from contracts.chain import checksum
from contracts.gateway.chain.endpoints import Endpoints
from contracts.gateway.chain.node import Node
from contracts.wire import batch, typed_data
from contracts.wire.entry import Ask, Payment, Refund
from contracts.wire.signature import address_of, sign, words
from contracts.wire.units import Cents, Timestamp
from provisioning import discretion, fleet, grant, programme, report_reading, shop
from provisioning.fleet import Raise
from provisioning.portal.figures import chain, reading, summing
from provisioning.portal.figures.books import Books, week
from provisioning.portal.figures.models import Budget, Placed, Progress, Sale, Shown, Slice
from tests.provisioning.conftest import OTHER_ADDRESS, TERMS
from tests.provisioning.journals import Till, now, payment
from tests.provisioning.test_report import FAMILIES, Street, segment_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def street(shared_town):
    return Street(shared_town)


def read_all(town):
    node = Node(Endpoints([town.chain.rpc_url], town.deployment))
    while reading.step(node, town.deployment):
        pass


def taken(number):
    found: dict[int, int] = {}
    for one in Sale.objects.filter(programme=number):
        found[one.shop] = found.get(one.shop, 0) + one.cents - one.refunded
    return found


def test_the_rows_say_what_the_contract_says(town, street):
    read_all(town)
    seen = report_reading.look(town, street.number)
    assert taken(street.number) == {number: cents for number, cents in seen.taken.items() if cents}
    assert sum(one.granted for one in Budget.objects.filter(programme=street.number)) == seen.granted
    found = summing.figures(street.number)
    assert (found.passes.least, found.granted) == (FAMILIES, FAMILIES * 100_00)
    assert found.activated == summing.Between(least=FAMILIES - 9, most=FAMILIES - 1)
    large, small, few = street.shops
    assert [(part.of, part.cents) for part in found.shops] == [((large,), 400_00), ((small, few, street.idle), 68_00)]
    reported = discretion.shown(seen).shops
    assert [(part.of, part.cents) for part in found.shops] == [(tuple(bar.shops), bar.cents) for bar in reported]
    assert found.spent == sum(week.cents for week in found.weeks) == 468_00


def test_a_pass_that_was_replaced_is_one_with_its_successor(town, street):
    read_all(town)
    addresses = {bytes(one.buyer) for one in Sale.objects.filter(programme=street.number)}
    assert street.new in addresses
    assert street.old not in addresses
    assert Budget.objects.get(programme=street.number, address=street.old).granted == 0
    assert Budget.objects.get(programme=street.number, address=street.new).granted == 100_00


def test_reading_again_adds_nothing_and_a_stop_between_two_chunks_loses_nothing(town, street, monkeypatch):
    monkeypatch.setattr(reading, "CHUNK_BLOCKS", 3)
    node = Node(Endpoints([town.chain.rpc_url], town.deployment))
    for _ in range(4):
        assert reading.step(node, town.deployment)
    read_all(town)
    rows = Sale.objects.count(), Budget.objects.count(), Progress.objects.get().block
    read_all(town)
    assert (Sale.objects.count(), Budget.objects.count(), Progress.objects.get().block) == rows
    assert taken(street.number)[street.shops[0]] == 400_00


def test_what_a_kill_left_undone_is_done_once(town, street, monkeypatch):
    real = Books.finish

    def killed(books):
        real(books)
        raise KeyboardInterrupt

    monkeypatch.setattr(Books, "finish", killed)
    with pytest.raises(KeyboardInterrupt):
        read_all(town)
    assert not Budget.objects.exists()
    monkeypatch.undo()
    read_all(town)
    assert taken(street.number)[street.shops[0]] == 400_00


def test_blocks_that_another_worker_read_meanwhile_count_once(town, street, monkeypatch):
    real = reading._entries

    def overtaken(node, settled):
        monkeypatch.setattr(reading, "_entries", real)
        read_all(town)
        return real(node, settled)

    monkeypatch.setattr(reading, "_entries", overtaken)
    read_all(town)
    assert taken(street.number)[street.shops[0]] == 400_00
    assert sum(one.granted for one in Budget.objects.filter(programme=street.number)) == FAMILIES * 100_00


def test_another_chain_is_read_from_its_beginning(town, street):
    read_all(town)
    Progress.objects.update(block_hash=bytes(32))
    Sale.objects.filter(programme=street.number).delete()
    read_all(town)
    assert taken(street.number)[street.shops[0]] == 400_00


def test_asks_draws_and_what_is_given_back_later(town):
    number = programme.create(town, "Zwemmen", TERMS)
    programme.fund(town, number, 1_000_000, mint=True)
    key = PrivateKey()
    grant.grant(town, number, "one", [grant.Line(address_of(key), Cents(50_00))])
    seller = shop.add(town, OTHER_ADDRESS)
    shop.admit(town, number, seller)
    till = Till(town.deployment.domain)
    fleet.register(town, till.address, seller, till.consent(seller), [Raise(number, 100_00)])
    till.add(payment(40_00, number), key)
    till.add(payment(30_00, number), key)  # 10.00 are left, so 20.00 come from the slice
    till.add(Ask(number, Cents(5_00), now(), Timestamp(2**39)), key)  # refused: nothing is left
    till.add(Refund(number, Cents(15_00), now(), address_of(key), till.address, 1))
    town.act("settle", batch.encode([segment_of(till)]))
    read_all(town)
    rows = [(one.cents, one.refunded, one.drawn) for one in Sale.objects.filter(programme=number).order_by("sequence")]
    assert rows == [(40_00, 15_00, 0), (30_00, 0, 20_00)]
    assert Slice.objects.get(programme=number).left == 80_00
    assert taken(number) == {seller: town.view("taken", number, seller)}
    found = summing.figures(number)
    assert (found.spent, found.drawn, found.slices, found.granted) == (None, None, None, None)
    town.act("revoke_terminal", number, checksum(till.address))
    read_all(town)
    assert Slice.objects.get(programme=number).left == 0


def test_an_order_is_spent_when_it_is_fetched_and_not_before(town):
    number = programme.create(town, "Fietsen", TERMS)
    programme.fund(town, number, 1_000_000, mint=True)
    key, seller = PrivateKey(), shop.add(town, OTHER_ADDRESS)
    grant.grant(town, number, "one", [grant.Line(address_of(key), Cents(100_00))])
    shop.admit(town, number, seller)
    till = Till(town.deployment.domain)
    fleet.register(town, till.address, seller, till.consent(seller), [])
    until = Timestamp(now() + 3_600)
    digest = typed_data.order(town.deployment.domain, number, seller, Cents(89_00), until, 1)
    town.act("set_aside", number, seller, 89_00, until, 1, words(sign(key, digest)))
    read_all(town)
    assert (taken(number), town.view("taken", number, seller)) == ({}, 0)
    till.add(Ask(number, Cents(89_00), now(), Timestamp(2**39)), key)
    till.add(Refund(number, Cents(9_00), now(), address_of(key), till.address, 1))
    town.act("settle", batch.encode([segment_of(till)]))
    read_all(town)
    (sale,) = Sale.objects.filter(programme=number)
    assert (sale.cents, sale.refunded, sale.drawn, sale.shop, sale.buyer) == (89_00, 9_00, 0, seller, address_of(key))
    assert taken(number) == {seller: town.view("taken", number, seller)}


def test_a_purchase_has_its_entrys_own_time_as_far_as_that_can_be(town):
    """A clock that is behind or ahead tells no time outside the 90 days before the block that judged it."""
    number = programme.create(town, "Uitjes", TERMS)
    programme.fund(town, number, 1_000_000, mint=True)
    key, seller = PrivateKey(), shop.add(town, OTHER_ADDRESS)
    grant.grant(town, number, "one", [grant.Line(address_of(key), Cents(50_00))])
    shop.admit(town, number, seller)
    till = Till(town.deployment.domain)
    fleet.register(town, till.address, seller, till.consent(seller), [Raise(number, 100_00)])
    for time in (yesterday := now() - 86_400), 1_000, now() + 86_400:
        till.add(Payment(number, Cents(1_00), Timestamp(time)), key)
    town.act("settle", batch.encode([segment_of(till)]))
    read_all(town)
    judged = town.chain.block("finalized").time
    rows = list(Sale.objects.filter(programme=number).order_by("sequence"))
    assert [one.time for one in rows] == [yesterday, judged - 90 * 86_400, judged]
    assert [one.week for one in rows] == [week(Timestamp(one.time)) for one in rows]


def test_the_worker_sums_up_what_it_read(town, street):
    chain.refresh(town)
    shown = Shown.objects.get(programme=street.number)
    assert summing.Figures.model_validate(shown.figures) == summing.figures(street.number)
    assert Progress.objects.get().stale == []
    assert shown.time == Progress.objects.get().time


def test_a_category_is_that_of_the_programme(town):
    number = programme.create(town, "Sport", TERMS)
    seller = shop.add(town, OTHER_ADDRESS)
    shop.place(town, number, seller, 3, shop.Standing.BY_CATEGORY)
    read_all(town)
    assert [(one.shop, one.category) for one in Placed.objects.filter(programme=number)] == [(seller, 3)]
