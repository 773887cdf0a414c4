"""A deployment is made once, whatever interrupts it, and says what the network is like."""

import json
from pathlib import Path

import pytest
from eth_account import Account

from contracts.chain import Block, Chain, Sent
from contracts.deployment import Deployment
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.units import Hash, Timestamp, to_hex
from provisioning import finality, progress
from provisioning.progress import Progress
from tests.chain.rpc import OTHER, OWNER, Rpc
from tests.provisioning.town import done, refused, run

STEPS = ("development_euro", "office", "kindpakket")


@pytest.fixture
def record(tmp_path: Path, key: None) -> Path:
    return tmp_path / "new.json"


@pytest.fixture
def words(chain_url: str, record: Path) -> tuple[str, ...]:
    return ("chain", "deploy", "--rpc", chain_url, "--network", "7", "--development-euro", "--record", str(record))


def nonce(chain_url: str) -> int:
    return Rpc(chain_url).nonce(OWNER)


def test_it_deploys_and_leaves_nothing_but_the_record(chain_url, words, record: Path):
    answer = done(*words)
    assert answer["finality_seconds"] == 0
    assert Deployment.load(record).contract.hex() == answer["contract"][2:]
    assert [path.name for path in record.parent.iterdir()] == [record.name]
    assert done("chain", "verify", "--record", str(record))["verified"]


@pytest.mark.parametrize("step", range(len(STEPS)))
@pytest.mark.parametrize("where", ["submit", "wait"])
def test_interrupted_anywhere_it_goes_on_and_never_deploys_twice(chain_url, words, record, monkeypatch, step, where):
    before, calls = nonce(chain_url), []
    real = getattr(Chain, where)

    def cut_off(self, *arguments):
        calls.append(where)
        if len(calls) == step + 1:
            raise TryAgain("the node is gone")
        return real(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Chain, where, cut_off)
        assert "the node is gone" in refused(*words)
    assert not record.exists()
    kept = json.loads(progress.beside(record).read_text())
    assert tuple(kept["steps"]) == STEPS[: step + 1]
    done(*words)
    assert nonce(chain_url) - before == len(STEPS)
    assert not progress.beside(record).exists()
    assert done("chain", "verify", "--record", str(record))["verified"]


def test_interrupted_before_the_record_is_written_it_only_writes_the_record(chain_url, words, record, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(Deployment, "save", lambda *_: (_ for _ in ()).throw(Broken("the disk is full")))
        refused(*words)
    before = nonce(chain_url)
    done(*words)
    assert nonce(chain_url) == before


@pytest.fixture
def half_done(words, record: Path, monkeypatch) -> Path:
    with monkeypatch.context() as patched:
        patched.setattr(Chain, "wait", lambda *_: (_ for _ in ()).throw(TryAgain("the node is gone")))
        refused(*words)
    return progress.beside(record)


def test_another_plan_is_not_taken_for_this_one(words, half_done: Path, monkeypatch):
    other = tuple("8" if word == "7" else word for word in words)
    assert "other options" in refused(*other)
    monkeypatch.setenv("KINDPAKKET_KEY", to_hex(OTHER.key))
    assert "by another key" in refused(*words)
    assert half_done.exists()


def test_a_damaged_progress_file_stops_it(words, half_done: Path):
    half_done.write_text(half_done.read_text()[:-20])
    assert "is damaged" in refused(*words)


def test_a_nonce_that_something_else_took_is_told(chain_url, words, record: Path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(Chain, "submit", lambda *_: (_ for _ in ()).throw(TryAgain("the node is gone")))
        refused(*words)
    Rpc(chain_url).send(value=1)
    sentence = refused(*words)
    assert "nonce too low" in sentence
    assert f"remove {progress.beside(record)}" in sentence


def test_a_folder_that_cannot_be_written_sends_nothing(chain_url, words, monkeypatch):
    monkeypatch.setattr(progress, "_write", lambda *_: (_ for _ in ()).throw(Broken("cannot be written")))
    before = nonce(chain_url)
    refused(*words)
    assert nonce(chain_url) == before


def test_without_a_path_progress_is_only_remembered(deployment: Deployment):
    plan = progress.Plan(chain_id=1, deployer=deployment.token, network=7, token=None)
    kept = Progress(plan)
    assert kept.find("office") is None
    kept.forget()


class Network(Chain):
    """A network whose newest blocks are these; each look makes one more."""

    def __init__(self, final_behind: int, seconds: int) -> None:  # it asks no node
        self.newest, self._final_behind, self._seconds = 100, final_behind, seconds

    def block_number(self, which):
        return self.block(which).number

    def block(self, which):
        number = self.newest - (self._final_behind if which == "finalized" else 0)
        return Block(number, Timestamp(number * self._seconds))


SENT = Sent(Hash(bytes(32)), 100, 21_000, {})


def look_at(network: Network):
    def look():
        network.newest += 1
        return SENT

    return look


@pytest.mark.parametrize(("confirmations", "newest"), [(1, 101), (5, 104), (None, 164)])
def test_it_waits_until_it_is_deep_enough_and_says_how_far_it_is(confirmations, newest, monkeypatch, capsys):
    monkeypatch.setattr(finality, "_POLL_SECONDS", 0)
    network = Network(final_behind=64, seconds=12)
    assert finality.wait(network, look_at(network), confirmations) is SENT
    assert network.newest == newest
    said = capsys.readouterr().err.splitlines()
    assert bool(said) == (confirmations != 1)
    assert len(set(said)) == len(said)


def test_a_slow_network_is_told_and_a_quick_one_is_not():
    slow, quick = Network(final_behind=64, seconds=12), Network(final_behind=5, seconds=2)
    assert finality.seconds(slow) == 768
    assert "about 768 s" in finality.told(finality.seconds(slow))
    assert finality.told(finality.seconds(quick)) == ""


def test_at_deploy_a_slow_network_is_told(words, monkeypatch):
    monkeypatch.setattr(finality, "seconds", lambda _: 768)
    ended = run(*words)
    assert ended.status == 0
    assert "768 s after it was made: a sale" in ended.out


def test_the_key_may_lie_in_a_keystore(words, tmp_path: Path, monkeypatch):
    monkeypatch.delenv("KINDPAKKET_KEY")
    keystore = tmp_path / "keystore.json"
    keystore.write_text(json.dumps(Account.encrypt(OWNER.key, "geheim", iterations=2)))
    monkeypatch.setenv("KINDPAKKET_PASSWORD", "fout")
    assert "does not open" in refused(*words, "--keystore", str(keystore))
    monkeypatch.setenv("KINDPAKKET_PASSWORD", "geheim")
    assert done(*words, "--keystore", str(keystore))["network"] == 7


def test_confirmations_are_a_number_from_one(words):
    assert run(*words, "--confirmations", "0").status == 2
    assert done(*words, "--confirmations", "1")["network"] == 7
