"""The machine's own programs, by which virtual machines and other systems are made."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATH = f"{os.environ['PATH']}:/usr/sbin"
"""mke2fs stands where only root's shell looks."""


class Lacking(Exception):
    """This machine lacks something; the sentence says what to do."""


def require(packages: Mapping[str, str]) -> None:
    """Raise Lacking unless each of these programs is here; of which package it is, is told too."""
    lacking = sorted(package for tool, package in packages.items() if shutil.which(tool, path=PATH) is None)
    if lacking:
        raise Lacking(f"this needs packages that are not here, so install them: sudo apt install {' '.join(lacking)}")


def run(*command: str, folder: Path = ROOT, given: str = "", more: Mapping[str, str] | None = None) -> str:
    """What the command prints, in this folder, given this, with more in its environment.

    Raises Lacking with what it says when it fails.
    """
    environment = {**os.environ, "PATH": PATH, "LC_ALL": "C", **(more or {})}
    done = subprocess.run(
        command, cwd=folder, env=environment, input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Lacking(f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-800:]}")
    return done.stdout
