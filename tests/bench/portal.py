"""The town hall's desk with 10,000 applications and 100,000 passes: how long its pages take, beside an empty page.

The pages are asked in a process of its own, as Django is set up once in one.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from provisioning.portal import config, keys
from tests.bench.table import Figures

TITLE = "the desk with 10,000 applications and 100,000 passes (an empty page is one that shows no rows)"

EMPTY = "/account"
PAGES = {
    "empty page": EMPTY,
    "applications": "/desk/applications/",
    "applications, page 100": "/desk/applications/?page=100",
    "one application": "/desk/applications/1",
    "families": "/desk/families/",
    "one family": "/desk/families/1/",
    "what is kept of a family": "/desk/families/1/kept",
    "letters to make": "/desk/letters/",
    "shops": "/desk/shops",
    "programmes": "/desk/programmes",
    "rules": "/desk/rules",
    "the first page, for anybody": "/",
    "tasks": "/desk/tasks/",
    "trail": "/desk/trail",
    "figures, all programmes": "/desk/figures",
    "figures, one programme": "/desk/figures/1",
    "figures as CSV": "/desk/figures/1.csv",
    "who granted": "/desk/granted",
}


def measure() -> tuple[dict[str, Figures], list[str]]:
    """For each page its queries, its time in ms (the median), and that as a multiple of an empty page; and notes."""
    with tempfile.TemporaryDirectory() as folder:
        keys.make(Path(folder))
        environment = {**os.environ, config.FOLDER_VARIABLE: folder}
        asked = [sys.executable, "-m", "tests.bench.portal_pages"]
        told = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
    rows, notes = json.loads(told.stdout)
    return rows, notes
