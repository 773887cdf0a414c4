"""What a list of the social service is told, in words: why it cannot be read, and what becomes of each line."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from provisioning.portal.deciding.matching import Kind
from provisioning.portal.rules.explaining import WHY

FILE_FAULTS: dict[str, Promise] = {
    "too_large": _("The file is larger than 5 MB. Split it."),
    "too_many": _("The file has more than 20,000 lines. Split it."),
    "no_text": _("The file is not a list. Save it as CSV."),
    "no_csv": _("The file has a quotation mark that is not closed. Save it as CSV again."),
    "empty": _("The file has no lines below the first."),
    "no_column": _("The first line does not name this column:"),
    "column_twice": _("The first line names this column twice:"),
    "before": _("This file is here already."),
}

KINDS: dict[str, Promise] = {
    Kind.NEW: _("New: gets the budget"),
    Kind.KNOWN: _("Known: gets the budget"),
    Kind.DUPLICATE: _("Duplicate: gets nothing, look at it"),
    Kind.OUTSIDE: _("Outside the rules: gets nothing"),
    Kind.FAULTY: _("Faulty: gets nothing"),
}

ROW_FAULTS: dict[str, Promise | str] = {
    "cells": _("More cells than columns."),
    "no_number": _("The number is missing."),
    "no_name": _("The name is missing."),
    "no_address": _("The address is missing."),
    "no_postcode": _("The postcode is missing."),
    "no_child": _("The name of the child is missing."),
    "no_born": _("The day of birth is missing."),
    "too_long": _("A cell is too long."),
    "signs": _("A cell has a sign that cannot be printed."),
    "language": _("The language is not nl or en."),
    "postcode": _("This is not a postcode."),
    "born": _("The day of birth is not a date."),
    "born_when": _("The day of birth cannot be a child's."),
    "number_differs": _("Another name or address has this number, in line %(about)s."),
    "twice": _("The same child stands in line %(about)s."),
    "budget": _("The child has this budget already, in family %(about)s."),
    "elsewhere": _("The same child is known in family %(about)s."),
    "applied": _("The family has applied itself: application %(about)s."),
    "alike": _("A child with this day of birth is known in family %(about)s, under another name."),
    **{f"rule_{code.value}": said for code, said in WHY.items()},
}


def row_said(code: str, about: int | None) -> str:
    """Why, of one line; "" when there is nothing to say."""
    return str(ROW_FAULTS[code]) % {"about": about} if code else ""
