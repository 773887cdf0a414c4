"""What the worker tidies up for this part; on the contract it has nothing to do."""

from axes.models import AccessAttempt
from django.conf import settings
from django.utils import timezone

from provisioning.portal.staff.sessions import SessionStore
from provisioning.portal.tasks.handlers import every
from provisioning.town import Town

_HOUR = 3600


def tidy(_town: Town) -> None:
    """Forget sessions that are over, and addresses from which somebody failed to sign in, once they lock no more."""
    SessionStore.clear_expired()
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME).delete()


every(_HOUR, tidy)
