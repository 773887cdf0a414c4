"""The units: systemd takes them without a word, they confine what they run, and they name what there is."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning import cli
from provisioning.installer import bundle
from terminal import places
from terminal.signer import sealing
from terminal.update import machine

UNITS = Path(__file__).parents[1] / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
ELSEWHERE = {"kindpakket-gateway.service", "kindpakket-portal.service", "kindpakket-portal-worker.service"}
"""What runs on a server, and not on a terminal."""
EXPOSURE_MAX = 20
"""Tenths."""
PROGRAM = re.compile(r"^(Exec\w+=[-+]?)/opt/kindpakket/\S+", re.MULTILINE)
TOOLS = ("systemd-analyze", "systemd-sysusers", "systemd-tmpfiles")


@pytest.fixture(autouse=True)
def tools() -> None:
    if lacking := [tool for tool in TOOLS if shutil.which(tool) is None]:
        pytest.skip(f"no {lacking[0]}: apt-get install systemd")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """All of them, with a program that there is on this machine."""
    for path in UNITS.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_text(PROGRAM.sub(r"\1/bin/true", path.read_text()))
    return tmp_path


def settings(name: str) -> dict[str, list[str]]:
    """Each key of the unit with its values; the sections fall together, as no key stands in two."""
    found: dict[str, list[str]] = {}
    text = (UNITS / name).read_text().replace("\\\n", " ")
    for key, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    found = sorted(
        str(path) for path in folder.iterdir() if path.suffix in {".service", ".socket", ".target", ".mount"}
    )
    return subprocess.run(
        ["systemd-analyze", "verify", *found],
        env={"SYSTEMD_UNIT_PATH": f"{folder}:", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_terminal_gets_its_own_units_and_no_servers():
    installed = {path.name for path in (*bundle.units(), *bundle.apt_units())}
    assert {path.name for path in UNITS.iterdir() if path.is_file()} - ELSEWHERE <= installed
    assert installed & ELSEWHERE == set()


def test_systemd_takes_all_of_them_without_a_word(units):
    verified = verify(units)
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("ProtectSystem=strict", "ProtectSystem=strikt"),
        ("WatchdogSec=30s", "WatchDogSec=30s"),
        ("SystemCallFilter=~@privileged", "SystemCallFilter=~@priviledged"),
        ("After=kindpakket-camera.socket", "After=kindpakket-return.service"),  # a circle
    ],
)
def test_what_is_wrong_makes_it_speak_though_it_may_not_fail(units, right, wrong):
    unit = units / "kindpakket-terminal.service"
    text = unit.read_text()
    assert right in text
    unit.write_text(text.replace(right, wrong))
    verified = verify(units)
    assert verified.stdout + verified.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_none_is_exposed_more_than_it_must_be(units, name):
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", units / name],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout[-300:]


def commands() -> Iterator[tuple[str, ...]]:
    for name in SERVICES:
        for line in settings(name)["ExecStart"]:
            program, *words = line.split()
            if program.endswith("/kindpakket"):
                yield (name, *(word for word in words if not word.startswith(("/", "$"))))


@pytest.mark.parametrize("command", commands(), ids=lambda command: command[0])
def test_its_words_are_those_of_the_command(command, capsys):
    words = [word for word in command[1:] if not word.startswith("--")]
    with pytest.raises(SystemExit, match="0"):
        cli.main([*words, "--help"])
    known = capsys.readouterr().out
    assert all(word in known for word in command[1:] if word.startswith("--"))


def test_what_one_names_of_ours_is_there():
    named = {
        name
        for path in UNITS.rglob("*")
        if path.is_file()
        for name in re.findall(r"\bkindpakket[\w-]*@?\.(?:service|socket|target)\b", path.read_text())
    }
    assert named <= {path.name for path in UNITS.iterdir()}
    assert {machine.DAEMON, machine.SCREEN} <= set(SERVICES)


def test_they_stand_where_the_program_looks():
    daemon = settings("kindpakket-terminal.service")
    assert daemon["LoadCredentialEncrypted"] == [f"{places.CREDENTIAL}:{places.SEALED_KEY}"]
    assert Path("/run/credentials/kindpakket-terminal.service", places.CREDENTIAL) == places.UNSEALED_KEY
    assert Path("/var/lib", *daemon["StateDirectory"]) == places.STATE
    assert Path("/run", *daemon["RuntimeDirectory"]) == places.RUN
    for name in SERVICES:
        if name not in ELSEWHERE:
            programs = [line.lstrip("-").split()[0] for line in settings(name)["ExecStart"]]
            assert all(Path(each).is_relative_to(places.PROGRAM) or each.startswith("/usr/bin/") for each in programs)


def test_the_portal_s_pages_have_neither_the_worker_s_user_nor_its_key_nor_the_network():
    pages, worker = settings("kindpakket-portal.service"), settings("kindpakket-portal-worker.service")
    assert pages["User"] != worker["User"]
    assert pages["Group"] == worker["Group"]
    assert not pages.keys() & {"EnvironmentFile", "LoadCredential"}
    assert {"EnvironmentFile", "LoadCredential"} <= worker.keys()
    assert (pages["IPAddressDeny"], pages["IPAddressAllow"]) == (["any"], ["localhost"])


def test_whoever_hangs_or_crashes_is_started_anew_and_for_ever():
    daemon = settings("kindpakket-terminal.service")
    assert (daemon["Type"], daemon["WatchdogSec"], daemon["Restart"]) == (["notify"], ["30s"], ["always"])
    assert daemon["OnFailure"] == ["kindpakket-return.service kindpakket-again.service"]
    screen = settings("kindpakket-screen.service")
    assert (screen["Restart"], screen["StartLimitIntervalSec"]) == (["always"], ["0"])


def test_the_daemon_needs_no_screen_and_neither_goes_down_with_the_other():
    for name in ("kindpakket-terminal.service", "kindpakket-screen.service"):
        assert not settings(name).keys() & {"Requires", "Requisite", "BindsTo", "Upholds"}
    assert "kindpakket-screen.service" not in (UNITS / "kindpakket-terminal.service").read_text()


def test_f36_whoever_talks_to_strangers_is_not_root_and_whoever_is_root_has_no_network():
    for name in SERVICES:
        unit = settings(name)
        assert unit.get("User", ["root"]) != ["root"] or unit["PrivateNetwork"] == ["yes"], name


def test_f36_root_gives_away_nothing_that_a_link_in_the_daemon_s_own_folders_leads_to():
    """Whoever had the daemon's user would be given any file of root's at the next start."""
    given = [line.split() for line in settings("kindpakket-enrol.service")["ExecStartPre"] if "chown" in line]
    assert {words[-1] for words in given} == {str(places.STATE), str(places.SEALED_KEY)}
    for _, options, *_ in given:
        assert options.startswith("-h")


def test_keys_are_sealed_and_opened_for_the_daemon_s_user_alone_and_only_while_one_enrols():
    for word, path in sealing.SOCKETS.items():
        name = "seal" if word == "encrypt" else "unseal"
        socket = settings(f"kindpakket-{name}.socket")
        assert socket["ListenStream"] == [str(path)]
        assert (socket["SocketUser"], socket["SocketMode"]) == (["kindpakket"], ["0600"])
        assert socket["StopWhenUnneeded"] == ["yes"]
        assert f"kindpakket-{name}.socket" in settings("kindpakket-enrol.service")["Wants"][0]
        (command,) = settings(f"kindpakket-{name}@.service")["ExecStart"]
        assert command.startswith(f"/usr/bin/{sealing.PROGRAM} {word} --name={places.CREDENTIAL} ")


@pytest.mark.parametrize("name", ["kindpakket-screen.service", "kindpakket-camera@.service"])
def test_f36_screen_and_camera_have_no_network_and_none_of_the_daemon_s_files(name):
    unit = settings(name)
    assert (unit["PrivateNetwork"], unit["IPAddressDeny"]) == (["yes"], ["any"])
    assert "-" + str(places.STATE) in unit["InaccessiblePaths"]


_WITHOUT_SECRETS = {"kindpakket-again.service", "kindpakket-mirror.service", "kindpakket-screen.service"}


@pytest.mark.parametrize("name", SERVICES)
def test_f36_no_memory_goes_to_the_disk(name):
    unit = settings(name)
    assert unit["LimitCORE"] == ["0"]
    if name not in _WITHOUT_SECRETS:
        assert unit["MemorySwapMax"] == ["0"]


@pytest.mark.parametrize("name", SERVICES)
def test_memory_and_tasks_are_bounded(name):
    assert {"MemoryMax", "TasksMax"} <= settings(name).keys()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine that has Debian's groups and our users."""
    folder = tmp_path / "root"
    (folder / "etc").mkdir(parents=True)
    (folder / "etc" / "group").write_text(
        "root:x:0:\n" + "".join(f"{name}:x:{number}:\n" for number, name in enumerate(_GROUPS, 100))
    )
    for _ in range(2):  # again changes nothing
        made = subprocess.run(
            ["systemd-sysusers", f"--root={folder}", UNITS / "sysusers.d" / "kindpakket.conf"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
    return folder


_GROUPS = ("tty", "dialout", "video", "input", "lp")


def test_each_process_has_a_user_of_its_own_and_no_group_beyond_what_it_opens(root):
    groups = {
        name: set(members.split(",")) - {""}
        for name, _, _, members in (line.split(":") for line in (root / "etc/group").read_text().splitlines())
    }
    assert {name: members for name, members in groups.items() if members} == {
        **{name: {"kindpakket"} for name in ("dialout", "input", "lp")},
        "video": {"kindpakket", "kindpakket-camera"},
        "tty": {"kindpakket-screen"},
        "kindpakket": {"kindpakket-screen"},
    }
    users = [line.split(":") for line in (root / "etc/passwd").read_text().splitlines()]
    assert {user[0] for user in users} == {"kindpakket", "kindpakket-screen", "kindpakket-camera"}
    assert {user[-1] for user in users} <= {"/usr/sbin/nologin", "/sbin/nologin", "/bin/nologin"}


def test_the_folders_are_made_with_their_owners_and_links_and_stay_as_they_are(root):
    conf = UNITS / "tmpfiles.d" / "kindpakket.conf"
    command: list[str | Path] = ["systemd-tmpfiles", "--create", f"--root={root}", conf]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if "not permitted" in made.stderr:
        pytest.skip("only root gives folders away")
    assert made.returncode == 0, made.stderr
    inside = {place: root / place.relative_to("/") for place in (places.STATE, places.ETC_KEPT, places.PROGRAM_KEPT)}
    modes = {place: (path.stat().st_mode & 0o7777) for place, path in inside.items()}
    assert modes == {places.STATE: 0o700, places.ETC_KEPT: 0o770, places.PROGRAM_KEPT: 0o755}
    for link, target in ((places.ETC, places.ETC_KEPT), (places.PROGRAM, places.PROGRAM_KEPT)):
        assert (root / link.relative_to("/")).readlink() == target
    journal = inside[places.STATE] / "journal.sqlite"
    journal.write_text("of a terminal")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert journal.read_text() == "of a terminal"


def test_logs_are_bounded_and_the_machine_s_own_watchdog_is_on():
    logs = (UNITS / "journald.conf.d" / "kindpakket.conf").read_text()
    assert {"SystemMaxUse=48M", "RuntimeMaxUse=24M"} <= set(logs.splitlines())
    machine_conf = (UNITS / "system.conf.d" / "kindpakket.conf").read_text()
    (seconds,) = re.findall(r"^RuntimeWatchdogSec=(\d+)s$", machine_conf, re.MULTILINE)
    assert int(seconds) < 15.0  # a Raspberry Pi's counts to 15


def test_a_stick_is_mounted_below_what_the_daemon_may_write_and_not_there_itself():
    """systemd's own mount of that folder would keep a stick that is taken out, and hide the next."""
    writable = [Path(path.lstrip("-")) for path in settings("kindpakket-terminal.service")["ReadWritePaths"]]
    assert places.MIRROR.parent in writable
    assert places.MIRROR not in writable
