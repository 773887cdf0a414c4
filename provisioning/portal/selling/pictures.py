"""Pictures of products, made anew from what was sent: small, and without anything that a camera wrote beside them."""

import struct
import threading
from io import BytesIO
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

SIZE_MAX = 5 * 1024 * 1024
PIXELS_MAX = 25_000_000
"""As cameras give, and as much as the portal's memory bears."""
SIDE_MAX = 800
_QUALITY = 82
_FORMATS = ("JPEG", "PNG")
_UNREADABLE = (OSError, SyntaxError, TypeError, ValueError, struct.error, Image.DecompressionBombError)
"""What Pillow raises; the kinds of type and struct for what a camera is said to have written."""
_ALONE = threading.Lock()
"""One at a time: what a picture takes while it is open is many times what was sent."""


def read(upload: "UploadedFile[bytes]") -> bytes:
    """JPEG bytes of what was sent. Raises ValidationError when it is no picture, or too much of one."""
    if (upload.size or 0) > SIZE_MAX:
        raise ValidationError(_("This file is too large. Choose one of at most 5 MB."), code="size")
    with _ALONE:
        try:
            return made(upload.read(SIZE_MAX + 1))
        except _UNREADABLE:
            raise ValidationError(_("This is not a photo. Choose a JPG or PNG."), code="media") from None


def made(content: bytes) -> bytes:
    """The picture upright, its longer side 800 pixels at most. Raises ValidationError; others for what is none."""
    with Image.open(BytesIO(content), formats=_FORMATS) as found:
        if found.width * found.height > PIXELS_MAX:
            raise ValidationError(_("This photo is too large. Choose a smaller one."), code="pixels")
        found.draft("RGB", (SIDE_MAX, SIDE_MAX))  # a JPEG is opened no larger than it is needed
        found.thumbnail((SIDE_MAX, SIDE_MAX))
        upright = ImageOps.exif_transpose(found).convert("RGBA")
    plain = Image.new("RGB", upright.size, "white")  # takes the points over, and nothing else
    plain.paste(upright, mask=upright)
    out = BytesIO()
    plain.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
