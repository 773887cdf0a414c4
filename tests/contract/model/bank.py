"""Payout by bank: a shop chooses it, the sponsor marks, the shop confirms or disputes."""

from collections.abc import Iterator

from contracts.wire.units import Address
from tests.contract.model.people import ADMIN, People
from tests.contract.model.refunds import AT_A_TIME
from tests.contract.model.state import DAY, Account, Event, Programme, Transfer, require

UNDISPUTED = 30 * DAY
MARKED, DISPUTED, CONFIRMED, REVERSED = 1, 2, 3, 4


class Bank(People):
    """Credit that leaves by a bank file."""

    def is_shop(self, sender: Address, shop: int) -> bool:
        """Whether somebody is paid for the shop."""
        return shop in self.shops and self.shops[shop].payout == sender

    def payable(self, account: Account) -> int:
        """What its queue takes before anything is paid out. Raises Undone when some of it would still be owed."""
        served = sum(item.amount for item in account.queue[:AT_A_TIME])
        require(account.owed == served <= account.credit, "pay_out: refunds are owed")
        return served

    def transfer_of(self, programme: Programme, shop: int, reference: bytes) -> Transfer:
        """What was marked; an empty one when nothing was."""
        return programme.transfers.get((shop, reference), Transfer(0, 0, 0))

    def set_by_bank(self, sender: Address, shop: int, by_bank: bool) -> Iterator[Event]:
        require(self.is_shop(sender, shop), "shop: only its payout address")
        self.shops[shop].by_bank = by_bank
        yield ("PaidByBank", shop, by_bank)

    def mark_paid(self, sender: Address, number: int, shop: int, amount: int, reference: bytes) -> Iterator[Event]:
        programme = self.programme_for(sender, number, ADMIN)
        require(shop in self.shops and self.shops[shop].by_bank, "bank: not chosen by the shop")
        require((shop, reference) not in programme.transfers, "bank: marked before")
        account = programme.account(shop)
        left = account.credit - self.payable(account)
        require(0 < amount <= left, "bank: not its credit")
        yield from self._serve(number, shop)
        account.credit -= amount
        programme.transfers[shop, reference] = Transfer(amount, self.now)
        yield ("TransferMoved", number, shop, reference, amount, MARKED)

    def confirm_transfer(self, sender: Address, number: int, shop: int, reference: bytes) -> Iterator[Event]:
        programme = self.programmes.get(number, Programme())
        transfer = self.transfer_of(programme, shop, reference)
        late = transfer.state == MARKED and self.now > transfer.since + UNDISPUTED
        require(late or self.is_shop(sender, shop), "bank: not confirmed by the shop")
        yield self._end(number, shop, reference, transfer, CONFIRMED)
        programme.reserve += transfer.amount

    def dispute_transfer(self, sender: Address, number: int, shop: int, reference: bytes) -> Iterator[Event]:
        require(self.is_shop(sender, shop), "shop: only its payout address")
        transfer = self.transfer_of(self.programmes.get(number, Programme()), shop, reference)
        require(transfer.state == MARKED, "bank: not under way")
        transfer.state = DISPUTED
        yield ("TransferMoved", number, shop, reference, transfer.amount, DISPUTED)

    def reverse_transfer(self, sender: Address, number: int, shop: int, reference: bytes) -> Iterator[Event]:
        programme = self.programme_for(sender, number, ADMIN)
        transfer = self.transfer_of(programme, shop, reference)
        yield self._end(number, shop, reference, transfer, REVERSED)
        programme.account(shop).credit += transfer.amount
        yield from self._serve(number, shop)

    def _end(self, number: int, shop: int, reference: bytes, transfer: Transfer, state: int) -> Event:
        require(transfer.state in {MARKED, DISPUTED}, "bank: not under way")
        transfer.state = state
        return ("TransferMoved", number, shop, reference, transfer.amount, state)
