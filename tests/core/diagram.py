"""Draws docs/sale.mmd from the sale's table: `python -m tests.core.diagram`."""

from collections import defaultdict
from pathlib import Path

from terminal.core.table import TABLE

PICTURE = Path(__file__).parent.parent.parent / "docs" / "sale.mmd"


def draw() -> str:
    """The table as a Mermaid state diagram: one arrow from each class of sale to each that it can become."""
    triggers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for source, rows in TABLE.items():
        for trigger, row in rows.items():
            for target in row.to or (source,):
                triggers[source.__name__, target.__name__].append(trigger)
    arrows = [f"    {source} --> {target}: {', '.join(on)}" for (source, target), on in triggers.items()]
    return "\n".join(
        ["%% drawn by `python -m tests.core.diagram`; do not edit", "stateDiagram-v2", "    [*] --> Ready", *arrows, ""]
    )


if __name__ == "__main__":
    PICTURE.write_text(draw())
