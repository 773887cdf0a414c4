"""A terminal's key as a credential of systemd: sealed to this machine, in clear only in the daemon's memory.

What `systemd-creds` makes can be opened on this machine alone, by root: with the TPM2 chip where there is one, else
with a secret of the machine's own disk (systemd-creds(1)). The key goes through pipes, never through a file. The
daemon's user, who enrols, reaches it through sockets (systemd/kindpakket-seal.socket, -unseal.socket).
"""

import base64
import os
import shutil
import socket
import subprocess
from enum import StrEnum
from pathlib import Path

from coincurve import PrivateKey

from contracts.wire.errors import Broken
from terminal.signer.key_file import as_text, parse_key, write_new

PROGRAM = "systemd-creds"
SOCKETS = {
    "encrypt": Path("/run/kindpakket-seal/seal.sock"),
    "decrypt": Path("/run/kindpakket-seal/unseal.sock"),
}
"""Where who is not root has it run; a key there has one name."""
_SECONDS = 60.0
_SEALED_BYTES_MAX = 64 * 1024
_KIND_BYTES = 16


class Sealed(StrEnum):
    """To what a key is sealed."""

    DISK = "disk"
    """A secret on this machine's disk: whoever takes the whole disk has both."""
    CHIP = "chip"
    """A TPM2 chip, perhaps with the disk's secret: the disk alone is not enough."""


_KINDS = {  # systemd, src/shared/creds-util.h
    "5a1c6a86df9d4096b1d5a65e0862f19a": Sealed.DISK,
    "0c7cc07b117645919c4b0bea08bc20fe": Sealed.CHIP,
    "faf7eb9341e3412ca1a436f95a29362f": Sealed.CHIP,
    "93a894094874449090caf2fc93cab553": Sealed.CHIP,
    "af4950a849134eb1a73846304ff30c05": Sealed.CHIP,
}


def is_here() -> bool:
    """Whether this user can have a key sealed on this machine."""
    if os.geteuid() == 0:
        return shutil.which(PROGRAM) is not None
    return all(path.is_socket() for path in SOCKETS.values())


def seal(key: PrivateKey, path: Path, name: str) -> None:
    """Write the sealed key to a file that does not exist yet, once it is seen to open again. Raises Broken."""
    # No registers of the chip: an update of the firmware would change them, and the key would be gone.
    sealed = _creds(["encrypt", f"--name={name}", "--tpm2-pcrs=", "-", "-"], as_text(key))
    kind = _kind(sealed)
    if kind is None or _open(sealed, name) != key.secret:
        raise Broken("what systemd-creds sealed does not open again as it was: have this machine looked at")
    write_new(path, sealed)


def unseal(path: Path, name: str) -> PrivateKey | None:
    """The key in the sealed file; None when what it holds is none. Raises Broken when it cannot be opened here."""
    secret = _open(_read(path), name)
    return PrivateKey(secret) if secret else None


def sealed_to(path: Path) -> Sealed | None:
    """To what the key in this file is sealed; None when this is to nothing that protects. Raises Broken."""
    return _kind(_read(path))


def _kind(sealed: bytes) -> Sealed | None:
    try:
        return _KINDS.get(base64.b64decode(sealed)[:_KIND_BYTES].hex())
    except ValueError:
        return None


def _open(sealed: bytes, name: str) -> bytes | None:
    key = parse_key(_creds(["decrypt", f"--name={name}", "-", "-"], sealed))
    return key.secret if key else None


def _creds(words: list[str], content: bytes) -> bytes:
    """What the program answers. Raises Broken, with nothing of what goes in or out in it or in the frames behind it."""
    answer = _run(words, content) if os.geteuid() == 0 else _asked(SOCKETS[words[0]], content)
    del content  # a frame that raises has no key
    if isinstance(answer, str):
        raise Broken(answer)
    return answer


def _run(words: list[str], content: bytes) -> bytes | str:
    """What it writes; a sentence when it fails."""
    try:
        done = subprocess.run([PROGRAM, *words], input=content, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{PROGRAM} does not run ({type(error).__name__}): is systemd installed here?"
    if done.returncode != 0:
        why = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return f"{PROGRAM} {words[0]} failed ({why or done.returncode}): run it as root, on the machine itself"
    return done.stdout


def _asked(path: Path, content: bytes) -> bytes | str:
    """What it writes at the socket, where it says nothing when it fails; then a sentence."""
    answer = bytearray()
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_SECONDS)
            line.connect(str(path))
            line.sendall(content)
            line.shutdown(socket.SHUT_WR)
            while len(answer) <= _SEALED_BYTES_MAX and (more := line.recv(4096)):
                answer += more
    except OSError as error:
        return f"nothing seals keys at {path} ({error.strerror or error}): run this as root"
    return bytes(answer) or f"{PROGRAM} failed at {path}: journalctl -u 'kindpakket-*seal@*' says why"


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_SEALED_BYTES_MAX)
    except OSError as error:
        raise Broken(f"the sealed key {path} cannot be read ({error.strerror}): run this as root") from None
