"""The one file does what an installer runs it for, with nothing but Python and what lies in it."""

import os
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pip
import pytest

from provisioning.release import bootstrap
from tests.release import releases


def wheel(folder: Path, name: str, files: dict[str, str]) -> Path:
    """A wheel with these files."""
    about = f"{name}-0.2.0.dist-info"
    files = files | {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.2.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": f"[console_scripts]\n{name} = {name}_main:main\n",
    }
    path = folder / f"{name}-0.2.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for each, text in files.items():
            archive.writestr(each, text)
        archive.writestr(f"{about}/RECORD", "".join(f"{each},,\n" for each in [*files, f"{about}/RECORD"]))
    return path


def pip_wheel(folder: Path) -> Path:
    """The pip that runs here, as a wheel that runs without being installed."""
    path, top = folder / "pip-1-py3-none-any.whl", Path(pip.__file__).parent
    with zipfile.ZipFile(path, "w") as archive:
        for each in [each for each in top.rglob("*") if each.is_file() and each.suffix != ".pyc"]:
            archive.write(each, Path("pip") / each.relative_to(top))
    return path


@pytest.fixture
def release(tmp_path):
    return made(tmp_path)


def made(folder: Path, digest: str | None = None) -> Path:
    """A release of a program that tells its words; its lock wants that hash."""
    main = "import sys\ndef main():\n    print('told', *sys.argv[1:])\n"
    own = wheel(folder, "kindpakket", {"kindpakket_main.py": main})
    lock = f"kindpakket==0.2.0 --hash=sha256:{digest or sha256(own.read_bytes()).hexdigest()}\n"
    wheels = {f"wheels/{each.name}": each.read_bytes() for each in (own, pip_wheel(folder))}
    return releases.made(folder, "0.2.0", parts={"lock.txt": lock.encode(), **wheels})


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The terminal's folder, and a machine that is served."""
    monkeypatch.setattr(bootstrap, "PROGRAM", tmp_path / "data" / "program")
    monkeypatch.setattr(bootstrap, "RECORD", tmp_path / "data" / "install.json")
    monkeypatch.setattr(bootstrap, "PYTHONS", (sys.version_info[:2],))
    monkeypatch.setattr(bootstrap, "FREE_BYTES_MIN", 0)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path / "data" / "program"


@pytest.fixture
def run(release, monkeypatch):
    """Run the release with these words; what it went on with."""
    went: list[list[str]] = []

    def go_on(path, command):
        went.append(command)
        raise SystemExit

    def run(*words):
        monkeypatch.setattr(bootstrap, "_here", lambda: release)
        monkeypatch.setattr(os, "execv", go_on)
        try:
            assert bootstrap.main(list(words)) in {0, 1}
        except SystemExit:
            return went[-1]
        return None

    return run


def told(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_it_makes_the_program_and_goes_on_with_the_installer(place, run):
    command = run("--yes")
    assert command == [f"{place}/current/bin/kindpakket", "provision", "terminal", "install", "--yes"]
    assert told(command) == "told provision terminal install --yes\n"
    assert (place / "current").readlink() == Path("releases/0.2.0")
    assert sorted(each.name for each in (place / "releases").iterdir()) == ["0.2.0"]
    assert sorted(each.name for each in (place / "current/release").iterdir()) == sorted(bootstrap.KEPT)
    compiled = [each.read_bytes() for each in (place / "current/lib").rglob("kindpakket_main*.pyc")]
    assert len(compiled) == 1
    assert b".0.2.0.new" not in compiled[0]


def test_again_it_makes_nothing(place, run):
    run()
    before = (place / "releases/0.2.0").stat()
    assert run("--yes") is not None
    assert (place / "releases/0.2.0").stat() == before


def test_what_was_interrupted_is_begun_anew(place, run):
    (place / "releases/.0.2.0.new/bin").mkdir(parents=True)
    (place / ".current.new").symlink_to("nowhere")
    assert told(run()) == "told provision terminal install\n"


def test_a_dry_run_leaves_nothing(place, run, capfd):
    before = set(Path("/var/tmp").iterdir())
    assert run("--dry-run") is None
    assert "told provision terminal install --dry-run" in capfd.readouterr().out
    assert (place.exists(), set(Path("/var/tmp").iterdir())) == (False, before)


def test_where_nothing_is_there_nothing_is_undone(place, run, capsys):
    assert run("--undo") is None
    assert "nothing to undo" in capsys.readouterr().out
    assert not place.exists()


def test_an_undo_that_was_interrupted_is_gone_on_with(place, run):
    bootstrap.RECORD.parent.mkdir(parents=True)
    bootstrap.RECORD.touch()
    assert told(run("--undo")) == "told provision terminal install --undo\n"


def test_another_version_is_a_matter_of_an_update(place, run, capsys):
    there = place / "current/release/release.json"
    there.parent.mkdir(parents=True)
    there.write_text('{"version": "0.1.0"}')
    (place / "current/lib" / "python{}.{}".format(*sys.version_info)).mkdir(parents=True)
    assert run() is None
    assert "0.1.0 is installed here; to update: sudo kindpakket terminal update" in capsys.readouterr().err
    assert run("--undo") is not None


def test_after_a_new_debian_brought_a_new_python_the_same_file_makes_it_anew(place, run):
    run()
    library = place / "releases/0.2.0/lib"
    next(library.glob("python3.*")).rename(library / "python3.5")
    assert told(run()) == "told provision terminal install\n"
    assert [each.name for each in library.iterdir()] == ["python{}.{}".format(*sys.version_info)]


def test_or_a_newer_one_as_the_old_one_can_take_no_update_then(place, run):
    there = place / "releases/0.1.0"
    (there / "lib/python3.5").mkdir(parents=True)
    (place / "current").symlink_to("releases/0.1.0")
    assert told(run()) == "told provision terminal install\n"
    assert (place / "current").readlink() == Path("releases/0.2.0")


def test_f33_but_no_older_one_which_could_not_read_what_was_sold(place, run, capsys):
    there = place / "current/release/release.json"
    there.parent.mkdir(parents=True)
    there.write_text('{"version": "0.10.0"}')
    assert run() is None
    assert "0.10.0 is installed here, and this is 0.2.0" in capsys.readouterr().err
    assert not (place / "releases").exists()


def test_nor_is_another_release_of_the_same_version_taken_for_it(place, release, run, capsys):
    run()
    releases.made(release.parent, "0.2.0", releases.OTHER)
    assert run() is None
    assert "two releases never have one version" in capsys.readouterr().err


def test_nothing_but_what_the_lock_names_is_installed(place, release, run, capsys):
    made(release.parent, digest="0" * 64)
    assert run() is None
    assert "could not be unpacked" in capsys.readouterr().err
    assert not (place / "current").exists()
    assert not (place / "releases/0.2.0").exists()


def test_pips_own_settings_are_not_asked(place, run, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "no")
    monkeypatch.setenv("PIP_TARGET", "/nowhere")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    assert run() is not None


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("PYTHONS", ((3, 9),), "use Raspberry Pi OS or Debian"),
        ("MACHINES", ("armv7l",), "install the 64-bit one"),
        ("FREE_BYTES_MIN", 2**62, "free some space"),
    ],
)
def test_a_machine_that_is_not_served_is_told_so(place, run, monkeypatch, capsys, name, value, why):
    monkeypatch.setattr(bootstrap, name, value)
    assert run() is None
    assert why in capsys.readouterr().err
    assert not (place / "releases/0.2.0").exists()


def test_who_is_not_root_is_told_so(place, run, monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert run() is None
    assert "put sudo before the command" in capsys.readouterr().err
