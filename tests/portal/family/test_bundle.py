"""What the page has of others is byte for byte what the locked packages give, and nothing else is from elsewhere."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PART = ROOT / "provisioning" / "portal" / "family"
LOCK = json.loads((PART / "vendor" / "package-lock.json").read_text())
BUNDLED = PART / "static" / "family" / "vendor"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.timeout(600)
def test_the_bundle_is_what_the_locked_packages_give(tmp_path):
    if shutil.which("npm") is None:
        pytest.skip("no npm: apt install npm")
    subprocess.run(["make", "bundle", f"OUT={tmp_path}"], cwd=ROOT, check=True, capture_output=True, timeout=240)
    assert contents(tmp_path) == contents(BUNDLED)


def test_every_package_is_held_to_one_version_and_to_its_hash():
    packages = {name: about for name, about in LOCK["packages"].items() if name}
    assert all(about["integrity"].startswith("sha512-") for about in packages.values())
    wanted = json.loads((PART / "vendor" / "package.json").read_text())
    for name, version in (wanted["dependencies"] | wanted["devDependencies"]).items():
        assert packages[f"node_modules/{name}"]["version"] == version


def test_every_piece_of_the_bundle_is_of_a_package_whose_licence_lies_beside_it():
    pieces = {
        piece
        for path in BUNDLED.glob("*.js")
        for piece in re.findall(r"^// node_modules/((?:@[\w-]+/)?[\w-]+)/", path.read_text(), re.MULTILINE)
    }
    assert pieces == set(json.loads((PART / "vendor" / "package.json").read_text())["dependencies"])
    for piece in pieces:
        licence = BUNDLED / f"{piece.removeprefix('@').replace('/', '-')}.LICENSE"
        assert "The MIT License" in licence.read_text()


def test_no_script_of_ours_is_loaded_from_elsewhere():
    ours = [path for path in (PART / "static").rglob("*.js") if path.parent != BUNDLED]
    sources = {path.name: re.findall(r"""(?:from|import\(?)\s*["']([^"']+)["']""", path.read_text()) for path in ours}
    assert [(name, source) for name, all_ in sources.items() for source in all_ if not source.startswith("./")] == []
    assert sum(map(len, sources.values())) > 20
