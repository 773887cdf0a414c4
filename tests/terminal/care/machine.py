"""Machines as folders: what sysfs and proc(5) say, in the form in which kernels 6.1 and 6.6 say it."""

from dataclasses import replace
from pathlib import Path

from terminal.care.found import About
from terminal.care.root import Root

STATE = Path("/var/lib/kindpakket/terminal")
BOOT = "6c9a3f6e-3d0c-4e0f-9a55-0b6b2f0e8b11"

MOUNTS = r"""
22 28 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
23 28 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:14 - proc proc rw
28 1 0:25 / / rw,relatime shared:1 - overlay overlayroot rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay
29 28 179:2 / /media/root-ro ro,relatime shared:2 - ext4 /dev/mmcblk0p2 ro
30 28 0:26 / /media/root-rw rw,relatime shared:3 - tmpfs tmpfs-root rw
31 28 179:1 / /boot/firmware ro,relatime shared:29 - vfat /dev/mmcblk0p1 ro,fmask=0022,dmask=0022,codepage=437
32 28 179:3 / /var/lib/kindpakket rw,noatime shared:31 - ext4 /dev/mmcblk0p3 rw,errors=remount-ro
33 28 8:1 / /media/usb\040stick rw,noatime shared:33 - vfat /dev/sda1 rw
""".strip()

PI = {
    "proc/self/mountinfo": MOUNTS,
    "proc/sys/kernel/random/boot_id": BOOT,
    "proc/uptime": "266412.07 1043220.51",
    "proc/meminfo": "MemTotal:         945436 kB\nMemFree:          418084 kB\nMemAvailable:     633560 kB",
    "sys/class/hwmon/hwmon0/name": "cpu_thermal",
    "sys/class/hwmon/hwmon0/temp1_input": "48312",
    "sys/class/hwmon/hwmon1/name": "rpi_volt",
    "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "0",
    "sys/devices/platform/soc/soc:firmware/get_throttled": "0",
    "sys/class/thermal/thermal_zone0/type": "cpu-thermal",
    "sys/class/thermal/thermal_zone0/temp": "48312",
    "sys/block/mmcblk0/dev": "179:0",
    "sys/block/mmcblk0/mmcblk0p2/dev": "179:2",
    "sys/block/mmcblk0/mmcblk0p3/dev": "179:3",
    "sys/block/mmcblk0/stat": (
        "   33254     9321  2241538   187563    20483    18222  1024000   913345        0   291532  1100908"
        "        0        0        0        0        0        0"
    ),
    "sys/block/mmcblk0/device/type": "SD",
    "sys/fs/ext4/mmcblk0p2/errors_count": "0",
    "sys/fs/ext4/mmcblk0p3/errors_count": "0",
    "sys/class/watchdog/watchdog0/identity": "Broadcom BCM2835 Watchdog timer",
    "sys/class/watchdog/watchdog0/state": "active",
}
"""A Raspberry Pi 3 in a shop, all well."""

EMMC = {
    "sys/block/mmcblk0/device/type": "MMC",
    "sys/block/mmcblk0/device/life_time": "0x01 0x02",
    "sys/block/mmcblk0/device/pre_eol_info": "0x01",
}
"""What a compute module's own memory has beyond a card."""


def machine(folder, *said) -> Root:
    """That machine. A later text replaces an earlier one; None takes the file away."""
    texts = {name: text for each in said for name, text in each.items()}
    for name, text in texts.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
    return Root(folder)


WELL = About(
    state=STATE,
    installed=True,
    version="0.1.0",
    schema=7,
    free=20 * 2**30,
    files_free=10**6,
)


def shop(**differs) -> About:
    """What is known of a shop's terminal."""
    return replace(WELL, **differs)
