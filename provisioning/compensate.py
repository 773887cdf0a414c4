"""`kindpakket chain compensate`: a sponsor makes good, once, for an approved payment that can no longer be settled.

A terminal's storage is destroyed, or put back from an old copy, or the terminal is stolen and revoked. What was
approved there is proven by its signatures, on a receipt or in an export. The shop is credited from the sponsor's free
reserve, and only for what the contract did not pay and never will.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.chain import checksum
from contracts.wire import entry as wire_entry
from contracts.wire import journal
from contracts.wire import receipt as wire_receipt
from contracts.wire.entry import Payment, PhonePayment
from contracts.wire.errors import Broken
from contracts.wire.reasons import Money, money_of
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Hash, to_hex
from provisioning import desk, judgement
from provisioning.desk import Answer
from provisioning.entries import entry_digest
from provisioning.judgement import Judgement
from provisioning.town import Town, open_town
from terminal import export

CODE_MAX = 4096
_EXAMPLE = """  kindpakket chain compensate --record deployment.json --receipt KR1...
  kindpakket chain compensate --record deployment.json --export shop-03.json --entry 17 --entry 18

The terminal must be out of the programme first (provision programme revoke-terminal), or its journal may still turn up
and the shop be paid twice. `--receipt -` reads the code from a scanner. Each entry is made good for once."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An entry with its place, whose signatures were seen to fit."""

    domain: Domain
    terminal: Address
    sequence: int
    previous_head: Hash
    entry: bytes

    @property
    def digest(self) -> Hash:
        """The name under which it is made good for."""
        return entry_digest(self.domain, self.terminal, self.sequence, self.entry)


@dataclass(frozen=True, slots=True)
class Compensated:
    """What a shop was credited, and why the contract had not paid it."""

    sequence: int
    programme: int
    shop: int
    amount: Cents
    digest: Hash
    because: str


def from_receipt(code: str) -> Claim:
    """The entry on a receipt. Raises Refused when a signature does not fit, or it is no receipt."""
    paper = wire_receipt.parse(code)
    paper.verify()
    return Claim(paper.domain, paper.terminal, paper.sequence, paper.previous_head, paper.entry)


def from_export(exported: export.Export, sequences: Sequence[int]) -> list[Claim]:
    """These entries of an export. Raises Broken when a signature does not fit, or it has no such entry."""
    export.require_sound(exported)
    heads = [journal.genesis(exported.domain, exported.terminal), *(line.head for line in exported.lines)]
    for sequence in sequences:
        if sequence > len(exported.lines):
            raise Broken(f"the export has {len(exported.lines)} entries, and no entry {sequence}")
    return [
        Claim(exported.domain, exported.terminal, each, heads[each - 1], exported.lines[each - 1].entry)
        for each in sequences
    ]


def compensate(town: Town, claim: Claim) -> Compensated:
    """Credit the shop for the entry. Raises Broken, with the reason, when there is nothing to make good."""
    if claim.domain != town.deployment.domain:
        raise Broken(f"{_name(claim)} is of another contract than the record's")
    payment = _payment(claim)
    if town.view("compensated", payment.programme, claim.digest):
        raise Broken(f"{_name(claim)} was compensated before: it is made good for once")
    found = judgement.of(town, claim.terminal)
    because = _why_unpaid(town, claim, found, payment.programme)
    town.act("compensate", payment.programme, found.shop, claim.digest, payment.amount)
    return Compensated(claim.sequence, payment.programme, found.shop, payment.amount, claim.digest, because)


def _payment(claim: Claim) -> Payment | PhonePayment:
    signed = wire_entry.unpack(claim.entry)
    if signed is None or not isinstance(signed.content, Payment | PhonePayment):
        kind = "of an unknown kind" if signed is None else f"a {type(signed.content).__name__.lower()}"
        raise Broken(
            f"{_name(claim)} is {kind}: only a payment that a terminal approved by itself is made good for; an ask "
            "that the contract did not pay was never approved"
        )
    return signed.content


def _why_unpaid(town: Town, claim: Claim, found: Judgement, programme: int) -> str:
    """Why the contract did not and cannot pay the entry. Raises Broken when it did, or still can."""
    reason = found.reason(claim.sequence)
    if reason is not None:
        if found.entry_at(town, claim.sequence) != (claim.previous_head, claim.entry):
            return "the contract settled another entry at its place"
        if money_of(reason) is not Money.NOT_PAID:
            raise Broken(f"{_name(claim)} was settled and paid: there is nothing to make good for")
        return f"the contract rejected it: {reason.name.lower().replace('_', ' ')}"
    if found.retired:
        return "the terminal retired before it was handed in"
    if town.look("slice_of", programme, checksum(claim.terminal))["revoked"]:
        return "it was not handed in before the terminal was revoked"
    raise Broken(
        f"{_name(claim)} is not settled, and still can be: settle the journal (chain settle), or if it is lost, revoke "
        f"the terminal first: provision programme revoke-terminal --programme {programme}"
    )


def _name(claim: Claim) -> str:
    return f"entry {claim.sequence} of terminal {to_hex(claim.terminal)}"


# The command


def main(argv: list[str]) -> int:
    """Compensate a receipt or entries of an export."""
    parser = desk.parser("chain compensate", "Pay a shop for an entry that can no longer be settled.", _EXAMPLE)
    desk.add_town(parser)
    proof = parser.add_mutually_exclusive_group(required=True)
    proof.add_argument("--receipt", metavar="CODE", help="what the receipt's QR code says; - reads it from a scanner")
    proof.add_argument("--export", type=Path, metavar="FILE", help="an exported journal")
    about = "which entry of the export (may be given again)"
    parser.add_argument("--entry", type=desk.option(desk.identity), action="append", metavar="N", help=about)
    arguments = parser.parse_args(argv)
    if (arguments.export is None) != (arguments.entry is None):
        parser.error("--export needs --entry N, and --entry is of an --export")
    answer = _compensate(arguments)
    answer.say(as_json=arguments.json)
    return 0


def _compensate(arguments: argparse.Namespace) -> Answer:
    claims = list(_claims(arguments))
    town = open_town(arguments)
    done = []
    for claim in claims:
        done.append(compensate(town, claim))
        if len(claims) > 1:
            desk.progress(f"{len(done)} of {len(claims)} compensated")
    data = {"compensated": [_document(each) for each in done], "cents": sum(each.amount for each in done)}
    return Answer("\n".join(map(_said, done)), data)


def _claims(arguments: argparse.Namespace) -> Iterator[Claim]:
    if arguments.receipt is None:
        yield from from_export(export.read(arguments.export), sorted(set(arguments.entry)))
        return
    code = sys.stdin.readline(CODE_MAX) if arguments.receipt == "-" else arguments.receipt
    yield from_receipt(code[:CODE_MAX])


def _said(done: Compensated) -> str:
    what = f"{desk.euros(done.amount)} credited to shop {done.shop} in programme {done.programme}"
    return f"{what} for entry {done.sequence}: {done.because}"


def _document(done: Compensated) -> dict[str, object]:
    return {
        "sequence": done.sequence,
        "programme": done.programme,
        "shop": done.shop,
        "cents": done.amount,
        "digest": to_hex(done.digest),
        "because": done.because,
    }
