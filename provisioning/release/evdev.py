"""Makes evdev's wheel, as its authors offer source alone and a terminal has no compiler.

One wheel serves every Python from 3.11: it is built for the stable part of Python's C interface. The source uses two
macros that stand outside of it, and functions of the same meaning take their place. The same compiler makes the same
bytes, so whoever doubts a release can make it again.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

from contracts.wire.errors import Broken

STABLE = (
    "-DPy_LIMITED_API=0x030b0000",
    "-DPyTuple_GET_ITEM=PyTuple_GetItem",
    "-DPyTuple_SET_ITEM=PyTuple_SetItem",
)
GLIBC_OFFERED = 36
"""Of the C library of the oldest Debian that is served, 2.36."""

HEADERS = ("input.h", "input-event-codes.h", "uinput.h")
LIBRARIES = 3
PACKAGES = {"aarch64": "gcc-aarch64-linux-gnu", "x86_64": "gcc-x86-64-linux-gnu"}


def build(locked: str, machine: str, into: Path) -> Path:
    """Make the wheel from the source that `locked` (lines of a lock) names, for a machine, into a folder.

    Raises Broken when it cannot be made, with what to do.
    """
    compiler = _compiler(machine)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "locked.txt").write_text(locked)
        wheel = _make(compiler, machine, Path(folder))
        kept = into / wheel.name
        shutil.copyfile(wheel, kept)
    return kept


def _compiler(machine: str) -> str:
    name = f"{machine}-linux-gnu-gcc"
    if shutil.which(name) is None:
        package = PACKAGES.get(machine, "gcc")
        raise Broken(f"evdev's wheel for {machine} needs a compiler: sudo apt install {package}")
    return name


def _make(compiler: str, machine: str, folder: Path) -> Path:
    (folder / "setup.cfg").write_text(_settings(compiler, machine))
    _lend_headers(machine, folder)
    pip = [sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-cache-dir", "--no-deps"]
    rules = ["--no-binary", "evdev", "--no-build-isolation", "--require-hashes", "--requirement", "locked.txt"]
    surroundings = {**os.environ, **_surroundings(compiler, machine, folder)}
    done = subprocess.run([*pip, *rules], cwd=folder, env=surroundings, capture_output=True, text=True, check=False)
    wheel = next(folder.glob("evdev-*.whl"), None)
    if done.returncode or wheel is None:
        raise Broken(f"evdev's wheel for {machine} could not be made: {(done.stdout + done.stderr).strip()[-600:]}")
    _check(wheel, machine)
    return wheel


def _lend_headers(machine: str, folder: Path) -> None:
    """Debian's headers ask for the other machine's sizes; this one's are the same, as both count in 64 bits."""
    headers = Path(sysconfig.get_path("include"))
    if not (headers / "Python.h").exists():
        raise Broken(f"evdev's wheel needs the headers of this Python in {headers}: sudo apt install python3-dev")
    sizes = headers.parent / str(sysconfig.get_config_var("MULTIARCH")) / headers.name / "pyconfig.h"
    if sizes.exists():
        lent = folder / f"{machine}-linux-gnu" / headers.name
        lent.mkdir(parents=True)
        shutil.copyfile(sizes, lent / sizes.name)


def _settings(compiler: str, machine: str) -> str:
    """What evdev's own build is told: the kernel's names as the compiler sees them, and what the wheel is for."""
    return (
        f"[build_ecodes]\nevdev_headers = {':'.join(_headers(compiler))}\nreproducible = 1\n"
        f"[bdist_wheel]\npy_limited_api = cp311\nplat_name = manylinux_2_{GLIBC_OFFERED}_{machine}\n"
    )


def _headers(compiler: str) -> list[str]:
    source = "#include <linux/input.h>\n#include <linux/uinput.h>\n"
    done = subprocess.run([compiler, "-M", "-E", "-"], input=source, capture_output=True, text=True, check=False)
    found = [path for path in done.stdout.split() if Path(path).name in HEADERS]
    if len(found) != len(HEADERS):
        raise Broken(f"{compiler} does not find the kernel's headers: sudo apt install libc6-dev-arm64-cross")
    return found


def _surroundings(compiler: str, machine: str, folder: Path) -> dict[str, str]:
    """How a build learns of another machine than this one."""
    return {
        "CC": compiler,
        "LDSHARED": f"{compiler} -shared",
        "CFLAGS": " ".join(("-O2", "-g0", f"-I{folder}", f"-ffile-prefix-map={folder}=.", *STABLE)),
        "DIST_EXTRA_CONFIG": str(folder / "setup.cfg"),
        "SETUPTOOLS_EXT_SUFFIX": ".abi3.so",
        "_PYTHON_HOST_PLATFORM": f"linux-{machine}",
        "SOURCE_DATE_EPOCH": "946684800",
    }


def _check(wheel: Path, machine: str) -> None:
    """Hold that it asks no newer C library than its name says; the linker writes each as GLIBC_2.n."""
    with zipfile.ZipFile(wheel) as archive:
        libraries = [archive.read(name) for name in archive.namelist() if name.endswith(".abi3.so")]
    newest = max((int(minor) for each in libraries for minor in re.findall(rb"GLIBC_2\.(\d+)", each)), default=0)
    if len(libraries) != LIBRARIES or newest > GLIBC_OFFERED:
        raise Broken(
            f"evdev's wheel for {machine} has {len(libraries)} libraries and asks for glibc 2.{newest}, "
            f"where Debian 12 has 2.{GLIBC_OFFERED}: make the release on Debian 12"
        )
