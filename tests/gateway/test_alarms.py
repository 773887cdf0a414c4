"""Every alarm beside what is just not one: pure, by facts that stand at the edge."""

import pytest

from contracts.gateway.operating import alarms as rules
from contracts.gateway.operating.alarms import DO, Name, alarms
from contracts.gateway.operating.facts import WEI_PER_GWEI, Draw, Endpoint, Facts, Slice, Transaction, Trouble
from contracts.gateway.operating.report import headline, paying, report
from contracts.gateway.operating.status import table
from contracts.wire.reasons import Reason
from contracts.wire.units import Timestamp
from tests.gateway.operated import ACCOUNT, ETHER, NOW, OTHER, TERMINAL, facts, journal, spent

DEAD = Endpoint("http://node-1:8545", "ConnectionError")
WELL = Endpoint("http://node-2:8545", "")


def trouble(reason: Reason, terminal=TERMINAL) -> Trouble:
    return Trouble(terminal, reason, "refused by the contract", Timestamp(NOW - 100), 3)


def drawn(seconds: int, cents: int = 1_250, sequence: int = 5) -> Draw:
    return Draw(TERMINAL, sequence, 1, Reason.BUDGET_SHORT, cents, Timestamp(NOW - seconds))


def slice_of(left: int, floor: int = 5_000) -> Slice:
    return Slice(1, TERMINAL, 4, left, floor)


def names(found: Facts) -> list[Name]:
    return [alarm.name for alarm in alarms(found)]


def test_all_is_well():
    assert alarms(facts()) == []


CASES = [
    (Name.IDLE, {"processes": ()}, {"processes": ("gateway-1",)}),
    (Name.NODE, {"endpoints": (DEAD, WELL)}, {"endpoints": (WELL,)}),
    (Name.BEHIND, {"latest_at": NOW - rules.LAG_SECONDS - 1}, {"latest_at": NOW - rules.LAG_SECONDS}),
    (Name.BEHIND, {"final_at": NOW - rules.UNFINAL_SECONDS - 1}, {"final_at": NOW - rules.UNFINAL_SECONDS}),
    (Name.BEHIND, {"block": 1_000 - rules.BEHIND_BLOCKS - 1}, {"block": 1_000 - rules.BEHIND_BLOCKS}),
    (Name.FEES, {"base_fee": 200 * WEI_PER_GWEI + 1}, {"base_fee": 200 * WEI_PER_GWEI}),
    (Name.GAS, {"balances": {ACCOUNT: 14 * 10**16 - 1}}, {"balances": {ACCOUNT: 14 * 10**16}}),
    (Name.GAS, {"balances": {ACCOUNT: 0}, "spent": ()}, {"balances": {ACCOUNT: 2**24 * WEI_PER_GWEI}, "spent": ()}),
    (
        Name.GAS,
        {"balances": {ACCOUNT: 0}, "spent": (), "base_fee": 0},
        {"balances": {ACCOUNT: 1}, "spent": (), "base_fee": 0},
    ),
    (Name.STUCK, {"journals": (journal(901),)}, {"journals": (journal(900),)}),
    (Name.STUCK, {"journals": (journal(901, 0, 1),)}, {"journals": (journal(901, 0, 0, 1),)}),
    (Name.STUCK, {"journals": (journal(3_601, 0, 0, 1),)}, {"journals": (journal(3_600, 0, 0, 1),)}),
    (Name.STUCK, {"troubles": (trouble(Reason.SEGMENT_FORM),)}, {"troubles": ()}),
    (Name.FORK, {"troubles": (trouble(Reason.FORK),)}, {"troubles": ()}),
    (Name.DISK, {"disk_free": 2**30 - 1}, {"disk_free": 2**30}),
    (Name.DRAWN, {"draws": (drawn(86_400),)}, {"draws": (drawn(86_401),)}),
    (Name.SLICE, {"slices": (slice_of(9_999),)}, {"slices": (slice_of(10_000),)}),
]


@pytest.mark.parametrize(("name", "bad", "good"), CASES)
def test_an_alarm_stands_only_when_it_must(name: Name, bad: dict[str, object], good: dict[str, object]):
    assert names(facts(**bad)) == [name]
    assert names(facts(**good)) == []


def test_every_alarm_has_a_case_and_says_what_to_do():
    assert {name for name, _, _ in CASES} == set(Name) == set(DO)


def test_the_table_names_what_is_in_no_block_and_counts_the_rest():
    sent = Transaction(ACCOUNT, 7, Timestamp(NOW - 130), 2, 3 * WEI_PER_GWEI, None)
    mined = (Transaction(ACCOUNT, nonce, Timestamp(NOW - 300), 1, WEI_PER_GWEI, 1_005) for nonce in range(4, 7))
    lines = list(table(report(facts(transactions=(*mined, sent)))))
    about = [line for line in lines if line.startswith(("transaction", "in blocks"))]
    assert about == [
        f"transaction 0x{ACCOUNT.hex()} nonce 7: 2 min old, 2 attempts, at most 3.000 gwei, in no block",
        "in blocks   3 transactions whose block is not final",
    ]


def test_what_nobody_knows_is_no_alarm():
    blind = facts(latest=None, latest_at=None, final=None, final_at=None, base_fee=None, balances={}, disk_free=None)
    assert names(blind) == []
    assert names(facts(chain=None)) == []


def test_without_spending_days_left_are_unknown_and_not_divided_by():
    assert rules.days_left(ETHER, spent(0).a_day) is None
    assert rules.days_left(ETHER, spent(10**7).a_day) == 100


def test_an_account_that_sends_no_more_may_be_empty():
    assert names(facts(balances={ACCOUNT: 10 * ETHER, OTHER: 0})) == []
    assert names(facts(balances={ACCOUNT: 10 * ETHER, OTHER: 0}, senders=(ACCOUNT, OTHER))) == [Name.GAS]


def test_a_fork_is_not_stuck_too():
    both = facts(troubles=(trouble(Reason.FORK),), journals=(journal(10**6),))
    assert names(both) == [Name.FORK]


def test_many_that_wait_for_the_same_are_one_alarm():
    (alarm,) = alarms(facts(journals=(journal(1_000, 3), journal(7_200, 2, 1, terminal=OTHER))))
    assert alarm.about == "2 terminals"
    assert alarm.what == f"6 entries wait, first entry 7 of 0x{OTHER.hex()}, for 2 h"


def test_draws_of_a_terminal_are_summed_by_reason():
    (alarm,) = alarms(facts(draws=(drawn(5), drawn(50, 750, 6))))
    assert alarm.what == "BUDGET_SHORT: EUR 20,00 from its slice today, sales: 2"


@pytest.mark.parametrize(
    ("changes", "answer", "words"),
    [
        ({}, "yes", "Shops are being paid: nothing waits."),
        ({"journals": (journal(40, 3),)}, "yes", "Shops are being paid: entries on their way: 3 of 1 terminal"),
        (
            {"endpoints": (DEAD, DEAD), "latest": None, "balances": {}},
            "no",
            "paid: ConnectionError. Nothing waits here",
        ),
        ({"endpoints": (DEAD, WELL), "journals": (journal(40),)}, "yes", "Shops are being paid"),
        (
            {"endpoints": (DEAD, DEAD), "latest": None, "balances": {}, "journals": (journal(40),)},
            "no",
            "Shops are NOT being paid: ConnectionError. Entries on their way: 1 of 1 terminal",
        ),
        ({"processes": ()}, "no", "Shops are NOT being paid: no gateway is at work on this store. Nothing waits here"),
        ({"base_fee": 10**12, "journals": (journal(40),)}, "no", "costs 1000.000 gwei, and the ceiling is 200.000"),
        ({"journals": (journal(901),)}, "no", "Shops are NOT being paid: entries wait for too long"),
        ({"journals": (journal(901), journal(5, terminal=OTHER))}, "partly", "except at 1 terminal:"),
        ({"troubles": (trouble(Reason.FORK),), "journals": (journal(9),)}, "partly", "except at 1 terminal:"),
        ({"balances": {ACCOUNT: 4 * 10**14}}, "yes", "Shops are being paid"),
        ({"balances": {ACCOUNT: 4 * 10**14 - 1}}, "no", "no account can pay for gas"),
        ({"balances": {ACCOUNT: 0, OTHER: ETHER}, "senders": (ACCOUNT, OTHER)}, "yes", "Shops are being paid"),
        ({"balances": {ACCOUNT: 0, OTHER: ETHER}}, "no", "no account can pay for gas"),
    ],
)
def test_the_first_line_says_whether_shops_are_being_paid(changes: dict[str, object], answer: str, words: str):
    found = facts(**changes)
    assert paying(found, alarms(found)) == answer
    assert words in headline(found, alarms(found))
