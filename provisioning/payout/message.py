"""The file for the bank: a credit transfer initiation, pain.001.001.09, made by sepaxml.

sepaxml counts, sums and orders the elements. What it makes by chance or by the clock (the file's names and moment) is
set here, so that one plan has one file, byte for byte; and what a bank wants in place of its own code is filled in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import fromstring
from sepaxml import SepaTransfer

from contracts.wire.errors import Broken
from provisioning.payout.accounts import Account
from provisioning.payout.rules import NAMESPACE, require_rules

SCHEMA = "pain.001.001.09"
_NS = f"{{{NAMESPACE}}}"


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer in cents. `end_to_end` and `text` travel to the shop's statement."""

    end_to_end: str
    account: Account = field(repr=False)
    cents: int
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A file. `made` is in seconds since 1970; `day` is when the bank is asked to pay."""

    mark: str
    made: int
    day: date
    payer: Account
    lines: Sequence[Line]


def document(message: Message) -> bytes:
    """The file's bytes, the same each time. Raises Broken when schema or rules refuse it, and tells no content."""
    if not message.lines:
        raise Broken("there is no payment to write into a file")
    root = fromstring(_unnamed(message), forbid_dtd=True)
    _name(root, message)
    ET.register_namespace("", NAMESPACE)
    content = b'<?xml version="1.0" encoding="UTF-8"?>\n' + bytes(ET.tostring(root, "utf-8")) + b"\n"
    require_rules(content)
    if not _schema().is_valid(content.decode()):
        raise Broken("the bank's schema refuses the file that was made; nothing was written")
    return content


@cache
def _schema() -> Any:
    """The one that sepaxml brings, read once: that takes longer than to hold a file to it."""
    import xmlschema  # noqa: PLC0415 -- it changes etree for all who import it later

    return xmlschema.XMLSchema(str(files("sepaxml") / "schemas" / f"{SCHEMA}.xsd"))


def _unnamed(message: Message) -> bytes:
    payer = {"name": message.payer.holder, "IBAN": message.payer.iban, "batch": True, "currency": "EUR"}
    made = SepaTransfer(payer, schema=SCHEMA, clean=False)  # clean would cut names without a word
    for line in message.lines:
        made.add_payment(
            {
                "name": line.account.holder,
                "IBAN": line.account.iban,
                "amount": line.cents,
                "execution_date": message.day,
                "description": line.text,
                "endtoend_id": line.end_to_end,
            }
        )
    content: bytes = made.export(validate=False)
    return content


def _name(root: ET.Element, message: Message) -> None:
    moment = datetime.fromtimestamp(message.made, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for name, text in (("MsgId", message.mark), ("CreDtTm", moment), ("PmtInfId", message.mark)):
        (found,) = root.iter(_NS + name)
        found.text = text
    (bank,) = root.iter(_NS + "FinInstnId")
    other = ET.SubElement(bank, _NS + "Othr")
    ET.SubElement(other, _NS + "Id").text = "NOTPROVIDED"
