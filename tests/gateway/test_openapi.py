"""The HTTP interface's document is what the code says, and says of each route what an outsider needs."""

import json
from typing import Any

from tests import openapi
from tests.gateway.process import GatewayProcess


def test_the_checked_in_document_is_that_of_the_code():
    assert openapi.PAGE.read_text() == openapi.document(), "run: python -m tests.openapi"


def test_a_running_gateway_answers_the_same_document(gateway: GatewayProcess):
    assert gateway.client.get("/openapi.json").json() == json.loads(openapi.document())


def test_every_route_is_described_and_refuses_in_a_described_way():
    told: dict[str, Any] = json.loads(openapi.document())
    for path, methods in told["paths"].items():
        for method, route in methods.items():
            assert route["description"], f"{method} {path}"
            refusals = {"429", "503"} | ({"401", "403"} if "security" in route else set())
            assert refusals <= route["responses"].keys(), f"{method} {path}"


def test_figures_and_decisions_need_a_credential():
    paths = json.loads(openapi.document())["paths"]
    for path in ("/metrics", "/v1/admin/status", "/v1/attention"):
        assert "security" in paths[path]["get"], path
