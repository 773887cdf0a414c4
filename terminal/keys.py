"""Where a terminal's key stands on its device: sealed to the machine where systemd can, else a file for one user.

Which of the two it is, the configuration says by its `key_file`; commands of root find the key by that.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from contracts.wire.errors import Broken
from contracts.wire.typed_data import Domain
from terminal import config, places
from terminal.config import Config
from terminal.signer import TerminalSigner, sealing
from terminal.store import place

SECRET_VARIABLE = "SYSTEMD_CREDENTIAL_SECRET"  # noqa: S105 - the variable's name, and systemd's
_SECRET = "/var/lib/systemd/credential.secret"  # noqa: S105 - a path

RISK = {
    sealing.Sealed.CHIP: "the key is sealed to this machine's chip: the card alone does not give it",
    sealing.Sealed.DISK: (
        "the key is sealed with a secret that stands on the same disk: a copy of the data or a backup does not give "
        "it, but whoever takes the card has both; report a stolen device at once, so that it is revoked"
    ),
    None: (
        "the key is NOT sealed, but a file that only the daemon's user and root can read: whoever reads the card has "
        "it; report a stolen device at once, so that it is revoked"
    ),
}
"""What is left to fear, by what the key is sealed to."""


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """The two places of one terminal's key, of which at most one is taken."""

    sealed: Path
    plain: Path

    @classmethod
    def of(cls, configuration: Path, state: Path) -> "KeyPlace":
        """Beside the configuration, or in the daemon's folder."""
        return cls(configuration.parent / places.SEALED_KEY.name, state / places.CREDENTIAL)

    @property
    def exists(self) -> bool:
        """Whether a key was made."""
        return self.sealed.exists() or self.plain.exists()

    @property
    def key_file(self) -> Path:
        """Where the daemon finds it."""
        return places.UNSEALED_KEY if self.sealed.exists() else self.plain

    @property
    def sealed_to(self) -> sealing.Sealed | None:
        """To what it is sealed; None when it is a file in clear."""
        return sealing.sealed_to(self.sealed) if self.sealed.exists() else None

    def load(self, domain: Domain) -> TerminalSigner:
        """The terminal. Raises Broken."""
        if self.sealed.exists():
            return TerminalSigner.unseal(self.sealed, places.CREDENTIAL, domain)
        return TerminalSigner.load(self.plain, domain)

    def keep(self, terminal: TerminalSigner, *, sealed: bool = True) -> None:
        """Make its key durable, sealed if it is to be and can. Raises Broken, and then there is no file."""
        if sealed and can_seal():
            terminal.seal(self.sealed, places.CREDENTIAL)
        else:
            terminal.save(self.plain)


def load(settings: Config, configuration: Path = config.DEFAULT) -> TerminalSigner:
    """The key for a command, also while the daemon rests and systemd shows it to nobody. Raises Broken."""
    if settings.key_file == places.UNSEALED_KEY and "CREDENTIALS_DIRECTORY" not in os.environ:
        return KeyPlace.of(configuration, settings.state_dir).load(settings.domain)
    return TerminalSigner.load(settings.key_file, settings.domain)


def can_seal() -> bool:
    """Whether a key that is sealed now can be opened after the next start.

    Raises Broken where it could, had this machine been prepared.
    """
    if not sealing.is_here():
        return False
    secret = Path(os.environ.get(SECRET_VARIABLE, _SECRET))
    below = place.below_overlay(secret)
    if below is not None and not below.exists():
        raise Broken(
            f"{secret} would be forgotten at the next start, and the sealed key with it: run `sudo overlayroot-chroot "
            "systemd-creds setup`, restart, and enrol then"
        )
    return True
