"""What the repository promises about itself."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests import licences

ROOT = Path(__file__).parent.parent
TOP_LEVEL = {
    "terminal", "drivers", "contracts", "provisioning", "systemd", "tests", "docs",
    "pyproject.toml", "README.md", "Makefile", "LICENSE", "CHANGELOG.md",
}  # fmt: skip


def tracked() -> list[str]:
    return subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.fixture(autouse=True)
def in_a_checkout():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")


def test_the_top_level_is_fixed():
    tops = {name.split("/")[0] for name in tracked()}
    assert {top for top in tops if not top.startswith(".")} <= TOP_LEVEL


def test_the_demo_is_locked_to_versions_that_are_tested():
    def pins(name: str) -> set[str]:
        return set(
            re.findall(r"^([a-z0-9_.-]+==[^ ;]+)", (ROOT / "provisioning/lock" / name).read_text(), re.MULTILINE)
        )

    # the same source under its two names: built by somebody for x86-64, and by a release for the rest
    built_here = {pin.replace("evdev-binary==", "evdev==") for pin in pins("test.txt") if "evdev-binary" in pin}
    assert pins("terminal.txt") <= pins("test.txt") | built_here
    assert pins("demo.txt") <= pins("test.txt")
    assert len(pins("terminal.txt")) < len(pins("demo.txt"))


def test_the_supported_pythons_are_those_of_raspberry_pi_os():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11,<3.14"


def test_every_relative_link_of_the_documents_leads_somewhere():
    dead = [
        f"{name}: {link}"
        for name in (name for name in tracked() if name.endswith(".md"))
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / name).read_text())
        if not ((ROOT / name).parent / link).exists()
    ]
    assert dead == []


def test_every_file_is_utf8_text_without_conflict_marks():
    for name in tracked():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".vy", ".json"} and path.exists():
            assert not re.search(r"^(<{7}|>{7}) ", path.read_text(encoding="utf-8"), re.MULTILINE), name


def test_every_locked_dependency_is_listed_with_a_licence_that_goes_with_ours():
    listed = licences.PAGE.read_text()
    missing = [name for name, version in licences.pins("test").items() if f"| {name} | {version} |" not in listed]
    assert missing == []
    assert [row for row in licences.bundled() if row not in listed] == []
    assert not re.search("AGPL|Affero|not stated", listed)
