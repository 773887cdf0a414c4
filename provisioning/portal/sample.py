"""Neutral rows in every part of the desk, made by the parts' own functions: for trying it, and for pictures."""

from provisioning.town import Town


def fill(town: Town) -> None:
    """Fill what is not filled yet."""
