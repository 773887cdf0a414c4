"""Tables that leave the desk as CSV, for a spreadsheet that runs no formula out of what somebody typed."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it a spreadsheet reads UTF-8 as something older."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(value: object) -> str:
    """What stands in one cell: nothing for None, a number as it is, and no text that begins as a formula does.

    A leading apostrophe makes it plain text, as OWASP says of CSV injection.
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The rows as RFC 4180 writes them, every cell in quotes."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    for row in rows:
        yield writer.writerow([cell(each) for each in row])


def csv_file(name: str, head: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """An answer that a browser saves as `name`, which is plain ASCII; `rows` may be a generator of many."""

    def all_of_it() -> Iterator[str]:
        yield _BYTE_ORDER_MARK
        yield from lines([head])
        yield from lines(rows)

    answer = StreamingHttpResponse(all_of_it(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


class _Echo:
    """A file for `csv.writer` that gives back what is written."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text
