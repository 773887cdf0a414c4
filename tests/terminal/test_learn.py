"""Learning: a person scans and presses, and the configuration says what was scanned and pressed with."""

import asyncio
import subprocess
import sys
import termios
import tomllib

import pytest

from contracts.wire.errors import Broken
from drivers import registry
from drivers.base import Candidate
from drivers.registry import Kind
from terminal import config, learn, listening
from terminal.lesson import ending
from terminal.link.sayings import sentence
from terminal.trial import TEST_CODE
from tests.drivers.pty_rig import PtyRig
from tests.terminal.pupil import Spoken, asking, lesson, opened_anew
from tests.terminal.till import PATIENCE, ROOT, Till

NOTHING_PLUGGED_IN = "import drivers.registry; drivers.registry.candidates = lambda kind: []; "
"""Tests never take hold of the keyboards and ports of the machine that they run on."""

RUN = NOTHING_PLUGGED_IN + "import sys; from terminal.learn import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture
def till(tmp_path):
    return Till(tmp_path / "till")


@pytest.fixture
def rig(tmp_path):
    made = PtyRig(tmp_path)
    yield made
    made.close()


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(listening, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr("drivers.serial_scanner._RETRY_SECONDS", 0.01)


@pytest.fixture
def serial_only(monkeypatch, soon):
    """What is plugged in: nothing, unless a test plugs it in here."""
    plugged: dict[Kind, list] = {Kind.SCANNER: [], Kind.KEYPAD: []}
    monkeypatch.setattr(registry, "candidates", lambda kind: list(plugged[kind]))
    return plugged


@pytest.fixture
def spoken(capsys):
    return Spoken(capsys)


async def test_a_serial_scanner_is_found_by_one_scan(serial_only, rig, spoken):
    async with asking(lesson(rig.link).scanner()) as answer:
        await spoken.until("listening to")
        await rig.scan(TEST_CODE)
        found = await answer
        await spoken.until("ends with Enter")
    assert (found.driver, dict(found.options)) == ("serial-scanner", {"device": str(rig.link), "baud": 9600})
    registry.make(found.driver, found.options, allow_simulators=False)


async def test_f25_of_several_the_one_that_reads_is_taken_and_plugged_in_late_will_do(
    serial_only, rig, tmp_path, spoken
):
    other = tmp_path / "later"
    async with asking(lesson(rig.link, other).scanner()) as answer:
        await spoken.until("listening to")
        late = PtyRig(tmp_path, "later")
        await spoken.until("listening to", times=2)
        await late.scan(TEST_CODE)
        found = await answer
        late.close()
    assert found.options["device"] == str(other)


async def test_what_stands_around_the_code_is_learned_and_tried(serial_only, rig, spoken):
    async with asking(lesson(rig.link).scanner()) as answer:
        for times in (1, 2):
            await spoken.until("listening to" if times == 1 else "once more")
            await opened_anew()
            await rig.scan(f"<<{TEST_CODE}>")
        found = await answer
    assert (found.options["prefix"], found.options["suffix"]) == ("<<", ">")


async def test_a_scanner_at_another_speed_is_found_by_trying(serial_only, rig, spoken):
    """A pty has no speed: the hands send junk until the line is set to what this scanner speaks."""

    async def speak():
        while not answer.done():
            right = termios.tcgetattr(rig._line)[4] == termios.B38400
            await rig.write(f"{TEST_CODE}\r".encode() if right else b"\xf8\x00\xe6\r")
            await asyncio.sleep(0.02)

    async with asking(lesson(rig.link).scanner()) as answer:
        await spoken.until("listening to")
        async with asking(speak()):
            found = await answer
    assert found.options["baud"] == 38400


async def test_f27_another_code_is_said_but_never_shown(serial_only, rig, spoken):
    async with asking(lesson(rig.link).scanner()) as answer:
        await spoken.until("listening to")
        await rig.scan("KP1SOMEBODYSPASS")
        await spoken.until("another code")
        await opened_anew()
        await rig.scan(TEST_CODE)
        await answer
    assert "SOMEBODY" not in spoken.text


@pytest.mark.parametrize(
    ("driver", "ended", "said"), [("serial-scanner", "", "set it to send Enter"), ("camera", "", "whole")]
)
def test_what_could_be_set_better_is_said_of_scanners_alone(driver, ended, said):
    assert said in sentence(ending(Candidate(driver, {}, "it"), ended), "en")


async def test_nothing_heard_ends_with_why(serial_only, tmp_path):
    with pytest.raises(Broken, match="plug the device in"):
        await lesson(patience=0.1).scanner()
    with pytest.raises(Broken, match="plug it in"):
        await lesson(tmp_path / "gone", patience=0.1).scanner()


async def test_without_a_keypad_the_scanner_alone_is_learned(serial_only, rig, spoken):
    names = {Kind.SCANNER: "scanner", Kind.KEYPAD: "keypad"}
    async with asking(lesson(rig.link, language="nl").devices(names)) as answer:
        await spoken.until("luistert naar")
        await rig.scan(TEST_CODE)
        assert [device.name for device in await answer] == ["scanner"]
        await spoken.until("geen toetsenblok")


def start(till, *arguments):
    command = [sys.executable, "-c", RUN, "--config", str(till.config), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


async def taught(till, rig, *arguments, answer=""):
    """The command with one scan of the test code; what it said and how it ended."""
    process = start(till, "--only", "scanner", "--device", str(rig.link), *arguments)
    said = ""
    while "luistert" not in said and "listening" not in said:
        line = await asyncio.to_thread(process.stdout.readline)
        assert line, process.stderr.read()
        said += line
    await rig.scan(TEST_CODE)
    out, err = await asyncio.to_thread(process.communicate, answer, PATIENCE)
    return process.returncode, said + out, err


async def test_it_writes_the_configuration_that_the_daemon_then_runs_with(till, rig):
    before = till.config.read_text()
    code, said, _ = await taught(till, rig, "--yes")
    assert code == 0
    assert "Scan de testcode" in said
    assert "█" in said
    settings = config.load(till.config)
    assert [device.name for device in settings.devices] == ["keypad", "scanner"]
    backup = next(till.folder.glob("terminal.toml.*.bak"))
    assert backup.read_text() == before
    assert str(backup) in said
    with till.start() as running, running.screen() as glass:
        glass.until(lambda screen: ("scanner", "ready") in {(lamp.name, lamp.status) for lamp in screen.status.devices})


@pytest.mark.parametrize(("arguments", "answer", "code"), [(["--dry-run"], "", 0), ([], "n\n", 1), ([], "", 1)])
async def test_unless_it_is_told_to_nothing_is_written(till, rig, arguments, answer, code):
    before = till.config.read_text()
    ended, said, _ = await taught(till, rig, *arguments, answer=answer)
    assert ended == code
    assert 'driver = "serial-scanner"' in said
    assert till.config.read_text() == before
    assert not list(till.folder.glob("*.bak"))


@pytest.mark.parametrize(("language", "question"), [("nl", "vervangen? [j/N]"), ("en", "? [y/N]")])
async def test_it_asks_in_either_language_and_takes_yes(till, rig, language, question):
    code, said, _ = await taught(till, rig, "--language", language, answer="j\n" if language == "nl" else "yes\n")
    assert code == 0
    assert question in said
    assert tomllib.loads(till.config.read_text())["devices"][-1]["driver"] == "serial-scanner"


async def test_f25_a_second_scanner_gets_a_name_of_its_own(till, rig):
    code, _, _ = await taught(till, rig, "--name", "balie-2", "--yes")
    assert code == 0
    assert [device.name for device in config.load(till.config).devices] == ["scanner", "keypad", "balie-2"]


def test_beside_a_running_daemon_it_does_nothing(till, monkeypatch, serial_only, capsys):
    with till.start():
        assert learn.main(["--config", str(till.config)]) == 1
    assert "stop it" in capsys.readouterr().err


def test_a_name_without_a_kind_is_wrong_use(capsys):
    with pytest.raises(SystemExit) as ended:
        learn.main(["--name", "balie-2"])
    assert ended.value.code == 2


def test_the_code_is_shown_without_any_configuration(capsys):
    assert learn.main(["--show-code"]) == 0
    assert "█" in capsys.readouterr().out
