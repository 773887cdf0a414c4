"""Money of programmes as it comes, moves to passes and shops, and goes; and the model as a whole."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from contracts.wire import journal
from contracts.wire.units import Address
from tests.contract.model.orders import Orders
from tests.contract.model.people import ADMIN, GRANTS
from tests.contract.model.state import NOBODY, U32, U64, Budget, Event, Programme, Terminal, require


class Ledger(Orders):
    """All that the contract knows and does. `act` is a call of one of its functions."""

    def act(self, sender: Address, name: str, *arguments: object) -> list[Event]:
        """The events of a call. Raises Undone, and then nothing has changed."""
        events: Iterable[Event] = getattr(self, name)(sender, *arguments)
        return list(events)

    def add_programme(self, sponsor: int, terms: Sequence[int]) -> int:
        """What create_programme does with begins, ends, floor limit, day limit and categories; returns its id."""
        begins, ends, floor_limit, day_limit, categories = terms
        number = len(self.programmes) + 1
        self.programmes[number] = Programme(sponsor, begins, ends, floor_limit, day_limit, categories)
        return number

    def add_terminal(self, address: Address, shop: int) -> None:
        """What register_terminal does with a terminal that agreed."""
        self.terminals[address] = Terminal(shop, journal.kept(journal.genesis(self.domain, address)))

    def fund(self, _: Address, number: int, amount: int) -> Iterator[Event]:
        require(number in self.programmes, "programme: unknown")
        programme = self.programmes[number]
        require(amount <= U64 - programme.held, "fund: more than a programme can hold")
        programme.held += amount
        programme.reserve += amount
        yield ("Funded", number, amount)

    def withdraw(self, sender: Address, number: int, amount: int) -> Iterator[Event]:
        programme = self.programme_for(sender, number, ADMIN)
        require(amount <= programme.reserve, "reserve: not enough")
        programme.reserve -= amount
        self._send(programme, sender, amount)
        yield ("Withdrawn", number, amount)

    def grant(
        self, sender: Address, number: int, reference: bytes, passes: Sequence[Address], amounts: Sequence[int]
    ) -> Iterator[Event]:
        programme = self.programme_for(sender, number, GRANTS, is_open=True)
        require(reference not in programme.references, "grant: made before")
        require(len(passes) == len(amounts), "grant: not as many amounts as passes")
        together: Counter[Address] = Counter()
        for holder, amount in zip(passes, amounts, strict=True):
            require(holder != NOBODY, "grant: no address")
            require(amount, "grant: no amount")
            require(holder not in programme.successors, "pass: replaced")
            together[holder] += amount
            budget = programme.budget(holder)
            require(budget.left + budget.spent + together[holder] <= U32, "grant: more than a budget can hold")
        require(sum(amounts) <= programme.reserve, "reserve: not enough")
        programme.references.add(reference)
        programme.reserve -= sum(amounts)
        for holder, amount in zip(passes, amounts, strict=True):
            budget = programme.budgets.setdefault(holder, Budget())
            budget.left += amount
            budget.known = True
            yield ("Granted", number, holder, amount, budget.left)

    def set_pass_blocked(self, sender: Address, number: int, holder: Address, blocked: bool) -> Iterator[Event]:
        programme = self.programme_for(sender, number, GRANTS)
        require(programme.budget(holder).known, "pass: unknown")
        require(holder not in programme.successors, "pass: replaced")
        programme.budgets[holder].blocked = blocked
        yield ("PassBlocked", number, holder, blocked)

    def reissue(self, sender: Address, number: int, old: Address, new: Address) -> Iterator[Event]:
        programme = self.programme_for(sender, number, GRANTS, is_open=True)
        require(programme.budget(old).known, "pass: unknown")
        require(old not in programme.successors, "pass: replaced")
        require(new != NOBODY, "pass: no address")
        require(new not in programme.budgets, "pass: known before")
        budget = programme.budgets[old]
        money = (budget.left, budget.spent, budget.drawn, budget.today, budget.day)
        programme.budgets[new] = Budget(*money, known=True)
        programme.budgets[old] = Budget(blocked=True, known=True, counter=budget.counter, window=budget.window)
        programme.successors[old] = new
        yield ("PassReissued", number, old, new)

    def sweep(
        self, sender: Address, number: int, passes: Sequence[Address], terminals: Sequence[Address]
    ) -> Iterator[Event]:
        programme = self.programme_for(sender, number, ADMIN)
        require(programme.closed, "programme: not closed")
        for holder in passes:
            budget = programme.budget(holder)
            left, budget.left = budget.left, 0
            programme.reserve += left
            yield ("BudgetSwept", number, holder, left)
        for terminal in terminals:
            yield self._release(programme, number, terminal)

    def compensate(self, sender: Address, number: int, shop: int, digest: bytes, amount: int) -> Iterator[Event]:
        programme = self.programme_for(sender, number, ADMIN)
        require(shop in self.shops, "shop: unknown")
        require(digest not in programme.compensated, "compensate: done before")
        require(amount, "compensate: no amount")
        require(amount <= programme.reserve, "reserve: not enough")
        programme.compensated.add(digest)
        programme.reserve -= amount
        programme.account(shop).credit += amount
        yield from self._serve(number, shop)
        yield ("Compensated", number, shop, digest, amount)

    def repay(self, _: Address, number: int, shop: int) -> Iterator[Event]:
        yield from self._serve(number, shop)

    def pay_out(self, _: Address, shop: int, number: int) -> Iterator[Event]:
        require(not (shop in self.shops and self.shops[shop].by_bank), "pay_out: paid by bank")
        programme = self.programmes.get(number, Programme())
        account = programme.account(shop)
        require(account.credit - self.payable(account) > 0, "pay_out: no credit")
        yield from self._serve(number, shop)
        amount, account.credit = account.credit, 0
        self._send(programme, self.shops[shop].payout, amount)
        yield ("PaidOut", number, shop, amount)

    def _send(self, programme: Programme, to: Address, amount: int) -> None:
        programme.held -= amount
        self.paid[to] = self.paid.get(to, 0) + amount
