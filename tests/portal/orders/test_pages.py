"""A shop's pages of its orders, and the desk's: who sees what, and what each may do."""

import pytest

from provisioning.portal.access import Role
from provisioning.portal.orders import at_shop
from provisioning.portal.orders.models import Line, Order
from provisioning.portal.orders.stock import take_again
from provisioning.portal.selling.models import Product
from provisioning.portal.staff.models import Line as TrailLine
from provisioning.portal.tasks.models import Task
from tests.portal.orders.ordering import DAY, now, stock

pytestmark = pytest.mark.django_db
STATE = Order.State
HOLDER = bytes.fromhex("0a1b2c3d" + "07" * 16)
_numbers = iter(range(10_000))


@pytest.fixture
def made(shop, programme, bicycle):
    """Gives an order of a bicycle, in this state."""

    def order(state=STATE.SET_ASIDE, **more) -> Order:
        number = next(_numbers)
        about = {"shop": shop, "programme": programme, "holder": number.to_bytes(20), "until": now() + DAY, **more}
        found = Order.objects.create(
            code=f"CODE-{number:04}", cents=89_00, number=number, signature=bytes(64), state=state, **about
        )
        Line.objects.create(order=found, product=bicycle, name="Bicycle", cents=89_00, quantity=1)
        return found

    return order


@pytest.fixture
def browser(keeper, shop):
    """The keeper's, in English."""
    opened = keeper(shop)
    opened.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return opened


@pytest.fixture
def desk(staff):
    def opened(*roles):
        found = staff(*roles)
        found.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return found

    return opened


def text(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    said: str = answer.content.decode()
    return said


def state(order) -> str:
    order.refresh_from_db()
    return str(order.state)


def test_open_orders_stand_first_and_others_are_found_by_their_state(browser, made):
    kept, ready, over = made(), made(STATE.READY), made(STATE.HANDED_OVER)
    page = text(browser.get("/shop/orders"))
    assert kept.code in page
    assert ready.code in page
    assert over.code not in page
    page = text(browser.get("/shop/orders?state=handed_over"))
    assert over.code in page
    assert kept.code not in page
    assert all(each.code in text(browser.get("/shop/orders?state=all")) for each in (kept, ready, over))


def test_what_must_be_handed_over_first_stands_first(browser, made):
    later, sooner = made(until=now() + 2 * DAY), made(until=now() + DAY)
    page = text(browser.get("/shop/orders"))
    assert page.index(sooner.code) < page.index(later.code)


@pytest.mark.parametrize("count", [3, 60])
def test_the_list_asks_the_database_no_more_for_many(browser, made, count, django_assert_max_num_queries):
    for _ in range(count):
        made()
    with django_assert_max_num_queries(14):
        page = text(browser.get("/shop/orders"))
    assert page.count('<th scope="row">') == min(count, 50)


def test_one_order_says_what_to_get_ready_and_nothing_of_the_family(browser, made):
    order = made(holder=HOLDER)
    page = text(browser.get(f"/shop/orders/{order.code}"))
    for said in (order.code, "Bicycle", "€\N{NO-BREAK SPACE}89.00", "Hand over before"):
        assert said in page
    assert "0a1b" not in page


def test_it_is_ready_and_after_all_not(browser, made):
    order = made()
    browser.post(f"/shop/orders/{order.code}/ready")
    assert (state(order), order.ready_at is not None) == (STATE.READY, True)
    browser.post(f"/shop/orders/{order.code}/not-ready")
    assert (state(order), order.ready_at) == (STATE.SET_ASIDE, None)
    actions = TrailLine.objects.filter(subject=f"order {order.pk}").values_list("action", flat=True)
    assert list(actions) == ["orders.ready", "orders.set_aside"]


@pytest.mark.parametrize("before", [STATE.ASKED, STATE.HANDED_OVER, STATE.CANCELLED, STATE.REFUSED])
def test_what_has_no_money_set_aside_is_not_got_ready(browser, made, before):
    order = made(before)
    answer = browser.post(f"/shop/orders/{order.code}/ready", follow=True)
    assert "This cannot be done now." in text(answer)
    assert state(order) == before


def test_a_shop_cancels_with_a_reason_that_the_family_is_told(browser, made, bicycle):
    order = made(STATE.READY)
    browser.post(f"/shop/orders/{order.code}/cancel", {"reason": "sold_out"})
    assert (state(order), order.reason) == (STATE.CANCELLED, "sold_out")
    task = Task.objects.get()
    assert (task.kind, task.arguments) == ("orders.free", {"order": order.pk})
    assert "It is sold out." in text(browser.get(f"/shop/orders/{order.code}"))


@pytest.mark.parametrize(("reason", "left"), [("sold_out", 0), ("price", 4), ("closed", 4), ("other", 4)])
def test_of_what_is_sold_out_nothing_is_left_and_else_it_comes_back(browser, made, bicycle, reason, left):
    order = made(STATE.READY)
    assert b"What is sold out?" not in browser.get(f"/shop/orders/{order.code}").content
    browser.post(f"/shop/orders/{order.code}/cancel", {"reason": reason})
    assert (state(order), stock(bicycle)) == (STATE.CANCELLED, left)


@pytest.fixture
def of_two(made, bell):
    """An order of a bicycle and two bells."""
    order = made()
    Line.objects.create(order=order, product=bell, name="Bell", cents=4_95, quantity=2)
    return order


def test_of_several_products_the_shop_says_which_are_sold_out(browser, of_two, bicycle, bell):
    page = f"/shop/orders/{of_two.code}"
    assert "What is sold out?" in text(browser.get(page))
    answer = browser.post(f"{page}/cancel", {"reason": "sold_out"})
    assert (answer.status_code, b"Choose what is sold out." in answer.content) == (400, True)
    assert (state(of_two), stock(bicycle), stock(bell)) == (STATE.SET_ASIDE, 3, 10)
    chosen = of_two.lines.get(product=bell).pk
    browser.post(f"{page}/cancel", {"reason": "sold_out", "sold_out": chosen})
    assert (state(of_two), stock(bicycle), stock(bell)) == (STATE.CANCELLED, 4, 0)


def test_for_another_reason_nothing_is_sold_out(browser, of_two, bicycle, bell):
    chosen = of_two.lines.get(product=bell).pk
    browser.post(f"/shop/orders/{of_two.code}/cancel", {"reason": "price", "sold_out": chosen})
    assert (stock(bicycle), stock(bell)) == (4, 12)


def test_another_orders_line_is_no_choice(browser, of_two, made, bell):
    other = made().lines.get().pk
    answer = browser.post(f"/shop/orders/{of_two.code}/cancel", {"reason": "sold_out", "sold_out": other})
    assert (answer.status_code, state(of_two)) == (400, STATE.SET_ASIDE)


def test_what_was_sold_out_and_fetched_after_all_is_not_taken_from_what_came_in_since(browser, of_two, bicycle, bell):
    chosen = of_two.lines.get(product=bell).pk
    browser.post(f"/shop/orders/{of_two.code}/cancel", {"reason": "sold_out", "sold_out": chosen})
    Product.objects.filter(pk=bell.pk).update(stock=6)
    take_again(of_two)
    assert (stock(bicycle), stock(bell)) == (3, 6)


@pytest.mark.parametrize("reason", ["", "family", "pass", "x"])
def test_a_shop_cancels_for_its_own_reasons_alone(browser, made, bicycle, reason):
    order = made()
    assert browser.post(f"/shop/orders/{order.code}/cancel", {"reason": reason}).status_code == 400
    assert (state(order), stock(bicycle)) == (STATE.SET_ASIDE, 3)


def test_a_shop_cancels_once(browser, made, bicycle):
    order = made()
    for _ in range(2):
        browser.post(f"/shop/orders/{order.code}/cancel", {"reason": "other"})
    assert (stock(bicycle), Task.objects.count()) == (4, 1)


@pytest.mark.parametrize("what", ["", "/ready", "/not-ready", "/cancel"])
def test_another_shops_order_is_not_there(keeper, admitted, made, what):
    order, other = made(), keeper(admitted(2), name="keeper-02")
    ask = other.post if what else other.get
    assert ask(f"/shop/orders/{order.code}{what}", {"reason": "other"}).status_code == 404
    assert state(order) == STATE.SET_ASIDE
    assert order.code not in text(other.get("/shop/orders?state=all"))


def test_a_shop_is_told_how_many_wait(shop, made, admitted):
    made()
    made()
    made(STATE.READY)
    made(STATE.ASKED)
    made(shop=admitted(2))
    assert at_shop.summary(shop) == {"new": 2, "ready": 1}


def test_the_desk_sees_orders_without_whose_they_are(desk, made):
    order = made(holder=HOLDER)
    browser = desk(Role.SHOPS)
    for page in (text(browser.get("/desk/orders")), text(browser.get(f"/desk/orders/{order.code}"))):
        assert order.code in page
        assert "0a1b" not in page
        assert "Cancel this order" not in page
        assert "A family that calls" not in page


def test_the_desk_sees_those_of_one_shop(desk, made, admitted):
    order, other = made(), made(shop=admitted(2))
    browser = desk(Role.SHOPS)
    page = text(browser.get(f"/desk/orders?shop={order.shop_id}"))
    assert order.code in page
    assert other.code not in page
    assert other.code in text(browser.get("/desk/orders?shop=x"))


def test_who_grants_finds_a_passes_orders_and_cancels_for_the_family(desk, made, bicycle):
    order, other = made(holder=HOLDER), made()
    browser = desk(Role.GRANTS)
    page = text(browser.post("/desk/orders/find", {"label": "0A1B-2C3D"}))
    assert order.code in page
    assert other.code not in page
    assert "Cancel this order" in text(browser.get(f"/desk/orders/{order.code}"))
    browser.post(f"/desk/orders/{order.code}/cancel")
    assert (state(order), order.reason, stock(bicycle)) == (STATE.CANCELLED, Order.Reason.DESK, 4)
    lines = TrailLine.objects.filter(action__startswith="orders.").values_list("action", "about")
    assert list(lines) == [("orders.search", {"found": 1}), ("orders.cancelled", {"reason": "desk"})]
    assert TrailLine.objects.filter(action="task.orders.free", by__username="clerk-01").exists()


def test_a_pass_without_orders_and_what_is_no_number_are_said(desk):
    browser = desk(Role.GRANTS)
    assert "This pass has no orders." in text(browser.post("/desk/orders/find", {"label": "ffff-ffff"}))
    answer = browser.post("/desk/orders/find", {"label": "x"})
    assert (answer.status_code, b"eight digits" in answer.content) == (400, True)


@pytest.mark.parametrize("role", [Role.SHOPS, Role.FINANCE, Role.AUDITOR])
def test_nobody_else_at_the_desk_cancels_or_looks_for_a_pass(desk, made, role):
    order, browser = made(), desk(role)
    assert browser.post(f"/desk/orders/{order.code}/cancel").status_code == 403
    assert browser.post("/desk/orders/find", {"label": "0a1b2c3d"}).status_code == 403
    assert state(order) == STATE.SET_ASIDE


def test_a_product_that_the_shop_took_away_gives_nothing_back(browser, made, bicycle):
    order = made()
    Product.objects.filter(pk=bicycle.pk).delete()
    browser.post(f"/shop/orders/{order.code}/cancel", {"reason": "other"})
    assert state(order) == STATE.CANCELLED
