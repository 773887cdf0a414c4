"""The enrolment sheet as a scanner gives it: whatever that is set to put around it, and in whatever keyboard layout."""

from contracts.wire.enrolment_sheet import PREFIX, EnrolmentSheet
from contracts.wire.errors import Refused
from terminal.trial import AROUND_MAX, Wanted


def is_sheet(text: str) -> bool:
    """Whether this is a sheet's text and nothing else."""
    try:
        EnrolmentSheet.parse(text)
    except Refused:
        return False
    return text == text.strip()


def around_sheet(text: str) -> tuple[str, str] | None:
    """What stands before and after a sheet's text: its checksum tells where it ends."""
    start = text.upper().find(PREFIX, 0, AROUND_MAX + len(PREFIX))
    if start < 0:
        return None
    ends = (end for end in range(len(text), len(text) - AROUND_MAX - 1, -1) if is_sheet(text[start:end]))
    end = next(ends, None)
    return None if end is None else (text[:start], text[end:])


SHEET = Wanted(is_sheet, around_sheet)
