"""`make power-cuts`: the journal on a disk that loses and reorders what was not flushed. Its last line is the verdict.

SEED makes the same shifts and the same cuts again; SHIFTS (3) is how many each terminal works.
"""

import os
import secrets
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from terminal.store import migrations
from tests.power_cuts import mirrored
from tests.power_cuts.disk import LOG
from tests.power_cuts.judge import JOURNAL
from tests.power_cuts.plan import Fault
from tests.power_cuts.recording import Unclear
from tests.power_cuts.years import Years, first_finding, live

CUTS_MIN = 1_000
FINDINGS_SHOWN = 20


def main() -> int:
    """Exit 0 when nothing is lost where it was flushed, and something is lost wherever it was not."""
    seed = int(os.environ.get("SEED") or secrets.randbelow(10**6))
    shifts = int(os.environ.get("SHIFTS") or 3)
    _say(f"power-cuts: seed {seed}, {shifts} shifts of each terminal")
    try:
        wrong, sums = _look(seed, shifts)
    except Unclear as unclear:
        wrong, sums = [str(unclear)], ""
    for line in wrong[:FINDINGS_SHOWN]:
        _say(f"finding: {line}")
    _say(f"power-cuts: FAIL, {len(wrong)} findings, seed {seed}" if wrong else f"power-cuts: PASS, {sums}, seed {seed}")
    return 1 if wrong else 0


def _look(seed: int, shifts: int) -> tuple[list[str], str]:
    """What is wrong, and in figures what was looked at. Raises Unclear."""
    begun = time.monotonic()
    years = [Years(seed, version, shifts) for version in range(len(migrations.MIGRATIONS))]
    with ProcessPoolExecutor() as workers:
        controls = {name: workers.submit(control, years[0]) for name, control in CONTROLS.items()}
        lives = [workers.submit(live, each) for each in years]
        lives.append(workers.submit(mirrored.live, years[0]))
        wrong = [finding for life in lives for finding in life.result().findings]
        for name, control in controls.items():
            found = control.result()
            _say(f"with {name}: {found or 'nothing was found'}")
            wrong += [] if found else [f"with {name} nothing was found, so this proves nothing"]
    cuts, images, entries = (
        sum(getattr(life.result().tally, what) for life in lives) for what in ("cuts", "images", "entries")
    )
    wrong += [f"only {cuts} cut points, and {CUTS_MIN} are promised"] if cuts < CUTS_MIN else []
    sums = f"{cuts} cut points, {images} different disks, {entries} entries approved, 0 lost, 0 doubled"
    return wrong, f"{sums}, {time.monotonic() - begun:.0f} s"


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


CONTROLS: dict[str, Callable[[Years], str | None]] = {
    **{fault: partial(first_finding, fault=fault) for fault in Fault},
    "the log not flushed": partial(first_finding, lies=(LOG,)),
    "the journal not flushed": partial(first_finding, lies=(JOURNAL,)),
    "the folder not flushed": partial(first_finding, lies=("",)),
    "the mirror not flushed": mirrored.first_finding,
}
"""What must be found, or this harness proves nothing."""


if __name__ == "__main__":
    sys.exit(main())
