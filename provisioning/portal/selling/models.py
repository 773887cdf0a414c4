"""Who keeps which shop, and what it sells."""

from django.conf import settings
from django.db import models

from provisioning.portal.shops.models import Shop

NAME_MAX, ABOUT_MAX = 60, 500
STOCK_MAX = 9_999
PRODUCTS_MAX = 200
"""Of one shop: what a phone shows, and what one page can count."""


class Keeper(models.Model):
    """An account that sees this shop, and nothing else."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="keeper")
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="keepers")


class Picture(models.Model):
    """What a product looks like, as `pictures.made` gives it. Another picture is another row."""

    content = models.BinaryField()
    """JPEG."""


class Product(models.Model):
    """Something that families can order."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="products")
    name = models.CharField(max_length=NAME_MAX)
    about = models.CharField(max_length=ABOUT_MAX, blank=True)
    cents = models.PositiveIntegerField()
    category = models.PositiveSmallIntegerField(default=0)
    """What it is (`provisioning.categories`)."""
    stock = models.PositiveIntegerField(default=0)
    shown = models.BooleanField(default=True)
    """Whether families see it."""
    picture = models.OneToOneField(Picture, models.SET_NULL, null=True, related_name="product")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """By name."""

        ordering = ("name", "id")

    def __str__(self) -> str:
        """Its name."""
        return self.name
