"""Doctor names what is wrong, grades it, and says what to do; it changes nothing."""

import json
import sys
from contextlib import closing

import pytest

from contracts.wire.hashing import keccak256
from contracts.wire.reasons import Reason
from contracts.wire.units import Timestamp
from drivers.registry import TABLE
from terminal import doctor
from terminal.care import disk
from terminal.care.summary import NAMES
from terminal.core.facts import Outcome
from terminal.core.screen import Stage
from terminal.report.closing import close
from tests.drivers.pty_rig import PtyRig
from tests.terminal.books import sell as book
from tests.terminal.till import Till, now, sell
from tests.terminal.web import World, threaded


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


@pytest.fixture
def examine(till, capsys):
    def run():
        code = doctor.main(["--config", str(till.config), "--json"])
        said = capsys.readouterr()
        found = {check["name"]: check for check in json.loads(said.out)}
        fails = [check for check in found.values() if check["grade"] == "fail"]
        assert code == (1 if fails else 0)
        assert bool(said.err) is bool(fails)
        for check in found.values():
            assert check["grade"] == "ok" or check["advice"], check
            assert check["name"].split()[0] in NAMES, "the support line is told of it by that name"
        return found

    return run


def grades(found, *names):
    return [found[name]["grade"] for name in names]


def test_a_healthy_terminal_with_its_daemon_running_has_only_the_simulators_to_warn_of(till, world, examine):
    with till.start() as running, running.screen() as glass:
        sell(running, glass)
        glass.until(lambda screen: screen.status.unsent == 0)
        found = examine()
    found.pop("clock")  # what this machine's clock is like is not ours to say
    assert [name for name, check in found.items() if check["grade"] != "ok"] == ["simulators"]
    assert found["device scanner"]["finding"] == "ready"
    assert found["journal"]["finding"].startswith("1 entries")


def test_without_daemon_and_network_there_are_warnings_and_the_terminal_still_sells(till, examine):
    found = examine()
    assert grades(found, "daemon", "gateway", "chain") == ["warn"] * 3
    assert grades(found, "config", "key", "journal", "medium", "checkpoint") == ["ok"] * 5


def test_a_page_for_people_says_what_to_do(till, capsys):
    doctor.main(["--config", str(till.config)])
    assert "start it: kindpakket terminal run" in capsys.readouterr().out


def test_a_wrong_configuration_is_named(till, examine):
    till.extra = "colour = 1"
    till.configure()
    assert "colour" in examine()["config"]["advice"]


def test_a_missing_key_fails(till, examine):
    (till.folder / "key").unlink()
    assert grades(examine(), "key", "journal") == ["fail", "ok"]


def test_f17_a_damaged_journal_fails_and_stays_as_it_is(till, examine):
    for leftover in till.folder.glob("journal.sqlite-*"):
        leftover.unlink()
    till.journal.write_bytes(b"no database at all" * 300)
    assert grades(examine(), "journal") == ["fail"]
    assert till.journal.read_bytes() == b"no database at all" * 300


def test_another_terminals_journal_fails(till, tmp_path, examine):
    other = Till(tmp_path / "other")
    till.journal.write_bytes(other.journal.read_bytes())
    assert grades(examine(), "journal") == ["fail"]


def test_f06_a_refusal_of_the_gateway_fails_with_its_sentence(till, examine):
    with closing(till.store()) as store:
        store.save_attention(Reason.TERMINAL_UNKNOWN, "never heard of it")
    attention = examine()["attention"]
    assert attention["grade"] == "fail"
    assert "never heard of it" in attention["finding"]
    assert "not registered" in attention["advice"]


@pytest.mark.parametrize(("age", "grade"), [(0, "ok"), (86_400 - 600, "warn"), (90_000, "fail")])
def test_f09_the_checkpoints_age_counts_down(tmp_path, age, grade, capsys):
    till = Till(tmp_path / "till")
    till.know(at=Timestamp(now() - age))
    with closing(till.store()) as store:
        store.save_bound(now())
    doctor.main(["--config", str(till.config), "--json"])
    found = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert found["checkpoint"]["grade"] == grade


def test_a_terminal_that_was_never_online_says_so(tmp_path, capsys):
    till = Till(tmp_path / "till")
    assert doctor.main(["--config", str(till.config)]) == 1
    assert "checkpoint" in capsys.readouterr().err


def test_unsent_entries_are_counted(till, examine):
    with till.start() as running, running.screen() as glass:
        assert sell(running, glass).stage is Stage.APPROVED
    found = examine()
    assert found["unsent"]["finding"].startswith("1 ")
    assert grades(found, "unsent", "waiting") == ["warn", "ok"]


def test_f16_a_chain_with_another_journal_fails(till, world, examine):
    world.heads.append(keccak256(b"another"))
    world.settled = 1
    assert grades(examine(), "chain") == ["fail"]


def test_an_empty_slice_is_told(till, world, examine):
    world.slice_ = 0
    assert "slice" in examine()["chain"]["advice"]


def test_a_gateway_that_has_no_time_now_is_called_busy(world, examine):
    world.health = (503, b'{"detail": "the store does not answer"}')
    said = examine()["gateway"]
    assert (said["grade"], said["finding"]) == ("warn", "the gateway is busy: the store does not answer")


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>"),
        (200, b'{"live": true, "ready": false, "why": "no gas"}'),
        (200, b'{"live": true, "ready": 1, "why": ""}'),
        (404, b"{}"),
        (200, b"x" * 100_000),
    ],
)
def test_f34_only_a_gateways_own_word_counts(till, world, examine, answer):
    world.health = answer
    assert grades(examine(), "gateway") == ["warn"]


def test_f18_a_nearly_full_disk_is_warned_of(till, examine, monkeypatch):
    monkeypatch.setattr(disk, "FREE_BYTES_MIN", 2**80)
    assert grades(examine(), "room", "medium") == ["warn", "ok"]


def test_f18_a_folder_that_forgets_fails_in_a_shop(till, examine, monkeypatch):
    monkeypatch.setattr("terminal.store.place.file_system", lambda _: "tmpfs")
    assert grades(examine(), "medium") == ["warn"]
    till.configure(simulators=False)
    assert grades(examine(), "medium") == ["fail"]


def swap_devices(till, *tables):
    """The till's devices, replaced by these."""
    kept = till.config.read_text().partition("[[devices]]")[0]
    till.config.write_text(kept + "".join(f"[[devices]]\n{table}\n" for table in tables) + ("" if tables else "\n"))


def serial(name, device):
    return f'name = "{name}"\ndriver = "serial-scanner"\noptions = {{ device = "{device}" }}'


def test_f24_without_daemon_each_device_is_looked_for(till, tmp_path, examine):
    rig = PtyRig(tmp_path)
    swap_devices(till, serial("links", rig.link), serial("rechts", tmp_path / "gone"))
    found = examine()
    rig.close()
    assert grades(found, "device links", "device rechts") == ["ok", "warn"]
    assert "is there" in found["device links"]["finding"]
    assert found["device rechts"]["finding"] == "no device"
    assert "plug it in" in found["device rechts"]["advice"]
    assert "kindpakket terminal learn" in found["device rechts"]["advice"]


def test_f24_with_the_daemon_its_word_counts(till, tmp_path, examine):
    rig = PtyRig(tmp_path)
    swap_devices(till, serial("scanner", rig.link))
    with till.start() as running, running.screen() as glass:
        glass.until(lambda screen: [lamp.status for lamp in screen.status.devices] == ["ready"])
        assert examine()["device scanner"]["finding"] == "ready"
        rig.link.unlink()
        rig.close()
        glass.until(lambda screen: screen.status.devices[0].status == "lost")
        lost = examine()["device scanner"]
        swap_devices(till, serial("another", tmp_path / "another"))
        assert "restart the daemon" in examine()["device another"]["advice"]
    assert (lost["grade"], lost["finding"]) == ("warn", "lost")
    assert "plug it in" in lost["advice"]


def test_a_lamp_that_no_look_explains_has_advice_of_its_own(till, examine):
    with till.start() as running, running.screen() as glass:
        running.tell("scanner", {"unplug": True})
        glass.until(lambda screen: "lost" in {lamp.status for lamp in screen.status.devices})
        assert "in any port" in examine()["device scanner"]["advice"]


def test_a_device_that_the_daemon_would_not_start_with_fails(till, examine):
    swap_devices(till, serial("scanner", "COM3"))
    device = examine()["device scanner"]
    assert device["grade"] == "fail"
    assert "vendor:product" in device["advice"]


def test_a_driver_whose_package_is_missing_says_what_to_install(till, examine, monkeypatch):
    monkeypatch.setitem(sys.modules, "drivers.serial_scanner", None)
    swap_devices(till, serial("scanner", "/dev/ttyUSB0"))
    device = examine()["device scanner"]
    assert (device["grade"], device["finding"]) == ("warn", "no dependency")
    assert "pip install" in device["advice"]


def test_a_simulator_in_a_shop_is_named(till, examine):
    till.configure(simulators=False)
    assert examine()["device scanner"]["finding"] == "disabled"


def test_f25_without_a_scanner_it_says_how_to_find_one(till, examine):
    assert "devices" not in examine()
    till.config.write_text("devices = []\n" + till.config.read_text().partition("[[devices]]")[0])
    assert "kindpakket terminal learn" in examine()["devices"]["advice"]


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_driver_of_the_registry_has_a_line_and_what_to_do(till, examine, name):
    options = ", ".join(f'{option} = "/dev/absent"' for option in TABLE[name].options)
    swap_devices(till, f'name = "absent"\ndriver = "{name}"\noptions = {{ {options} }}')
    device = examine()["device absent"]
    assert device["finding"]
    assert device["grade"] != "ok" or TABLE[name].simulated


def test_f06_an_approved_payment_that_was_rejected_fails_until_a_closed_day_tells_of_it(till, world, examine):
    with till.store() as store:
        book(store, till.signer(), amount=12_50)
        assert "rejected" not in examine()
        store.record_outcomes([Outcome(1, Reason.TERMINAL_REVOKED)])
        assert "rejected" not in examine()  # the chain has not judged it yet
    till.settle_all()
    found = examine()
    assert (found["rejected"]["grade"], "payment 1 of EUR 12,50" in found["rejected"]["finding"]) == ("fail", True)
    assert "Stop selling" in found["rejected"]["advice"]
    close(till.journal, now(), "shop-03")
    found = examine()
    assert ("rejected" in found, found["days"]["finding"]) == (
        False,
        "1 closed, their chain holds; 0 entries since the last",
    )
