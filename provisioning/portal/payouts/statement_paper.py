"""A shop's statement as PDF. Letters that its font lacks become question marks."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from provisioning import period
from provisioning.portal.pages.money import euros
from provisioning.portal.payouts.statement import Statement, Sums

_Widths = tuple[int, ...]
_Aligned = tuple[str, ...]

_FONT = "Helvetica"
_EDGE = 15.0
_WIDTHS = (20, 26, 34, 20, 14, 22, 22, 22, 22)
_ALIGNED = ("LEFT",) * 4 + ("RIGHT",) * 5
_PAYMENT_WIDTHS = (20, 28, 30, 104)
_PAYMENT_ALIGNED = ("LEFT", "RIGHT", "LEFT", "LEFT")


def pdf(found: Statement, municipality: str) -> bytes:
    """All of it, on as many pages as it takes."""
    page = FPDF(orientation="landscape", format="A4")
    page.set_margin(_EDGE)
    page.set_lang(get_language() or "nl")
    page.set_title(_("Statement"))
    page.add_page()
    _write(page, f"{municipality}: {_('Statement')}", 16)
    _write(page, f"{found.name} ({found.shop}), {_day(found.first)} - {_day(found.last)}", 11)
    _table(page, heads(), [*_lines(found), _total(found.total)], _WIDTHS, _ALIGNED)
    if found.payments:
        _write(page, _("Paid by bank"), 12)
        _table(page, payment_heads(), _payments(found), _PAYMENT_WIDTHS, _PAYMENT_ALIGNED)
    for sentence in notes(found):
        _write(page, sentence, 9)
    return bytes(page.output())


def heads() -> list[str]:
    """Of the table of days."""
    return [
        *(_("Day"), _("Till"), _("Programme"), _("Entries"), _("Sales"), _("Sold")),
        *(_("Not paid"), _("Given back"), _("Net")),
    ]


def payment_heads() -> list[str]:
    """Of the table of payments."""
    return [_("Day"), _("Amount"), _("State"), _("What the shop reads")]


def notes(found: Statement) -> list[str]:
    """What a reader must know besides the figures."""
    said = []
    if found.until:
        until = date_format(datetime.fromtimestamp(found.until, ZoneInfo(period.ZONE)), "SHORT_DATETIME_FORMAT")
        said.append(_("These are all entries that reached the town before %s.") % until)
    if found.unread:
        said.append(_("%d entries could not be read here. The report of the till has them.") % found.unread)
    return said


def _lines(found: Statement) -> list[list[str]]:
    return [
        [_day(line.day), line.terminal, line.programme, f"{line.first} - {line.last}", *_sums(line.sums)]
        for line in found.lines
    ]


def _total(sums: Sums) -> list[str]:
    return [_("Total"), "", "", "", *_sums(sums)]


def _sums(sums: Sums) -> list[str]:
    return [str(sums.count), *(_money(each) for each in (sums.sold, -sums.rejected, -sums.refunded, sums.net))]


def _payments(found: Statement) -> list[list[str]]:
    return [
        [_day(period.day(each.since)), _money(each.cents), str(each.get_state_display()), each.text]
        for each in found.payments
    ]


def _money(cents: int) -> str:
    """In words that the font has: it lacks the sign of the euro."""
    return euros(cents).replace("€", "EUR")


def _day(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _table(page: FPDF, head: Sequence[str], lines: Sequence[Sequence[str]], widths: _Widths, aligned: _Aligned) -> None:
    page.set_font(_FONT, size=9)
    bold = FontFace(emphasis="BOLD")
    with page.table(col_widths=widths, headings_style=bold, text_align=aligned) as table:
        for line in (head, *lines):
            row = table.row()
            for each in line:
                row.cell(_known(each))
    page.ln(4)


def _write(page: FPDF, said: str, size: int) -> None:
    page.set_font(_FONT, size=size)
    page.multi_cell(0, None, _known(said), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(2)


def _known(said: str) -> str:
    return said.encode("latin-1", "replace").decode("latin-1")
