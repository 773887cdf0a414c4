"""A pass that asks the portal, as its page does."""

import json
import time
from typing import Any, cast

from coincurve import PrivateKey
from django.http import HttpResponse
from django.test import Client

from contracts.wire import typed_data
from contracts.wire.signature import address_of, sign
from contracts.wire.typed_data import Domain
from contracts.wire.units import Timestamp, to_hex


class Phone:
    """A phone with a pass on it, in a browser without any cookie. It reads English."""

    def __init__(self, domain: Domain, key: PrivateKey | None = None) -> None:
        self.domain = domain
        self.key = key or PrivateKey()
        self.address = address_of(self.key)
        self.browser = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="en")

    def headers(self, path: str, body: bytes, at: int | None = None) -> dict[str, str]:
        """What stands on a request; `at` is the phone's clock."""
        now = Timestamp(int(time.time()) if at is None else at)
        digest = typed_data.request(self.domain, self.address, "POST", path, body, now)
        return {"X-Pass": to_hex(self.address), "X-Time": str(now), "X-Signature": to_hex(sign(self.key, digest))}

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> HttpResponse:
        """Send just this."""
        return cast("HttpResponse", self.browser.post(path, body, content_type="application/json", headers=headers))

    def ask(self, name: str, **said: Any) -> HttpResponse:
        """Ask as the page does."""
        path, body = f"/pass/api/{name}", json.dumps(said).encode()
        return self.post(path, body, self.headers(path, body))

    def state(self) -> dict[str, Any]:
        """What it is told of its pass."""
        answer = self.ask("state")
        assert answer.status_code == 200, answer.content
        told: dict[str, Any] = json.loads(answer.content)
        return told
