"""The people of the sample desk: any two of them can do what needs two."""

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from contracts.wire.errors import Broken
from provisioning.portal import config
from provisioning.portal.access import Role
from provisioning.portal.staff import accounts
from provisioning.portal.staff.models import Phone

FIRST, SECOND, THIRD, READER = "clerk-01", "clerk-02", "clerk-03", "auditor-01"
PEOPLE = {
    FIRST: (Role.GRANTS, Role.SHOPS),
    SECOND: (Role.GRANTS, Role.FINANCE),
    THIRD: (Role.SHOPS, Role.FINANCE),
    READER: (Role.AUDITOR,),
}


def fill() -> list[str]:
    """Their accounts, each with a password that is told once."""
    said = ["The desk is a sample; nobody in it is real. Sign in at /sign-in as:"]
    for name, roles in PEOPLE.items():
        known = User.objects.filter(username=name).exists()
        password = "(as told the first time)" if known else accounts.add_ready(name, roles)
        said.append(f"  {name:12} {password:24} {', '.join(roles)}")
    return said


def how() -> str:
    """What else it takes to sign in."""
    return f"The second step asks for a code: kindpakket portal code NAME --folder {config.folder()}"


def asking(name: str) -> HttpRequest:
    """A request of this person."""
    request = HttpRequest()
    request.user = accounts.find(name)
    return request


class Hand:
    """Somebody at the desk's own pages."""

    def __init__(self, name: str) -> None:
        user = accounts.find(name)
        self._browser = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
        self._browser.force_login(user, "django.contrib.auth.backends.ModelBackend")
        session = self._browser.session
        session["otp_device_id"] = Phone.objects.get(user=user).persistent_id
        session.save()

    def send(self, page: str, *numbers: int, **fields: object) -> None:
        """Fill a form in, and send it. Raises Broken when the page does not take it."""
        answer = self._browser.post(reverse(page, args=numbers), fields)
        if answer.status_code != 302:
            raise Broken(f"the sample does not fit {page} any more: it answers {answer.status_code}")
