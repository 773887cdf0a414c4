"""`make bench`: the figures that the project holds itself to, as a table and as bench.json. It asserts nothing."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from tests.bench import approve, decoders, gas, hostile, portal, relay, snapshot
from tests.bench.table import lines, side_by_side


def main() -> int:
    """Measure and print. Returns 0."""
    figures = {**_alone(), **_gateways(), **_gas()}
    pages, about = portal.measure()
    _say(side_by_side(portal.TITLE, pages, about))
    rows, notes = decoders.measure()
    _say(side_by_side(decoders.TITLE, rows, notes))
    Path("bench.json").write_text(json.dumps({**figures, "portal": pages, "decoders": rows}, indent=2) + "\n")
    return 0


def _alone() -> dict[str, Any]:
    """The terminal by itself, and gas for the usual shapes."""
    folder = approve.on_this_disk()
    try:
        figures: dict[str, Any] = {"terminal": approve.measure(folder), "gas": gas.measure()}
    finally:
        shutil.rmtree(folder)
    for title, part in figures.items():
        _say(lines(title, part))
    return figures


def _gateways() -> dict[str, Any]:
    """Real gateways with PostgreSQL and anvil."""
    rates, back, notes = relay.measure()
    if rates:
        _say(side_by_side(relay.TITLE, rates, notes))
        _say(lines(relay.BACK_TITLE, back))
    told = snapshot.measure()
    _say(lines(snapshot.TITLE, told))
    attacked, about = hostile.measure()
    _say(side_by_side(hostile.TITLE, attacked, about))
    return {"payments_a_second": rates, "coming_back": back, "snapshot": told, "hostile": attacked}


def _gas() -> dict[str, Any]:
    table, prices, whole = gas.table(), gas.prices(), gas.whole_transaction()
    _say(side_by_side(gas.TITLE, table, []))
    others = ("gas a payment elsewhere, as measured by others", gas.ELSEWHERE)
    for title, part in (("the price of each rule", prices), ("one whole transaction", whole), others):
        _say(lines(title, part))
    return {"gas_table": table, "gas_prices": prices, "whole_transaction": whole}


def _say(said: list[str]) -> None:
    sys.stdout.write("\n".join(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
