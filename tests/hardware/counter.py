"""Run in the guest: a terminal as the tests set it up, which no network was ever reached from, with real devices.

    python3.11 -m tests.hardware.counter FOLDER DEVICES     DEVICES is what the configuration says of them, in TOML

The first time it makes key and journal, and stores what chain and gateway would have told.
"""

import sys
from pathlib import Path

from tests.terminal.till import Till


def main(folder: Path, devices: str) -> None:
    config = folder / "terminal.toml"
    if not config.exists():
        Till(folder).know()
    simulated = config.read_text().partition("[[devices]]")[0]
    config.write_text(simulated.replace("simulators = true", "simulators = false") + devices)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
