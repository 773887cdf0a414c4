"""This part, as Django is told."""

from django.apps import AppConfig


class Part(AppConfig):
    """Its tables begin with its own name."""

    name = "provisioning.portal.orders"
    label = "orders"
