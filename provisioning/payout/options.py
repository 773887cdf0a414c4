"""The options that say which file, for the commands that make it and that take parts of it back."""

import argparse
import re
from pathlib import Path

from provisioning import desk
from provisioning.payout.plan import REFERENCE_MAX


def add_place(to: argparse.ArgumentParser) -> None:
    """The reference and the folder."""
    about = f"your name for this file: at most {REFERENCE_MAX} letters, digits and hyphens"
    to.add_argument("--reference", type=desk.option(_reference), required=True, metavar="TEXT", help=about)
    to.add_argument("--folder", type=Path, required=True, help="where the files and what was marked are kept")


def _reference(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", text, re.ASCII) is None or len(text) > REFERENCE_MAX:
        raise ValueError(f"a reference has 1 to {REFERENCE_MAX} letters, digits and hyphens, not a hyphen first")
    return text
