"""Shops, from the wish to join to their place on the contract, and their terminals."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts.wire.units import to_hex
from provisioning.portal.people import sealing
from provisioning.portal.programmes.models import Programme
from provisioning.portal.tasks.models import Asked, Task

SHOP, ENROLMENT = "shop", "enrolment"


class Shop(Asked):
    """A shop. What stands on its window is public; whom to call and where it is paid by bank is sealed."""

    class State(models.TextChoices):
        """Where it stands with the town."""

        ASKED = "asked", _("Asks to join")
        ADMITTED = "admitted", _("Takes part")
        REFUSED = "refused", _("Refused")
        LEFT = "left", _("Has left")

    number = models.PositiveIntegerField(null=True, unique=True)
    """On the contract; null until it is registered."""
    name = models.CharField(max_length=70)
    address = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    town = models.CharField(max_length=60, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    """Where it stands, in degrees; null while nobody said."""
    category = models.PositiveSmallIntegerField(default=0)
    """What it sells (`provisioning.categories`)."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED, db_index=True)
    reason = models.CharField(max_length=300, blank=True)
    """Why it was refused, in words for the shop."""
    payout = models.BinaryField(max_length=20, null=True)
    """The address that the contract pays; null: the town keeps it for the shop, and pays by bank."""
    sealed = models.BinaryField()
    account_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    """Who wrote down another account, which counts once somebody else has confirmed it."""
    account_changed_at = models.DateTimeField(null=True)
    """When its account became another; null while it is the first."""
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """By name."""

        ordering = ("name", "id")

    def __str__(self) -> str:
        """Its name, which is public."""
        return self.name

    @property
    def contact(self) -> dict[str, Any]:
        """`person`, `email`, `phone`, `iban`, `account_name`; each may be missing. Raises Broken.

        `new_iban` and `new_account_name` wait to be confirmed.
        """
        opened: dict[str, Any] = sealing.unseal_json(SHOP, self.sealed)
        return opened

    @contact.setter
    def contact(self, said: dict[str, Any]) -> None:
        self.sealed = sealing.seal_json(SHOP, said)


class Place(models.Model):
    """What a shop is to a programme, as the contract has it (`provisioning.shop.Standing`)."""

    class Standing(models.IntegerChoices):
        """Whether it takes part."""

        BY_CATEGORY = 0, _("By what it sells")
        ADMITTED = 1, _("Always")
        EXCLUDED = 2, _("Never")

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="places")
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="places")
    category = models.PositiveSmallIntegerField(default=0)
    standing = models.PositiveSmallIntegerField(choices=Standing.choices, default=Standing.BY_CATEGORY)
    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="+")

    class Meta:
        """One for each pair."""

        constraints = (models.UniqueConstraint(fields=("shop", "programme"), name="shops_one_place"),)

    @property
    def takes_part(self) -> bool:
        """Whether budgets of the programme can be spent there."""
        if self.standing == self.Standing.BY_CATEGORY:
            return takes_part(self.programme, self.category)
        return self.standing == self.Standing.ADMITTED


def takes_part(programme: Programme, category: int) -> bool:
    """Whether the programme is for shops that sell this, without more being said of them."""
    return bool(category and programme.categories >> category & 1)


class Terminal(Asked):
    """A terminal of a shop, which the contract knows by its address."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="terminals")
    label = models.CharField(max_length=40)
    address = models.BinaryField(max_length=20, null=True, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    sequence = models.BigIntegerField(default=0)
    """How many entries of its journal are settled."""
    settled_at = models.DateTimeField(null=True)
    """When that was seen to grow."""
    retired = models.BooleanField(default=False)
    trouble = models.PositiveSmallIntegerField(null=True)
    """Why its entries cannot be settled (`contracts.wire.reasons`), as the gateway says; null while all is well."""
    trouble_since = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True, db_index=True)
    """When the contract was last read for it."""

    class Meta:
        """In the order in which they came."""

        ordering = ("id",)

    def __str__(self) -> str:
        """Its label."""
        return self.label

    @property
    def shown(self) -> str:
        """Its address as people compare it."""
        return "" if self.address is None else to_hex(bytes(self.address))


class Slice(models.Model):
    """What a programme set apart for one terminal, as the contract has it. In cents."""

    terminal = models.ForeignKey(Terminal, models.CASCADE, related_name="slices")
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="slices")
    left = models.BigIntegerField(default=0)
    revoked = models.BooleanField(default=False)

    class Meta:
        """One for each pair."""

        ordering = ("programme_id",)
        constraints = (models.UniqueConstraint(fields=("terminal", "programme"), name="shops_one_slice"),)


class Enrolment(Asked):
    """A sheet by which one new terminal of a shop enrols itself at the gateway (`contracts.wire.enrolment`)."""

    class State(models.TextChoices):
        """How far it is."""

        MADE = "made", _("The sheet is being made")
        OFFERED = "offered", _("Waits for the till")
        USED = "used", _("The till is there: admit it")
        ADMITTED = "admitted", _("Admitted")
        DROPPED = "dropped", _("Ended")

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="enrolments")
    label = models.CharField(max_length=40)
    language = models.CharField(max_length=2, default="nl")
    state = models.CharField(max_length=8, choices=State.choices, default=State.MADE, db_index=True)
    sealed = models.BinaryField(null=True)
    """The code, until the terminal is in: who has it could enrol another one in its place."""
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.BigIntegerField(null=True)
    """Seconds since 1970 UTC."""
    address = models.BinaryField(max_length=20, null=True)
    """The terminal that proved it had the code."""
    consent = models.BinaryField(max_length=64, null=True)
    wrong = models.CharField(max_length=200, blank=True)
    """What the gateway tells of it that cannot be so."""
    replaces = models.ForeignKey(Terminal, models.SET_NULL, null=True, related_name="+")
    terminal = models.OneToOneField(Terminal, models.SET_NULL, null=True)

    class Meta:
        """The newest first."""

        ordering = ("-id",)

    @property
    def code(self) -> str:
        """The code as it is printed; empty when it is over. Raises Broken."""
        return "" if self.sealed is None else sealing.unseal(ENROLMENT, self.sealed).decode()

    @property
    def shown(self) -> str:
        """The address of the terminal that used it, as people compare it."""
        return "" if self.address is None else to_hex(bytes(self.address))


class Seen(models.Model):
    """Up to which block a reader of this part has read the contract's events."""

    name = models.CharField(max_length=32, unique=True)
    block = models.BigIntegerField()
