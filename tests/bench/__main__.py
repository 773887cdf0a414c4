"""`make bench`: the figures that the project holds itself to, as a table and as bench.json. It asserts nothing."""

import json
import shutil
import sys
from pathlib import Path

from tests.bench import approve, decoders, gas
from tests.bench.table import lines, side_by_side


def main() -> int:
    folder = approve.on_this_disk()
    try:
        figures = {"terminal": approve.measure(folder), "gas": gas.measure()}
    finally:
        shutil.rmtree(folder)
    for title, part in figures.items():
        sys.stdout.write("\n".join(lines(title, part)) + "\n")
    rows, notes = decoders.measure()
    sys.stdout.write("\n".join(side_by_side(decoders.TITLE, rows, notes)) + "\n")
    Path("bench.json").write_text(json.dumps({**figures, "decoders": rows}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
