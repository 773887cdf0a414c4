"""What the bank says of a file: a payment status report, pain.002 of any version, read for refusals alone.

It comes from outside, so it is bounded, has no document type and no entities, and counts only when all of it fits the
file that was made. Names, accounts and free words in it are not looked at.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from contracts.wire.errors import Broken
from provisioning import bounded

BYTES_MAX = 8 * 1024 * 1024

_REPORT = re.compile(r"\{(urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.\d{2})\}Document")
_REFUSED = "RJCT"
_CODE = re.compile(r"[A-Z]{2}[A-Z0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Status:
    """A status with the reason's code, each empty where the report has none."""

    status: str
    reason: str


def refusals(path: Path, mark: str, sent: Collection[str]) -> Mapping[str, str]:
    """The end-to-end ids that the bank refused of those that were sent, with its code for why, perhaps empty.

    Raises Broken when the file is no such report, is about another file, or contradicts itself.
    """
    return refusals_in(bounded.content(path, BYTES_MAX, "a status report"), str(path), mark, sent)


def refusals_in(content: bytes, path: str, mark: str, sent: Collection[str]) -> Mapping[str, str]:
    """As `refusals`, of a report's bytes, which the errors call by this path."""
    report, spaces = _report(content, path)
    originals = [each.text for each in report.findall("p:OrgnlGrpInfAndSts/p:OrgnlMsgId", spaces)]
    if originals != [mark]:
        raise Broken(f"{path} is about another file than {mark}; nothing was taken back")
    whole = [*_wholes(report, mark, spaces)]
    single = _singles(path, report, sent, spaces)
    refused = next((each for each in whole if each.status == _REFUSED), None)
    if refused is None:
        return {name: each.reason for name, each in single.items() if each.status == _REFUSED}
    if any(each.status not in {_REFUSED, ""} for each in (*whole[whole.index(refused) :], *single.values())):
        raise Broken(f"{path} says that the whole was refused, and that a part was not: ask the bank")
    return {name: single[name].reason if name in single else refused.reason for name in sent}


def _report(content: bytes, path: str) -> tuple[Element, dict[str, str]]:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, ValueError, LookupError):  # defusedxml's own errors are ValueErrors
        raise Broken(f"{path} is no XML that is read here; nothing was taken back") from None
    found = _REPORT.fullmatch(root.tag)
    spaces = {"p": found[1]} if found else {}
    report = root.find("p:CstmrPmtStsRpt", spaces) if found else None
    if report is None:
        raise Broken(f"{path} is no status report of a bank (pain.002); nothing was taken back")
    return report, spaces


def _wholes(report: Element, mark: str, spaces: dict[str, str]) -> Iterator[_Status]:
    """What is said of the file, and then of its payments together: one batch, which has the file's name."""
    for group in report.findall("p:OrgnlGrpInfAndSts", spaces):
        yield _status(group, "p:GrpSts", spaces)
    for batch in report.findall("p:OrgnlPmtInfAndSts", spaces):
        if batch.findtext("p:OrgnlPmtInfId", "", spaces) != mark:
            raise Broken(f"the report is about payments that {mark} does not have; nothing was taken back")
        yield _status(batch, "p:PmtInfSts", spaces)


def _singles(path: str, report: Element, sent: Collection[str], spaces: dict[str, str]) -> dict[str, _Status]:
    found: dict[str, _Status] = {}
    for transfer in report.findall("p:OrgnlPmtInfAndSts/p:TxInfAndSts", spaces):
        name, status = transfer.findtext("p:OrgnlEndToEndId", "", spaces), _status(transfer, "p:TxSts", spaces)
        if name not in sent:
            raise Broken(f"{path} names a payment that the file does not have; nothing was taken back")
        if found.setdefault(name, status).status != status.status:
            raise Broken(f"{path} says two things of {name}: ask the bank; nothing was taken back")
    return found


def _status(of: Element, path: str, spaces: dict[str, str]) -> _Status:
    code = of.findtext("p:StsRsnInf/p:Rsn/p:Cd", "", spaces)
    return _Status(of.findtext(path, "", spaces), code if _CODE.fullmatch(code) else "")
