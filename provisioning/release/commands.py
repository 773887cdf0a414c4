"""`kindpakket provision release`: the key that signs releases, a release, and what is in one."""

import argparse
from pathlib import Path

from provisioning import desk
from provisioning.desk import Answer
from terminal import release

_EXAMPLE = """  kindpakket provision release key --out release.key
  kindpakket provision release make --key release.key --out build/release
  kindpakket provision release show build/release/kindpakket-0.1.0.pyz"""


def main(argv: list[str]) -> int:
    """Run one of the sub-commands."""
    about = "Make what an installer carries to a terminal: one file, signed."
    parser = argparse.ArgumentParser(
        prog="kindpakket provision release",
        description=about,
        epilog=f"example:\n{_EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    key = verbs.add_parser("key", help="make the key that signs releases; keep it off every terminal")
    key.add_argument("--out", type=Path, required=True, metavar="FILE", help="where it is written, for you alone")
    key.set_defaults(run=_key)
    make = verbs.add_parser("make", help="make the release of this tree")
    make.add_argument("--key", type=Path, required=True, metavar="FILE", help="the key that signs it")
    make.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the release is written")
    make.set_defaults(run=_make)
    show = verbs.add_parser("show", help="what is in a release, and by whose key")
    show.add_argument("file", type=Path, metavar="FILE")
    show.set_defaults(run=_show)
    for each in (key, make, show):
        desk.add_json(each)
    return desk.run(parser, argv)


def _key(arguments: argparse.Namespace) -> Answer:
    from provisioning.release import making  # noqa: PLC0415 -- `show` runs where nothing is made

    mark = release.fingerprint(making.key(arguments.out))
    return Answer(f"{arguments.out} signs releases from now on; terminals know it as {mark}", {"key": mark})


def _make(arguments: argparse.Namespace) -> Answer:
    from provisioning.release import making  # noqa: PLC0415 -- as above

    signing = making.load(arguments.key)
    desk.progress("gathering wheels for every kind of terminal; this takes some minutes")
    path = making.make(signing, arguments.out)
    megabytes = path.stat().st_size / 2**20
    return Answer(f"{path} ({megabytes:.0f} MB): carry it to a terminal", {"file": str(path)})


def _show(arguments: argparse.Namespace) -> Answer:
    with release.opened(arguments.file) as found:
        key = found.proven_by()
        said = found.manifest
    mark = release.fingerprint(key)
    sentence = (
        f"kindpakket {said.version}, journal schema {said.journal_schema}, {len(said.files)} parts, all as signed; "
        f"it says that its key is {mark}: compare that with what you were told"
    )
    data = {"version": said.version, "schema": said.journal_schema, "key": mark, "files": said.files}
    return Answer(sentence, data)
