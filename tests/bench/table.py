"""Figures by name, and how they are printed."""

Figures = dict[str, float]


def lines(title: str, figures: Figures) -> list[str]:
    width = max(map(len, figures))
    return [title, *(f"  {name.ljust(width)}  {value:>12,}" for name, value in figures.items()), ""]


def side_by_side(title: str, rows: dict[str, Figures], notes: list[str]) -> list[str]:
    """Rows, each a line, with nothing where a row has no such column; then the notes."""
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    width = max(map(len, rows))
    heads = [max(len(column), 8) for column in columns]
    head = "  ".join(column.rjust(wide) for column, wide in zip(columns, heads, strict=True))
    found = [title, f"  {' ' * width}  {head}"]
    for name, row in rows.items():
        known = (f"{row[column]:,}" if column in row else "" for column in columns)
        cells = (cell.rjust(wide) for cell, wide in zip(known, heads, strict=True))
        found.append(f"  {name.ljust(width)}  {'  '.join(cells)}")
    return [*found, *(f"  ({note})" for note in notes), ""]
