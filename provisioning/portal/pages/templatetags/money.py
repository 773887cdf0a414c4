"""Amounts as pages show them."""

from django import template

from provisioning.portal.pages.money import euros

register = template.Library()


@register.filter(name="euros")
def shown(amount: int) -> str:
    """Cents as `€ 1.234,50`, or as `€ 1,234.50` on an English page."""
    return euros(amount)
