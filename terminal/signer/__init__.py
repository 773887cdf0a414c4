"""The two keys of a sale: the terminal's own, and for some seconds that of the pass that was scanned.

A phone shows no key but a signature, which is held in the key's place. Neither is ever shown, stored elsewhere, pickled
or copied. What Python cannot overwrite (short-lived copies inside a signature) is at least dropped at once, and
`forbid_core_dumps` keeps it off the disk.
"""

from terminal.signer.entries import sign_entry, sign_retirement
from terminal.signer.holders import PassSigner, TerminalSigner
from terminal.signer.key_file import make_key
from terminal.signer.memory import forbid_core_dumps

__all__ = ["PassSigner", "TerminalSigner", "forbid_core_dumps", "make_key", "sign_entry", "sign_retirement"]
