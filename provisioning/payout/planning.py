"""From what is due to a plan: who is paid how much under which reference, and whose account is another than before."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from contracts.wire.errors import Broken
from provisioning import roles
from provisioning.payout import sepa
from provisioning.payout.accounts import Account
from provisioning.payout.due import Due, Statements, Why, due, require_unused, sponsor_of
from provisioning.payout.folder import Place
from provisioning.payout.plan import Payment, Plan, new_tag
from provisioning.town import Town

_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `least` is in cents: a smaller credit waits for the next file.

    `changed` are shops of which somebody made sure that their account is another one than in the last file.
    """

    reference: str
    programmes: Sequence[int]
    payer: Account = field(repr=False)
    accounts: Mapping[int, Account] = field(repr=False)
    day: date
    least: int = 0
    changed: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What is due at one block, and the plan that is made of it."""

    dues: Sequence[Due]
    plan: Plan


@dataclass(frozen=True, slots=True)
class Watch:
    """Shops of a plan whose account no file in the folder had before, or that had another one in the last file."""

    new: Sequence[int]
    changed: Sequence[int]


def look(town: Town, place: Place, wanted: Wanted) -> Look:
    """What a file would pay now. Raises Broken when it cannot be made at all."""
    require_unused(town, wanted.programmes, wanted.reference)
    sponsor_of(town, wanted.programmes)
    block = town.chain.block("latest")
    dues = due(town, wanted.programmes, wanted.accounts.keys(), wanted.least, block.number)
    earlier = place.earlier()
    salt = earlier[-1].salt if earlier else secrets.token_hex(_SALT_BYTES)
    return Look(dues, _plan(town, wanted, dues, block.time, salt))


def watch(place: Place, plan: Plan) -> Watch:
    """What to look at before this is paid, by the plans in the folder that were made before it."""
    known: dict[int, str] = {}
    for each in place.earlier():
        if each.made <= plan.made and each.mark != plan.mark and each.salt == plan.salt:
            known.update(each.accounts)
    new = [shop for shop in plan.accounts if shop not in known]
    return Watch(new, [shop for shop, account in plan.accounts.items() if known.get(shop, account) != account])


def require_sure(place: Place, plan: Plan, wanted: Wanted) -> None:
    """Raises Broken when an account is another one than in the last file, and nobody made sure of it."""
    unsure = sorted(set(watch(place, plan).changed) - set(wanted.changed))
    if unsure:
        sure = " ".join(f"--changed {shop}" for shop in unsure)
        raise Broken(
            f"another account or name than in the last file: shop {', '.join(map(str, unsure))}; ask each at a number "
            f"that you know, and then add {sure}; nothing was marked as paid"
        )


def require_admin(town: Town, programmes: Sequence[int]) -> None:
    """Raises Broken unless the key that signs may mark what these programmes owe as paid."""
    sponsor = sponsor_of(town, programmes)
    if not roles.may(town, sponsor, town.me(), roles.ADMIN):
        raise Broken(f"only the admin of sponsor {sponsor} marks credits as paid, and the key is {town.me()}")


def require_same(town: Town, plan: Plan, wanted: Wanted) -> None:
    """Raises Broken unless the plan is what is asked for again: contract, programmes, day and every account."""
    if (plan.chain_id, plan.contract) != (town.deployment.chain_id, town.deployment.contract):
        raise Broken(f"reference {plan.reference} is of another contract: choose another folder or reference")
    if plan.programmes != tuple(wanted.programmes):
        numbers = " ".join(f"--programme {number}" for number in plan.programmes)
        raise Broken(f"reference {plan.reference} was planned for {numbers}: give the same, or another reference")
    if plan.date != wanted.day:
        raise Broken(f"reference {plan.reference} was planned for {plan.date}: give the same, or another reference")
    salt = bytes.fromhex(plan.salt)
    if plan.payer != wanted.payer.fingerprint(salt):
        raise Broken(f"reference {plan.reference} was planned from another account or name of yours: give the same")
    for shop, before in plan.accounts.items():
        account = wanted.accounts.get(shop)
        if account is None or account.fingerprint(salt) != before:
            raise Broken(
                f"shop {shop} has another account or name in the list than when reference {plan.reference} was "
                "planned: give the list of then, or take the payment back and pay the shop with the next file"
            )


def _plan(town: Town, wanted: Wanted, dues: Sequence[Due], made: int, salt: str) -> Plan:
    tag = new_tag()
    statements = Statements(town, wanted.programmes, f"{wanted.reference}.{tag}", made)
    payments = tuple(
        Payment(
            programme=each.programme, shop=each.shop, cents=each.cents, text=statements.text(each.programme, each.shop)
        )
        for each in dues
        if each.why is Why.PAID
    )
    plan = Plan(
        chain_id=town.deployment.chain_id,
        contract=town.deployment.contract,
        reference=wanted.reference,
        tag=tag,
        programmes=tuple(wanted.programmes),
        made=made,
        date=wanted.day,
        salt=salt,
        payer=wanted.payer.fingerprint(bytes.fromhex(salt)),
        accounts={
            shop: wanted.accounts[shop].fingerprint(bytes.fromhex(salt))
            for shop in sorted({payment.shop for payment in payments})
        },
        payments=payments,
    )
    _require_named(plan)
    return plan


def _require_named(plan: Plan) -> None:
    for payment in plan.payments:
        if len(plan.end_to_end(payment)) > sepa.ID_MAX:
            raise Broken(f"the reference is too long for shop {payment.shop}: choose a shorter one")
