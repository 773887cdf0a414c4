"""Who may do what, and the rules that sponsors make. Each function is one of the contract's, called by `sender`."""

from collections.abc import Iterator

from contracts.wire.units import Address
from tests.contract.model.judging import Judging
from tests.contract.model.state import DAY, NOBODY, Account, Event, Programme, Shop, Slice, Sponsor, Terminal, require

GRANTS, SHOPS, PAUSING = 1, 2, 4
ADMIN = 0
"""No role: what only the admin of a sponsor may do."""

HAND_IN = 90 * DAY


class People(Judging):
    """Owner, sponsors, shops, terminals; and programmes, but for their money."""

    def sponsor_of(self, admin: Address) -> int:
        """Whose admin it is, or 0."""
        return next((number for number, sponsor in self.sponsors.items() if sponsor.admin == admin), 0)

    def may(self, sender: Address, sponsor: int, role: int) -> bool:
        """Whether somebody acts for a sponsor in this role."""
        known = self.sponsors.get(sponsor)
        return known is not None and (known.admin == sender or bool(known.roles.get(sender, 0) & role))

    def programme_for(self, sender: Address, number: int, role: int, *, is_open: bool = False) -> Programme:
        """The programme, for somebody who acts in this role. Raises Undone for anybody else."""
        require(number in self.programmes, "programme: unknown")
        programme = self.programmes[number]
        require(self.may(sender, programme.sponsor, role), "programme: of another sponsor")
        require(not (is_open and programme.closed), "programme: closed")
        return programme

    def offer_ownership(self, sender: Address, new_owner: Address) -> Iterator[Event]:
        require(sender == self.owner, "owner: only the owner")
        self.pending_owner = new_owner
        yield ("OwnershipOffered", new_owner)

    def accept_ownership(self, sender: Address) -> Iterator[Event]:
        require(sender == self.pending_owner, "owner: not offered")
        self.owner, self.pending_owner = sender, None
        yield ("OwnershipMoved", sender)

    def register_sponsor(self, sender: Address, admin: Address) -> Iterator[Event]:
        require(sender == self.owner, "sponsor: only the owner")
        require(admin != NOBODY, "sponsor: no address")
        require(not self.sponsor_of(admin), "sponsor: registered before")
        self.sponsors[len(self.sponsors) + 1] = Sponsor(admin)
        yield ("SponsorRegistered", len(self.sponsors), admin)

    def calling_sponsor(self, sender: Address) -> int:
        """Whose admin calls. Raises Undone."""
        require(self.sponsor_of(sender), "sponsor: only a sponsor")
        return self.sponsor_of(sender)

    def offer_admin(self, sender: Address, new_admin: Address) -> Iterator[Event]:
        sponsor = self.calling_sponsor(sender)
        self.sponsors[sponsor].offered = new_admin
        yield ("AdminOffered", sponsor, new_admin)

    def accept_admin(self, sender: Address, sponsor: int) -> Iterator[Event]:
        known = self.sponsors.get(sponsor)
        require(known and known.offered == sender, "sponsor: not offered")
        require(not self.sponsor_of(sender), "sponsor: registered before")
        self.sponsors[sponsor].admin, self.sponsors[sponsor].offered = sender, None
        yield ("AdminMoved", sponsor, sender)

    def set_roles(self, sender: Address, account: Address, roles: int) -> Iterator[Event]:
        sponsor = self.calling_sponsor(sender)
        require(roles <= GRANTS | SHOPS | PAUSING, "roles: unknown")
        self.sponsors[sponsor].roles[account] = roles
        yield ("RolesSet", sponsor, account, roles)

    def set_programme(
        self,
        sender: Address,
        number: int,
        begins: int,
        ends: int,
        floor_limit: int,
        day_limit: int,
        offline_window: int,
        categories: int,
    ) -> Iterator[Event]:
        programme = self.programme_for(sender, number, ADMIN, is_open=True)
        require(ends in {programme.ends, max(ends, self.now)}, "programme: the end lies in the past")
        require(begins <= ends, "programme: ends before it begins")
        require(not categories & 1, "programme: category 0 is none")
        programme.begins, programme.ends = begins, ends
        programme.floor_limit, programme.day_limit, programme.categories = floor_limit, day_limit, categories
        rules = (begins, ends, floor_limit, day_limit, offline_window, categories)
        yield ("ProgrammeChanged", number, *rules)

    def set_paused(self, sender: Address, number: int, paused: bool) -> Iterator[Event]:
        self.programme_for(sender, number, PAUSING).paused = paused
        yield ("ProgrammePaused", number, paused)

    def close_programme(self, sender: Address, number: int) -> Iterator[Event]:
        programme = self.programme_for(sender, number, ADMIN, is_open=True)
        require(self.now > programme.ends + HAND_IN, "programme: 90 days not over")
        programme.closed = True
        yield ("ProgrammeClosed", number)

    def register_shop(self, sender: Address, sponsor: int, payout: Address) -> Iterator[Event]:
        require(self.may(sender, sponsor, SHOPS), "shop: of another sponsor")
        require(payout != NOBODY, "shop: no address")
        self.shops[len(self.shops) + 1] = Shop(sponsor, payout)
        yield ("ShopRegistered", len(self.shops), sponsor, payout)

    def place_shop(self, sender: Address, number: int, shop: int, category: int, standing: int) -> Iterator[Event]:
        programme = self.programme_for(sender, number, SHOPS)
        require(shop in self.shops, "shop: unknown")
        require(category <= 63, "shop: category")
        require(standing <= 2, "shop: standing")
        account: Account = programme.account(shop)
        account.category, account.standing = category, standing
        yield ("ShopPlaced", number, shop, category, standing)

    def move_payout(self, sender: Address, shop: int, new_payout: Address) -> Iterator[Event]:
        require(shop in self.shops and self.shops[shop].payout == sender, "shop: only its payout address")
        require(new_payout != NOBODY, "shop: no address")
        self.shops[shop].payout = new_payout
        yield ("PayoutMoved", shop, new_payout)

    def known_terminal(self, address: Address) -> Terminal:
        """Raises Undone when nobody registered it."""
        require(address in self.terminals, "terminal: unknown")
        return self.terminals[address]

    def raise_slice(self, sender: Address, number: int, address: Address, amount: int) -> Iterator[Event]:
        programme = self.programme_for(sender, number, SHOPS, is_open=True)
        require(not self.known_terminal(address).retired, "terminal: retired")
        part: Slice = programme.slice_of(address)
        require(not part.revoked, "terminal: revoked")
        require(amount <= programme.reserve, "reserve: not enough")
        programme.reserve -= amount
        part.left += amount
        yield ("SliceRaised", number, address, amount, part.left)

    def release_slice(self, sender: Address, number: int, address: Address) -> Iterator[Event]:
        programme = self.programme_for(sender, number, SHOPS)
        known = self.terminals.get(address)
        require(known and known.retired, "terminal: not retired")
        yield self._release(programme, number, address)

    def revoke_terminal(self, sender: Address, number: int, address: Address) -> Iterator[Event]:
        programme = self.programme_for(sender, number, SHOPS)
        self.known_terminal(address)
        part = programme.slice_of(address)
        require(not part.revoked, "terminal: revoked")
        returned, part.left, part.revoked = part.left, 0, True
        programme.reserve += returned
        yield ("TerminalRevoked", number, address, returned)

    def _release(self, programme: Programme, number: int, address: Address) -> Event:
        amount, programme.slice_of(address).left = programme.slice_of(address).left, 0
        programme.reserve += amount
        return ("SliceReleased", number, address, amount)
