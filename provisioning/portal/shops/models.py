"""Shops, from the wish to join to their place on the contract, and their terminals."""

from typing import Any

from django.db import models

from provisioning.portal.people import sealing

SHOP = "shop"


class Shop(models.Model):
    """A shop. What stands on its window is public; whom to call and where it is paid by bank is sealed."""

    class State(models.TextChoices):
        """Where it stands with the town."""

        ASKED = "asked"
        ADMITTED = "admitted"
        REFUSED = "refused"
        LEFT = "left"

    number = models.PositiveIntegerField(null=True, unique=True)
    """On the contract; null until it is registered."""
    name = models.CharField(max_length=70)
    address = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    town = models.CharField(max_length=60, blank=True)
    category = models.PositiveSmallIntegerField(default=0)
    """What it sells (`provisioning.categories`)."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    payout = models.BinaryField(max_length=20, null=True)
    """The address that the contract pays; null: the town keeps it for the shop, and pays by bank."""
    sealed = models.BinaryField()
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """By name."""

        ordering = ("name", "id")

    def __str__(self) -> str:
        """Its name, which is public."""
        return self.name

    @property
    def contact(self) -> dict[str, Any]:
        """`person`, `email`, `phone`, `iban`, `account_name`; each may be missing. Raises Broken."""
        opened: dict[str, Any] = sealing.unseal_json(SHOP, self.sealed)
        return opened

    @contact.setter
    def contact(self, said: dict[str, Any]) -> None:
        self.sealed = sealing.seal_json(SHOP, said)


class Terminal(models.Model):
    """A terminal of a shop: by its address once it is known, by its enrolment before."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="terminals")
    label = models.CharField(max_length=40)
    address = models.BinaryField(max_length=20, null=True, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
