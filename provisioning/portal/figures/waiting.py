"""How many purchases are on their way to the contract, as the portal's gateway says. The worker asks; pages read."""

from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.wire.errors import TryAgain
from provisioning.portal.figures.models import Waiting
from provisioning.portal.shops import gateway


class _Entries(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    waiting: int = Field(ge=0)
    sent: int = Field(ge=0)
    mined: int = Field(ge=0)


class _Status(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    entries: _Entries
    oldest_seconds: int = Field(ge=0)


def look() -> None:
    """Keep what the gateway says; nothing where there is none. Raises TryAgain, Refused or Broken."""
    if not gateway.is_there():
        Waiting.objects.all().delete()
        return
    try:
        told = _Status.model_validate(gateway.asked().ask("GET", "/v1/admin/status"))
    except ValidationError as error:
        raise TryAgain("the gateway answers in another form: is it ours?") from error
    entries = told.entries.waiting + told.entries.sent + told.entries.mined
    now = {"entries": entries, "oldest_seconds": told.oldest_seconds, "read_at": timezone.now()}
    Waiting.objects.update_or_create(pk=1, defaults=now)
