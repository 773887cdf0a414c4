"""Who may do what: the owner, a sponsor's admin, and those to whom an admin gave a part of it."""

from pathlib import Path

import pytest
from eth_account import Account

from contracts.chain import Reverted
from contracts.deployment import Deployment
from contracts.wire.errors import Broken
from contracts.wire.units import Address, from_hex, to_hex
from provisioning import grant, owner, passes, programme, roles, shop, sponsor
from provisioning.deploy import deploy
from provisioning.town import Town
from tests.chain.rpc import OTHER, OWNER
from tests.provisioning.town import account_with_gas, done, refused, run

OTHER_ADDRESS = Address(from_hex(OTHER.address))
STRANGER = Address(b"\x5a" * 20)


def test_an_admin_gives_and_takes_roles(town: Town, record: Path, monkeypatch):
    account = Account.create().address.lower()
    words = ("--record", str(record), "--account", account)
    assert done("provision", "sponsor", "give", *words, "--role", "grants")["roles"] == ["grants"]
    given = done("provision", "sponsor", "give", *words, "--role", "pausing", "--role", "shops")["roles"]
    assert given == ["grants", "shops", "pausing"]
    assert done("provision", "sponsor", "take", *words, "--role", "shops")["roles"] == ["grants", "pausing"]
    shown = done("provision", "sponsor", "show", "--record", str(record), "--sponsor", "1")
    assert shown["accounts"][account] == ["grants", "pausing"]
    assert shown["admin"] == OWNER.address.lower()
    said = run("provision", "sponsor", "show", "--record", str(record), "--sponsor", "1").out
    assert f"{account} may do: grants, pausing" in said
    assert done("provision", "sponsor", "take", *words, "--role", "grants", "--role", "pausing")["roles"] == []
    assert account not in done("provision", "sponsor", "show", "--record", str(record), "--sponsor", "1")["accounts"]
    assert run("provision", "sponsor", "give", *words, "--role", "everything").status == 2
    monkeypatch.setenv("KINDPAKKET_KEY", to_hex(account_with_gas(town.deployment.rpc_url).key))
    assert "sponsor: only a sponsor" in refused("provision", "sponsor", "give", *words, "--role", "grants")


def test_each_role_opens_its_own_doors_alone(town: Town):
    clerk = account_with_gas(town.deployment.rpc_url)
    acting = Town.open(town.deployment, clerk)
    line = grant.Line(passes.new_pass(7).address, programme.FLOOR_LIMIT)
    doors = {
        roles.GRANTS: lambda: grant.grant(acting, 1, to_hex(line.address), [line]),
        roles.SHOPS: lambda: shop.add(acting, STRANGER, 1),
        roles.PAUSING: lambda: programme.pause(acting, 1, paused=False),
    }
    for role in doors:
        sponsor.give(town, Address(from_hex(clerk.address)), role)
        for name, door in doors.items():
            if name == role:
                door()
            else:
                with pytest.raises(Reverted, match="of another sponsor"):
                    door()
        with pytest.raises(Reverted, match="of another sponsor"):
            programme.withdraw(acting, 1, 1)
        sponsor.take(town, Address(from_hex(clerk.address)), role)
    assert roles.acting_for(acting, roles.SHOPS) == []
    with pytest.raises(Broken, match="acts for no sponsor"):
        shop.add(acting, STRANGER)


def test_who_acts_for_several_sponsors_says_for_which(chain_url: str):
    town = Town.open(deploy(chain_url, OWNER, 7, None), OWNER)
    for account in (OWNER, OTHER):
        sponsor.add(town, Address(from_hex(account.address)))
    sponsor.give(Town.open(town.deployment, OTHER), Address(from_hex(OWNER.address)), roles.SHOPS)
    assert roles.acting_for(town, roles.SHOPS) == [1, 2]
    assert roles.acting_for(town, roles.GRANTS) == [1]
    with pytest.raises(Broken, match="say by --sponsor N"):
        shop.add(town, STRANGER)
    assert int(town.look("shop", shop.add(town, STRANGER, 2))["sponsor"]) == 2


def test_a_sponsor_that_is_not_there_is_told(record: Path, town: Town):
    assert "no sponsor 99" in refused("provision", "sponsor", "show", "--record", str(record), "--sponsor", "99")


@pytest.fixture
def own_town(chain_url: str, tmp_path: Path, key: None) -> Path:
    deployment = deploy(chain_url, OWNER, 7, None)
    deployment.save(tmp_path / "own.json")
    sponsor.add(Town.open(deployment, OWNER), Address(from_hex(OWNER.address)))
    return tmp_path / "own.json"


def test_an_admin_is_handed_over_in_two_steps(own_town: Path, monkeypatch):
    record = ("--record", str(own_town))
    shows = ("provision", "sponsor", "show", *record, "--sponsor", "1")
    done("provision", "sponsor", "offer-admin", *record, "--to", to_hex(STRANGER))
    assert done(*shows)["offered_to"] == to_hex(STRANGER)
    done("provision", "sponsor", "offer-admin", *record, "--nobody")
    assert done(*shows)["offered_to"] is None
    said = run("provision", "sponsor", "offer-admin", *record, "--to", OTHER.address).out
    assert "until then nothing changes" in said
    assert done(*shows)["admin"] == OWNER.address.lower()
    accept = ("provision", "sponsor", "accept-admin", *record, "--sponsor", "1")
    assert "sponsor: not offered" in refused(*accept)
    monkeypatch.setenv("KINDPAKKET_KEY", to_hex(OTHER.key))
    assert done(*accept)["admin"] == OTHER.address.lower()
    assert done(*shows) == {"sponsor": 1, "admin": OTHER.address.lower(), "offered_to": None, "accounts": {}}
    monkeypatch.setenv("KINDPAKKET_KEY", to_hex(OWNER.key))
    period = ("--begins", "2026-01-01", "--ends", "2026-12-31")
    assert "only a sponsor" in refused("provision", "programme", "create", *record, "--name", "x", *period)


def test_the_platform_is_handed_over_in_two_steps(own_town: Path, monkeypatch):
    record = ("--record", str(own_town))
    assert done("chain", "owner", "show", *record) == {"owner": OWNER.address.lower(), "offered_to": None}
    done("chain", "owner", "offer", *record, "--to", OTHER.address)
    assert done("chain", "owner", "show", *record)["offered_to"] == OTHER.address.lower()
    assert "owner: not offered" in refused("chain", "owner", "accept", *record)
    done("chain", "owner", "offer", *record, "--nobody")
    monkeypatch.setenv("KINDPAKKET_KEY", to_hex(OTHER.key))
    assert "owner: not offered" in refused("chain", "owner", "accept", *record)
    assert "only the owner" in refused("chain", "owner", "offer", *record, "--to", OTHER.address)
    town = Town.open(Deployment.load(own_town), OWNER)
    owner.offer(town, OTHER_ADDRESS)
    assert done("chain", "owner", "accept", *record)["owner"] == OTHER.address.lower()
    with pytest.raises(Reverted, match="only the owner"):
        sponsor.add(town, STRANGER)
    assert run("chain", "owner", "offer", *record).status == 2


def test_a_role_is_said_in_words():
    assert roles.said(7) == "grants, shops, pausing"
    assert roles.said(0) == "nothing"
    assert roles.bits(["grants", "pausing"]) == 5
