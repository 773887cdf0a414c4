"""Figures by name, and how they are printed."""

Figures = dict[str, float]


def lines(title: str, figures: Figures) -> list[str]:
    width = max(map(len, figures))
    return [title, *(f"  {name.ljust(width)}  {value:>12,}" for name, value in figures.items()), ""]
