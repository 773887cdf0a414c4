"""The udev rules: shipped with the program, well-formed, and about the devices that drivers open."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from terminal import places

RULES = files("provisioning") / "udev" / "60-kindpakket.rules"
# udev(7): KEY{attribute} operator "value", separated by commas
CONDITION = re.compile(
    r'((ACTION|KERNEL|SUBSYSTEM|ENV\{\w+\}|ATTRS\{[\w/]+\})(==|!=)"[^"]+")|(IMPORT\{builtin\}="blkid")'
)
ASSIGNMENT = re.compile(r'(SYMLINK\+=|ENV\{\w+\}\+?=|RUN\+=)"[^"]+"')


def rules():
    lines = RULES.read_text(encoding="ascii").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("rule", rules())
def test_each_rule_says_when_and_then_what(rule):
    parts = rule.split(", ")
    kinds = [bool(CONDITION.fullmatch(part)) - bool(ASSIGNMENT.fullmatch(part)) for part in parts]
    assert 0 not in kinds, [part for part, kind in zip(parts, kinds, strict=True) if not kind]
    assert kinds == sorted(kinds, reverse=True)
    assert {kinds[0], kinds[-1]} == {1, -1}


def test_its_number_comes_after_the_rules_whose_findings_it_uses_and_before_those_that_use_its_own():
    """Debian's 60-input-id.rules sets ID_INPUT_KEY; ModemManager's begin with 77."""
    assert "60-input-id.rules" < RULES.name < "77-mm-"


def test_a_bluetooth_scanner_gets_a_name_that_the_driver_takes():
    hotplug = pytest.importorskip("drivers.hotplug", reason="pyudev is not installed", exc_type=ImportError)
    (link,) = re.findall(r'SYMLINK\+="([^"]+)"', "\n".join(rules()))
    device = "/dev/" + link.replace("$attr{uniq}", "aa:bb:cc:dd:ee:ff")
    assert hotplug.checked(device) == device


def test_the_stick_that_is_mounted_is_the_one_whose_unit_there_is():
    text, units = "\n".join(rules()), Path(__file__).parents[2] / "systemd"
    (label,) = re.findall(r'ENV\{ID_FS_LABEL\}=="([^"]+)"', text)
    (service,) = re.findall(r'ENV\{SYSTEMD_WANTS\}\+="([^"]+)"', text)
    mount = str(places.MIRROR).strip("/").replace("/", "-") + ".mount"
    assert f"Requires={mount}\n" in (units / service).read_text()
    assert f"What=/dev/disk/by-label/{label}\n" in (units / mount).read_text()
