"""A stock Debian 12 as a disk: made by mmdebstrap from the machine's own apt, kept in build/hardware.

It is what Debian calls standard without the tasks, with its own kernel and initial file system, and knows nothing of
this project. The test adds its agent, and a folder of packages that stands for Debian's mirror: the machine has no
network but the town's two doors.
"""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.hardware.image import CACHE
from tests.hardware.tools import Lacking, require, run

_HERE = Path(__file__).parent
_MIB = 1024 * 1024
SUITE = "bookworm"
PACKAGES = ("linux-image-amd64", "initramfs-tools", "python3", "dbus", "zstd")
"""Beside Debian's important ones; a stock Debian and a Raspberry Pi OS Lite have them."""
LENGTHY = ("overlayroot", "busybox")
"""Their installation makes the initial file system anew, which takes minutes in the machine; LONG=1 has it do that."""
LONG = bool(os.environ.get("LONG"))
MIRRORED = ("busybox", "nftables", "overlayroot", "systemd-timesyncd", "unattended-upgrades")
"""What the installer may ask of apt; what they need themselves comes with them."""
ROOT_MIB, DISK_MIB, FIRST_MIB = 2048, 4096, 1
"""The root partition, the whole disk, and where the first begins: the rest is free, for a partition of the data."""
ROOT_DEVICE = "/dev/vda1"
FSTAB = f"{ROOT_DEVICE} / ext4 errors=remount-ro 0 1\n"
_AGENT = Path("/usr/local/lib/test-agent.py")


@dataclass(frozen=True, slots=True)
class System:
    """A disk that was never booted, with the kernel and the initial file system that its boot loader would take."""

    disk: Path
    kernel: Path
    initrd: Path


def build() -> System:
    """The system, made or from the cache. Raises Lacking."""
    _check()
    base = CACHE / f"debian-{_fingerprint()}"
    made = System(base.with_suffix(".img"), base.with_suffix(".kernel"), base.with_suffix(".initrd"))
    if not all(path.exists() for path in (made.disk, made.kernel, made.initrd)):
        for old in CACHE.glob("debian-*"):
            old.unlink()
        _make(made)
    return made


def fresh(system: System) -> System:
    """A copy to boot, so that the next one finds the same."""
    copy = System(CACHE / "installed.img", CACHE / "installed.kernel", CACHE / "installed.initrd")
    for source, target in ((system.disk, copy.disk), (system.kernel, copy.kernel), (system.initrd, copy.initrd)):
        run("cp", "--sparse=always", "--reflink=auto", str(source), str(target))
    _debugfs(copy, f"cd {_AGENT.parent}", f"write {_HERE.parent / 'guest.py'} {_AGENT.name}")
    return copy


def load_again(system: System) -> None:
    """Take kernel and initial file system off the disk, as a boot loader does at each start."""
    listed = _debugfs(system, "ls -p /boot")
    release = next(name.removeprefix("vmlinuz-") for name in listed.split("/") if name.startswith("vmlinuz-"))
    for name, target in (("vmlinuz", system.kernel), ("initrd.img", system.initrd)):
        _debugfs(system, f"dump /boot/{name}-{release} {target}")


def _debugfs(system: System, *requests: str) -> str:
    """Have the root on the disk read or written, without mounting it."""
    return run("debugfs", "-w", "-f", "-", f"{system.disk}?offset={FIRST_MIB * _MIB}", given="\n".join(requests) + "\n")


def _check() -> None:
    wanted = {
        "qemu-system-x86_64": "qemu-system-x86", "mmdebstrap": "mmdebstrap", "mke2fs": "e2fsprogs",
        "sfdisk": "fdisk", "busybox": "busybox-static",
    }  # fmt: skip
    require(wanted)
    if os.geteuid() != 0:
        raise Lacking("Debian's disk is made by root: sudo env PATH=$PATH make test-install, or in a container")


def _fingerprint() -> str:
    parts = [Path(__file__), _HERE / "agent.service"]
    return hashlib.sha256(b"\n".join([str(LONG).encode(), *(part.read_bytes() for part in parts)])).hexdigest()[:16]


def _make(system: System) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    tree = CACHE / "debian"
    shutil.rmtree(tree, ignore_errors=True)
    include = ",".join((*PACKAGES, *(() if LONG else LENGTHY)))
    run("mmdebstrap", "--quiet", "--variant=important", f"--include={include}", *_hooks(), SUITE, str(tree))
    _lay(tree)
    release = next((tree / "boot").glob("vmlinuz-*")).name.removeprefix("vmlinuz-")
    shutil.copy2(tree / f"boot/vmlinuz-{release}", system.kernel)
    shutil.copy2(tree / f"boot/initrd.img-{release}", system.initrd)
    unfinished = system.disk.with_suffix(".new")
    _format(tree, unfinished)
    unfinished.rename(system.disk)
    shutil.rmtree(tree)


def _hooks() -> list[str]:
    """Packages that were downloaded before are taken from there; what is to be mirrored is downloaded too."""
    store = CACHE / "archives"
    store.mkdir(parents=True, exist_ok=True)
    kept = " ".join(str(folder) for folder in (store, CACHE / "packages") if folder.exists())
    archives = '"$1/var/cache/apt/archives"'
    fill = f'mkdir -p {archives}; find {kept} -name "*.deb" -exec cp -n -t {archives} {{}} +'
    keep = f'cp -n "$1"/var/cache/apt/archives/*.deb {store}'
    mirror = (
        'mkdir -p "$1/srv/apt"; '
        f'chroot "$1" apt-get -y -qq --download-only install {" ".join(MIRRORED)}; '
        f'cp "$1"/var/cache/apt/archives/*.deb {store}; mv "$1"/var/cache/apt/archives/*.deb "$1/srv/apt"; '
        "chroot \"$1\" sh -c 'cd /srv/apt && apt-ftparchive packages . >Packages'"
    )
    return [
        "--skip=download/empty,essential/unlink",
        f"--setup-hook={fill}",
        f'--customize-hook={keep}; rm "$1"/var/cache/apt/archives/*.deb',
        f"--customize-hook={mirror}",
    ]


def _lay(tree: Path) -> None:
    """What the test adds to Debian."""
    files = {
        "etc/apt/sources.list": "deb [trusted=yes] file:/srv/apt ./\n",
        "etc/initramfs-tools/conf.d/driver-policy": "MODULES=dep\n",  # what Debian's installer calls targeted
        "etc/hostname": "counter\n",
        "etc/fstab": FSTAB,
        "etc/network/interfaces": "auto lo\niface lo inet loopback\nallow-hotplug enp0s16\niface enp0s16 inet dhcp\n",
        "etc/systemd/system/test-agent.service": (_HERE / "agent.service").read_text(),
    }
    for name, text in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    wants = tree / "etc/systemd/system/multi-user.target.wants"
    (wants / "test-agent.service").symlink_to("/etc/systemd/system/test-agent.service")


def _format(tree: Path, disk: Path) -> None:
    with disk.open("wb") as file:
        file.truncate(DISK_MIB * _MIB)
    table = f"label: gpt\nstart={FIRST_MIB}MiB, size={ROOT_MIB}MiB, type=linux, name=root\n"
    run("sfdisk", "--quiet", str(disk), given=table)
    at = f"offset={FIRST_MIB * _MIB}"
    run("mke2fs", "-q", "-t", "ext4", "-L", "rootfs", "-E", at, "-d", str(tree), str(disk), f"{ROOT_MIB}M")
