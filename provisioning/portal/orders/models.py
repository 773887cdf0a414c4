"""What families order: how far each order is, and what is in it. Passes stand here by their addresses."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts.wire.units import Address
from provisioning.portal.programmes.models import Programme
from provisioning.portal.selling.models import Product
from provisioning.portal.shops.models import Shop
from provisioning.portal.tasks.models import Asked

DAYS = 14
"""So long the money for an order is set aside at most."""


class Order(Asked):
    """An order. Its money is set aside on the contract for its shop, until it is handed over or `until` is past.

    `task` is the newest that is asked of the contract about it: setting the money aside, or giving it back.
    """

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", _("Money is being set aside")
        SET_ASIDE = "set_aside", _("To get ready")
        READY = "ready", _("Ready")
        HANDED_OVER = "handed_over", _("Handed over")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Not fetched in time")
        REFUSED = "refused", _("Not accepted")

    class Reason(models.TextChoices):
        """Why it was cancelled, or not accepted."""

        FAMILY = "family", _("The family does not want it any more.")
        DESK = "desk", _("The town cancelled it for the family.")
        PASS = "pass", _("The pass was blocked or replaced.")
        SOLD_OUT = "sold_out", _("It is sold out.")
        PRICE = "price", _("The price was not right.")
        CLOSED = "closed", _("The shop is closed for some time.")
        OTHER = "other", _("The shop cannot deliver it.")
        MONEY = "money", _("There was not enough money left.")
        DAY = "day", _("It was more than may be spent in one day.")
        CONTRACT = "contract", _("The money could not be set aside.")

    class Money(models.TextChoices):
        """Where its money is, as final blocks tell; only what reads them writes it."""

        UNTOLD = "", _("Not told yet")
        KEPT = "kept", _("Money is set aside")
        OVER = "over", _("Paid or given back")

    code = models.CharField(max_length=9, unique=True)
    """Random, and easy to read out."""
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="orders")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="orders")
    holder = models.BinaryField(max_length=20, db_index=True)
    """The pass that signed it."""
    cents = models.BigIntegerField()
    until = models.BigIntegerField()
    """Seconds since 1970 UTC."""
    number = models.BigIntegerField()
    """The pass's own, below 2**63: by it the contract counts the order once."""
    signature = models.BinaryField(max_length=64)
    state = models.CharField(max_length=11, choices=State.choices, default=State.ASKED, db_index=True)
    reason = models.CharField(max_length=8, choices=Reason.choices, blank=True)
    money = models.CharField(max_length=4, choices=Money.choices, default=Money.UNTOLD, blank=True)
    to_budget = models.BigIntegerField(null=True)
    """Of what was given back: the cents for the pass. Null while nothing was."""
    to_reserve = models.BigIntegerField(null=True)
    """The cents for the programme's reserve: its time is over, or slices had paid for the pass."""
    made_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """The newest first. The contract has room for one open order of a pass at a shop in a programme."""

        ordering = ("-id",)
        indexes = (models.Index(fields=("shop", "state"), name="orders_of_shop"),)
        constraints = (
            models.UniqueConstraint(fields=("holder", "number"), name="orders_once"),
            models.UniqueConstraint(
                fields=("holder", "programme", "shop"),
                condition=models.Q(state__in=("asked", "set_aside", "ready")),
                name="orders_one_open",
            ),
        )

    @property
    def is_open(self) -> bool:
        """Whether it may be handed over yet."""
        return self.state in OPEN

    @property
    def place(self) -> tuple[int, int]:
        """Its programme and its shop, by their numbers on the contract."""
        return self.programme.number or 0, self.shop.number or 0

    @property
    def whose(self) -> Address:
        """The pass that signed it."""
        return Address(bytes(self.holder))


OPEN = (Order.State.ASKED, Order.State.SET_ASIDE, Order.State.READY)
OF_SHOP = (Order.Reason.SOLD_OUT, Order.Reason.PRICE, Order.Reason.CLOSED, Order.Reason.OTHER)
"""Why a shop cancels."""


class Line(models.Model):
    """Some of one product, under the name and at the price in cents that it had then."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=60)
    cents = models.BigIntegerField()
    quantity = models.PositiveSmallIntegerField()
    sold_out = models.BooleanField(default=False)
    """Whether the shop cancelled because it has none of this: then no stock of it came back."""

    class Meta:
        """As they were chosen."""

        ordering = ("id",)

    @property
    def total(self) -> int:
        """In cents."""
        return self.cents * self.quantity


class Offered(models.Model):
    """What the gateway was last told of a shop's orders that are ready."""

    shop = models.OneToOneField(Shop, models.CASCADE, related_name="+")
    rows = models.JSONField(default=list)
    told_at = models.DateTimeField()


class Read(models.Model):
    """Up to which final block of the contract orders were followed; one row."""

    block = models.BigIntegerField()
