"""A family that orders by its phone, at a shop of the tests' chain."""

import json
import time
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from contracts.chain import checksum
from contracts.wire import typed_data
from contracts.wire.entry import Ask
from contracts.wire.signature import sign
from contracts.wire.units import Cents, Timestamp, to_hex
from provisioning import settle
from provisioning.portal.orders.models import Order
from provisioning.portal.selling.models import Product
from provisioning.town import Town
from tests.portal.family.asking import Phone
from tests.provisioning.journals import Till

DAY = 86_400
_numbers = iter(range(1, 1_000_000))


def now() -> int:
    return int(time.time())


@dataclass(frozen=True)
class Family:
    """A pass with a budget in programme 1."""

    town: Town
    phone: Phone

    def wanted(self, *chosen: tuple[Product, int], **other: Any) -> dict[str, Any]:
        """What its phone sends; `other` is said, and signed, in place of what would be right."""
        said: dict[str, Any] = {
            "shop": 1,
            "programme": 1,
            "amount": sum(product.cents * count for product, count in chosen),
        }
        said |= {"until": now() + 7 * DAY, "number": str(next(_numbers)), **other}
        amount, until = Cents(said["amount"]), Timestamp(said["until"])
        place = self.phone.domain, said["programme"], said["shop"]
        digest = typed_data.order(*place, amount, until, int(said["number"]))
        lines = [{"product": product.pk, "quantity": count} for product, count in chosen]
        return {"lines": lines, "signature": to_hex(sign(self.phone.key, digest)), **said}

    def order(self, *chosen: tuple[Product, int], **other: Any) -> HttpResponse:
        return self.phone.ask("order", **self.wanted(*chosen, **other))

    def ordered(self, *chosen: tuple[Product, int], **other: Any) -> Order:
        """An order that is taken in."""
        answer = self.order(*chosen, **other)
        assert answer.status_code == 200, answer.content
        return Order.objects.get(code=json.loads(answer.content)["order"]["order"])

    def left(self) -> int:
        """On the contract."""
        return int(self.town.look("budget", 1, checksum(self.phone.address))["left"])

    def fetch(self, till: Till, cents: int) -> None:
        """Have it handed over: an ask of just so much, which the contract judges at once."""
        time_ = Timestamp(now())
        till.add(Ask(1, Cents(cents), time_, Timestamp(time_ + 600)), self.phone.key)
        settle.settle(self.town, till.export())


def error(answer: HttpResponse) -> str:
    said: str = json.loads(answer.content)["error"]
    return said


def stock(product: Product) -> int:
    product.refresh_from_db()
    return product.stock


def state(order: Order) -> str:
    order.refresh_from_db()
    return str(order.state)


def cancelled(family: Family, order: Order) -> dict[str, Any]:
    """By its phone; what that is told."""
    answer = family.phone.ask("order-cancel", order=order.code)
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = json.loads(answer.content)["order"]
    return told
