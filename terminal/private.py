"""New files for one pair of eyes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from contracts.wire.errors import Broken
from terminal.durable import sync_folder


@contextmanager
def new_file(path: Path, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A new file with this mode, on the disk once the block ends; what is there is never overwritten.

    Raises Broken when something is there already, or it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
    except FileExistsError:
        raise Broken(f"{path} is there already and stays as it is: name another") from None
    except OSError as error:
        raise Broken(f"{path} cannot be written ({error.strerror}): free space, or name another") from error


def put(path: Path, content: bytes, mode: int, group: int = -1) -> None:
    """A new file, whole on the disk or not at all; what is there is never overwritten. Raises Broken."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)  # of a run that was cut short
    try:
        with new_file(draft, 0o600) as file:
            file.write(content)
            os.fchown(file.fileno(), -1, group)
            os.fchmod(file.fileno(), mode)
        os.link(draft, path)  # refuses where a rename would overwrite
        sync_folder(path.parent)
    except FileExistsError:
        raise Broken(f"{path} is there already and stays as it is: name another") from None
    except OSError as error:
        raise Broken(f"{path} cannot be written ({error.strerror}): free space, or name another") from error
    finally:
        draft.unlink(missing_ok=True)
