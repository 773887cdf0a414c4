"""What to do with a transaction: every case that the chain can show, and who wins when two hold."""

import pytest

from contracts.gateway.chain.refusals import Refusal, sort
from contracts.gateway.settling.fate import Do, Known, Shown, decide, is_asked_for

STUCK = 60


def known(block: int | None = None, quiet: int = 0, *, first: bool = True, handed: bool = True) -> Known:
    return Known(7, block, quiet, first, handed)


def shown(nonce: int = 7, final: int = 100, receipt: int | None = None, *, moving: bool = True) -> Shown:
    return Shown(nonce, final, receipt, moving)


CASES = [
    ("a moment ago", known(), shown(), Do.WAIT),
    ("not given to a node yet", known(handed=False), shown(), Do.SEND),
    ("stuck", known(quiet=60), shown(), Do.REPLACE),
    ("stuck behind a nonce that nothing of ours has", known(quiet=60), shown(nonce=6), Do.TAKE_OUT),
    ("for a moment behind a nonce that nothing of ours has", known(quiet=59), shown(nonce=6), Do.WAIT),
    ("nearly stuck", known(quiet=59), shown(), Do.WAIT),
    ("behind one that is stuck", known(quiet=60, first=False), shown(nonce=6), Do.WAIT),
    ("on a chain that stands still", known(quiet=999), shown(moving=False), Do.WAIT),
    ("stuck, and given to a node long ago", known(quiet=60, handed=False), shown(), Do.REPLACE),
    ("in a block", known(), shown(nonce=8, receipt=101), Do.MINED),
    ("in a block as before", known(block=101), shown(nonce=8, receipt=101), Do.WAIT),
    ("in another block than before", known(block=101), shown(nonce=8, receipt=102), Do.MINED),
    ("in a final block", known(), shown(nonce=8, receipt=100), Do.FINISH),
    ("in the block as before, final now", known(block=100), shown(nonce=8, receipt=100), Do.FINISH),
    ("its block was undone", known(block=101), shown(), Do.RETURN),
    ("its block was undone long after it was sent", known(block=101, quiet=999, handed=False), shown(), Do.RETURN),
    ("in a block that is not final", known(block=101, quiet=999), shown(nonce=8), Do.WAIT),
    ("the nonce is used, the receipt not there yet", known(quiet=59), shown(nonce=8), Do.WAIT),
    ("the nonce was used by something else", known(quiet=60), shown(nonce=8), Do.TAKE_OUT),
    ("and for one that was in a block once", known(block=99, quiet=60), shown(nonce=8), Do.TAKE_OUT),
    ("a receipt is worth more than a nonce", known(quiet=60), shown(nonce=7, receipt=101), Do.MINED),
]


@pytest.mark.parametrize(("what", "here", "there", "do"), CASES, ids=[case[0] for case in CASES])
def test_what_comes_next(what: str, here: Known, there: Shown, do: Do):
    assert decide(here, there, STUCK) is do, what


def test_receipts_are_asked_for_only_where_they_tell_something():
    assert not is_asked_for(known(), nonce=7, final_block=100), "no attempt can be in a block"
    assert is_asked_for(known(), nonce=8, final_block=100)
    assert not is_asked_for(known(block=101), nonce=8, final_block=100)
    assert is_asked_for(known(block=100), nonce=8, final_block=100)


WORDS = [
    ("already known", Refusal.KNOWN),
    ("transaction already imported", Refusal.KNOWN),
    ("AlreadyKnown", Refusal.KNOWN),
    ("Known transaction", Refusal.KNOWN),
    ("nonce too low: next nonce 5, tx nonce 4", Refusal.NONCE_USED),
    ("OldNonce, Current nonce: 5, nonce of rejected tx: 4", Refusal.NONCE_USED),
    ("nonce too high: next nonce 5, tx nonce 9", Refusal.NONCE_AHEAD),
    ("replacement transaction underpriced", Refusal.UNDERPRICED),
    ("could not replace existing tx", Refusal.UNDERPRICED),
    ("ReplacementNotAllowed", Refusal.UNDERPRICED),
    ("transaction underpriced", Refusal.TOO_CHEAP),
    ("max fee per gas less than block base fee: address 0x1", Refusal.TOO_CHEAP),
    ("FeeTooLow, MaxFeePerGas too low", Refusal.TOO_CHEAP),
    ("Gas price below configured minimum gas price", Refusal.TOO_CHEAP),
    ("insufficient funds for gas * price + value: balance 0", Refusal.NO_FUNDS),
    ("Insufficient funds for gas * price + value", Refusal.NO_FUNDS),
    ("upfront cost exceeds account balance", Refusal.NO_FUNDS),
    ("txpool is full", Refusal.FULL),
    ("exceeds block gas limit", Refusal.OTHER),
    ("", Refusal.OTHER),
]


@pytest.mark.parametrize(("words", "meant"), WORDS)
def test_f12_a_refusal_is_understood_in_every_nodes_words(words: str, meant: Refusal):
    assert sort(words) is meant
