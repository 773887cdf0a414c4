"""This part, as Django is told."""

from django.apps import AppConfig


class Part(AppConfig):
    """Its tables begin with its own name."""

    name = "provisioning.portal.staff"
    label = "staff"

    def ready(self) -> None:
        """Have every sign-in noted with its time, from the first on."""
        from provisioning.portal.staff import ending  # noqa: F401, PLC0415 -- its receiver; models are there only now
