"""A family's order, taken in: everything is checked that is known here, and its stock is taken, all or nothing."""

import time
from collections.abc import Mapping
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.wire import typed_data
from contracts.wire.signature import recover
from contracts.wire.units import Address, Cents, Timestamp
from provisioning.portal.applying import codes
from provisioning.portal.family import contract
from provisioning.portal.family.contract import Held
from provisioning.portal.family.signed import Wrong
from provisioning.portal.orders import stock
from provisioning.portal.orders.models import DAYS, OPEN, Line, Order
from provisioning.portal.orders.wanted import Wanted
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops.models import Place, Shop
from provisioning.portal.tasks import asking
from provisioning.portal.tasks.models import Task

OPEN_MAX, DAY_MAX = 5, 10
"""Orders of one pass: open at once, and made within a day."""
_LEAST_SECONDS, _CLOCK_SECONDS = 3600, 300
_AGAIN = 409


def place(holder: Address, wanted: Wanted) -> Order:
    """The order, its money still to be set aside. The same again is the same order.

    Raises Wrong, and TryAgain while the contract does not say what the pass has.
    """
    before = _before(holder, wanted)
    if before is not None:
        return before
    held = contract.held(holder, [wanted.programme])[wanted.programme]  # asked before anything is locked
    try:
        with transaction.atomic():
            return _made(holder, wanted, held)
    except IntegrityError:
        no = _open()
    except Wrong as error:
        no = error
    before = _before(holder, wanted)  # sent twice, this very one may have been taken in meanwhile
    if before is None:
        raise no
    return before


def _before(holder: Address, wanted: Wanted) -> Order | None:
    """The order that this one is said to be again, as its answer was lost. Raises Wrong when it is another one.

    A phone keeps to a number until it knows that an order was taken in under it: so whoever changes an order of which
    no answer came has one of the two.
    """
    found = Order.objects.filter(holder=holder, number=wanted.counted_by).first()
    if found is not None and not _is_same(found, wanted):
        said = _("An earlier order was sent after all. Its number is %(code)s. Do you want this one too? Order again.")
        raise Wrong(_AGAIN, "number", said % {"code": found.code})
    return found


def _is_same(order: Order, wanted: Wanted) -> bool:
    """Products are not signed, and two may cost the same."""
    lines = {line.product_id: line.quantity for line in order.lines.all()}
    return bytes(order.signature) == wanted.signed and lines == {each.product: each.quantity for each in wanted.lines}


def _made(holder: Address, wanted: Wanted, held: Held) -> Order:
    shop, programme = _where(wanted)
    _check_signature(holder, wanted)
    _check_time(programme, wanted.until)
    _check_others(holder, shop, programme)
    lines = stock.take(shop, _quantities(wanted))
    _check_price(sum(line.total for line in lines), wanted.amount)
    _check_money(holder, programme, held, wanted.amount)
    return _kept(holder, wanted, shop, programme, lines)


def _kept(holder: Address, wanted: Wanted, shop: Shop, programme: Programme, lines: list[Line]) -> Order:
    order = Order(code=codes.new(), shop=shop, programme=programme, holder=holder, cents=wanted.amount)
    order.until, order.number, order.signature = wanted.until, wanted.counted_by, wanted.signed
    order.save()
    for line in lines:
        line.order = order
    Line.objects.bulk_create(lines)
    order.task = asking.ask(None, "orders.set_aside", order=order.pk)
    order.save(update_fields=["task"])
    return order


def _where(wanted: Wanted) -> tuple[Shop, Programme]:
    """Raises Wrong unless budgets of the programme can be spent at the shop now."""
    place = Place.objects.filter(shop__number=wanted.shop, programme__number=wanted.programme)
    found = place.filter(shop__state=Shop.State.ADMITTED).select_related("shop", "programme").first()
    if found is None or not found.takes_part:
        raise Wrong(_AGAIN, "shop", _("You cannot spend this money at this shop."))
    if found.programme.state != Programme.State.LIVE:
        raise Wrong(_AGAIN, "programme", _("You cannot spend this money now."))
    return found.shop, found.programme


def _quantities(wanted: Wanted) -> Mapping[int, int]:
    """How many of each product, which stands in one line."""
    found = {each.product: each.quantity for each in wanted.lines}
    if len(found) < len(wanted.lines):
        raise Wrong(400, "lines", _("Something went wrong. Order again."))
    return found


def _check_signature(holder: Address, wanted: Wanted) -> None:
    domain = contract.record().domain
    amount, until = Cents(wanted.amount), Timestamp(wanted.until)
    digest = typed_data.order(domain, wanted.programme, wanted.shop, amount, until, wanted.counted_by)
    if recover(digest, wanted.signed) != holder:
        raise Wrong(400, "signature", _("Something went wrong. Order again."))


def _check_time(programme: Programme, until: int) -> None:
    """The page's clock may be off as far as that of its signature may."""
    now = int(time.time())
    most = min(now + DAYS * 86_400 + _CLOCK_SECONDS, programme.ends)
    if not now + _LEAST_SECONDS <= until <= most:
        raise Wrong(_AGAIN, "until", _("The order cannot be kept that long, or for so short a time. Order again."))


def _check_others(holder: Address, shop: Shop, programme: Programme) -> None:
    """The contract has room for one; and stock that is promised to one pass is taken from others."""
    mine = Order.objects.filter(holder=holder)
    being_freed = Q(task__state=Task.State.WAITING) | Q(money=Order.Money.KEPT, to_budget=None)
    if mine.filter(Q(state__in=OPEN) | being_freed, shop=shop, programme=programme).exists():
        raise _open()
    if mine.filter(state__in=OPEN).count() >= OPEN_MAX:
        raise Wrong(_AGAIN, "many", _("You have many open orders. Fetch or cancel one first."))
    if mine.filter(made_at__gt=timezone.now() - timedelta(days=1)).count() >= DAY_MAX:
        raise Wrong(_AGAIN, "often", _("You ordered often today. Try again tomorrow."))


def _open() -> Wrong:
    return Wrong(_AGAIN, "open", _("You have an open order at this shop. Fetch it or cancel it first."))


def _check_price(total: int, amount: int) -> None:
    if total != amount:
        raise Wrong(_AGAIN, "price", _("A price has changed. Look at your order again."), amount=total)


def _check_money(holder: Address, programme: Programme, held: Held, amount: int) -> None:
    """As far as is known here: the contract judges it. What was just asked for is not in its final block yet."""
    if held.blocked or not held.known:
        raise Wrong(_AGAIN, "pass", _("You cannot order with this pass."))
    asked = Order.objects.filter(holder=holder, programme=programme, state=Order.State.ASKED)
    if amount > held.left - (asked.aggregate(cents=Sum("cents"))["cents"] or 0):
        raise Wrong(_AGAIN, "money", _("There is not enough money left for this order."))
    if amount > programme.day_limit:
        raise Wrong(_AGAIN, "day", _("That is more than you may spend in one day."))
