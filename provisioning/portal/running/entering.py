"""What every command of the portal begins with: its folder, and Django set up for it."""

import argparse
import os
from pathlib import Path

import django

from contracts.wire.errors import Broken
from provisioning.portal import config, keys


def add_folder(to: argparse.ArgumentParser) -> None:
    """The option for the portal's folder."""
    about = f"the portal's folder; default: {config.FOLDER_VARIABLE}, or {config.folder()}"
    to.add_argument("--folder", type=Path, metavar="DIR", help=about)


def choose(folder: Path | None) -> Path:
    """Make this folder the one that everything here speaks of, and give it, absolute."""
    place = (folder or config.folder()).absolute()
    os.environ[config.FOLDER_VARIABLE] = str(place)
    return place


def enter(folder: Path | None) -> Path:
    """Set Django up for the portal in this folder. Raises Broken when there is none."""
    place = choose(folder)
    if not (place / keys.FILE).exists():
        raise Broken(f"there is no portal in {place}: `kindpakket portal setup` makes one")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "provisioning.portal.settings")
    django.setup()
    return place
