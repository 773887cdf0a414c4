"""What the virtual machine boots: Debian's kernel, udev and Python from the machine's own apt, and this project.

The system is one initramfs, so that nothing has to be installed and root is not needed. What is downloaded and what is
made of it stays in build/hardware until the list of packages or an installed wheel changes; the project's own code is
laid on top at every run.
"""

import compileall
import hashlib
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from py_compile import PycInvalidationMode

from packaging.requirements import Requirement

from tests.hardware.tools import ROOT, Lacking, require, run

CACHE = ROOT / "build" / "hardware"
PACKAGES = (
    "busybox-static", "kmod", "udev",
    "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib",
    "libacl1", "libblkid1", "libc-bin", "libc6", "libcap2", "libexpat1", "libffi8", "libgcc-s1", "libkmod2", "liblzma5",
    "libpcre2-8-0", "libselinux1", "libsqlite3-0", "libssl3", "libstdc++6", "libudev1", "libuuid1", "libzstd1",
    "zlib1g",
)  # fmt: skip
KERNEL = "linux-image-amd64"
MODULES = (
    "drivers/block/virtio_blk.ko", "drivers/char/virtio_console.ko", "drivers/hid", "drivers/input", "drivers/virtio",
    "drivers/media/cec", "drivers/media/common", "drivers/media/mc", "drivers/media/rc/rc-core.ko",
    "drivers/media/test-drivers/vivid", "drivers/media/v4l2-core", "drivers/usb/class", "drivers/usb/common",
    "drivers/usb/core", "drivers/usb/host", "drivers/usb/serial", "arch/x86/crypto/crc32c-intel.ko", "crypto",
    "fs/ext4", "fs/jbd2", "fs/mbcache.ko", "lib",
)  # fmt: skip
"""Of the kernel's modules, where those for USB, a camera and a disk stand; which are loaded is left to udev."""
USERS = """\
root:x:0:0::/:/bin/sh
kindpakket:x:900:900::/var/lib/kindpakket:/bin/sh
"""
GROUPS = """\
root:x:0:
tty:x:5:
disk:x:6:
lp:x:7:
kmem:x:15:
dialout:x:20:kindpakket
cdrom:x:24:
tape:x:26:
audio:x:29:
video:x:44:kindpakket
kvm:x:104:
sgx:x:105:
render:x:106:
input:x:107:kindpakket
kindpakket:x:900:
"""
"""The daemon's user is in the groups to which udev gives keyboards, serial lines and cameras, and in no other."""
CODE = ("contracts", "drivers", "provisioning", "terminal", "tests")
WHEELS = ("evdev-binary", "linuxpy", "pyserial", "python-escpos", "pyudev", "tzdata", "zxing-cpp")
"""What the drivers need beside the terminal itself. evdev has no wheel of its own for any machine."""


def build() -> tuple[Path, Path]:
    """Kernel and initramfs, made or from the cache. Raises Lacking."""
    _check_tools()
    CACHE.mkdir(parents=True, exist_ok=True)
    base = CACHE / f"base-{_fingerprint()}.cpio"
    kernel = base.with_suffix(".kernel")
    if not (base.exists() and kernel.exists()):
        _build_base(base, kernel)
    whole = CACHE / "initramfs.cpio"
    with whole.open("wb") as out:
        out.write(base.read_bytes())
        out.write(_archive(_lay_code(CACHE / "code")))  # the kernel unpacks one archive after the other
    return kernel, whole


def blank_disk() -> Path:
    """An empty ext4 file system for the terminal's state: a journal refuses to live in memory."""
    disk = CACHE / "state.ext4"
    disk.unlink(missing_ok=True)
    run("mke2fs", "-q", "-t", "ext4", "-E", "root_owner=0:0", str(disk), "64M")
    return disk


def _check_tools() -> None:
    wanted = {"qemu-system-x86_64": "qemu-system-x86", "mke2fs": "e2fsprogs", "dpkg-deb": "dpkg", "apt-get": "apt"}
    require(wanted)
    if platform.machine() != "x86_64":
        raise Lacking("the virtual machine runs this machine's wheels, and is made for x86_64 alone")
    if sys.version_info[:2] != (3, 11):
        raise Lacking("the virtual machine has Debian 12's Python 3.11; set up .venv with it: make PYTHON=python3.11")


def _fingerprint() -> str:
    """Changes when the base image must be made anew."""
    parts = [Path(__file__).read_text(), *sorted(f"{each.name}=={each.version}" for each in _distributions())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _build_base(base: Path, kernel: Path) -> None:
    for old in CACHE.glob("base-*"):
        old.unlink()
    tree = CACHE / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    for folder in ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "etc", "proc", "sys", "dev", "run", "tmp", "var/lib"):
        (tree / folder).mkdir(parents=True)
    for folder in ("bin", "sbin", "lib", "lib64"):
        (tree / folder).symlink_to(f"usr/{folder}")
    for package in _download():
        _unpack(package, tree)
    image = next((tree / "boot").glob("vmlinuz-*"))
    release = image.name.removeprefix("vmlinuz-")
    image.rename(kernel)
    _prune(tree, release)
    _index_modules(tree, release)
    (tree / "etc/passwd").write_text(USERS)
    (tree / "etc/group").write_text(GROUPS)
    _lay_wheels(tree / "usr/local/lib/python3.11/dist-packages")
    for folder in ("usr/lib/python3.11", "usr/local/lib/python3.11"):
        _compile(tree / folder)
    base.write_bytes(_archive(tree))


def _download() -> list[Path]:
    """The packages, by the machine's own sources and keys, with lists of our own, so that root is not needed."""
    store = CACHE / "packages"
    done = store / "done"
    wanted = " ".join((KERNEL, *PACKAGES))
    if not (done.exists() and done.read_text() == wanted):
        shutil.rmtree(store, ignore_errors=True)
        (store / "lists" / "partial").mkdir(parents=True)
        settings = ("-o", f"Dir::State::lists={store / 'lists'}", "-o", f"Dir::Cache={store}", "-qq")
        run("apt-get", *settings, "update")
        depends = run("apt-cache", *settings, "depends", "--important", KERNEL)
        image = next(line.split()[-1] for line in depends.splitlines() if "Depends: linux-image" in line)
        run("apt-get", *settings, "download", image, *PACKAGES, folder=store)
        done.write_text(wanted)
    return sorted(store.glob("*.deb"))


def _unpack(package: Path, tree: Path) -> None:
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as source:
        left_out = (f"--exclude=./{name}/*" for name in ("usr/share", "lib/udev/hwdb.d", "usr/lib/udev/hwdb.d"))
        tar = ["tar", "-x", "-C", str(tree), "--keep-directory-symlink", "--no-same-owner", *left_out]
        subprocess.run(tar, stdin=source.stdout, check=True)


def _prune(tree: Path, release: str) -> None:
    """Keep the modules that a counter's devices can need: unpacking costs boot time."""
    modules = tree / "usr/lib/modules" / release
    everything = modules.rename(modules.with_suffix(".all"))
    for name in MODULES:
        source, target = everything / "kernel" / name, modules / "kernel" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
    for listing in everything.glob("modules.*"):
        listing.rename(modules / listing.name)
    shutil.rmtree(everything)
    shutil.rmtree(tree / "boot")


def _index_modules(tree: Path, release: str) -> None:
    """Let the guest's own depmod say which module needs which, run with the guest's own C library."""
    loader = str(tree / "usr/lib64/ld-linux-x86-64.so.2")
    libraries = str(tree / "usr/lib/x86_64-linux-gnu")
    program = ("--argv0", "depmod", str(tree / "usr/bin/kmod"))
    run(loader, "--library-path", libraries, *program, "-b", str(tree), release)


def _distributions() -> Iterator[metadata.Distribution]:
    """What is installed here of what the terminal's daemon needs, its needs included."""
    wanted, seen = ["kindpakket", *WHEELS], {"kindpakket"}
    for name in wanted:
        for text in metadata.requires(name) or ():
            need = Requirement(text)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                wanted.append(need.name)
        if name not in seen:
            seen.add(name)
            yield metadata.distribution(name)


def _lay_wheels(target: Path) -> None:
    for distribution in _distributions():
        for file in distribution.files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file.locate(), target / file)


def _lay_code(tree: Path) -> Path:
    shutil.rmtree(tree, ignore_errors=True)
    for name in CODE:
        ignored = shutil.ignore_patterns("__pycache__", "__snapshots__", "node_modules")
        shutil.copytree(ROOT / name, tree / "opt/kindpakket" / name, ignore=ignored)
    _compile(tree / "opt/kindpakket")
    shutil.copy2(ROOT / "tests/hardware/init", tree / "init")
    return tree


def _compile(folder: Path) -> None:
    """Bytecode that is good whatever the files' times are, as a kernel need not keep those of an initramfs."""
    compileall.compile_dir(folder, quiet=2, workers=0, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)


def _archive(tree: Path) -> bytes:
    """The tree as a cpio archive of the kind that the kernel unpacks, everything owned by root."""
    names = "\n".join(str(path.relative_to(tree)) for path in sorted(tree.rglob("*")))
    busybox = str(CACHE / "tree/usr/bin/busybox")
    command = [busybox, "cpio", "--quiet", "-o", "-H", "newc", "-R", "0:0"]
    return subprocess.run(command, cwd=tree, input=names.encode(), stdout=subprocess.PIPE, check=True).stdout
