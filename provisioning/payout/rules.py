"""What the EPC asks of a credit transfer file beyond its schema, held to the very bytes that go to the bank.

It knows nothing of how the file was made. A fault names the rule and the payment's end-to-end id, never a name or an
account.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from contracts.wire.errors import Broken
from provisioning.payout import sepa

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_NS = {"p": NAMESPACE}
_AMOUNT = re.compile(r"(0|[1-9]\d{0,8})\.\d{2}", re.ASCII)


def require_rules(content: bytes) -> None:
    """Raises Broken with each rule that the file breaks."""
    found = [*faults(content)]
    if found:
        raise Broken(f"the file that was made breaks rules of the EPC: {'; '.join(found[:10])}; nothing was written")


def faults(content: bytes) -> Iterator[str]:
    """The rules that the file breaks."""
    root = fromstring(content, forbid_dtd=True)
    transfers = root.findall(".//p:CdtTrfTxInf", _NS)
    yield from _of_sums(root, transfers)
    yield from _of_whole(root)
    for transfer in transfers:
        where = _text(transfer, "p:PmtId/p:EndToEndId")
        yield from (f"{fault} ({where})" for fault in _of_transfer(transfer))


def _of_sums(root: Element, transfers: list[Element]) -> Iterator[str]:
    count, total = str(len(transfers)), sum(_cents(transfer) for transfer in transfers)
    if not transfers:
        yield "no payment"
    for part in (".//p:GrpHdr", ".//p:PmtInf"):
        if _text(root, f"{part}/p:NbOfTxs") != count:
            yield "the number of payments is wrong"
        if _text(root, f"{part}/p:CtrlSum") != f"{total // 100}.{total % 100:02}":
            yield "the control sum is wrong"
    named = [_text(transfer, "p:PmtId/p:EndToEndId") for transfer in transfers]
    if len(set(named)) != len(named):
        yield "two payments have one end-to-end id"


def _of_whole(root: Element) -> Iterator[str]:
    if len(root.findall(".//p:PmtInf", _NS)) != 1:
        yield "payments of several accounts or days"
    for path, rule in _WHOLE.items():
        if not _holds(rule, _text(root, path)):
            yield f"{path.rpartition(':')[2]} is not as it must be"


def _of_transfer(transfer: Element) -> Iterator[str]:
    amount = transfer.find("p:Amt/p:InstdAmt", _NS)
    if amount is None or amount.get("Ccy") != "EUR":
        yield "not in euro"
    if not 0 < _cents(transfer) <= sepa.CENTS_MAX:
        yield "no amount in euro with two decimals"
    for path, rule in _TRANSFER.items():
        if not _holds(rule, _text(transfer, path)):
            yield f"{path.rpartition(':')[2]} is not as it must be"


def _cents(transfer: Element) -> int:
    """The amount, 0 for one that is not written as SEPA wants it."""
    text = _text(transfer, "p:Amt/p:InstdAmt")
    return int(text.replace(".", "")) if _AMOUNT.fullmatch(text) else 0


def _text(within: Element, path: str) -> str:
    return within.findtext(path, "", _NS)


def _holds(rule: Callable[[str], object], text: str) -> bool:
    """Whether the value is one that the rule gives back, or calls true."""
    try:
        return rule(text) in (text, True)
    except ValueError:
        return False


def _is_text(text: str) -> bool:
    return 1 <= len(text) <= sepa.TEXT_MAX and sepa.is_taken(text)


def _is_day(text: str) -> bool:
    return date.fromisoformat(text).isoformat() == text


_WHOLE: dict[str, Callable[[str], object]] = {
    ".//p:GrpHdr/p:MsgId": sepa.identifier,
    ".//p:GrpHdr/p:InitgPty/p:Nm": sepa.name,
    ".//p:PmtInf/p:PmtInfId": sepa.identifier,
    ".//p:PmtInf/p:ReqdExctnDt/p:Dt": _is_day,
    ".//p:PmtInf/p:PmtTpInf/p:SvcLvl/p:Cd": lambda text: text == "SEPA",
    ".//p:PmtInf/p:ChrgBr": lambda text: text == "SLEV",
    ".//p:PmtInf/p:Dbtr/p:Nm": sepa.name,
    ".//p:PmtInf/p:DbtrAcct/p:Id/p:IBAN": sepa.iban,
    ".//p:PmtInf/p:DbtrAgt/p:FinInstnId/p:Othr/p:Id": lambda text: text == "NOTPROVIDED",
}
_TRANSFER: dict[str, Callable[[str], object]] = {
    "p:PmtId/p:EndToEndId": sepa.identifier,
    "p:Cdtr/p:Nm": sepa.name,
    "p:CdtrAcct/p:Id/p:IBAN": sepa.iban,
    "p:RmtInf/p:Ustrd": _is_text,
}
