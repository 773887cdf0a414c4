"""The test code, and what a scan of it says about the scanner that read it. Pure.

Its letters stand on other keys in each layout, and its digits need shift on AZERTY. What tells France from Belgium is
left out: scanners press the keypad's minus for a hyphen; and letters and digits, of which passes are made, are alike.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from drivers.base import Candidate
from drivers.keymap import LAYOUTS, retype

TEST_CODE = "KINDPAKKET TEST AZQWMY 0123456789"
"""Printed in docs/test-code.pdf and shown by `kindpakket terminal learn --show-code`. It is no pass."""

AROUND_MAX = 16
"""Characters that a scanner may put before or after each code; more is another code around ours."""

_FOUND = re.compile(f"(.{{0,{AROUND_MAX}}}?){TEST_CODE}(.{{0,{AROUND_MAX}}})", re.IGNORECASE | re.DOTALL)
_AIM = re.compile("][A-Za-z][0-9A-Za-z]$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A code by which scanners are learned."""

    is_it: Callable[[str], bool]
    """Whether a text is such a code and nothing else."""
    around: Callable[[str], tuple[str, str] | None]
    """What stands before and after it in a text, each at most AROUND_MAX; None when it is not in there."""


def is_test_code(text: str) -> bool:
    """Whether this is the test code and nothing else. Scanners that turn its case do no harm: passes have one case."""
    return text.upper() == TEST_CODE


def _around_test_code(text: str) -> tuple[str, str] | None:
    found = _FOUND.fullmatch(text)
    return (found[1], found[2]) if found else None


TEST = Wanted(is_test_code, _around_test_code)


def refine(candidate: Candidate, text: str, wanted: Wanted = TEST) -> Candidate | None:
    """The candidate with options under which this scan of its would have come closer to the code that is wanted.

    None when the scan is nothing of the kind: another code was read.
    """
    layouts: Sequence[str | None] = LAYOUTS if candidate.options.get("layout") == "us" else [None]
    for layout in layouts:
        if around := wanted.around(_typed(text, layout)):
            return replace(candidate, options=_options(candidate.options, layout, *around))
    return _next_variant(candidate) if _is_junk(text) else None


def _typed(text: str, layout: str | None) -> str:
    """The text under another layout than "us". A digit stays one: it may be the keypad's, which every layout shares."""
    return text if layout is None else "".join(each if each.isdigit() else retype(each, layout) for each in text)


def _options(options: Mapping[str, Any], layout: str | None, before: str, after: str) -> Mapping[str, Any]:
    """The options with what was learned. A prefix is only believed once the layout is the right one."""
    if layout not in {None, options.get("layout")}:
        return {**options, "layout": layout}
    prefix = options.get("prefix", "") + _AIM.sub("", before)  # an identifier differs from symbology to symbology
    around = {"prefix": prefix, "suffix": after + options.get("suffix", "")}
    return {**options, **{name: text for name, text in around.items() if text}}


def _is_junk(text: str) -> bool:
    """Bytes that no scanner means to send: the line is read at another speed than it is written."""
    return not (text.isascii() and text.isprintable())


def _next_variant(candidate: Candidate) -> Candidate | None:
    if not candidate.variants:
        return None
    first, *rest = candidate.variants
    tried = {name: candidate.options[name] for name in first}
    return replace(candidate, options={**candidate.options, **first}, variants=(*rest, tried))
