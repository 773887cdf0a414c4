"""`make bench`: the figures that the project holds itself to, as a table and as bench.json. It asserts nothing."""

import json
import shutil
import sys
from pathlib import Path

from tests.bench import approve, gas
from tests.bench.table import lines


def main() -> int:
    folder = approve.on_this_disk()
    try:
        figures = {"terminal": approve.measure(folder), "gas": gas.measure()}
    finally:
        shutil.rmtree(folder)
    for title, part in figures.items():
        sys.stdout.write("\n".join(lines(title, part)) + "\n")
    Path("bench.json").write_text(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
