"""The file of a terminal's key: made once, never overwritten, and read only when nobody else can read it."""

import os
import stat
from pathlib import Path

from coincurve import PrivateKey

from contracts.wire.errors import Broken
from contracts.wire.signature import address_of, is_private_key
from contracts.wire.units import Address, from_hex, to_hex
from terminal.durable import sync_folder

_KEY_FILE_BYTES_MAX = 67  # 0x, 64 digits, a line end


def make_key(path: Path) -> Address:
    """Write a new terminal key to a file that does not exist yet, readable by this user alone; its address.

    Raises Broken when something is there already: a key is never overwritten.
    """
    key = PrivateKey()
    write_key(path, key)
    return address_of(key)


def write_key(path: Path, key: PrivateKey) -> None:
    """Write the key to a file as `make_key` does."""
    write_new(path, as_text(key))


def write_new(path: Path, content: bytes) -> None:
    """Write a file that does not exist yet, for this user alone: all of it or nothing, also when the plug is pulled.

    Raises Broken.
    """
    why = _written(path, content)
    del content  # a frame that raises has no key
    if why is not None:
        raise Broken(why)


def _written(path: Path, content: bytes) -> str | None:
    """None once it is; else why it is not, and what to do."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        draft.unlink(missing_ok=True)  # of a run that was cut short
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        return f"{path} cannot be made ({error.strerror}): check its folder"
    try:
        os.fchmod(descriptor, 0o600)
        _write(descriptor, content)
        os.link(draft, path)  # refuses where a rename would overwrite
        sync_folder(path.parent)
    except FileExistsError:
        return f"{path} is there already and stays as it is: a key is never overwritten"
    except OSError as error:
        return f"{path} cannot be written ({error.strerror}): free space on the disk"
    finally:
        os.close(descriptor)
        draft.unlink()
    return None


def read_key(path: Path) -> PrivateKey | None:
    """The key in the file, None when its content is none. No text of the file is left in a frame that can raise."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Broken(f"the terminal's key {path} cannot be opened ({error.strerror}): {_advice(path)}") from error
    with os.fdopen(descriptor, "rb") as file:
        _require_private(path, os.fstat(descriptor))
        return parse_key(file.read(_KEY_FILE_BYTES_MAX + 1))


def as_text(key: PrivateKey) -> bytes:
    """A key as it stands in a file: `0x`, 64 hex digits and a line end."""
    return (to_hex(key.secret) + "\n").encode("ascii")


def _advice(path: Path) -> str:
    if path.is_symlink():
        return "it is a symbolic link; name the file itself"
    return "check `key_file` in the configuration, or provision this terminal"


def _require_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Broken(f"{path} is not a file: check `key_file` in the configuration")
    if _is_credential(path) and status.st_uid == 0 and not stat.S_IMODE(status.st_mode) & ~0o440:
        return  # root's, and this user's by an access list, whose mask shows as the group's bits
    if os.geteuid() not in {status.st_uid, 0}:  # root gives commands on what is the daemon's user's
        raise Broken(f"{path} belongs to user {status.st_uid}, and this is user {os.geteuid()}: chown the key file")
    if stat.S_IMODE(status.st_mode) & ~0o600:
        raise Broken(f"{path} can be read by others: run `chmod 600 {path}`, and consider a new key")


def _is_credential(path: Path) -> bool:
    """Whether systemd put it there for this service alone (systemd.exec(5), LoadCredential)."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return folder is not None and path.parent == Path(folder)


def parse_key(content: bytes) -> PrivateKey | None:
    """The key that a file holds; None when that is none."""
    try:
        secret = from_hex(content.decode("ascii").removesuffix("\n"))
    except ValueError:
        return None
    return PrivateKey(secret) if is_private_key(secret) else None


def _write(descriptor: int, rest: bytes) -> None:
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)
