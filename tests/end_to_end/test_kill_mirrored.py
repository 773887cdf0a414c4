"""The plug is pulled at every statement of a sale with a second medium: what a screen called approved stands on it."""

import pytest

from contracts.wire import entry as wire_entry
from contracts.wire.entry import Payment
from terminal.store import mirror_reading
from tests.end_to_end.test_kill_at_every_statement import FEWER_CUTS, Shop, cuts
from tests.terminal.sticks import held
from tests.terminal.till import Till


def amounts(stick) -> list[int]:
    """Of the entries on the stick, each of them verified."""
    found = [wire_entry.unpack(line.entry) for line in mirror_reading.read(stick).lines]
    return [int(signed.content.amount) for signed in found if signed and isinstance(signed.content, Payment)]


@pytest.mark.timeout(600)
def test_f04_f17_no_kill_leaves_an_approved_payment_on_one_medium_only(tmp_path):
    """And none that was not stored: the next start brings the stick up to the journal, never past it."""
    stick = tmp_path / "stick"
    stick.mkdir()
    till = Till(tmp_path / "till", extra=f'mirror = "{stick}"')
    till.know()
    shop = Shop(till)
    for number, cut in enumerate(cuts(till, FEWER_CUTS)):
        shop.sell(cut, amount=100 + number)
        mirrored = amounts(stick)
        assert set(shop.approved) <= set(mirrored), "an approved payment is not on the stick"
        shop.look()
        assert mirrored == shop.stored[: len(mirrored)]
        assert len(shop.stored) - len(mirrored) <= 1
    assert 0 < len(shop.approved) < FEWER_CUTS
    assert held(stick) == sorted(held(stick)), "an entry was added twice"
