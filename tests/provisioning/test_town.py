"""A town from nothing to a shop that was paid, as a person at a shell sets it up."""

import json
import time
from pathlib import Path

import pytest
from coincurve import PrivateKey
from eth_account import Account

from contracts.chain import Chain, checksum
from contracts.deployment import Deployment
from contracts.wire import batch
from contracts.wire.entry import Payment
from contracts.wire.units import Address, Cents, Timestamp, from_hex, to_hex
from provisioning import fleet, grant, passes, programme, shop, status
from provisioning.town import Town
from terminal.signer import TerminalSigner
from tests.chain.rpc import OTHER, OWNER
from tests.provisioning.town import done, pass_key, refused, run, segment, terminal_key

STRANGER = "0x" + "5a" * 20
REGISTER = ("provision", "terminal", "register", "--record", "x", "--terminal", STRANGER, "--shop", "1")


def test_a_town_is_set_up_sells_and_pays_its_shop(chain_url: str, tmp_path: Path, key: None, letters_password: str):
    record = str(tmp_path / "town.json")
    state, config = tmp_path / "state", tmp_path / "terminal.toml"
    done("chain", "deploy", "--rpc", chain_url, "--network", "7", "--development-euro", "--record", record)
    assert done("provision", "sponsor", "add", "--record", record, "--admin", OWNER.address) == {"sponsor": 1}
    period = ("--begins", "2020-01-01", "--ends", "2100-12-31")
    made = done("provision", "programme", "create", "--record", record, "--name", "Kindpakket", *period)
    assert made == {"programme": 1}
    in_programme = ("--record", record, "--programme", "1")
    funded = done("provision", "programme", "fund", *in_programme, "--amount", "1000,00", "--mint")
    assert funded == {"programme": 1, "cents": 100_000}
    payout = Account.create().address
    assert done("provision", "shop", "add", "--record", record, "--payout", payout) == {"shop": 1}
    done("provision", "shop", "admit", *in_programme, "--shop", "1")
    device = ("--config", str(config), "--state", str(state), "--gateway", "http://127.0.0.1:8700", "--simulators")
    names = ("--shop-name", "Winkel 3", "--support", "0800-1234")
    contract = ("--shop", "1", "--slice", "1=250,00")
    done("provision", "terminal", "add", "--record", record, *device, *names, *contract)
    folder = tmp_path / "passes"
    paper = ("--count", "2", "--folder", str(folder), "--contact", "14 0000")
    addresses = done("provision", "pass", "make", "--record", record, *paper)["passes"]
    granting = ("--reference", "spring", "--amount", "300,00", "--list", str(folder / "passes.csv"))
    assert done("provision", "grant", *in_programme, *granting)["now"] == len(addresses) == 2

    deployment = Deployment.load(Path(record))
    family = passes.new_pass(deployment.network)
    town = Town.open(deployment, OWNER)
    grant.grant(town, 1, "one more", [grant.Line(family.address, Cents(5_000))])
    payment = Payment(1, Cents(1_250), Timestamp(int(time.time())))
    till, address = terminal_key(state / "terminal.key", deployment)
    sale = segment(deployment, till, [(pass_key(family, deployment.network), payment)], address)
    town.act("settle", batch.encode([sale]))

    assert done("provision", "shop", "pay-out", *in_programme, "--shop", "1")["cents"] == 1_250
    euro = Chain(chain_url).contract("development_euro", deployment.token)
    assert town.chain.read(euro.functions.balanceOf(payout)) == 1_250
    found = done("chain", "status", "--record", record)
    assert found["adds_up"]
    money = found["programmes"][0]
    assert (money["held"], money["budgets"], money["slices"]) == (98_750, 63_750, 25_000)
    assert money["reserve"] == 100_000 - 65_000 - 25_000
    assert (found["passes"], found["terminals"], found["shops"]) == (3, 1, 1)
    assert "it adds up" in run("chain", "status", "--record", record).out


def test_status_says_when_the_books_do_not_add_up(town: Town, record: Path, monkeypatch):
    monkeypatch.setattr(status.Money, "difference", 1)
    ended = run("chain", "status", "--record", str(record))
    assert ended.status == 1
    assert "IT DOES NOT ADD UP" in ended.out
    assert "do not add up" in ended.err


def test_a_programme_is_changed_paused_and_resumed(town: Town, record: Path):
    before = programme.show(town, 1)
    in_programme = ("--record", str(record), "--programme", "1")
    changed = done("provision", "programme", "set-period", *in_programme, "--ends", "2090-12-31")
    assert changed["ends"] < before.ends
    assert (changed["begins"], changed["floor_limit"]) == (before.begins, before.floor_limit)
    changed = done(
        "provision", "programme", "set-period", *in_programme, "--floor-limit", "75,00", "--offline-hours", "48"
    )
    assert (changed["floor_limit"], changed["offline_window"]) == (7_500, 48 * 3600)
    done("provision", "programme", "pause", *in_programme)
    assert "(paused)" in run("provision", "programme", "show", *in_programme).out
    done("provision", "programme", "resume", *in_programme)
    assert not done("provision", "programme", "show", *in_programme)["paused"]
    programme.change(town, 1, programme.Terms(Timestamp(before.begins), Timestamp(before.ends)))


def test_money_that_is_not_there_is_refused(town: Town, record: Path):
    in_programme = ("--record", str(record), "--programme", "1")
    assert "contract refuses" in refused("provision", "programme", "fund", *in_programme, "--amount", "900000,00")
    sentence = refused("provision", "grant", *in_programme, "--reference", "x", "--amount", "20000,00", STRANGER)
    assert "fund the programme" in sentence
    number = str(shop.add(town, Address(from_hex(STRANGER))))
    assert "pay_out: no credit" in refused("provision", "shop", "pay-out", *in_programme, "--shop", number)


def test_only_the_sponsor_and_the_owner_may(town: Town, record: Path, monkeypatch):
    monkeypatch.setenv("KINDPAKKET_KEY", "0x" + OTHER.key.hex())
    in_programme = ("--record", str(record), "--programme", "1")
    assert "only" in refused("provision", "sponsor", "add", "--record", str(record), "--admin", STRANGER)
    assert "of another sponsor" in refused("provision", "programme", "pause", *in_programme)
    assert "of another sponsor" in refused(
        "provision", "grant", *in_programme, "--reference", "y", "--amount", "1", STRANGER
    )


def test_without_a_key_or_node_it_says_what_to_do(town: Town, record: Path, monkeypatch):
    pause = ("provision", "programme", "pause", "--record", str(record), "--programme", "1")
    assert "does not answer" in refused(*pause, "--rpc", "http://127.0.0.1:1")
    monkeypatch.delenv("KINDPAKKET_KEY")
    assert "KINDPAKKET_KEY" in refused(*pause)


def test_a_shop_is_excluded(town: Town, record: Path):
    number = shop.add(town, Address(from_hex(STRANGER)))
    words = ("--record", str(record), "--programme", "1", "--shop", str(number))
    done("provision", "shop", "admit", *words)
    assert town.view("is_admitted", 1, number)
    done("provision", "shop", "exclude", *words)
    assert not town.view("is_admitted", 1, number)


def test_a_terminal_is_registered_once_raised_and_revoked(town: Town, record: Path):
    terminal = TerminalSigner(PrivateKey(), town.deployment.domain)
    address = terminal.address
    words = ("--record", str(record), "--terminal", to_hex(address))
    consent = ("--consent", to_hex(terminal.sign_registration(1)))
    register = ("provision", "terminal", "register", *words, *consent, "--shop", "1", "--slice", "1=100,00")
    done(*register)
    done(*register)  # the second time changes nothing
    assert fleet.left(town, 1, address) == 10_000
    assert done("provision", "terminal", "raise", *words, "--slice", "1=50,00")["slices"] == {"1": 15_000}
    other = shop.add(town, Address(from_hex(STRANGER)))
    consent = ("--consent", to_hex(terminal.sign_registration(other)))
    sentence = refused("provision", "terminal", "register", *words, *consent, "--shop", str(other))
    assert "contract refuses: terminal: registered before" in sentence
    revoked = done("provision", "programme", "revoke-terminal", *words, "--programme", "1")
    assert revoked["cents"] == 15_000
    assert fleet.left(town, 1, address) == 0
    assert "contract refuses" in refused("provision", "terminal", "raise", *words, "--slice", "1=50,00")


def test_a_terminal_is_registered_where_it_agreed_to(town: Town, record: Path, tmp_path: Path):
    device = ("--config", str(tmp_path / "terminal.toml"), "--gateway", "http://127.0.0.1:8700", "--simulators")
    names = ("--shop-name", "Winkel 3", "--support", "0800-1234")
    where = ("--record", str(record), "--state", str(tmp_path / "state"))
    made = done("provision", "terminal", "make", *where, *device, *names, "--shop-number", "1")
    assert made["shop"] == 1
    other = shop.add(town, Address(from_hex(STRANGER)))
    register = ("provision", "terminal", "register", "--record", str(record), "--terminal", made["terminal"])
    sentence = refused(*register, "--shop", str(other), "--consent", made["consent"])
    assert "contract refuses: terminal: did not agree" in sentence
    again = done("provision", "terminal", "consent", *where, "--shop-number", "1")
    assert again.items() <= made.items()
    moved = done("provision", "terminal", "consent", *where, "--shop-number", str(other))
    assert moved["consent"] != made["consent"]
    assert done(*register, "--shop", str(other), "--consent", moved["consent"])["shop"] == other


def test_a_pass_is_blocked_and_unblocked(town: Town, record: Path):
    family = passes.new_pass(7)
    grant.grant(town, 1, "blocked", [grant.Line(family.address, Cents(100))])
    words = ("--record", str(record), "--programme", "1", "--pass", "0x" + family.address.hex())
    done("provision", "pass", "block", *words)
    assert town.look("budget", 1, checksum(family.address))["blocked"]
    done("provision", "pass", "unblock", *words)
    assert not town.look("budget", 1, checksum(family.address))["blocked"]


def test_a_record_is_not_overwritten_and_nothing_is_deployed(chain_url: str, record: Path):
    chain = Chain(chain_url)
    before = chain.block_number("latest")
    words = ("chain", "deploy", "--rpc", chain_url, "--network", "7", "--development-euro", "--record", str(record))
    assert "stays as it is" in refused(*words)
    assert chain.block_number("latest") == before


def test_a_token_must_be_a_contract(chain_url: str, tmp_path: Path, key: None):
    words = ("--network", "7", "--token", STRANGER, "--record", str(tmp_path / "new.json"))
    assert "is no token" in refused("chain", "deploy", "--rpc", chain_url, *words)
    assert not (tmp_path / "new.json").exists()


def test_a_record_with_an_unknown_key_is_refused(record: Path):
    record.write_text(json.dumps({**json.loads(record.read_text()), "owner": "me"}))
    assert "owner" in refused("chain", "status", "--record", str(record))


@pytest.mark.parametrize(
    "words",
    [
        ("provision", "grant", "--record", "x", "--programme", "1", "--reference", "a", "--amount", "3.5"),
        ("provision", "grant", "--record", "x", "--programme", "0", "--reference", "a"),
        ("provision", "programme", "fund", "--record", "x", "--programme", "1", "--amount", "-5"),
        ("provision", "shop", "add", "--record", "x", "--payout", "0x12"),
        ("provision", "pass", "make", "--record", "x", "--count", "10001"),
        ("provision", "terminal", "raise", "--record", "x", "--terminal", STRANGER, "--slice", "1:5"),
        (*REGISTER, "--consent", "0x12"),
        ("provision", "terminal", "replace", "--record", "x", "--old", STRANGER, "--new", STRANGER),
        ("provision", "pass", "reissue", "--record", "x", "--pass", "family-01"),
        ("provision", "shop", "categorise", "--record", "x", "--programme", "1", "--shop", "1", "--category", "taart"),
        ("provision", "shop", "bank", "join", "--record", "x"),
        ("provision", "sponsor", "give", "--record", "x", "--account", STRANGER),
        ("provision", "sponsor", "offer-admin", "--record", "x", "--to", STRANGER, "--nobody"),
        ("chain", "settle", "--record", "x"),
        ("chain", "verify"),
        (*REGISTER, "--consent", "5a" * 64),
        REGISTER,
        ("provision", "sponsor"),
        ("chain", "deploy", "--rpc", "x", "--network", "65536", "--development-euro", "--record", "x"),
    ],
)
def test_wrong_use_exits_2_and_says_what_was_expected(words):
    ended = run(*words)
    assert ended.status == 2
    assert "error:" in ended.err
    assert "Traceback" not in ended.err
