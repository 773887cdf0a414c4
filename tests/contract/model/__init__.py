"""The contract in plain Python: what it must do, with no slots, no bytes and no gas in the way.

Written from the rules, not from the source: `rules` says when a sale is plainly valid, `judging` what `settle` does,
`refunds` what is given back, `people` who may do what, `orders` what is set aside, `ledger` how money comes and goes.
"""

from tests.contract.model.ledger import Ledger
from tests.contract.model.state import Account, Budget, Event, Order, Programme, Slice, Terminal, Undone

__all__ = ["Account", "Budget", "Event", "Ledger", "Order", "Programme", "Slice", "Terminal", "Undone"]
