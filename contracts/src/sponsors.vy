# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Sponsors
@license EUPL-1.2
@notice Who may do what. The owner of the platform registers sponsors and can do nothing else; a sponsor's admin can do
        everything in its own programmes, and let others do some of it. Nobody can do anything in another's.
"""

struct Sponsor:
    admin: address

event OwnershipOffered:
    new_owner: indexed(address)

event OwnershipMoved:
    owner: indexed(address)

event SponsorRegistered:
    sponsor: indexed(uint32)
    admin: address

event AdminOffered:
    sponsor: indexed(uint32)
    new_admin: address

event AdminMoved:
    sponsor: indexed(uint32)
    admin: address

event RolesSet:
    sponsor: indexed(uint32)
    account: indexed(address)
    roles: uint256

GRANTS: constant(uint256) = 1  # budgets and passes
SHOPS: constant(uint256) = 2  # shops, terminals and their slices
PAUSING: constant(uint256) = 4
ALL_ROLES: constant(uint256) = GRANTS | SHOPS | PAUSING

owner: public(address)
pending_owner: public(address)
sponsor_count: public(uint32)
sponsor_of: public(HashMap[address, uint32])  # whose admin it is
roles: public(HashMap[uint32, HashMap[address, uint256]])  # sponsor, account
admins: HashMap[uint32, address]
pending_admins: HashMap[uint32, address]


@external
def offer_ownership(new_owner: address):
    """
    @notice Hand the platform over, once the new owner accepts it.
    @param new_owner Who is to be the owner; no address takes an offer back.
    """
    assert msg.sender == self.owner, "owner: only the owner"
    self.pending_owner = new_owner
    log OwnershipOffered(new_owner=new_owner)


@external
def accept_ownership():
    """
    @notice Become the owner, as was offered.
    """
    assert msg.sender == self.pending_owner, "owner: not offered"
    self.owner = msg.sender
    self.pending_owner = empty(address)
    log OwnershipMoved(owner=msg.sender)


@external
def register_sponsor(admin: address) -> uint32:
    """
    @notice Let somebody fund programmes.
    @param admin Who acts for the sponsor; an address is admin of one sponsor.
    @return The sponsor's id.
    """
    assert msg.sender == self.owner, "sponsor: only the owner"
    assert admin != empty(address), "sponsor: no address"
    assert self.sponsor_of[admin] == 0, "sponsor: registered before"
    self.sponsor_count += 1
    sponsor: uint32 = self.sponsor_count
    self.admins[sponsor] = admin
    self.sponsor_of[admin] = sponsor
    log SponsorRegistered(sponsor=sponsor, admin=admin)
    return sponsor


@external
def offer_admin(new_admin: address):
    """
    @notice Hand the calling admin's sponsor over, once the new admin accepts it.
    @param new_admin Who is to act for it; no address takes an offer back.
    """
    sponsor: uint32 = self._calling_sponsor()
    self.pending_admins[sponsor] = new_admin
    log AdminOffered(sponsor=sponsor, new_admin=new_admin)


@external
def accept_admin(sponsor: uint32):
    """
    @notice Become a sponsor's admin, as was offered.
    @param sponsor Which sponsor.
    """
    assert msg.sender == self.pending_admins[sponsor], "sponsor: not offered"
    assert self.sponsor_of[msg.sender] == 0, "sponsor: registered before"
    self.sponsor_of[self.admins[sponsor]] = 0
    self.sponsor_of[msg.sender] = sponsor
    self.admins[sponsor] = msg.sender
    self.pending_admins[sponsor] = empty(address)
    log AdminMoved(sponsor=sponsor, admin=msg.sender)


@external
def set_roles(account: address, roles: uint256):
    """
    @notice Say what an account may do for the calling admin's sponsor.
    @param account Whose roles.
    @param roles All that it has from now on, as a sum: 1 grants and passes, 2 shops and terminals, 4 pausing.
    """
    sponsor: uint32 = self._calling_sponsor()
    assert roles <= ALL_ROLES, "roles: unknown"
    self.roles[sponsor][account] = roles
    log RolesSet(sponsor=sponsor, account=account, roles=roles)


@external
@view
def sponsor(sponsor_id: uint32) -> Sponsor:
    """
    @notice Who acts for a sponsor.
    @param sponsor_id The sponsor's id, from 1.
    @return Its admin; no address when it is unknown.
    """
    return Sponsor(admin=self.admins[sponsor_id])


@internal
@view
def _calling_sponsor() -> uint32:
    sponsor: uint32 = self.sponsor_of[msg.sender]
    assert sponsor != 0, "sponsor: only a sponsor"
    return sponsor


@internal
@view
def _may(sponsor: uint32, role: uint256) -> bool:
    """
    @dev Whether the caller acts for the sponsor in this role. Role 0 is the admin's alone.
    """
    return self.admins[sponsor] == msg.sender or self.roles[sponsor][msg.sender] & role != 0
