"""Files for the bank, what stands in them, what shops have to be paid, and what they sold on each day.

Money in cents. Programmes and shops stand here by their numbers on the contract, as it knows more of them than the desk
may. Names and accounts of shops are sealed.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from provisioning.portal.people import sealing
from provisioning.portal.tasks.models import Task

ACCOUNTS, CONTENT = "payout accounts", "payout file"

_OTHERS = models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("made_by"))


class Credit(models.Model):
    """What a programme owes a shop now, and whether a file can pay it."""

    class Why(models.TextChoices):
        """As in `provisioning.payout.due.Why`, which names them so."""

        PAID = "PAID", _("By bank")
        TOKENS = "TOKENS", _("In tokens")
        NO_ACCOUNT = "NO_ACCOUNT", _("No account that a bank takes")
        OWES = "OWES", _("Owes refunds first")
        BELOW = "BELOW", _("Less than the least amount")
        ABOVE = "ABOVE", _("More than a bank takes at once")

    programme = models.PositiveIntegerField()
    shop = models.PositiveIntegerField()
    cents = models.BigIntegerField()
    why = models.CharField(max_length=10, choices=Why.choices)

    class Meta:
        """By programme, then by shop."""

        ordering = ("programme", "shop")
        constraints = (models.UniqueConstraint(fields=("programme", "shop"), name="payouts_one_credit"),)


class Mark(models.Model):
    """How far the contract was read for one purpose: the last block of it, and its time in seconds since 1970."""

    name = models.CharField(max_length=16, unique=True)
    block = models.BigIntegerField()
    time = models.BigIntegerField()


class BankFile(models.Model):
    """A file for the bank: planned by one, confirmed by another, then marked on the contract and made."""

    class State(models.TextChoices):
        """How far it is. From the third on, something may be marked on the contract."""

        ASKED = "asked", _("Being planned")
        PLANNED = "planned", _("Waits for a second person")
        CONFIRMED = "confirmed", _("Being made")
        MADE = "made", _("Made")
        DROPPED = "dropped", _("Dropped")

    reference = models.CharField(max_length=20, unique=True)
    programmes = models.JSONField()
    least = models.BigIntegerField(default=0)
    day = models.DateField()
    """When the bank is asked to pay."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED, db_index=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    accounts = models.BinaryField()
    """Sealed: the accounts as they were when it was planned, which is what is confirmed and paid."""
    plan = models.JSONField(null=True)
    """`provisioning.payout.plan.Plan`: fingerprints and no accounts."""
    new = models.JSONField(default=list)
    """Shops with an account that no file had before."""
    changed = models.JSONField(default=list)
    """Shops with another account than in the last file: each has to be asked."""
    left = models.JSONField(default=list)
    """What it does not pay: programme, shop, cents and why, each."""
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="+")
    """The newest."""
    sealed = models.BinaryField(null=True)
    """The file itself, once it is made; null also when the contract took no mark at all."""

    class Meta:
        """The newest first. Who plans a file does not confirm it."""

        ordering = ("-id",)
        constraints = (models.CheckConstraint(condition=_OTHERS, name="payouts_four_eyes"),)

    def __str__(self) -> str:
        """Its own name at the bank and on the contract."""
        return f"{self.reference}.{self.plan['tag']}" if self.plan else self.reference

    @property
    def may_be_dropped(self) -> bool:
        """Before it is confirmed; and after, when its task was given up."""
        if self.state == self.State.CONFIRMED:
            return self.task is not None and self.task.state in (Task.State.REFUSED, Task.State.BROKEN)
        return self.state in (self.State.ASKED, self.State.PLANNED)

    @property
    def opened(self) -> dict[str, Any]:
        """`payer` and `shops` (by number, as text): holder and IBAN, each. Raises Broken."""
        found: dict[str, Any] = sealing.unseal_json(ACCOUNTS, self.accounts)
        return found

    @property
    def content(self) -> bytes:
        """The bytes for the bank. Raises Broken."""
        return sealing.unseal(CONTENT, self.sealed or b"")


class Payment(models.Model):
    """One payment of a file that was confirmed, and what became of it."""

    class State(models.TextChoices):
        """By the contract's own steps (`provisioning.bank.State`)."""

        UNKNOWN = "unknown", _("Not marked")
        MARKED = "marked", _("On its way")
        DISPUTED = "disputed", _("The shop says it did not come")
        CONFIRMED = "confirmed", _("Arrived")
        REVERSED = "reversed", _("Taken back")

    file = models.ForeignKey(BankFile, models.PROTECT, related_name="payments")
    programme = models.PositiveIntegerField()
    shop = models.PositiveIntegerField(db_index=True)
    cents = models.BigIntegerField()
    text = models.CharField(max_length=140)
    """What the shop reads on its bank's statement."""
    in_file = models.BooleanField()
    state = models.CharField(max_length=10, choices=State.choices, db_index=True)
    since = models.BigIntegerField(default=0)
    """When it was marked, in seconds since 1970; 0: never."""
    said = models.CharField(max_length=200, blank=True)
    """Why it is not in the file; or the bank's code for why it did not pay."""

    class Meta:
        """By programme, then by shop."""

        ordering = ("programme", "shop")
        constraints = (models.UniqueConstraint(fields=("file", "programme", "shop"), name="payouts_one_payment"),)


UNDER_WAY = (Payment.State.MARKED, Payment.State.DISPUTED)
"""Marked, and neither arrived nor taken back."""


class DaySum(models.Model):
    """What one terminal sold on one day in one programme, or gave back, of one standing. No pass is in it.

    A day is the shop's, by the time that stands in the entries, as in the terminal's own report.
    """

    terminal = models.BinaryField(max_length=20)
    shop = models.PositiveIntegerField()
    day = models.DateField()
    programme = models.PositiveIntegerField()
    refund = models.BooleanField()
    standing = models.CharField(max_length=10)
    """`terminal.standing.Standing`, of those that the contract gives."""
    count = models.PositiveIntegerField()
    cents = models.BigIntegerField()
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    """The numbers of the first and the last of these entries in the terminal's journal."""

    class Meta:
        """As they are looked for."""

        ordering = ("day", "terminal", "programme")
        indexes = (models.Index(fields=("shop", "day"), name="payouts_shop_day"),)
        constraints = (
            models.UniqueConstraint(
                fields=("terminal", "day", "programme", "refund", "standing"), name="payouts_day_sum"
            ),
        )


class Unread(models.Model):
    """Entries that were settled in a way that shows no bytes: the shop's own report has them, and this desk not."""

    terminal = models.BinaryField(max_length=20)
    shop = models.PositiveIntegerField(db_index=True)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
