"""`kindpakket portal forget`: forget now what the worker would forget within the hour."""

import argparse
import json
from dataclasses import asdict

from provisioning.portal.running import entering

_EXAMPLE = """example:
  kindpakket portal forget --folder /var/lib/kindpakket-portal

How long what is kept stands in docs/decisions/0042-forgetting.md. Money that was given stays, without a person.
A backup from before still has them: keep backups no longer than people are told.
"""


def main(argv: list[str]) -> int:
    """Forget, and say how many."""
    parser = argparse.ArgumentParser(
        prog="kindpakket portal forget",
        description="Delete all of people whose time is over.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    entering.add_folder(parser)
    parser.add_argument("--json", action="store_true", help="answer with one JSON object")
    arguments = parser.parse_args(argv)
    entering.enter(arguments.folder)
    counts = _forget()
    said = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(json.dumps(counts) if arguments.json else f"forgotten: {said}")
    return 0


def _forget() -> dict[str, int]:
    from django.utils import timezone  # noqa: PLC0415 -- Django is set up by then

    from provisioning.portal.people import forgetting  # noqa: PLC0415

    return asdict(forgetting.everything(timezone.localdate()))
