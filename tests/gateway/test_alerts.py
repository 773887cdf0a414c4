"""The alert rules name what exists."""

import re
from pathlib import Path
from typing import Any

import yaml

from contracts.gateway.operating.alarms import Name
from contracts.gateway.operating.metrics import Metrics
from tests.gateway.operated import facts

ROOT = Path(__file__).parent.parent.parent
RULES: list[dict[str, Any]] = yaml.safe_load((ROOT / "docs" / "alerts.yml").read_text())["groups"][0]["rules"]


def test_every_rule_asks_for_a_metric_that_there_is():
    metrics = Metrics(facts, list)
    metrics.answered("/v1/health", 200, 0.1)
    known = set(re.findall(r"^(\w+)", metrics.text().decode(), re.MULTILINE)) | {"up"}
    asked = {name for rule in RULES for name in re.findall(r"\b(kindpakket_\w+|up)\b", rule["expr"])}
    assert asked <= known
    assert len(asked) >= 6


def test_every_alarm_has_a_rule_and_a_section_for_the_operator():
    asked = {name for rule in RULES for name in re.findall(r'alarm="(\w+)"', rule["expr"])}
    assert asked == {name.value for name in Name}
    told = (ROOT / "docs" / "operating.md").read_text()
    assert set(re.findall(r"^\| \*\*(\w+)\*\* \|", told, re.MULTILINE)) == asked
