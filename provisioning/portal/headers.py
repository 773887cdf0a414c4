"""What every answer tells a browser, after OWASP's list of secure headers. Django and csp say the rest."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_ALWAYS = {"Cross-Origin-Resource-Policy": "same-origin", "X-Permitted-Cross-Domain-Policies": "none"}
_ABLE = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
    "fullscreen", "geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment",
    "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
_PASS, _OF_PASS = "/pass/", frozenset({"geolocation", "screen-wake-lock"})
"""A family's page may ask where the nearest shop is, and keep the screen on that a till looks at."""
_MAY_SAY = ("/pass/products/", "/pass/picture/", "/pass/static/")
"""Pages of what anybody may see, which say themselves how long a browser keeps them."""


class Headers:
    """The outermost middleware. Nothing but the files of `static` and what is public is kept by a browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add them to the answer, whatever it is."""
        response = self._get_response(request)
        for name, value in _ALWAYS.items():
            response[name] = value
        response["Permissions-Policy"] = _policy(_OF_PASS if request.path == _PASS else frozenset())
        if not request.path.startswith((settings.STATIC_URL, *_MAY_SAY)) or "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response


def _policy(may: frozenset[str]) -> str:
    """What a page may do with the machine that shows it."""
    return ", ".join(f"{name}={'(self)' if name in may else '()'}" for name in _ABLE)
