"""The embedded chain as a process: ready, killed, started again, refused."""

import contextlib
import signal
import sqlite3
import subprocess
import threading
import time
from itertools import count
from pathlib import Path

import httpx
import pytest

from contracts.embedded.store import FILE_NAME, Store
from contracts.wire.errors import Broken
from tests.chain import processes
from tests.chain.rpc import OTHER, Rpc

QUIET = ("--block-seconds", "3600")


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_a_killed_chain_comes_back_as_it_was(tmp_path: Path):
    process, url = processes.start("--data", str(tmp_path), *QUIET)
    node = Rpc(url)
    receipt = node.send(value=7)
    blocks = [node("eth_getBlockByNumber", hex(number), True) for number in range(node.number("eth_blockNumber") + 1)]
    balance = node("eth_getBalance", OTHER.address, "latest")
    kill(process)
    with processes.embedded("--data", str(tmp_path), *QUIET) as again:
        node = Rpc(again)
        assert [node("eth_getBlockByNumber", block["number"], True) for block in blocks] == blocks
        assert node("eth_getTransactionReceipt", receipt["transactionHash"]) == receipt
        assert node("eth_getBalance", OTHER.address, "latest") == balance
        assert node.send(value=1)["status"] == "0x1"


def test_killed_while_it_takes_transactions_it_has_those_that_it_answered(tmp_path: Path):
    process, url = processes.start("--data", str(tmp_path), *QUIET)
    answered: list[str] = []

    def pour() -> None:
        node = Rpc(url)
        with contextlib.suppress(httpx.HTTPError):  # until the chain is gone
            answered.extend(node("eth_sendRawTransaction", node.sign(nonce=nonce, gas=21_000)) for nonce in count())

    pouring = threading.Thread(target=pour)
    pouring.start()
    while len(answered) < 20:
        time.sleep(0.005)
    kill(process)
    pouring.join()
    with processes.embedded("--data", str(tmp_path), *QUIET) as again:
        node = Rpc(again)
        assert all(node("eth_getTransactionReceipt", transaction) for transaction in answered)
        assert node.nonce() in {len(answered), len(answered) + 1}  # one more may have been done, and not answered


def test_f18_a_full_disk_stops_the_chain_and_loses_nothing(tmp_path: Path):
    process, url = processes.start("--data", str(tmp_path), "--block-seconds", "0.2", file_bytes_max=200_000)
    node = Rpc(url)
    answered: list[str] = []
    with contextlib.suppress(httpx.HTTPError):
        answered.extend(node("eth_sendRawTransaction", node.sign(nonce=nonce, gas=21_000)) for nonce in count())
    assert process.wait(60) == 1
    assert process.stderr is not None
    assert "is the disk full?" in process.stderr.read().splitlines()[-1]
    processes.stop(process)
    assert answered
    with processes.embedded("--data", str(tmp_path), *QUIET) as again:
        assert Rpc(again).nonce() == len(answered)


def test_the_newest_blocks_time_goes_on_by_itself():
    with processes.embedded("--block-seconds", "0.1") as url:
        node = Rpc(url)
        first = node("eth_getBlockByNumber", "finalized", False)
        deadline = time.monotonic() + 60
        while node("eth_getBlockByNumber", "finalized", False)["timestamp"] == first["timestamp"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_after_a_pause_its_time_is_the_real_time(tmp_path: Path):
    process, _ = processes.start("--data", str(tmp_path), *QUIET)
    kill(process)
    began = int(time.time())
    time.sleep(1.1)
    with processes.embedded("--data", str(tmp_path), *QUIET) as url:
        newest = Rpc(url)("eth_getBlockByNumber", "latest", False)
        assert int(newest["timestamp"], 16) > began


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = processes.command("chain", "dev", *arguments)
    return subprocess.run(command, cwd=processes.ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_busy_port_is_one_clear_sentence(embedded: Rpc):
    ended = run("--port", embedded.url.rsplit(":", 1)[1])
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "cannot be used" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_two_chains_never_share_a_folder(tmp_path: Path):
    with processes.embedded("--data", str(tmp_path), *QUIET):
        ended = run("--port", "0", "--data", str(tmp_path))
    assert ended.returncode == 1
    assert "choose another --data" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_foreign_file_is_refused_and_kept(tmp_path: Path):
    file = tmp_path / FILE_NAME
    file.write_bytes(b"something else" * 100)
    with pytest.raises(Broken, match="choose another"):
        Store(tmp_path)
    assert file.read_bytes() == b"something else" * 100


def test_another_programs_database_is_refused_and_kept(tmp_path: Path):
    database = sqlite3.connect(tmp_path / FILE_NAME)
    database.execute("CREATE TABLE notes (text)")
    database.close()
    with pytest.raises(Broken, match="version"):
        Store(tmp_path)
    database = sqlite3.connect(tmp_path / FILE_NAME)
    assert database.execute("SELECT name FROM sqlite_schema").fetchall() == [("notes",)]
    database.close()


def test_a_file_in_the_way_of_the_folder_is_refused(tmp_path: Path):
    (tmp_path / "chain").write_text("")
    with pytest.raises(Broken, match="cannot be made"):
        Store(tmp_path / "chain")


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path):
    store = Store(tmp_path)

    def write() -> None:
        with store.transaction():
            store[b"key"] = b"value"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    assert b"key" not in store
    store.close()


@pytest.mark.parametrize("wrong", [("--port", "70000"), ("--block-seconds", "0"), ("--unknown",)])
def test_wrong_use_exits_2(wrong):
    assert run(*wrong).returncode == 2


def test_ctrl_c_ends_it_in_peace():
    process, _ = processes.start(*QUIET)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
