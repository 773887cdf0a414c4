"""The daemon as a process: what a shopkeeper sees, and what happens when things are not as they should be."""

import json
import re
import resource
import socket
import subprocess
import sys
from contextlib import closing

import pytest

from contracts.wire.hashing import keccak256
from contracts.wire.reasons import Reason
from contracts.wire.units import Timestamp
from terminal.core.screen import EntryState, Stage
from tests.terminal.till import PATIENCE, ROOT, RUN, Till, code, now, sell
from tests.terminal.web import World, threaded

HEAD = b"0x" + b"9" * 64


@pytest.fixture
def till(tmp_path):
    made = Till(tmp_path / "till")
    made.know()
    return made


@pytest.fixture
def world(till):
    made = World(till.address)
    with threaded(made.handle) as url:
        till.rpc_url, till.gateway_url = url + "/rpc", url
        till.configure()
        yield made


def refused_start(till, *says, program=RUN):
    """Start it, and expect exit 1 with one sentence."""
    running = till.start(program=program)
    assert running.process.wait(PATIENCE) == 1, running.said
    with running.process.stdout or socket.socket():
        sentence = running.stderr().splitlines()[-1]
    assert sentence.startswith("kindpakket terminal run: ")
    for word in says:
        assert word in sentence
    assert "Traceback" not in running.stderr()


def test_a_sale_by_scanner_and_keypad_is_approved_and_in_the_journal(till):
    with till.start() as running, running.screen() as glass:
        approved = sell(running, glass)
        assert (approved.stage, approved.amount, approved.sequence) == (Stage.APPROVED, 12_50, 1)
        assert [(line.sequence, line.state) for line in approved.recent] == [(1, EntryState.WAITING)]
        assert running.stop() == 0
        assert not till.socket.exists()
    with closing(till.store()) as store:
        assert store.sequence == 1


def test_the_screens_own_keys_do_what_the_keypads_do(till):
    with till.start() as running, running.screen() as glass:
        running.scan(code(1))
        glass.until(Stage.AMOUNT)
        glass.press("7", "00", "confirm")
        assert glass.until(Stage.APPROVED).amount == 7_00


def test_a_terminal_that_knows_nothing_learns_from_chain_and_gateway_and_sells(tmp_path):
    till = Till(tmp_path / "till")
    world = World(till.address)
    with threaded(world.handle) as url:
        till.rpc_url, till.gateway_url = url + "/rpc", url
        till.configure()
        with till.start() as running, running.screen() as glass:
            glass.until(lambda screen: world.served.get("rpc", 0) > 1)  # once without, once with the programmes
            glass.until(lambda screen: screen.status.approves_until)
            assert sell(running, glass).stage is Stage.APPROVED
            paid = glass.until(lambda screen: screen.recent and screen.recent[0].state is EntryState.PAID)
            assert (paid.status.waiting, paid.status.unsent) == (0, 0)
    assert len(world.entries) == 1


@pytest.mark.parametrize(
    ("scan", "reason"),
    [
        ("8712345678906", Reason.SCAN_PRODUCT),
        ("https://example.org", Reason.SCAN_LINK),
        ("WIFI:S:guest;;", Reason.SCAN_WIFI),
        (code(1)[:20], Reason.SCAN_INCOMPLETE),
        (code(1) + code(2), Reason.SCAN_TOO_LONG),
        (code(99), Reason.PASS_UNKNOWN),
    ],
)
def test_f22_f27_what_is_no_pass_of_ours_is_refused_by_name(till, scan, reason):
    with till.start() as running, running.screen() as glass:
        running.scan(scan)
        assert glass.until(Stage.REFUSED).reason == reason


def test_f22_an_endless_stream_is_two_codes_at_once(till):
    with till.start() as running, running.screen() as glass:
        running.tell("scanner", {"raw": ("41" * 3000), "end": False})
        assert glass.until(Stage.REFUSED).reason == Reason.SCAN_TOO_LONG


def test_f03_a_daemon_killed_after_approved_shows_the_payment_when_it_is_back(till):
    with till.start() as running, running.screen() as glass:
        sell(running, glass)
        running.kill()
    with till.start() as running, running.screen() as glass:
        screen = glass.next()
        assert [(line.sequence, line.amount) for line in screen.recent] == [(1, 12_50)]
        assert screen.status.waiting == 1


def test_f02_f10_what_waited_is_handed_in_once_after_a_kill_and_a_dead_gateway(till, world):
    world.online = False
    with till.start() as running, running.screen() as glass:
        for family in (1, 2):
            sell(running, glass, family)
        running.kill()
    world.online = True
    with till.start() as running, running.screen() as glass:
        glass.until(lambda screen: screen.status.unsent == 0)
    assert len(world.entries) == 2


def test_f30_a_screen_that_dies_leaves_the_sale_and_the_next_shows_the_same_moment(till):
    with till.start() as running:
        with running.screen() as glass:
            running.scan(code(1))
            glass.until(Stage.AMOUNT)
            glass.press("1", "2")
            glass.until(lambda screen: screen.amount == 12)
        with running.screen() as glass, running.screen() as second:
            first, other = glass.next(), second.next()
            assert (first.stage, first.amount) == (Stage.AMOUNT, 12)
            assert (other.stage, other.amount) == (Stage.AMOUNT, 12)
            second.press("confirm")
            assert glass.until(Stage.APPROVED).amount == 12
            assert second.until(Stage.APPROVED).amount == 12


def test_f24_an_unplugged_keypad_leaves_the_sale_and_goes_on_when_it_is_back(till):
    with till.start() as running, running.screen() as glass:
        running.scan(code(1))
        glass.until(Stage.AMOUNT)
        running.keys("1", "2")
        running.tell("keypad", {"unplug": True})
        lost = glass.until(
            lambda screen: ("keypad", "lost") in [(one.name, one.status) for one in screen.status.devices]
        )
        assert (lost.stage, lost.amount) == (Stage.AMOUNT, 12)
        running.tell("keypad", {"plug": True})
        running.keys("5", "0", "confirm")
        assert glass.until(Stage.APPROVED).amount == 12_50


def test_f18_a_full_disk_refuses_the_sale_before_it_is_approved_and_heals(till):
    with till.start() as running, running.screen() as glass:
        limits = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        refused = sell(running, glass)
        assert (refused.stage, refused.reason) == (Stage.REFUSED, Reason.STORAGE_FAULT)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, limits)
        assert sell(running, glass, 2).sequence == 1
    with closing(till.store()) as store:
        assert store.sequence == 1


def test_f16_a_proven_fork_locks_and_stays_locked_without_a_network(till, world):
    world.heads.append(keccak256(b"sold before the card was put back"))
    world.settled = 1
    with till.start() as running, running.screen() as glass:
        assert glass.until(Stage.LOCKED).reason == Reason.FORK
        running.scan(code(1))
    world.online = world.chain_online = False
    with till.start() as running, running.screen() as glass:
        assert glass.next().stage is Stage.LOCKED


@pytest.mark.parametrize(
    "lie",
    [
        lambda method, target, body: (200, b"<html>log in</html>"),
        lambda method, target, body: (
            409,
            b'{"reason": 68, "sequence": 1, "head": "0x%s", "signature": null}' % (b"9" * 64),
        ),
        lambda method, target, body: (403, b'{"reason": 65, "detail": "never heard of it"}'),
        lambda method, target, body: (200, b"[" * 100_000),
    ],
)
def test_f34_f38_a_lying_gateway_delays_and_stops_no_sale(till, world, lie):
    world.lie = lambda *request: None if request[1].endswith("/rpc") else lie(*request)
    with till.start() as running, running.screen() as glass:
        assert sell(running, glass).stage is Stage.APPROVED
        glass.until(lambda screen: screen.status.chain)
        world.lie = lambda *_: None
        assert sell(running, glass, 2).stage is Stage.APPROVED  # a new entry does not wait for the schedule
        glass.until(lambda screen: screen.status.unsent == 0)
    assert len(world.entries) == 2


def test_f06_a_gateway_that_refuses_is_seen_on_the_screen(till, world):
    world.lie = lambda _, target, __: (403, b'{"reason": 65}') if "segments" in target else None
    with till.start() as running, running.screen() as glass:
        sell(running, glass)
        refused = glass.until(lambda screen: screen.status.attention)
        assert (refused.status.attention, refused.status.unsent) == (Reason.TERMINAL_UNKNOWN, 1)


def test_f38_a_gateway_that_invents_budgets_wins_no_more_than_the_slice(till, world):
    world.left, world.slice_, world.settles = 2**32 - 1, 30_00, False
    with till.start() as running, running.screen() as glass:
        glass.until(lambda screen: screen.status.gateway and screen.status.chain)
        outcomes = [sell(running, glass, family, "1", "0", "00") for family in (1, 2, 3, 4)]
    assert [screen.stage for screen in outcomes] == [Stage.APPROVED] * 3 + [Stage.ASKING]


def test_ready_is_told_to_a_supervisor_too(till, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.settimeout(PATIENCE)
        with till.start(environment={"NOTIFY_SOCKET": str(tmp_path / "notify")}):
            assert supervisor.recv(100).startswith(b"READY=1\n")


def test_f36_no_secret_and_no_core_is_left_behind(till, world):
    with till.start() as running, running.screen() as glass:
        running.scan(code(2)[:30])
        glass.until(Stage.REFUSED)
        sell(running, glass)
        glass.until(lambda screen: screen.status.unsent == 0)
        assert resource.prlimit(running.process.pid, resource.RLIMIT_CORE) == (0, 0)
        running.stop()
        log = running.stderr()
    secrets = (code(1)[12:30], code(2)[12:30], (till.folder / "key").read_text().strip()[2:])
    kept = b"".join(path.read_bytes() for path in till.folder.glob("journal*"))
    for secret in secrets:
        assert secret not in log
        assert secret.encode() not in kept
    lines = [json.loads(line) for line in log.splitlines()]
    assert {line["event"] for line in lines} >= {"device", "contact"}
    assert "HTTP Request" not in log
    assert all(line["level"] and line["timestamp"] for line in lines)


def test_the_counter_opens_before_what_only_logs_and_network_need_is_there(till):
    code = "import sys, terminal.daemon; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert {"httpx", "tenacity", "structlog", "terminal.flusher"} & set(loaded.stdout.split()) == set()


def test_a_fault_in_the_program_stops_it_with_a_traceback_in_the_log_and_exit_1(till):
    program = "from terminal.perform import Counter; Counter.tick = lambda self: 1 / 0; " + RUN
    with till.start(program=program) as running:
        assert running.process.wait(PATIENCE) == 1
        *_, stopped, sentence = running.stderr().splitlines()
    assert "ZeroDivisionError" in json.loads(stopped)["exception"]
    assert sentence.startswith("kindpakket terminal run: stopped by a fault in the program (ZeroDivisionError)")


def test_the_running_daemon_loads_none_of_what_a_till_cannot_afford(till, world):
    program = RUN.replace("sys.exit(main(sys.argv[1:]))", "main(sys.argv[1:]); print(*sys.modules)")
    with till.start(program=program) as running, running.screen() as glass:
        sell(running, glass)
        glass.until(lambda screen: screen.status.unsent == 0)
        assert running.stop() == 0
        loaded = running.process.stdout.read().decode().split()
    assert {"httpx", "tenacity", "terminal.flusher"} <= set(loaded)
    assert {"web3", "eth_account", "vyper", "textual"} & set(loaded) == set()


# A start that is refused: exit 1, one sentence, nothing overwritten.


def test_a_missing_key_refuses_the_start(till):
    (till.folder / "key").unlink()
    refused_start(till, "key")


def test_a_key_that_others_can_read_refuses_the_start(till):
    (till.folder / "key").chmod(0o644)
    refused_start(till, "chmod 600")


def test_f17_a_missing_journal_is_never_made_anew(till):
    till.journal.unlink()
    refused_start(till, "missing")
    assert not till.journal.exists()


def test_f17_a_corrupt_journal_stays_as_it_is(till):
    for ending in ("-wal", "-shm"):
        till.journal.with_name(till.journal.name + ending).unlink(missing_ok=True)
    damaged = b"no database" + till.journal.read_bytes()[11:]
    till.journal.write_bytes(damaged)
    refused_start(till, "journal")
    assert till.journal.read_bytes() == damaged


def test_f17_the_journal_of_another_terminal_stays_as_it_is(till, tmp_path):
    other = Till(tmp_path / "other")
    till.journal.write_bytes(other.journal.read_bytes())
    refused_start(till, "journal")


def test_an_unknown_key_in_the_configuration_is_named(till):
    till.extra = "colour = 'blue'"
    till.configure()
    refused_start(till, "colour", str(till.config))


def test_a_driver_that_does_not_exist_is_named(till):
    till.config.write_text(till.config.read_text().replace("simulated-keypad", "abacus"))
    refused_start(till, "abacus")


def test_f18_a_disk_that_is_full_at_the_start_refuses_it(till):
    before = till.journal.read_bytes()
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY)); "
    refused_start(till, "free space", program=full + RUN)
    assert till.journal.read_bytes() == before


def test_a_second_daemon_on_the_same_journal_is_refused_and_the_first_sells_on(till):
    with till.start() as running, running.screen() as glass:
        refused_start(till, "another daemon")
        assert sell(running, glass).stage is Stage.APPROVED


def test_something_else_at_the_sockets_place_is_left_there(till):
    till.socket.write_text("a file")
    refused_start(till, "screen.sock")
    assert till.socket.read_text() == "a file"


def test_the_socket_of_a_killed_daemon_is_taken_over(till):
    with till.start() as running:
        running.kill()
    assert till.socket.exists()
    with till.start() as running, running.screen() as glass:
        assert glass.next().stage is Stage.READY


def test_simulators_are_a_dark_lamp_where_they_are_forbidden(till):
    till.configure(simulators=False)
    with till.start() as running, running.screen() as glass:
        lamps = glass.until(lambda screen: len(screen.status.devices) == 2).status.devices
        assert [lamp.status for lamp in lamps] == ["disabled", "disabled"]


def test_f09_the_bound_goes_on_over_a_restart_from_what_was_kept(till):
    later = Timestamp(now() + 50_000)
    with closing(till.store()) as store:
        store.save_bound(later)
    with till.start() as running, running.screen() as glass:
        assert glass.next().status.time >= later
        running.stop()
    with closing(till.store()) as store:
        assert re.fullmatch(r"\d+", str(store.bound()))
        assert store.bound() >= later
