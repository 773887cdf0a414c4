"""The letter that tells a family what was decided, in its own language: one A4, for an envelope with a window."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from fpdf import FPDF

from provisioning.addressed import shown
from provisioning.paper import document, line
from provisioning.portal import settings
from provisioning.portal.deciding.granting import application_of, parts_of
from provisioning.portal.deciding.models import Decision
from provisioning.portal.deciding.reasons import SAID
from provisioning.portal.pages.money import euros
from provisioning.portal.people.models import Household, Particulars
from provisioning.portal.rules.explaining import in_parts

_EDGE, _WIDTH = 20.0, 165.0
_FROM_TOP, _ADDRESS_FROM, _TEXT_FROM = 16.0, 54.0, 101.0
_BOTTOM = 20.0


@dataclass(frozen=True, slots=True, repr=False)
class Paragraph:
    """Sentences that stand together, below a heading if there is one."""

    sentences: Sequence[str]
    heading: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """Its words, whole."""

    to: Sequence[str]
    head: Sequence[str]
    title: str
    paragraphs: Sequence[Paragraph]


def of(decision: Decision) -> Letter:
    """The letter of a decision about an application. Raises Broken when what is sealed does not open."""
    application = application_of(decision)
    contents = application.contents
    day = timezone.localdate(decision.second_at or decision.made_at)
    children = [(child.name, cents) for child, cents in zip(contents.children, decision.amounts, strict=False) if cents]
    with translation.override(application.language):
        what = (
            list(_granted(children, parts_of(decision)))
            if children
            else [Paragraph([_("You do not get a budget.")]), _why(decision)]
        )
        own = [Paragraph([decision.said["words"]])] if decision.said.get("words") else []
        return Letter(
            _address(contents.who), _head(application.code, day), _("Our decision on your application"),
            [*what, *own, _objection(), _questions()],
        )  # fmt: skip


def of_list(household: Household, children: Sequence[tuple[str, int]], parts: int, day: date) -> Letter:
    """The letter to a household that the social service named: it did not have to ask."""
    with translation.override(household.language):
        first = Paragraph([_("You did not have to ask for this. Our social service told us that it is for you, too.")])
        return Letter(
            _address(household.who), _head("", day), _("You get a budget"),
            [first, *_granted(children, parts), _objection(), _questions()],
        )  # fmt: skip


def pdf(letters: Sequence[Letter]) -> bytes:
    """All of them, each from a new page on, readable by whoever has the file."""
    made = document(None)
    made.set_auto_page_break(True, _BOTTOM)
    for letter in letters:
        made.add_page()
        _draw(made, letter)
    return bytes(made.output())


def _draw(pdf: FPDF, letter: Letter) -> None:
    pdf.set_y(_FROM_TOP)
    _write(pdf, settings.PORTAL.municipality, 14, bold=True)
    pdf.set_y(_ADDRESS_FROM)
    for each in letter.to:
        line(pdf, _EDGE + 5, shown(each), 11)
    pdf.set_y(_TEXT_FROM)
    for each in letter.head:
        _write(pdf, each)
    pdf.ln(6)
    _write(pdf, letter.title, 16, bold=True)
    for paragraph in letter.paragraphs:
        pdf.ln(4)
        if paragraph.heading:
            _write(pdf, paragraph.heading, 12, bold=True)
        for sentence in paragraph.sentences:
            _write(pdf, sentence)


def _write(pdf: FPDF, text: str, size: float = 11, *, bold: bool = False) -> None:
    printable = "".join(shown(sign) for sign in text)
    line(pdf, _EDGE, printable, size, bold=bold, width=_WIDTH)


def _address(who: Particulars) -> list[str]:
    return [each for each in (who.name, who.address, who.place) if each]


def _head(code: str, day: date) -> list[str]:
    dated = _("Date: %(day)s") % {"day": formats.date_format(day, "DATE_FORMAT")}
    return [dated, *([_("Your application: %(code)s") % {"code": code}] if code else [])]


def _granted(children: Sequence[tuple[str, int]], parts: int) -> Iterator[Paragraph]:
    each = [_("%(child)s gets %(amount)s.") % {"child": name, "amount": euros(cents)} for name, cents in children]
    yield Paragraph([*each, *in_parts(parts)], _("You get a budget"))
    how = [
        _("The budget comes on a pass. You get the pass by post."),
        _("Do you have a pass already? Then the budget comes on that pass."),
        _("You can pay with it in the shops that take part."),
    ]
    yield Paragraph(how, _("What happens now"))


def _why(decision: Decision) -> Paragraph:
    return Paragraph([str(SAID[code]) for code in decision.reasons], _("Why not"))


def _objection() -> Paragraph:
    post = settings.PORTAL.post
    where = (
        _("Send it to: %(address)s.") % {"address": post} if post else _("Call us first: we tell you where to send it.")
    )
    return Paragraph(
        [
            _("Do you not agree? Then you can make an objection."),
            _("Do that within six weeks after the date of this letter."),
            _("Write to us why you do not agree."),
            _("Add your name, your address, the date and your signature."),
            where,
        ],
        _("Objection"),
    )


def _questions() -> Paragraph:
    return Paragraph([_("Call us: %(contact)s.") % {"contact": settings.PORTAL.contact}], _("Questions?"))
