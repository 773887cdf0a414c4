"""Which sales may be given back, and how much of each was: by this journal, and by the gateway's word."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, address, cents, timestamp
from terminal.core.facts import PastSale
from terminal.store import tables
from terminal.store.books import Books

SALES_MAX = 50
"""The newest sales of one pass that are looked at."""

_SALES = """SELECT sequence, programme, pass, amount, time,
                    (SELECT coalesce(sum(refunds.amount), 0) FROM refunds LEFT JOIN outcomes USING (sequence)
                     WHERE sale_terminal = ?1 AND sale_sequence = payments.sequence AND sequence <= ?2
                     AND coalesce(reason, 0) < ?3)
             FROM payments LEFT JOIN ends USING (sequence) LEFT JOIN outcomes USING (sequence)
             WHERE (how IN ('paid', 'handed over')
                    OR kind IN (1, 5) AND (sequence > ?2 OR coalesce(reason, 0) < ?3)) """
"""Payments that are not rejected and asks that were paid. ?1: this terminal; ?2: the last entry that the chain has
for certain; ?3: the first of the reasons for which it pays nothing."""


class Past(Books):
    """The questions about what may be given back. Refunds behind the entry `settled` are counted in nowhere here."""

    def last_sale(self, settled: int) -> PastSale | None:
        """The newest one; None when there is none."""
        return next(self._past_sales("ORDER BY sequence DESC LIMIT 1", settled), None)

    def sales_of(self, pass_address: Address, settled: int) -> tuple[PastSale, ...]:
        """This pass's, newest first, at most SALES_MAX."""
        newest = "AND pass = ?4 ORDER BY sequence DESC LIMIT ?5"
        return tuple(self._past_sales(newest, settled, pass_address, SALES_MAX))

    def held_to(self, told: Iterable[PastSale], contained: int, settled: int) -> tuple[PastSale, ...]:
        """What the gateway tells, counted as above, and without sales that this terminal would have made and has not.

        `contained`: this journal's refunds up to here stand in what the gateway calls refunded.
        """
        return tuple(self._counted(sale, contained, settled) for sale in told if self._is_true(sale))

    def _is_true(self, sale: PastSale) -> bool:
        """Whether it is of another terminal, or as it stands here."""
        if sale.terminal != self.terminal:
            return True
        made = next(self.sales(sale.sequence), None)
        said = (sale.sequence, sale.pass_address, sale.programme, sale.amount)
        return made is not None and (made.sequence, made.pass_address, made.programme, made.amount) == said

    def _counted(self, sale: PastSale, contained: int, settled: int) -> PastSale:
        refunded = sale.refunded + self._given_back(sale, settled) - self._given_back(sale, contained)
        return replace(sale, refunded=Cents(min(max(refunded, 0), sale.amount)))

    def _given_back(self, sale: PastSale, until: int) -> int:
        sql = """SELECT coalesce(sum(amount), 0) FROM refunds
                 WHERE sale_terminal = ? AND sale_sequence = ? AND sequence <= ?"""
        return self._one(tables.natural, sql, sale.terminal, sale.sequence, until) or 0

    def _past_sales(self, which: str, settled: int, *values: int | bytes) -> Iterator[PastSale]:
        return self._each(self._past_sale, _SALES + which, self.terminal, settled, Reason.FORM, *values)

    def _past_sale(
        self, sequence: int, programme: int, pass_address: bytes, amount: int, time: int, refunded: int
    ) -> PastSale:
        what = tables.natural(programme), address(pass_address), cents(amount), Cents(tables.natural(refunded))
        return PastSale(self.terminal, tables.natural(sequence), *what, timestamp(time))
