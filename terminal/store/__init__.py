"""The journal on disk: what was approved, kept so that a pulled plug loses nothing of it.

Read in this order: `schema` (what is kept), `writing` (the one transaction that approves), `reading`, `checking`
(what must hold at the start), `snapshot` (budgets, replaced while sales go on), `place` (which disks will do),
`mirror` (the second medium), `restoring` (a journal made anew from it).
"""

from terminal.store.reading import Reader
from terminal.store.writing import Store

__all__ = ["Reader", "Store"]
