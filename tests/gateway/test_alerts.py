"""The alert rules and the unit name what exists."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from contracts.gateway.operating.alarms import Name
from contracts.gateway.operating.metrics import Metrics
from provisioning import cli
from tests.gateway.operated import facts

ROOT = Path(__file__).parent.parent.parent
UNIT = ROOT / "systemd" / "kindpakket-gateway.service"
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


def test_the_unit_is_one_that_systemd_takes_and_confines(tmp_path: Path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze: apt-get install systemd")
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/kindpakket/.venv/bin/kindpakket", "/bin/true"))
    verified = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=15", unit],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout[-300:]


def test_the_unit_s_words_are_those_of_the_command(capsys):
    command = re.search(r"ExecStart=\S+ (.*?)\n\S", UNIT.read_text().replace("\\\n", ""), re.DOTALL)
    assert command is not None
    with pytest.raises(SystemExit, match="0"):
        cli.main(["gateway", "run", "--help"])
    known = capsys.readouterr().out
    assert all(word in known for word in re.findall(r"--[a-z-]+", command[1]))
