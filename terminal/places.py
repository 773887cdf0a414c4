"""Where everything stands on an installed terminal.

What must last stands below DATA, which may be a partition of its own: the root may be an overlay that forgets at night.
"""

from pathlib import Path

DATA = Path("/var/lib/kindpakket")
DATA_LABEL = "KINDPAKKET"
"""The label of the file system that is mounted there, if it is a partition of its own."""

STATE = DATA / "terminal"
"""The journal's folder: the daemon's alone."""
JOURNAL = "journal.sqlite"
"""In such a folder, wherever that is."""

ETC = Path("/etc/kindpakket")
ETC_KEPT = DATA / "etc"
"""Where the link ETC leads."""

SEALED_KEY = ETC / "terminal.key.sealed"
CREDENTIAL = "terminal.key"
UNSEALED_KEY = Path("/run/credentials/kindpakket-terminal.service") / CREDENTIAL
"""Where systemd shows the key to the daemon, and to nobody else."""

RELEASE_KEY = ETC / "release.pub"
"""Whose releases this terminal takes."""

PROGRAM = Path("/opt/kindpakket")
PROGRAM_KEPT = DATA / "program"
"""Where the link PROGRAM leads."""

MIRROR = DATA / "mirror" / "stick"
"""Where a stick with the label KP-MIRROR is mounted, for the journal's second medium."""

RUN = Path("/run/kindpakket")
INSTALL_RECORD = DATA / "install.json"
COMMAND = Path("/usr/local/bin/kindpakket")
