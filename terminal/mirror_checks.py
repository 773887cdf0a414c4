"""What `terminal doctor` finds of the second medium, beside a running daemon; nothing is changed."""

import os
from collections.abc import Iterator
from pathlib import Path

from contracts.wire.errors import Broken
from terminal.config import Config
from terminal.finding import Check, Grade
from terminal.store import Reader, place
from terminal.store.mirror_compare import Ahead, Foreign, Lacking, compare
from terminal.store.mirror_format import opened


def of(settings: Config, reader: Reader) -> Iterator[Check]:
    """The mirror, where there is to be one: whether it has all of the journal."""
    folder = settings.mirror
    if folder is None:
        return
    try:
        place.require_second(folder, settings.state_dir, volatile_ok=settings.simulators)
        lacking = _compare(folder, reader)
        if lacking.entries:  # what was just stored may stand in the journal alone for a moment
            lacking = _compare(folder, reader)
    except Foreign as foreign:
        advice = "take the stick out and keep it; put this terminal's own in, or an empty one"
        yield Check("mirror", Grade.FAIL, f"stays as it is: {foreign}", advice)
    except Ahead as ahead:
        advice = f"stop the daemon, then: kindpakket terminal journal restore --from {folder}"
        yield Check("mirror", Grade.FAIL, f"the journal is an old copy: {ahead}", advice)
    except Broken as broken:
        yield Check("mirror", Grade.FAIL, "is not there", str(broken))
    except OSError as error:
        advice = "put the stick in, or another; the daemon writes all of the journal to it by itself"
        yield Check("mirror", Grade.FAIL, f"cannot be read ({error.strerror})", advice)
    else:
        yield _found(lacking)


def _compare(folder: Path, reader: Reader) -> Lacking:
    with opened(folder) as file:
        return compare(reader, file, os.fstat(file.fileno()).st_size)


def _found(lacking: Lacking) -> Check:
    if lacking.entries:
        advice = "start the daemon and wait a moment; if it stays so, the stick is full or broken: replace it"
        return Check("mirror", Grade.FAIL, f"lacks {len(lacking.entries)} entries", advice)
    return Check("mirror", Grade.OK, f"has all {lacking.sequence} entries of the journal")
