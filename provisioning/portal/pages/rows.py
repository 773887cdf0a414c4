"""Finding the row that a page is about."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

_Row = TypeVar("_Row", bound=Model)


def held(request: HttpRequest, rows: QuerySet[_Row], number: int) -> _Row:
    """The row of this number, held until the transaction ends when something is to be changed. Raises Http404."""
    if request.method == "POST":
        rows = rows.select_for_update(of=("self",))
    return get_object_or_404(rows, pk=number)
