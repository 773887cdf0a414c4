"""What every page is given."""

from typing import Any

from django.http import HttpRequest

from provisioning.portal import access, settings
from provisioning.portal.pages.menu import menu


def page(request: HttpRequest) -> dict[str, Any]:
    """Whose portal it is, and where this reader can go."""
    roles = access.roles_of(request) if hasattr(request, "user") else frozenset[access.Role]()
    return {
        "municipality": settings.PORTAL.municipality,
        "contact": settings.PORTAL.contact,
        "menu": menu(roles),
        "roles": roles,
    }
