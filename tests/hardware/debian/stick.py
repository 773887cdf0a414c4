"""The USB stick that an installer carries: releases of the tree as it stands, and two that are to be refused."""

import hashlib
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from Crypto.PublicKey import ECC

from provisioning.release import making
from provisioning.release.wheels import Target
from tests.hardware.image import CACHE
from tests.hardware.tools import run

HERE = Target("x86_64", "3.11")
BAD = "9.9.9"
"""The version of the release whose daemon does not start."""
_STICK_MIB = 128
_BROKEN = "raise SystemExit('this release is broken on purpose')\n"


def make() -> Path:
    """The stick's image: `kindpakket.pyz`, and `bad/` with a release that has a fault. Raises Broken or TryAgain."""
    signing = ECC.generate(curve="Ed25519")
    image = CACHE / "stick.img"
    with tempfile.TemporaryDirectory() as folder:
        top, parts = Path(folder) / "stick", Path(folder) / "parts"
        (top / "bad").mkdir(parents=True)
        own = making._wheel(parts)
        contents = making.gather(own, [HERE], parts / "wheels")
        making.write(signing, _version(own), contents, top).rename(top / "kindpakket.pyz")
        making.write(signing, BAD, _with(contents, own, _spoilt(own, parts)), top / "bad")
        image.unlink(missing_ok=True)
        run("mke2fs", "-q", "-t", "ext4", "-L", "STICK", "-d", str(top), str(image), f"{_STICK_MIB}M")
    return image


def _version(wheel: Path) -> str:
    return wheel.name.split("-")[1]


def _with(contents: Mapping[str, Path | bytes], own: Path, other: Path) -> dict[str, Path | bytes]:
    """The same release, with the other wheel in place of our own."""
    lock = contents["lock.txt"]
    assert isinstance(lock, bytes)
    kept, _, _ = lock.partition(b"kindpakket==")
    digest = hashlib.sha256(other.read_bytes()).hexdigest()
    changed: dict[str, Path | bytes] = {
        f"wheels/{other.name}": other,
        "lock.txt": kept + f"kindpakket=={BAD} --hash=sha256:{digest}\n".encode(),
    }
    return {name: part for name, part in contents.items() if name != f"wheels/{own.name}"} | changed


def _spoilt(wheel: Path, folder: Path) -> Path:
    """The same program under a newer version, with a daemon that ends at once."""
    old, target = _version(wheel), folder / f"kindpakket-{BAD}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(target, "w") as made:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith(("/METADATA", "/RECORD")):
                content = content.replace(f"Version: {old}".encode(), f"Version: {BAD}".encode())
            if name.endswith("/RECORD"):
                content = b"".join(f"{each},,\n".encode() for each in _renamed(source.namelist(), old))
            if name == "terminal/daemon.py":
                content = _BROKEN.encode()
            made.writestr(name.replace(f"-{old}.dist-info", f"-{BAD}.dist-info"), content)
    return target


def _renamed(names: list[str], old: str) -> list[str]:
    return [name.replace(f"-{old}.dist-info", f"-{BAD}.dist-info") for name in names]
