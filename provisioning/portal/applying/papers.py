"""Papers that a family adds: what they are is read from their first bytes, and nothing else of them is believed."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from provisioning.portal.applying.models import DOCUMENT, Application, Document
from provisioning.portal.people import sealing

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

SIZE_MAX = 5 * 1024 * 1024
NUMBER_MAX = 5
"""With the application, and again with each answer to the town."""
_BEGINNINGS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def media(content: bytes) -> str:
    """What it is. Raises ValidationError for anything but a PDF, a JPEG or a PNG."""
    for beginning, found in _BEGINNINGS.items():
        if content.startswith(beginning):
            return found
    raise ValidationError(_("This is not a PDF and not a photo. Choose a PDF, JPG or PNG."), code="media")


def read(upload: "UploadedFile[bytes]") -> bytes:
    """What was sent. Raises ValidationError when it is too much."""
    if (upload.size or 0) > SIZE_MAX:
        raise ValidationError(_("This file is too large. Choose one of at most 5 MB."), code="size")
    return bytes(upload.read(SIZE_MAX + 1))


@transaction.atomic
def add(application: Application, kind: str, content: bytes) -> bool:
    """Keep it, sealed; False when there are enough."""
    Application.objects.select_for_update().get(pk=application.pk)
    if loose(application).count() >= NUMBER_MAX:
        return False
    sealed = sealing.seal(DOCUMENT, content)
    application.documents.create(kind=kind, media=media(content), sealed=sealed, size=len(content))
    return True


def loose(application: Application) -> QuerySet[Document]:
    """Those that were not handed in yet: all of a draft, else what was added since the town last asked."""
    asked = application.conversation.filter(by_family=False).order_by("-id").first()
    if application.state == Application.State.DRAFT:
        return application.documents.all()
    return application.documents.filter(made_at__gt=asked.made_at) if asked else application.documents.none()


def listed(application: Application) -> list[Document]:
    """Its papers, without what stands in them."""
    return list(application.documents.defer("sealed"))
