"""A gateway that lies to a real terminal: whatever it tells, what the screen calls approved is paid.

Each test also measures what else the lie costs; docs/threats.md has the figures.
"""

import asyncio
import itertools
import time
from contextlib import contextmanager

import pytest

from contracts.chain import checksum
from contracts.wire.hashing import keccak256 as keccak
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, to_hex
from provisioning import fleet, grant, programme, settle
from terminal import export
from terminal.core.effects import AskEnd
from terminal.core.screen import EntryState, Stage
from terminal.reconcile import reconcile
from terminal.store import Reader
from tests.end_to_end.street import opened
from tests.end_to_end.test_sale_to_paid import open_for_business, until_settled
from tests.terminal import lying
from tests.terminal.till import Till, code, eventually, now, pass_address, sell

SLICE = 100_00
BUDGET = 60_00
FIFTY = ("5", "0", "00")
_families = itertools.count(100)
_granted: list[int] = []
"""The families with a budget."""
_scanned: dict[int, float] = {}
"""When each pass was read last."""


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("street")) as made:
        programme.fund(made.town, made.programme, 10_000_00, mint=True)
        yield made


@pytest.fixture
def liar(street):
    with lying.lying(street.till.gateway_url) as (liar, url):
        liar.url = url
        yield liar


@pytest.fixture
def family(street):
    """Somebody with a budget."""

    def family(cents=BUDGET):
        number = next(_families)
        if cents:
            grant.grant(street.town, street.programme, f"{number}", [grant.Line(pass_address(number), Cents(cents))])
            _granted.append(number)
        return number

    return family


@pytest.fixture
def till(street, liar, tmp_path):
    """A terminal of the shop whose gateway lies."""
    made = Till(tmp_path / "till", street.rpc_url, liar.url, domain=street.deployment.domain)
    consent = made.signer().sign_registration(street.shop)
    fleet.register(street.town, made.address, street.shop, consent, [fleet.Raise(street.programme, Cents(SLICE))])
    return made


@contextmanager
def counter(till):
    with till.start() as running, running.screen() as glass:
        open_for_business(glass)
        glass.until(lambda screen: screen.status.approves_until)
        asyncio.run(eventually(lambda: knows(till, _granted[-1])))
        yield running, glass


def knows(till, number):
    """A grant reaches a till some time after the contract."""
    with Reader.open(till.journal) as reader:
        return reader.budgets_of(pass_address(number))


def until_told(glass, liar, name="snapshot", times=3):
    """The lie has been told, and heard: the last one before this answer was taken in."""
    before = liar.told[name]
    glass.until(lambda _: liar.told[name] >= before + times)


def back(running, glass):
    """Whatever is shown is read, and the counter is ready."""
    while glass.last.stage is not Stage.READY:
        time.sleep(1.1)  # a glance: keys that come sooner mean nothing
        running.keys("cancel")
        glass.until(lambda screen: screen.stage in {Stage.READY, Stage.AMOUNT})


def pay(running, glass, number, *keys):
    """A whole sale, with a pass that was away from the scanner before; an ask is waited for."""
    time.sleep(max(0.0, _scanned.get(number, 0.0) + 3.2 - time.monotonic()))
    shown = sell(running, glass, number, *keys)
    _scanned[number] = time.monotonic()
    if shown.stage is Stage.ASKING:
        shown = glass.until(lambda screen: screen.stage is not Stage.ASKING)
    back(running, glass)
    return shown


def drawn(street, till):
    return SLICE - fleet.left(street.town, street.programme, till.address)


def settled_by_anybody(street, till):
    """From an export, with no gateway."""
    with Reader.open(till.journal) as reader:
        taken = export.of(reader)
    settle.settle(street.town, taken)
    return difference(street, till)


def difference(street, till):
    """Approved less paid, in cents, by the contract's word; every entry is judged."""
    with Reader.open(till.journal) as reader:
        granted = frozenset(number for number, end in reader.ends().items() if end is not AskEnd.REFUSED)
        found = asyncio.run(reconcile(export.of(reader), street.rpc_url, 0, granted))
    assert all(entry.reason is not None for entry in found.entries)
    return found.difference


def honest_again(street, liar, till, glass):
    liar.lies.clear()
    liar.swallows = False
    glass.until(lambda screen: screen.status.waiting == 0)
    return difference(street, till)


def test_f38_invented_budgets_cost_the_slice_and_no_more(street, liar, till, family):
    stranger, another, poor, last = family(0), family(0), family(), family()
    liar.lies["snapshot"] = lying.everybody_has(1_000_00, pass_address(stranger), pass_address(another))
    with counter(till) as (running, glass):
        until_told(glass, liar)
        assert pay(running, glass, stranger, *FIFTY).stage is Stage.APPROVED
        assert pay(running, glass, poor, *FIFTY).stage is Stage.APPROVED
        glass.until(lambda screen: screen.status.waiting == 0)
        assert drawn(street, till) == 50_00  # the stranger's; the other one had that much
        until_told(glass, liar)
        assert pay(running, glass, another, *FIFTY).stage is Stage.APPROVED
        glass.until(lambda screen: screen.status.waiting == 0)
        assert drawn(street, till) == SLICE
        refused = pay(running, glass, last, "6", "5", "00")
        assert (refused.stage, refused.reason) == (Stage.REFUSED, Reason.ASK_BUDGET_SHORT)
        assert honest_again(street, liar, till, glass) == 0


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (lying.everybody_has(0), Reason.BUDGET_SHORT),
        (lying.rules_are(paused=True), Reason.PROGRAMME_PAUSED),
    ],
    ids=["empty", "paused"],
)
def test_f38_denied_budgets_refuse_sales_until_the_truth_is_told(street, liar, till, family, lie, reason):
    customer = family()
    with counter(till) as (running, glass):
        glass.until(lambda screen: screen.status.approves_until)
        liar.lies["snapshot"] = lie
        until_heard(liar)
        refused = pay(running, glass, customer, *FIFTY)
        assert (refused.stage, refused.reason) == (Stage.REFUSED, reason)
        liar.lies.clear()
        asyncio.run(eventually(lambda: knows_the_truth(till, customer)))
        assert pay(running, glass, customer, *FIFTY).stage is Stage.APPROVED
        assert honest_again(street, liar, till, glass) == 0
    assert drawn(street, till) == 0


def knows_the_truth(till, number):
    with Reader.open(till.journal) as reader:
        is_paused = any(each.paused for each in reader.programmes())
        return not is_paused and [each.left for each in reader.budgets_of(pass_address(number))] == [BUDGET]


def until_heard(liar):
    """Three snapshots were told: the follower asks for the next only when it has taken in the one before."""
    deadline, before = time.monotonic() + 30, liar.told["snapshot"]
    while liar.told["snapshot"] < before + 3:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_f38_stretched_rules_are_drawn_within_the_slice(street, liar, till, family):
    customer = family()
    liar.lies["snapshot"] = lying.rules_are(floor_limit=10_000_00, day_limit=10_000_00, ends=2**39)
    with counter(till) as (running, glass):
        until_told(glass, liar)
        assert pay(running, glass, customer, "5", "5", "00").stage is Stage.APPROVED
        settled = until_settled(glass)
        assert settled.recent[0].reason == Reason.ABOVE_FLOOR_LIMIT
        assert honest_again(street, liar, till, glass) == 0
    assert drawn(street, till) == 55_00


def test_f38_a_snapshot_that_claims_to_count_what_it_does_not_is_paid_from_the_slice(street, liar, till, family):
    customer = family()
    with counter(till) as (running, glass):
        assert pay(running, glass, customer, *FIFTY).stage is Stage.APPROVED
        liar.lies["snapshot"] = lying.counts_to(1, lying.everybody_has(BUDGET))
        until_heard(liar)
        assert pay(running, glass, customer, "4", "9", "00").stage is Stage.APPROVED
        assert honest_again(street, liar, till, glass) == 0
    assert drawn(street, till) == 39_00


def test_f38_a_snapshot_about_entries_that_were_never_made_is_not_taken(street, liar, till, family):
    customer = family(50_00)
    with counter(till) as (running, glass):
        liar.lies["snapshot"] = lying.counts_to(9, lying.everybody_has(1_000_00))
        until_heard(liar)
        assert pay(running, glass, customer, *FIFTY).stage is Stage.APPROVED
        shown = pay(running, glass, customer, *FIFTY)  # what it knew before is in force
        assert (shown.stage, shown.reason) == (Stage.REFUSED, Reason.BUDGET_SHORT)
        assert honest_again(street, liar, till, glass) == 0
    assert drawn(street, till) == 0


def test_f38_who_swallows_entries_is_trusted_to_the_slice_and_anybody_settles_them(street, liar, till, family):
    first, second, third = family(), family(), family()
    with counter(till) as (running, glass):
        liar.swallows = True
        liar.lies["outcomes"] = lying.outcomes_are(0, 0)
        for customer in (first, second):
            assert pay(running, glass, customer, *FIFTY).stage is Stage.APPROVED
        shown = glass.until(lambda screen: screen.status.unsent == 0)
        until_told(glass, liar, "outcomes", 2)
        sent = glass.until(lambda screen: all(line.state is not EntryState.WAITING for line in screen.recent))
        assert [line.state for line in sent.recent] == [EntryState.FORWARDED] * 2  # it says paid, the chain not
        assert (shown.status.waiting, sent.status.waiting) == (2, 2)
        assert sell(running, glass, third, *FIFTY).stage in {Stage.ASKING, Stage.REFUSED}  # whether it looks online
        running.stop()
    assert settled_by_anybody(street, till) == 0
    assert drawn(street, till) == 0


def test_f38_who_withholds_everything_costs_time_and_no_cent(street, liar, till, family):
    first, second = family(), family()
    with counter(till) as (running, glass):
        glass.until(lambda screen: screen.status.approves_until)
        for name in ("position", "segments", "outcomes", "snapshot", "sales"):
            liar.lies[name] = lying.silence
        assert pay(running, glass, first, *FIFTY).stage is Stage.APPROVED
        assert pay(running, glass, second, *FIFTY).stage is Stage.APPROVED
        glass.until(lambda screen: not screen.status.gateway and screen.status.waiting == 2)
        running.stop()
    assert settled_by_anybody(street, till) == 0


@pytest.mark.parametrize("told", [Reason.SLICE_SHORT, Reason.BUDGET_SHORT])
def test_f38_a_wrong_word_about_what_was_paid_moves_nothing_and_the_contract_tells(street, liar, till, family, told):
    customer = family()
    liar.lies["outcomes"] = lying.outcomes_turned(told)
    with counter(till) as (running, glass):
        assert pay(running, glass, customer, *FIFTY).stage is Stage.APPROVED
        shown = glass.until(lambda screen: screen.status.waiting == 0 and screen.recent[0].reason == told)
        assert shown.recent[0].state is (EntryState.REJECTED if told is Reason.SLICE_SHORT else EntryState.PAID)
        assert shown.status.lost == (told is Reason.SLICE_SHORT)
        assert difference(street, till) == 0
    assert drawn(street, till) == 0


def test_f38_paid_for_what_was_rejected_is_found_by_verify(street, liar, till, family):
    customer = family()
    with counter(till) as (running, glass):
        liar.swallows = True
        assert pay(running, glass, customer, *FIFTY).stage is Stage.APPROVED
        glass.until(lambda screen: screen.status.unsent == 0)
        street.town.act("revoke_terminal", street.programme, checksum(till.address))
        liar.swallows = False
        liar.lies["outcomes"] = lying.outcomes_are(Reason.PAID)
        running.stop()
    assert settled_by_anybody(street, till) == 50_00  # a revoked terminal: the exception that is written on the box
    with till.start() as running, running.screen() as glass:
        shown = glass.until(lambda screen: screen.recent and screen.recent[0].state is EntryState.PAID)
        assert shown.status.lost == 0  # a wrong word; what verify says is the contract's


def test_f38_answers_for_another_terminal_are_not_this_ones(street, liar, till, family):
    customer = family()
    other = to_hex(keccak(b"head of another journal"))
    with counter(till) as (running, glass):
        liar.lies["position"] = lambda _: {"sequence": 7, "head": other, "signature": "0x" + "11" * 64}
        liar.lies["outcomes"] = lambda _: {"outcomes": [lying.outcome(7, 0)]}
        liar.lies["segments"] = lambda _: {"sequence": 7, "head": other}
        assert pay(running, glass, customer, *FIFTY).stage is Stage.APPROVED
        shown = glass.until(lambda screen: screen.status.attention or not screen.status.gateway)
        assert shown.stage is not Stage.LOCKED
        assert (shown.recent[0].state, shown.status.waiting) != (EntryState.PAID, 0)
        assert honest_again(street, liar, till, glass) == 0


def offers(till, number):
    with Reader.open(till.journal) as reader:
        return reader.orders_of(pass_address(number), now())


def test_f38_an_invented_order_is_an_ask_as_any_and_draws_nothing(street, liar, till, family):
    """Paid by a pass that has so much, as if the shopkeeper had typed it; refused for one that has not."""
    has, has_not = family(), family()
    about = {"programme": street.programme, "until": int(time.time()) + 86_400, "name": "fiets"}
    prices = {has: 55_00, has_not: 65_00}
    made_up = [about | {"pass_address": to_hex(pass_address(one)), "amount": cents} for one, cents in prices.items()]
    liar.lies["orders"] = lambda _: {"orders": made_up}
    before = street.credit()
    with counter(till) as (running, glass):
        asyncio.run(eventually(lambda: offers(till, has)))
        for one, stage in ((has, Stage.APPROVED), (has_not, Stage.REFUSED)):
            running.scan(code(one))
            shown = glass.until(Stage.ORDER)
            assert (shown.order, shown.amount) == ("fiets", prices[one])
            running.keys("confirm")
            shown = glass.until(lambda screen: screen.stage in {Stage.APPROVED, Stage.REFUSED})
            assert shown.stage is stage
            assert stage is Stage.APPROVED or shown.reason == Reason.ASK_BUDGET_SHORT
            back(running, glass)
        assert honest_again(street, liar, till, glass) == 0
    assert (street.credit() - before, drawn(street, till)) == (55_00, 0)


def test_f38_an_invented_sale_gives_back_nothing_and_is_said(street, liar, till, family):
    customer = family()
    made_up = {
        "terminal": "0x" + "77" * 20,
        "sequence": 3,
        "programme": street.programme,
        "pass_address": to_hex(pass_address(customer)),
        "amount": 20_00,
        "refunded": 0,
        "time": int(time.time()) - 60,
    }
    with counter(till) as (running, glass):
        liar.lies["sales"] = lambda honest: honest | {"sales": [made_up]}
        before = street.credit()
        running.keys("menu")
        glass.until(Stage.MENU)
        running.keys("2")
        glass.until(Stage.REFUND_SCAN)
        running.scan(code(customer))
        glass.until(lambda screen: screen.stage is Stage.REFUND_CHOOSE and screen.sales)
        running.keys("1")
        glass.until(Stage.REFUND_AMOUNT)
        running.keys("confirm")
        glass.until(Stage.REFUNDED)
        shown = glass.until(lambda screen: screen.status.lost)
        assert (shown.lost.reason, shown.lost.amount) == (Reason.REFUND_SALE, 20_00)
        liar.lies.clear()
        assert street.credit() == before
