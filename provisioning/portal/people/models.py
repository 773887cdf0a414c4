"""Households and their children. Nothing about them is readable in the database."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from django.db import models

from provisioning.portal.people import sealing

HOUSEHOLD, CHILD = "household", "child"


@dataclass(frozen=True, slots=True, repr=False)
class Particulars:
    """Who a household is. `number` is the town's own for it (as of its social service), where it has one."""

    name: str
    address: str = ""
    postcode: str = ""
    town: str = ""
    email: str = ""
    phone: str = ""
    number: str = ""

    @property
    def place(self) -> str:
        """The last line of an address, as the post wants it."""
        postcode = f"{self.postcode[:4]} {self.postcode[4:].strip()}"
        return f"{postcode}  {self.town.upper()}".strip()


@dataclass(frozen=True, slots=True, repr=False)
class ChildParticulars:
    """Who a child is. `born` is YYYY-MM-DD."""

    name: str
    born: str

    @property
    def born_on(self) -> date:
        """The day of birth, as pages show it in the reader's own way."""
        return date.fromisoformat(self.born)

    def age(self, day: date) -> int:
        """Whole years on that day."""
        born = self.born_on
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    @property
    def fingerprint(self) -> bytes:
        """By which the same child is noticed elsewhere."""
        return sealing.fingerprint(CHILD, f"{self.name} {self.born}")


class Household(models.Model):
    """Those who apply together. Its fingerprints find it by number, by name, and by address."""

    sealed = models.BinaryField()
    by_number = models.BinaryField(max_length=32, null=True, unique=True)
    by_name = models.BinaryField(max_length=32, db_index=True)
    by_address = models.BinaryField(max_length=32, db_index=True)
    language = models.CharField(max_length=5, default="nl")
    known = models.BooleanField(default=False)
    """Whether the town knew of it before, from its social service."""
    made_at = models.DateTimeField(auto_now_add=True)
    forget_on = models.DateField(null=True, db_index=True)
    """When all of it is deleted; null while a budget or an application still needs it."""

    @classmethod
    def of(cls, who: Particulars, **more: Any) -> Self:
        """A household that is not saved yet."""
        household = cls(**more)
        household.describe(who)
        return household

    def describe(self, who: Particulars) -> None:
        """Put these particulars in, and its fingerprints."""
        self.sealed = sealing.seal_json(HOUSEHOLD, asdict(who))
        self.by_number = sealing.fingerprint("number", who.number) if who.number else None
        self.by_name = sealing.fingerprint("name", who.name)
        self.by_address = sealing.fingerprint("address", f"{who.postcode} {who.address}")

    @property
    def who(self) -> Particulars:
        """Opened. Raises Broken."""
        return Particulars(**sealing.unseal_json(HOUSEHOLD, self.sealed))


class Child(models.Model):
    """A child of a household: whom a budget is for."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="children")
    sealed = models.BinaryField()
    by_child = models.BinaryField(max_length=32, db_index=True)
    """Of its name and day of birth, by which the same child in two households is noticed."""

    @classmethod
    def of(cls, household: Household, who: ChildParticulars) -> Self:
        """A child that is not saved yet."""
        child = cls(household=household)
        child.describe(who)
        return child

    def describe(self, who: ChildParticulars) -> None:
        """Put these particulars in, and its fingerprint."""
        self.sealed = sealing.seal_json(CHILD, asdict(who))
        self.by_child = who.fingerprint

    @property
    def who(self) -> ChildParticulars:
        """Opened. Raises Broken."""
        return ChildParticulars(**sealing.unseal_json(CHILD, self.sealed))
