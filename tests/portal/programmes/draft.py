"""A draft as somebody at the desk writes it."""

import re
from typing import Any

from django.test import Client

from provisioning.portal.programmes.models import Programme

DRAFT = {
    "name": "Kindpakket 2090",
    "goals": "",
    "begins": "2020-01-01",
    "ends": "2090-12-31",
    "reserve": "1000",
    "categories": ["1", "3"],
    "floor_limit": "50,00",
    "day_limit": "150",
    "offline_hours": "24",
    "slice": "250",
}


def drafted(browser: Client, **other: Any) -> Programme:
    answer = browser.post("/desk/programmes/new", {**DRAFT, **other})
    assert answer.status_code == 302, re.findall(r'errorlist".*?</ul>', answer.content.decode())
    return Programme.objects.latest("id")
