"""Applications with their documents. What a family says is sealed."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from provisioning.portal.applying.contents import Contents
from provisioning.portal.people import sealing
from provisioning.portal.people.models import Household
from provisioning.portal.rules.judging import Judgement
from provisioning.portal.rules.models import RuleVersion, Scheme

APPLICATION, DOCUMENT, MESSAGE = "application", "document", "message"


class Application(models.Model):
    """One application, from its first answer on."""

    class State(models.TextChoices):
        """Where it stands."""

        DRAFT = "draft"
        SUBMITTED = "submitted"
        ASKED = "asked"
        """The town wants to know more; the family's answer makes it submitted again."""
        GRANTED = "granted"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"

    code = models.CharField(max_length=9, unique=True)
    """By which the family finds it again, as K7QM-24XD."""
    token_hash = models.BinaryField(max_length=32, unique=True)
    """SHA-256 of what stands in the family's cookie."""
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="applications")
    rules = models.ForeignKey(RuleVersion, models.PROTECT, null=True, related_name="applications")
    """Those in force when it was sent, by which it was judged."""
    sealed = models.BinaryField()
    advice = models.JSONField(null=True)
    """What the rules say, in codes and cents; null in a draft."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    language = models.CharField(max_length=5, default="nl")
    """In which the family read the last page before it was sent."""
    household = models.ForeignKey(Household, models.CASCADE, null=True, related_name="applications")
    made_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    forget_on = models.DateField(null=True, db_index=True)
    """When it is deleted; null while it is being decided."""

    class Meta:
        """The oldest first, and found by where they stand."""

        ordering = ("submitted_at", "id")
        indexes = (models.Index(fields=("state", "submitted_at"), name="application_by_state"),)

    @property
    def contents(self) -> Contents:
        """Opened. Raises Broken."""
        return Contents.of(sealing.unseal_json(APPLICATION, self.sealed))

    @contents.setter
    def contents(self, said: Contents) -> None:
        self.sealed = sealing.seal_json(APPLICATION, said.as_json())

    @property
    def judgement(self) -> Judgement | None:
        """What the rules said when it was sent."""
        return None if self.advice is None else Judgement.of(self.advice)


class Mark(models.Model):
    """A fingerprint of an application that was sent, by which another one of the same people is noticed."""

    class Kind(models.TextChoices):
        """Of what. Each as in `people.models`: `by_child`, `by_address`, `by_name`."""

        CHILD = "child"
        ADDRESS = "address"
        NAME = "name"

    application = models.ForeignKey(Application, models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    print = models.BinaryField(max_length=32)

    class Meta:
        """Found by what it is of."""

        indexes = (models.Index(fields=("kind", "print"), name="mark_by_print"),)


class Document(models.Model):
    """A paper that a family added: a PDF or a photo, sealed."""

    class Kind(models.TextChoices):
        """What it shows."""

        INCOME = "income", _("Income")
        OTHER = "other", _("Something else")

    application = models.ForeignKey(Application, models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    media = models.CharField(max_length=20)
    """By its first bytes: application/pdf, image/jpeg or image/png."""
    sealed = models.BinaryField()
    size = models.PositiveIntegerField()
    """Bytes."""
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """As they came."""

        ordering = ("id",)

    @property
    def content(self) -> bytes:
        """Opened. Raises Broken."""
        return sealing.unseal(DOCUMENT, self.sealed)


class Message(models.Model):
    """What the town asked about an application, or what the family answered."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="conversation")
    by_family = models.BooleanField()
    sealed = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """As they were said."""

        ordering = ("id",)

    @classmethod
    def of(cls, application: Application, text: str, *, by_family: bool, **more: Any) -> Self:
        """One that is not saved yet."""
        return cls(application=application, by_family=by_family, sealed=sealing.seal_json(MESSAGE, text), **more)

    @property
    def text(self) -> str:
        """Opened. Raises Broken."""
        said: str = sealing.unseal_json(MESSAGE, self.sealed)
        return said
