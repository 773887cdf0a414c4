"""What makes a file's name outlive a power cut."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make the names of new files in the folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
