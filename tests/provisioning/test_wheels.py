"""What a release carries: the wheels that a lock names, for every machine that a terminal may be, and no other bytes.

pip is the real one; where it looks is a folder of small wheels made here, so no network is asked.
"""

import hashlib
import zipfile
from pathlib import Path

import pytest

from contracts.wire.errors import Broken, TryAgain
from provisioning.release import evdev, wheels
from provisioning.release.wheels import TARGETS, Target

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "provisioning" / "lock" / "terminal.txt"
PI, PC = Target("aarch64", "3.11"), Target("x86_64", "3.13")


def wheel(shop: Path, name: str, tag: str) -> str:
    """A wheel in the shop; its line for a lock."""
    path = shop / f"{name}-1.0-{tag}.whl"
    about = {"METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "WHEEL": "Wheel-Version: 1.0\n"}
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in {**about, "RECORD": ""}.items():
            archive.writestr(f"{name}-1.0.dist-info/{file}", text)
    return f"--hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """Where pip finds wheels, and nowhere else."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    return folder


def lock(folder: Path, *entries: str) -> Path:
    path = folder / "lock.txt"
    path.write_text("# a comment\n" + "".join(f"{entry}\n" for entry in entries))
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_each_machine_gets_its_own_wheel_and_what_serves_all_comes_once(shop, tmp_path):
    pure = wheel(shop, "pure", "py3-none-any")
    pi = wheel(shop, "fast", "cp311-cp311-manylinux_2_17_aarch64")
    pc = wheel(shop, "fast", "cp313-cp313-manylinux_2_28_x86_64")
    text = lock(tmp_path, f"pure==1.0 \\\n    {pure}", f"fast==1.0 \\\n    {pi} \\\n    {pc}")
    assert wheels.collect(text, (PI, PC), tmp_path / "out") == text.read_text()
    assert names(tmp_path / "out") == names(shop)


def test_a_marker_is_asked_of_the_target_and_not_of_this_machine(shop, tmp_path):
    pi, pc = (wheel(shop, name, "py3-none-any") for name in ("onlypi", "onlypc"))
    text = lock(
        tmp_path,
        f"onlypi==1.0 ; platform_machine == 'aarch64' and python_version < '3.12' \\\n    {pi}",
        f"onlypc==1.0 ; platform_machine == 'x86_64' \\\n    {pc}",
        "colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:00",
    )
    for target, wanted in ((PI, {"onlypi"}), (PC, {"onlypc"}), (Target("aarch64", "3.13"), set())):
        into = tmp_path / f"{target.machine}-{target.python}"
        wheels.collect(text, (target,), into)
        assert {name.partition("-")[0] for name in names(into)} == wanted


def test_other_bytes_than_the_lock_names_are_not_taken(shop, tmp_path):
    wheel(shop, "pure", "py3-none-any")
    with pytest.raises(Broken, match=r"not what the lock names.*pure==1\.0"):
        wheels.collect(lock(tmp_path, f"pure==1.0 \\\n    --hash=sha256:{'0' * 64}"), (PI,), tmp_path / "out")
    assert names(tmp_path / "out") == set()


def test_a_machine_for_which_there_is_no_wheel_is_named(shop, tmp_path):
    hashed = wheel(shop, "fast", "cp311-cp311-manylinux_2_40_aarch64")  # for a newer C library than Debian 12 has
    with pytest.raises(TryAgain, match=r"no wheels for aarch64 with Python 3\.11.*fast.*lock another version"):
        wheels.collect(lock(tmp_path, f"fast==1.0 \\\n    {hashed}"), (PI,), tmp_path / "out")


def test_what_is_made_here_is_made_once_and_its_hash_joins_the_lock(shop, tmp_path, monkeypatch):
    made = []

    def make(lines: str, machine: str, into: Path) -> Path:
        made.append((lines, machine))
        path = into / f"madehere-1.0-py3-none-manylinux_2_36_{machine}.whl"
        path.write_bytes(b"made of the locked source")
        return path

    monkeypatch.setitem(wheels.SOURCE_ONLY, "madehere", make)
    source = "--hash=sha256:" + "5" * 64
    text = lock(tmp_path, f"madehere==1.0 ; platform_machine != 'x86_64' \\\n    {source}")
    told = wheels.collect(text, TARGETS, tmp_path / "out")
    assert made == [(f"madehere==1.0 \\\n    {source}", "aarch64")]
    assert source in told
    assert f"--hash=sha256:{hashlib.sha256(b'made of the locked source').hexdigest()}" in told


def test_without_a_compiler_it_says_which_package_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Broken, match="sudo apt install gcc-aarch64-linux-gnu"):
        evdev.build("evdev==2.0.0", "aarch64", tmp_path)


def test_without_pythons_headers_it_says_which_package_to_install(tmp_path, monkeypatch):
    compiler = tmp_path / "aarch64-linux-gnu-gcc"
    compiler.write_text("#!/bin/sh\necho input.h input-event-codes.h uinput.h\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    with pytest.raises(Broken, match="sudo apt install python3-dev"):
        evdev.build("evdev==2.0.0", "aarch64", tmp_path)


def test_the_terminals_lock_has_evdev_for_every_machine():
    packages = list(wheels.packages(LOCK.read_text()))
    for target in TARGETS:
        wanted = {package.requirement.name for package in packages if package.wanted(target)}
        assert {"httpx", "textual", "pyserial", "zxing-cpp"} <= wanted
        assert len({"evdev", "evdev-binary"} & wanted) == 1
