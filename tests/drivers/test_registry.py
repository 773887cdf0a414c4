"""The registry: lazy, with a status for what cannot be had, and one switch against simulators."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from drivers import registry
from drivers.base import DriverMisconfigured, DriverUnavailable, Status
from drivers.registry import Kind, Row

OPTIONS = {"socket": "/nowhere/device.sock"}
SIMULATORS = [name for name, row in registry.TABLE.items() if row.simulated]


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_simulator_is_refused_unless_allowed(name):
    options = dict.fromkeys(registry.TABLE[name].options, "/nowhere/device")
    with pytest.raises(DriverUnavailable, match="simulators = true") as refused:
        registry.make(name, options, allow_simulators=False)
    assert refused.value.status is Status.DISABLED
    assert registry.availability(name, allow_simulators=False)[0] is Status.DISABLED
    assert registry.availability(name, allow_simulators=True) == (Status.READY, "")
    registry.make(name, options, allow_simulators=True)


def test_whatever_is_called_simulated_says_so_in_its_row():
    assert {name for name, row in registry.TABLE.items() if "simulated" in name + row.factory} == set(SIMULATORS)


def test_an_unknown_driver_is_named_beside_those_there_are():
    with pytest.raises(DriverMisconfigured, match=r"no driver 'scaner'.*simulated-scanner"):
        registry.make("scaner", {}, allow_simulators=True)


@pytest.mark.parametrize("options", [{}, {"socket": 7}, {"socket": True}])
def test_a_missing_or_wrong_option_is_named(options):
    with pytest.raises(DriverMisconfigured, match="needs the option 'socket', of type str"):
        registry.make("simulated-scanner", options, allow_simulators=True)


def test_a_flag_is_no_number(monkeypatch):
    row = Row("drivers.simulated:scanner", Kind.SCANNER, {"baud": int})
    monkeypatch.setitem(registry.TABLE, "numbered", row)
    with pytest.raises(DriverMisconfigured, match="of type int"):
        registry.make("numbered", {"baud": True}, allow_simulators=False)


@pytest.fixture
def optional(monkeypatch):
    """A row with one option that must be given and one that may be."""
    row = Row("tests.drivers.test_registry:made_with", Kind.SCANNER, {"port": str}, {"baud": 9600})
    monkeypatch.setitem(registry.TABLE, "optional", row)


def made_with(**options):
    return SimpleNamespace(**options)


@pytest.mark.usefixtures("optional")
def test_what_is_not_given_has_its_default():
    assert vars(registry.make("optional", {"port": "a"}, allow_simulators=False)) == {"port": "a", "baud": 9600}
    assert vars(registry.make("optional", {"port": "a", "baud": 1}, allow_simulators=False)) == {"port": "a", "baud": 1}


@pytest.mark.usefixtures("optional")
@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"baud": 1}, "needs the option 'port', of type str"),
        ({"port": "a", "baud": "fast"}, "needs the option 'baud', of type int"),
        ({"port": "a", "colour": 1}, "no option 'colour'; it takes baud, port"),
    ],
)
def test_an_option_with_a_default_is_checked_like_any_other(options, fault):
    with pytest.raises(DriverMisconfigured, match=fault):
        registry.make("optional", options, allow_simulators=False)


def test_a_driver_whose_package_is_missing_is_a_status_with_advice(monkeypatch):
    row = Row("drivers.not_there:make", Kind.SCANNER, {}, install="pip install not-there")
    monkeypatch.setitem(registry.TABLE, "absent", row)
    with pytest.raises(DriverUnavailable, match="pip install not-there") as missing:
        registry.make("absent", {}, allow_simulators=False)
    assert missing.value.status is Status.NO_DEPENDENCY
    assert registry.availability("absent", allow_simulators=False)[0] is Status.NO_DEPENDENCY


def test_the_registry_loads_no_driver_by_itself():
    code = "import sys, drivers.registry; print(sorted(m for m in sys.modules if m.startswith('drivers.')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "['drivers.base', 'drivers.registry']"
