"""What payouts do on the contract: for the worker alone."""

from typing import Any

from django.db import transaction

from contracts.chain import Chain
from contracts.wire.errors import Broken, TryAgain
from provisioning import bank, shop
from provisioning.bank import State
from provisioning.payout import due as dues
from provisioning.payout.due import Due, Why
from provisioning.payout.paying import Final, begin, pay
from provisioning.payout.plan import Payment as Planned
from provisioning.payout.plan import Plan, kept
from provisioning.payout.planning import look, require_admin, watch
from provisioning.payout.refused import take_back
from provisioning.portal.payouts import asked, days
from provisioning.portal.payouts.models import CONTENT, UNDER_WAY, BankFile, Credit, Payment
from provisioning.portal.people import sealing
from provisioning.portal.programmes.models import Programme
from provisioning.portal.tasks.handlers import Arguments, Result, every, handles
from provisioning.portal.tasks.models import Task
from provisioning.town import Town


def _file(arguments: Arguments) -> BankFile:
    return BankFile.objects.get(pk=arguments["file"])


# Planning: nothing is written down but here


def _plan(town: Town, arguments: Arguments) -> Result:
    file = _file(arguments)
    place = asked.place(file)
    found = look(town, place, asked.wanted(file))
    seen = watch(place, found.plan)
    left = [_told(each) for each in found.dues if each.why is not Why.PAID]
    plan = found.plan.model_dump(mode="json")
    return {"plan": plan, "new": [*seen.new], "changed": [*seen.changed], "left": left}


def _told(each: Due) -> list[Any]:
    return [each.programme, each.shop, each.cents, each.why.name]


def _note_plan(task: Task) -> None:
    file = BankFile.objects.select_for_update().get(pk=task.arguments["file"])
    if file.state == BankFile.State.ASKED and task.result:
        file.plan, file.new, file.changed, file.left = (
            task.result[name] for name in ("plan", "new", "changed", "left")
        )
        file.state = BankFile.State.PLANNED
        file.save()


# Paying: marked on the contract, and then written


def _pay(town: Town, arguments: Arguments) -> Result:
    file = _file(arguments)
    if file.state != BankFile.State.CONFIRMED:
        raise Broken("nobody confirmed this file, or it was dropped")
    place, wanted, plan = asked.place(file), asked.wanted(file), Plan.model_validate(file.plan)
    before = kept(place.plan, Plan)
    if before is None:
        require_admin(town, wanted.programmes)
        with place.alone():
            begin(place, plan, wanted)
    elif before != plan:
        raise Broken(f"reference {file.reference} was used for another file: drop this one, and plan another")
    done = pay(town, place, wanted, _without_waiting())
    refused = dict(done.marked.refused)
    return {"payments": [_became(town, plan, each, refused.get(each)) for each in plan.payments]}


def _without_waiting() -> Final:
    """As far as blocks are final now; for the others the task comes back, as somebody's lost pass may wait."""
    first = iter((True,))

    def final(chain: Chain, _newest: int) -> int:
        if not next(first, False):
            raise TryAgain("what was marked is in no final block yet")
        return chain.block_number("finalized")

    return final


def _became(town: Town, plan: Plan, payment: Planned, refused: str | None) -> list[Any]:
    found = bank.show(town, payment.programme, payment.shop, plan.mark)
    return [payment.programme, payment.shop, found.state.name.lower(), found.since, refused]


def _note_pay(task: Task) -> None:
    file = BankFile.objects.select_for_update().get(pk=task.arguments["file"])
    payments = {(each.programme, each.shop): each for each in Plan.model_validate(file.plan).payments}
    for programme, number, state, since, refused in (task.result or {})["payments"]:
        planned = payments[programme, number]
        about = {"cents": planned.cents, "text": planned.text, "in_file": refused is None}
        about |= {"state": state, "since": since, "said": (refused or "")[:200]}
        Payment.objects.update_or_create(file=file, programme=programme, shop=number, defaults=about)
        Credit.objects.filter(programme=programme, shop=number).delete()
    written = asked.place(file).file
    if written.exists():
        file.sealed = sealing.seal(CONTENT, written.read_bytes())
    file.state = BankFile.State.MADE
    file.save()


def _drop(_: Town, arguments: Arguments) -> Result:
    """After it was confirmed: only the worker knows whether it was begun."""
    place = asked.place(_file(arguments))
    with place.alone():
        if place.plan.exists():
            raise Broken("this file was begun, so something of it may be marked as paid: try its payment again")
    return {}


def _note_drop(task: Task) -> None:
    BankFile.objects.filter(pk=task.arguments["file"]).update(state=BankFile.State.DROPPED)


# What the bank refused, and what has arrived


def _refused(town: Town, arguments: Arguments) -> Result:
    file = _file(arguments)
    plan = Plan.model_validate(file.plan)
    payments = {(each.programme, each.shop): each for each in plan.payments}
    codes = {payments[programme, number]: code for programme, number, code in arguments["payments"]}
    with asked.place(file).alone():
        backs = [*take_back(town, plan, codes)]
    return {"payments": [_became(town, plan, back.payment, back.reason) for back in backs]}


def _confirm(town: Town, arguments: Arguments) -> Result:
    file = _file(arguments)
    plan = Plan.model_validate(file.plan)
    payments = {(each.programme, each.shop): each for each in plan.payments}
    chosen = [payments[programme, number] for programme, number in arguments["payments"]]
    for each in chosen:
        if bank.show(town, each.programme, each.shop, plan.mark).state is State.MARKED:
            bank.confirm(town, each.programme, each.shop, plan.mark)
    return {"payments": [_became(town, plan, each, "") for each in chosen]}


def _note_states(task: Task) -> None:
    for programme, number, state, since, code in (task.result or {})["payments"]:
        about = {"state": state, "since": since, **({"said": code} if code else {})}
        Payment.objects.filter(file=task.arguments["file"], programme=programme, shop=number).update(**about)


# A credit at once, without a bank


def _tokens(town: Town, arguments: Arguments) -> Result:
    programme, number = arguments["programme"], arguments["shop"]
    if not int(town.view("credit", programme, number)):
        return {"cents": 0}
    return {"cents": shop.pay_out(town, programme, number)}


def _repay(town: Town, arguments: Arguments) -> Result:
    programme, number = arguments["programme"], arguments["shop"]
    if not int(town.view("owed", programme, number)):
        return {"owed": 0}
    return {"owed": shop.repay(town, programme, number)}


def _note_credit(task: Task) -> None:
    """It is read again soon; until then the page does not offer it once more."""
    Credit.objects.filter(programme=task.arguments["programme"], shop=task.arguments["shop"]).delete()


# What is read again and again


def credits_due(town: Town) -> None:
    """What every programme owes every shop now."""
    numbers = [each.number for each in Programme.objects.filter(number__isnull=False) if each.number is not None]
    known = asked.accounts()
    found = dues.due(town, numbers, known.keys(), 0, town.chain.block_number("latest")) if numbers else []
    rows = [Credit(programme=each.programme, shop=each.shop, cents=each.cents, why=each.why.name) for each in found]
    with transaction.atomic():
        Credit.objects.all().delete()
        Credit.objects.bulk_create(rows)


def transfers(town: Town) -> None:
    """How far the payments are that the contract has not ended. Files that are sealed here are kept nowhere else."""
    under_way = Payment.objects.filter(state__in=UNDER_WAY).select_related("file")
    for each in under_way.iterator():
        found = bank.show(town, each.programme, each.shop, str(each.file))
        state = found.state.name.lower()
        if state != each.state:
            Payment.objects.filter(pk=each.pk).update(state=state)
    for file in BankFile.objects.filter(state=BankFile.State.MADE, sealed__isnull=False).only("reference"):
        asked.place(file).file.unlink(missing_ok=True)


handles("payouts.plan", _plan, _note_plan)
handles("payouts.pay", _pay, _note_pay)
handles("payouts.drop", _drop, _note_drop)
handles("payouts.refused", _refused, _note_states)
handles("payouts.confirm", _confirm, _note_states)
handles("payouts.tokens", _tokens, _note_credit)
handles("payouts.repay", _repay, _note_credit)
every(120, credits_due)
every(300, transfers)
every(30, days.read)
