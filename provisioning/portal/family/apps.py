"""This part, as Django is told."""

from django.apps import AppConfig


class Part(AppConfig):
    """Its tables begin with its own name."""

    name = "provisioning.portal.family"
    label = "family"

    def ready(self) -> None:
        """Read the page's files before anybody asks for one: what is put in their place later, is another release."""
        from provisioning.portal.family import shell  # noqa: PLC0415 -- Django is not ready above

        shell.current()
