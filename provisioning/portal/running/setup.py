"""`kindpakket portal setup`: the folder, its key, its configuration, and the tables."""

import argparse
import os
from pathlib import Path

from contracts.wire.errors import Broken
from provisioning.portal import config, database, keys
from provisioning.portal.running import entering
from terminal.private import put

_EXAMPLE = """example:
  kindpakket portal setup --folder /var/lib/kindpakket-portal

What is there already stays as it is, so it may be given again, as after an upgrade. Then edit portal.toml, put the
deployment's record where that says, and let somebody in: kindpakket portal user add --help
"""

TEMPLATE = """# The portal's configuration. What stands behind # is the default.
municipality = "Gemeente"
contact = "14 0000"               # whom families call; it stands on letters and pages
# post = "Postbus 1, 1234 AB Plaats"  # where objections are sent; it stands on letters of decisions
# data_protection = "fg@example.org"  # how families reach the data protection officer, on the page about their data
# payer_name = "Gemeente"         # whose account pays shops by bank
# payer_iban = ""
# four_eyes_cents = 100_000       # above this for one household a second person confirms; 0: always
# four_eyes_week_cents = 500_000  # and above this that one person grants alone in seven days
# language = "nl"                 # of pages before somebody chooses, and of letters: nl or en
# hosts = ["127.0.0.1", "localhost"]  # under which names browsers reach it
# address = "https://portal.example"  # where families reach it: letters have it in a code for phones
# https = false                   # true behind a proxy that speaks HTTPS, as everywhere but on this machine alone
# database = "sqlite"             # or postgresql://user@host/name
# record = "deployment.json"      # of the contract, as `kindpakket chain deploy` wrote it
# rpc = "https://node.example"    # default: the node in the record
# gateway = "https://gateway.example"  # where terminals are enrolled
"""
EMBEDDED = """# A portal to be tried: it brings its own development chain, and rows that are nobody's.
municipality = "Gemeente Voorbeeld"
contact = "14 0000"
post = "Postbus 1, 1234 AB Voorbeeld"
data_protection = "fg@example.org"
payer_name = "Gemeente Voorbeeld"
payer_iban = "NL91ABNA0417164300"
four_eyes_week_cents = 5_000_000  # so that whoever tries it can decide alone, after all that the rows' clerk did
embedded = true
"""


def main(argv: list[str]) -> int:
    """Set a portal up, or bring it up to date. Raises Broken when that cannot be."""
    parser = argparse.ArgumentParser(
        prog="kindpakket portal setup",
        description="Make the town hall's desk in a folder, or bring its tables up to date.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    entering.add_folder(parser)
    parser.add_argument("--rpc", metavar="URL", help="a development chain, for a portal that is to be tried")
    arguments = parser.parse_args(argv)
    place = make(entering.choose(arguments.folder), TEMPLATE)
    embedded = config.load(place).embedded
    if embedded != (arguments.rpc is not None):
        raise Broken("--rpc is for a portal with embedded = true, and for no other")
    _fill(place, arguments.rpc)
    return 0


def make(place: Path, configuration: str) -> Path:
    """The folder with its key and this configuration, where there is none. Raises Broken."""
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Broken(f"{place} cannot be made ({error.strerror})") from error
    keys.make(place)
    _database(place / database.SQLITE)
    if not (place / config.FILE).exists():
        put(place / config.FILE, configuration.encode(), 0o640)
    return place


def _database(path: Path) -> None:
    """An empty one, which whoever the umask allows may write: SQLite itself allows its owner alone."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666))


def _fill(place: Path, rpc: str | None) -> None:
    entering.enter(place)
    from provisioning.portal.running import founding, tables  # noqa: PLC0415 -- Django is set up only now

    tables.migrate()
    if rpc is None:
        print("\n".join([f"the portal in {place} is up to date", *config.missing(config.load(place))]))
    else:
        founding.found(place, rpc)
