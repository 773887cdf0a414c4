"""What the contract's final blocks say of purchases, and the figures that may be shown of it.

All but `Shown` is a copy of the chain, without any person, and can be emptied and read again. Passes stand here by
their addresses; a pass that was replaced and its successor are one. Money in cents.
"""

from django.db import models

ADDRESS_BYTES = 20


class Progress(models.Model):
    """How far the chain has been read: one row. Another contract or another chain is read from its beginning."""

    contract = models.BinaryField(max_length=ADDRESS_BYTES)
    chain_id = models.BigIntegerField()
    block = models.BigIntegerField()
    """Read up to and including this one."""
    block_hash = models.BinaryField(max_length=32, null=True)
    time = models.BigIntegerField(default=0)
    """Of the block, in seconds since 1970 UTC."""
    unread = models.PositiveIntegerField(default=0)
    """Entries that were settled and that no node shows: what they bought is not in the figures."""
    stale = models.JSONField(default=list)
    """The numbers of the programmes whose figures are older than what was read."""


class Till(models.Model):
    """A terminal's shop, for good."""

    terminal = models.BinaryField(max_length=ADDRESS_BYTES, primary_key=True)
    shop = models.PositiveIntegerField()


class Placed(models.Model):
    """The category that a programme gives a shop; 0 for none."""

    programme = models.PositiveIntegerField()
    shop = models.PositiveIntegerField()
    category = models.PositiveSmallIntegerField()

    class Meta:
        """One for each shop of a programme."""

        constraints = (models.UniqueConstraint(fields=("programme", "shop"), name="figures_placed_once"),)


class Slice(models.Model):
    """What is left of a terminal's slice."""

    programme = models.PositiveIntegerField()
    terminal = models.BinaryField(max_length=ADDRESS_BYTES)
    left = models.BigIntegerField()

    class Meta:
        """One for each terminal of a programme."""

        constraints = (models.UniqueConstraint(fields=("programme", "terminal"), name="figures_slice_once"),)


class Budget(models.Model):
    """What was granted to a pass in a programme; what was granted to a replaced pass counts for its successor."""

    programme = models.PositiveIntegerField()
    address = models.BinaryField(max_length=ADDRESS_BYTES)
    granted = models.BigIntegerField()
    successor = models.BinaryField(max_length=ADDRESS_BYTES, null=True)

    class Meta:
        """One for each pass of a programme."""

        constraints = (models.UniqueConstraint(fields=("programme", "address"), name="figures_budget_once"),)


class Sale(models.Model):
    """A purchase that was paid: from the budget, or `drawn` from the terminal's slice."""

    terminal = models.BinaryField(max_length=ADDRESS_BYTES)
    sequence = models.BigIntegerField()
    programme = models.PositiveIntegerField()
    shop = models.PositiveIntegerField()
    buyer = models.BinaryField(max_length=ADDRESS_BYTES)
    """The pass, or the one that replaced it."""
    cents = models.BigIntegerField()
    refunded = models.BigIntegerField(default=0)
    drawn = models.BigIntegerField(default=0)
    time = models.BigIntegerField()
    """When it was bought, as far as its entry can be believed, in seconds since 1970 UTC; for the pass's own page."""
    week = models.DateField()
    """The Monday of the week in which it was bought, where the town is."""

    class Meta:
        """One for each entry; by buyer for passes that are replaced."""

        constraints = (models.UniqueConstraint(fields=("terminal", "sequence"), name="figures_sale_once"),)
        indexes = (models.Index(fields=("programme", "buyer"), name="figures_sale_buyer"),)


class Shown(models.Model):
    """The figures of a programme that staff may see and that may leave the desk: none points at one family."""

    programme = models.PositiveIntegerField(unique=True)
    """Its number on the contract."""
    time = models.BigIntegerField()
    """Of the block up to which they count, in seconds since 1970 UTC."""
    figures = models.JSONField()
    """As `summing.Figures` has them."""


class Waiting(models.Model):
    """What the gateway says of entries that are not settled: one row, none where no gateway is known."""

    entries = models.PositiveIntegerField()
    oldest_seconds = models.PositiveIntegerField()
    read_at = models.DateTimeField()

    @property
    def minutes(self) -> int:
        """How old the oldest is."""
        return self.oldest_seconds // 60
