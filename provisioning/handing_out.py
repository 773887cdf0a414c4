"""How new passes reach people: an encrypted PDF, a pipe to a printer, or this screen; never a file in clear.

Beside the PDF lies the list of the passes' addresses, which is no secret, and by which they are granted.
"""

import argparse
import csv
import getpass
import io
import os
import resource
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.wire.errors import Broken
from contracts.wire.units import to_hex
from provisioning import desk
from terminal.private import new_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioning.passes import NewPass

PASSWORD_VARIABLE = "KINDPAKKET_LETTERS_PASSWORD"  # noqa: S105 -- the variable's name
PASSWORD_MIN = 12
"""Characters. Whoever has the file may guess as fast as a machine can, and for as long as the passes are worth it."""

LIST = "passes.csv"
FORMS = ("letters", "cards")


@dataclass(frozen=True, slots=True)
class Way:
    """Where new passes go. `folder` is None when they are only shown."""

    folder: Path | None
    form: str
    contact: str
    password: str | None = field(repr=False)
    stdout: bool
    page: str | None = None
    """Of the portal, for phones; letters have a second code when there is one."""

    @property
    def list(self) -> Path | None:
        """The list of addresses."""
        return self.folder and self.folder / LIST

    @property
    def paper(self) -> Path | None:
        """The encrypted PDF, if there is one."""
        return None if self.folder is None or self.stdout else self.folder / f"{self.form}.pdf"

    def hand_out(self, passes: "Sequence[NewPass]") -> None:
        """Give the passes to whoever prints or sees them, and then write the list: what is in it has been handed out.

        Raises Broken when the folder is there already, or somebody does not take it all.
        """
        if self.folder is None:
            _show(passes)
            return
        _make_folder(self.folder)
        self._give(passes)
        with new_file(self.folder / LIST) as file:
            file.write(addresses(passes).encode("ascii"))

    def _give(self, passes: "Sequence[NewPass]") -> None:
        from provisioning import paper  # noqa: PLC0415 -- an extra: only whoever makes passes needs it

        if self.page is None:
            document = paper.MAKERS[self.form](passes, self.contact, self.password)
        else:
            document = paper.letters(passes, self.contact, self.password, self.page)
        if self.paper is None:
            _pipe(document)
            return
        with new_file(self.paper) as file:
            file.write(document)

    def advice(self) -> str:
        """What to do with it now."""
        if self.paper is None:
            return "see that all of it was printed before you grant"
        return f"print {self.paper}, and delete it once every page is there"


def add_options(to: argparse.ArgumentParser) -> None:
    """The options that say where new passes go."""
    to.add_argument("--folder", type=Path, metavar="DIR", help=f"a new folder for an encrypted PDF and {LIST}")
    to.add_argument("--form", choices=FORMS, default=FORMS[0], help="one on each A4, or ten cards (default letters)")
    to.add_argument("--contact", metavar="TEXT", help="on the paper: whom to call about a lost pass, with the number")
    to.add_argument("--page", metavar="URL", help="on letters a second code, for phones: https://PORTAL/pass/")
    to.add_argument("--stdout", action="store_true", help="the PDF in clear to the next program, as | lp, to no file")
    to.add_argument("--show", action="store_true", help="draw each on this terminal, instead of all that")
    about = (
        f"The PDF's password is read from {PASSWORD_VARIABLE}, or asked for; it has at least {PASSWORD_MIN} characters."
    )
    to.epilog = f"{to.epilog}\n\n{about}"


def way(arguments: argparse.Namespace) -> Way:
    """Where the options say that passes go, before any is made. Asks for the password. Raises Broken."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would have the codes
    if arguments.folder is None:
        _require_screen(arguments)
        return Way(None, arguments.form, "", None, stdout=False)
    contact = _contact(arguments.contact)
    if arguments.stdout:
        _require_pipe(arguments)
    page = _page(arguments)
    password = None if arguments.stdout else _password()
    return Way(arguments.folder, arguments.form, contact, password, arguments.stdout, page)


def addresses(passes: "Sequence[NewPass]") -> str:
    """The list: the number on the letter, the label that people call the pass by, and its address."""
    from provisioning import paper  # noqa: PLC0415 -- as above

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("number", "label", "pass"))
    for number, made in enumerate(passes, start=1):
        writer.writerow((number, paper.label(made.address), to_hex(made.address)))
    return text.getvalue()


def _require_screen(arguments: argparse.Namespace) -> None:
    if not arguments.show:
        raise Broken("nobody would ever see these passes: give --folder DIR or --show")
    if arguments.json:
        raise Broken("--show draws for people, --json answers a machine: give one of them")
    if _is_file():
        raise Broken("--show draws the codes in clear, and stdout is a file: give --folder DIR, whose PDF is encrypted")


def _require_pipe(arguments: argparse.Namespace) -> None:
    """Codes in clear go to another program, and neither to a screen nor to a file."""
    if arguments.json:
        raise Broken("--stdout and --json both need stdout: give one of them")
    if sys.stdout.isatty() or _is_file():
        raise Broken(
            "--stdout has the codes in clear and goes to a program only, as | lp; without it the PDF is encrypted"
        )


def _is_file() -> bool:
    """Whether what is printed stays on a disk."""
    try:
        return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except io.UnsupportedOperation:  # stdout of this process alone
        return False


def _contact(text: str | None) -> str:
    from provisioning import paper  # noqa: PLC0415 -- as above

    if text is None:
        raise Broken("say by --contact whom a family calls when the pass is lost")
    try:
        return paper.contact(text)
    except ValueError as error:
        raise Broken(f"--contact: {error}") from None


def _page(arguments: argparse.Namespace) -> str | None:
    from provisioning import paper  # noqa: PLC0415 -- as above

    if arguments.page is None:
        return None
    if arguments.form != FORMS[0]:
        raise Broken("--page is for letters: a card has room for one code")
    try:
        return paper.phone_page(arguments.page)
    except ValueError as error:
        raise Broken(f"--page: {error}") from None


def _password() -> str:
    chosen = desk.environment().get(PASSWORD_VARIABLE) or _ask()
    if len(chosen) < PASSWORD_MIN:
        raise Broken(
            f"the PDF's password has at least {PASSWORD_MIN} characters: four words that do not belong together"
        )
    return chosen


def _ask() -> str:
    if not sys.stdin.isatty():
        raise Broken(f"the PDF gets a password: set {PASSWORD_VARIABLE}")
    chosen = getpass.getpass("a password for the PDF: ")
    if getpass.getpass("once more: ") != chosen:
        raise Broken("the two were not the same; nothing was made")
    return chosen


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise Broken(f"the folder {folder} cannot be made ({error.strerror}); name a new one") from error


def _pipe(document: bytes) -> None:
    try:
        sys.stdout.buffer.write(document)
        sys.stdout.buffer.flush()
    except OSError as error:
        raise Broken(f"the next program did not take all of it ({error.strerror}); make new passes") from error


def _show(passes: "Sequence[NewPass]") -> None:
    """Draw each on the terminal, with its address."""
    import segno  # noqa: PLC0415 -- as above

    for made in passes:
        segno.make(made.code, error="q", micro=False).terminal(sys.stdout, compact=True, border=4)
        print(to_hex(made.address))
