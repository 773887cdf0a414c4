"""What a receipt proves by itself, and what the contract made of its entry."""

from typing import Any

from contracts.wire import batch, journal
from contracts.wire.entry import Refund, Sale
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.reasons import Reason, money_of
from contracts.wire.receipt import Receipt, Verified
from contracts.wire.units import Hash, euros, to_hex
from terminal import logs
from terminal.contract_state import REQUEST_SECONDS, final_block, kept_head, position, reason_of, require_contract
from terminal.endpoint import Endpoint, octets
from terminal.http import Http
from terminal.standing import is_ask, kind_of
from terminal.zone import NAME, day_and_time


async def judged(paper: Receipt, url: str, from_block: int = 0) -> Reason:
    """Why the contract paid or rejected this very entry, by its events up to the newest final block.

    Raises TryAgain while it is not settled or the endpoint does not answer, and Broken when the contract does not know
    the terminal or settled another entry at this place.
    """
    async with Http(total_seconds=REQUEST_SECONDS) as http:
        endpoint = Endpoint(http, url)
        await require_contract(endpoint, paper.domain)
        block = await final_block(endpoint)
        settled, _ = await position(endpoint, paper.domain, paper.terminal, block)
        if settled < paper.sequence:
            raise TryAgain(
                f"the contract has settled this terminal's entries up to {settled}, and entry {paper.sequence} not yet"
            )
        reason, settling = Reason.PAID, None
        async for log in logs.about(endpoint, paper.domain.contract, paper.terminal, from_block, block):
            if log.kind == logs.SETTLED:
                first, last, _ = log.words
                settling = log if first <= paper.sequence <= last else settling
            elif log.kind in {logs.DRAWN, logs.REJECTED} and log.words[0] == paper.sequence:
                reason = reason_of(log.words[-1])
        if settling is None:
            raise Broken(f"no event since block {from_block} settles entry {paper.sequence}: begin at an earlier block")
        await _require_same(endpoint, paper, settling)
    return reason


async def _require_same(endpoint: Endpoint, paper: Receipt, settling: logs.Log) -> None:
    """Raises Broken unless the transaction settled the receipt's entry at its place, and TryAgain when it is not shown.

    The entries stand in the transaction's data, and their chain must end in the head that the contract's event names.
    """
    answer = await endpoint.ask("eth_getTransactionByHash", to_hex(settling.transaction))
    data = octets(answer.get("input") if isinstance(answer, dict) else None)
    first, last, word = settling.words
    segment = batch.find(data, paper.terminal, first, last, kept_head(word))
    if segment is None:
        raise TryAgain("the endpoint does not show the entries that were settled there: ask another one")
    place = paper.sequence - segment.first
    before = _head_before(segment, place)
    if (before, segment.entries[place]) != (paper.previous_head, paper.entry):
        raise Broken(f"the contract settled another entry {paper.sequence} of this terminal: the receipt is of a fork")


def _head_before(segment: batch.Segment, place: int) -> Hash:
    return journal.advance_all(segment.previous_head, segment.entries[:place])


def document(paper: Receipt, verified: Verified, reason: Reason | None) -> dict[str, Any]:
    """For machines. `reason` is the contract's, None when it was not asked."""
    content = verified.content
    told = {
        "sequence": paper.sequence,
        "kind": kind_of(content),
        "amount": content.amount,
        "time": content.time,
        "programme": content.programme,
        "terminal": to_hex(paper.terminal),
        "pass": to_hex(verified.pass_address),
        "chain_id": paper.domain.chain_id,
        "contract": to_hex(paper.domain.contract),
        "head": to_hex(paper.head),
    }
    if isinstance(content, Refund):
        told |= {"sale_terminal": to_hex(content.terminal), "sale_sequence": content.sequence}
    return told if reason is None else told | {"reason": reason.name, "money": _money(content, reason)}


def text(paper: Receipt, verified: Verified, reason: Reason | None) -> str:
    """For people: the same, a line each."""
    content, whose = verified.content, to_hex(verified.pass_address)
    sale = not isinstance(content, Refund)
    said = "asked" if is_ask(content) else "approved" if sale else "given back"
    rows = [
        (said, f"EUR {euros(content.amount)} {'from' if sale else 'to'} programme {content.programme}"),
        ("when", f"{day_and_time(content.time)} ({NAME})"),
        ("entry", str(paper.sequence)),
        ("terminal", f"{to_hex(paper.terminal)}, its signature is right"),
        ("pass", f"{whose}, its signature is right" if sale else whose),
        ("contract", f"{to_hex(paper.domain.contract)} on chain {paper.domain.chain_id}"),
    ]
    if isinstance(content, Refund):
        rows.append(("sale", f"entry {content.sequence} of terminal {to_hex(content.terminal)}"))
    if reason is not None:
        money = _money(content, reason)
        rows.append(("settled", f"{money}: {reason.name}" if reason else money))
    elif is_ask(content):
        rows.append(("settled", "only the contract tells whether an ask was paid: give --against URL"))
    return "\n".join(f"{name:12}{value}" for name, value in rows)


def _money(content: Sale | Refund, reason: Reason) -> str:
    """What became of the money."""
    if isinstance(content, Refund) and reason is Reason.PAID:
        return "given back"
    return money_of(reason).value
