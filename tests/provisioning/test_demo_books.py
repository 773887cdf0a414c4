"""The day's books notice every way in which money can go astray."""

from contracts.wire.entry import EntryKind
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from provisioning.demo import books
from provisioning.demo.books import Lost, Paid, Till
from provisioning.demo.counter import Noted
from terminal.core.facts import Outcome
from terminal.reconcile import Judged, Reconciliation
from terminal.standing import Standing


def entry(
    sequence: int,
    reason: Reason | None = Reason.PAID,
    standing: Standing = Standing.PAID,
    kind: EntryKind = EntryKind.PAYMENT,
) -> Judged:
    credited = {Standing.PAID: 1000, Standing.DRAWN: 1000, Standing.GIVEN_BACK: -1000}.get(standing, 0)
    return Judged(sequence, 1, Cents(1000), standing, reason, credited, kind)


def refund(sequence: int) -> Judged:
    return entry(sequence, Reason.PAID, Standing.GIVEN_BACK, EntryKind.REFUND)


def till(*entries: Judged, notebook: dict[int, Noted] | None = None) -> Till:
    outcomes = {each.sequence: Outcome(each.sequence, each.reason) for each in entries if each.reason is not None}
    return Till("shop-01", notebook or {}, outcomes, Reconciliation(9, entries))


def close(only: Till, credited: int, compensated: int = 0, *lost: Lost) -> books.Report:
    return books.close([only], Paid(Cents(credited), Cents(compensated)), [Reason.PASS_UNKNOWN], scans=3, lost=lost)


def test_a_day_on_which_all_was_paid_is_balanced():
    drawn = entry(2, Reason.BUDGET_SHORT, Standing.DRAWN)
    report = close(till(entry(1), drawn, notebook={1: Noted(1, Cents(1000))}), 2000)
    assert report.balanced
    assert (report.approved, report.settled, report.drawn, report.refused) == (2, 2, 1, 1)
    assert books.verdict(report)[-1] == "difference 0"


def test_a_rejected_payment_shows_in_the_difference():
    report = close(till(entry(1), entry(2, Reason.SLICE_SHORT, Standing.REJECTED)), 1000)
    assert report.difference_cents == 1000
    assert not report.balanced


def test_a_payment_that_still_waits_is_not_balanced():
    assert not close(till(entry(1, None, Standing.WAITING)), 0).balanced


def test_a_double_credit_shows_as_a_negative_difference():
    assert close(till(entry(1)), 2000).difference_cents == -1000


def test_what_was_given_back_is_taken_off_on_both_sides():
    report = close(till(entry(1), refund(2), notebook={2: Noted(2, Cents(1000), refund=True)}), 0)
    assert report.balanced
    assert (report.approved, report.refunds, report.approved_cents, report.refunded_cents) == (1, 1, 0, 1000)
    assert close(till(entry(1), refund(2)), 1000).difference_cents == -1000


def test_an_ask_that_was_refused_was_never_approved():
    refused = entry(2, Reason.ASK_PASS_BLOCKED, Standing.REFUSED, EntryKind.ASK)
    report = close(till(entry(1), refused), 1000)
    assert report.balanced
    assert report.approved == report.settled == 1


def test_an_approval_that_the_journal_lost_is_a_contradiction():
    report = close(till(entry(1), notebook={2: Noted(2, Cents(1000))}), 1000)
    assert "showed entry 2" in report.contradictions[0]
    assert not report.balanced


def test_a_refund_that_the_screen_called_a_sale_is_a_contradiction():
    assert close(till(entry(1), refund(2), notebook={2: Noted(2, Cents(1000))}), 0).contradictions


LOST = Lost("shop-01", 2, Cents(1000))
WAITS = entry(2, None, Standing.WAITING)


def test_what_went_under_and_was_made_good_is_balanced():
    report = close(till(entry(1), WAITS), 1000, 1000, LOST)
    assert report.balanced
    assert (report.approved, report.lost, report.lost_cents, report.compensated_cents) == (1, 1, 1000, 1000)
    assert "compensated" in " ".join(books.verdict(report))


def test_what_went_under_and_was_not_made_good_shows_in_the_difference():
    assert close(till(entry(1), WAITS), 1000, 0, LOST).difference_cents == 1000


def test_what_was_made_good_and_settled_as_well_is_a_contradiction():
    assert "settled as well" in close(till(entry(1), entry(2)), 1000, 1000, LOST).contradictions[0]


def test_an_approval_of_another_amount_is_a_contradiction():
    assert close(till(entry(1), notebook={1: Noted(1, Cents(999))}), 1000).contradictions


def test_a_gateway_that_says_otherwise_is_a_contradiction():
    lying = Till("shop-01", {}, {1: Outcome(1, Reason.SLICE_SHORT)}, Reconciliation(9, (entry(1),)))
    assert "by the gateway" in close(lying, 1000).contradictions[0]
