"""The enrolment sheet: what `provision terminal code --sheet` prints, so that nothing is typed at the counter."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.deployment import Deployment
from contracts.wire.enrolment import EnrolmentCode
from contracts.wire.enrolment_sheet import CODE_HASH_BYTES, EnrolmentSheet
from contracts.wire.errors import Broken
from contracts.wire.units import Timestamp, to_hex
from provisioning import desk
from provisioning.desk import Answer
from provisioning.passes import new_pass
from terminal.private import new_file


def add_options(to: argparse.ArgumentParser) -> None:
    """The options for a sheet, and for what stands on it."""
    to.add_argument("--sheet", type=Path, metavar="FILE", help="a new PDF with a QR that says all below: print it")
    to.add_argument("--shop-name", metavar="NAME", help="on the sheet: the shop as the screen shows it")
    to.add_argument("--support", metavar="TEXT", help="on the sheet: whom the screen says to call")
    to.add_argument("--language", choices=("nl", "en"), default="nl", help="on the sheet: that of the screen")
    about = "on the sheet: another endpoint of the chain (may be given again)"
    to.add_argument("--also", metavar="URL", action="append", default=[], help=about)
    to.add_argument("--agree", action="store_true", help="on the sheet: all endpoints must say the same")
    about = (
        "with the sheet: a new pass for the self-test, on a page of its own; grant it a few euros of a test programme"
    )
    to.add_argument("--test-pass", action="store_true", help=about)


def of(arguments: argparse.Namespace, deployment: Deployment, code: EnrolmentCode) -> EnrolmentSheet | None:
    """What the sheet is to say; None when none was asked for. Raises Broken for what it cannot say."""
    if arguments.sheet is None:
        return None
    from provisioning import sheet_paper  # noqa: F401, PLC0415 -- an extra: found missing before a code is offered

    if arguments.sheet.exists():
        raise Broken(f"{arguments.sheet} is there already and stays as it is: name another")
    if not arguments.shop_name or not arguments.support:
        raise Broken("a sheet says everything that a till needs: give --shop-name and --support, too")
    endpoints = (desk.node(arguments.rpc, deployment), *arguments.also)
    if arguments.agree and len(set(endpoints)) < 2:
        raise Broken("--agree needs another endpoint: give --also URL")
    sheet = EnrolmentSheet(
        code=code,
        code_hash=deployment.code_hash[:CODE_HASH_BYTES],
        shop=arguments.shop_name,
        support=arguments.support,
        gateway=arguments.gateway.rstrip("/"),
        endpoints=endpoints,
        language=arguments.language,
        agree=arguments.agree,
    )
    try:
        sheet.text()
    except ValueError as error:
        raise Broken(f"this does not fit on a sheet: {error}") from None
    return sheet


def print_out(arguments: argparse.Namespace, sheet: EnrolmentSheet, expires_at: Timestamp) -> Answer:
    """Write the PDF, and draw the QR here for whoever only wants to hold up a phone with a picture of it."""
    from provisioning import sheet_paper  # noqa: PLC0415 -- an extra: only whoever prints needs it

    path, until = arguments.sheet, datetime.fromtimestamp(expires_at, UTC)
    tested = new_pass(Deployment.load(arguments.record).network) if arguments.test_pass else None
    with new_file(path) as file:
        file.write(sheet_paper.pages(sheet, until, tested))
    if sys.stdout.isatty():
        sheet_paper.show(sheet)
    sentence = (
        f"{path} is for one terminal of shop {sheet.code.shop}, until {until:%Y-%m-%d %H:%M} UTC: print it, delete the "
        "file, and give it to the installer. On the till: kindpakket terminal enrol --scan"
    )
    data: dict[str, Any] = {
        "code": sheet.code.text(),
        "shop": sheet.code.shop,
        "expires_at": expires_at,
        "sheet": str(path),
    }
    if tested is not None:
        data["test_pass"] = to_hex(tested.address)
        sentence += (
            "\nthe test pass is money like any other: grant it a few euros of a programme for tests, by kindpakket "
            f"provision grant --programme N --reference 'test pass' --amount 5,00 {to_hex(tested.address)}"
        )
    return Answer(sentence, data)
