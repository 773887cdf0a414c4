"""What stands on a terminal before its daemon starts."""

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.deployment import Deployment
from contracts.wire.errors import Broken
from contracts.wire.units import Address, Hash, to_hex
from terminal import config, making
from terminal.signer import TerminalSigner
from terminal.store import Store
from tests.provisioning.town import files, run

DEPLOYMENT = Deployment(
    chain_id=1337,
    contract=Address(b"\x01" * 20),
    block=3,
    code_hash=Hash(b"\x02" * 32),
    network=7,
    token=Address(b"\x03" * 20),
    rpc_url=None,
)


@pytest.fixture
def plan(tmp_path: Path) -> making.Plan:
    return making.Plan(
        deployment=DEPLOYMENT,
        config=tmp_path / "terminal.toml",
        state=tmp_path / "state",
        shop='Winkel "3" \\ é',
        support="0800-1234",
        gateway_url="http://127.0.0.1:8700",
        rpc_url="http://127.0.0.1:8545",
        simulators=True,
    )


def test_the_daemon_finds_all_that_it_needs(plan: making.Plan):
    terminal = making.make(plan)
    loaded = config.load(plan.config)
    assert (loaded.shop, loaded.language, loaded.domain) == (plan.shop, "nl", DEPLOYMENT.domain)
    assert TerminalSigner.load(loaded.key_file, loaded.domain).address == terminal
    with Store.open(loaded.journal, loaded.domain, terminal, volatile_ok=True) as store:
        assert store.sequence == 0


def test_key_and_journal_are_their_owners_alone(plan: making.Plan):
    making.make(plan)
    assert plan.state.stat().st_mode & 0o777 == 0o700
    assert {mode for _, mode in files(plan.state)} == {0o600}


def test_simulators_are_off_unless_asked_for(plan: making.Plan):
    real = making.render(replace(plan, simulators=False))
    assert "simulators = false" in real
    assert "devices = []" in real
    making.make(plan)
    devices = config.load(plan.config).devices
    assert [one.driver for one in devices] == ["simulated-scanner", "simulated-keypad"]
    assert {Path(str(one.options["socket"])).parent for one in devices} == {plan.state}


@pytest.mark.parametrize("there", ["config", "key", "journal"])
def test_what_is_there_is_never_replaced(plan: making.Plan, there):
    plan.state.mkdir()
    path = getattr(plan, there)
    path.write_text("mine")
    with pytest.raises(Broken, match="stays as it is"):
        making.make(plan)
    assert path.read_text() == "mine"
    assert [path for path in (plan.config, plan.key, plan.journal) if path.exists()] == [path]


@pytest.mark.parametrize(
    "wrong", [{"shop": ""}, {"gateway_url": "ftp://x"}, {"support": "x" * 65}, {"state": Path("state")}]
)
def test_a_configuration_that_would_not_load_is_not_made(plan: making.Plan, wrong):
    with pytest.raises(Broken, match="would not load"):
        making.make(replace(plan, **wrong))
    assert not plan.config.exists()
    assert not plan.state.exists()


def test_a_fault_half_way_leaves_no_key_behind(plan: making.Plan, monkeypatch):
    def fail(*_, **__):
        raise Broken("the disk is full")

    monkeypatch.setattr(Store, "create", fail)
    with pytest.raises(Broken, match="full"):
        making.make(plan)
    assert not plan.key.exists()


def test_at_the_shell_it_needs_no_node_and_no_key(plan: making.Plan, tmp_path: Path, monkeypatch):
    monkeypatch.delenv("KINDPAKKET_KEY", raising=False)
    record = tmp_path / "record.json"
    DEPLOYMENT.save(record)
    where = ("--record", str(record), "--config", str(plan.config), "--state", str(plan.state))
    names = ("--shop-number", "3", "--shop-name", "Winkel 3", "--support", "0800")
    words = ("provision", "terminal", "make", *where, *names)
    missing = run(*words, "--gateway", "http://127.0.0.1:8700")
    assert (missing.status, "--rpc" in missing.err) == (1, True)
    made = run(*words, "--gateway", "http://127.0.0.1:8700", "--rpc", "http://127.0.0.1:8545", "--simulators")
    assert made.status == 0, made.err
    terminal = TerminalSigner.load(plan.key, DEPLOYMENT.domain)
    consent = to_hex(terminal.sign_registration(3))
    assert made.out.endswith(f"--terminal {to_hex(terminal.address)} --shop 3 --consent {consent}\n")
    assert plan.key.read_text().strip() not in made.out + made.err
