"""`make bench`: the figures that the project holds itself to, as a table and as bench.json. It asserts nothing."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from tests.bench import approve, decoders, gas
from tests.bench.table import lines, side_by_side


def main() -> int:
    """Measure and print. Returns 0."""
    folder = approve.on_this_disk()
    try:
        figures: dict[str, Any] = {"terminal": approve.measure(folder), "gas": gas.measure()}
    finally:
        shutil.rmtree(folder)
    for title, part in figures.items():
        sys.stdout.write("\n".join(lines(title, part)) + "\n")
    table, prices, whole = gas.table(), gas.prices(), gas.whole_transaction()
    sys.stdout.write("\n".join(side_by_side(gas.TITLE, table, [])) + "\n")
    others = ("gas a payment elsewhere, as measured by others", gas.ELSEWHERE)
    for title, part in (("the price of each rule", prices), ("one whole transaction", whole), others):
        sys.stdout.write("\n".join(lines(title, part)) + "\n")
    figures |= {"gas_table": table, "gas_prices": prices, "whole_transaction": whole}
    rows, notes = decoders.measure()
    sys.stdout.write("\n".join(side_by_side(decoders.TITLE, rows, notes)) + "\n")
    Path("bench.json").write_text(json.dumps({**figures, "decoders": rows}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
