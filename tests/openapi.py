"""Writes docs/openapi.json from the gateway's routes: `python -m tests.openapi`."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from contracts.gateway.http.api import create_app

PAGE = Path(__file__).parent.parent / "docs" / "openapi.json"


def document() -> str:
    """As a running gateway answers it at /openapi.json."""
    parts: Any = SimpleNamespace(store=None, rates=None, metrics=None)
    return json.dumps(create_app(cast("Any", parts)).openapi(), indent=1) + "\n"


if __name__ == "__main__":
    PAGE.write_text(document())
