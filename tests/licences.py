"""Lists every locked dependency with its licence in docs/dependencies.md: `python -m tests.licences`."""

import json
import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "dependencies.md"
LOCKS = {
    "terminal": "on a till",
    "pip": "in a release, to unpack it",
    "demo": "gateway, chain, portal and demo",
    "test": "development only",
}
BUNDLED = ROOT / "provisioning" / "portal" / "family" / "vendor" / "package-lock.json"

SAME_SOURCE = {"evdev": "evdev-binary"}
"""A package that is not installed on every machine, and the one with its source that is."""


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "provisioning" / "lock" / f"{lock}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9_.-]+)==([^ ;]+) (?!; sys_platform == 'win32')", text, re.MULTILINE))


def licence(name: str) -> str:
    """What the package says of itself: an SPDX expression, else its classifiers, else its licence's first line."""
    about = metadata.metadata(name).json
    classifiers = [c.rsplit(" :: ", 1)[-1] for c in about.get("classifier", []) if c.startswith("License ::")]
    first_line = str(about.get("license", "")).strip().split("\n")[0]
    return str(about.get("license_expression") or ", ".join(classifiers) or first_line or "not stated")


def rows() -> list[str]:
    seen: set[str] = set()
    lines = []
    for lock, where in LOCKS.items():
        for name, version in pins(lock).items():
            here = name if is_installed(name) else SAME_SOURCE.get(name, name)
            if name not in seen and is_installed(here):
                lines.append(f"| {name} | {version} | {licence(here)} | {where} |")
            seen.add(name)
    return lines


def bundled() -> list[str]:
    """What the page of a pass on a phone brings along, and what makes one file of it."""
    packages = json.loads(BUNDLED.read_text())["packages"]
    return [
        f"| {name} | {about['version']} | {about['license'].strip('()')} | {where} |"
        for name, about in ((path.removeprefix("node_modules/"), about) for path, about in packages.items() if path)
        if not about.get("optional")
        for where in ("development only, from npm" if about.get("dev") else "in the browser, from npm",)
    ]


def is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def page() -> str:
    head = [
        "# Dependencies and their licences",
        "",
        "Written by `python -m tests.licences` from the locks and from what the packages say of themselves.",
        "A package is listed where it first comes in; a till carries only those of the first kind.",
        "",
        "| package | version | licence | where |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows(), *bundled(), ""])


if __name__ == "__main__":
    PAGE.write_text(page())
