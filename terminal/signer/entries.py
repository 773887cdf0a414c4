"""From what the core asks for to a line of the journal, seen to be right before anybody builds on it."""

from contracts.wire import entry as wire_entry
from contracts.wire import journal
from contracts.wire.entry import Content, Refund, Retire
from contracts.wire.errors import Broken
from contracts.wire.units import Address, Hash
from terminal.core.effects import Commit
from terminal.core.line import Line
from terminal.signer.holders import PassSigner, TerminalSigner


def sign_entry(terminal: TerminalSigner, passes: PassSigner, head: Hash, commit: Commit) -> Line:
    """The journal line that the core asked for, with the terminal's signature, and the pass's on what it pays.

    `head` is the journal's before it. What is held of the pass is dropped whatever happens. All signatures are
    recovered from the finished bytes first, so that a flipped bit in memory never becomes an approved payment that is
    rejected. Raises Broken when another pass is held than the core named, or when a signature does not come out.
    """
    try:
        entry, pays = _packed(terminal, passes, commit)
    finally:
        passes.forget()
    return _vouched(terminal, head, commit.sequence, entry, (commit.content, pays))


def sign_retirement(terminal: TerminalSigner, head: Hash, sequence: int, retirement: Retire) -> Line:
    """The last line of the journal, behind this head. Raises Broken when the signature does not come out."""
    return _vouched(terminal, head, sequence, retirement.pack(), (retirement, None))


def _packed(terminal: TerminalSigner, passes: PassSigner, commit: Commit) -> tuple[bytes, Address | None]:
    """The entry, and which pass's signature is in it."""
    content = commit.content
    if isinstance(content, Refund):
        return content.pack(), None
    if passes.address != commit.pass_address:
        raise Broken("the pass on the counter is not the one that the sale is for")
    return content.pack(passes.sign(content, terminal, commit.sequence)), commit.pass_address


def _vouched(
    terminal: TerminalSigner, head: Hash, sequence: int, entry: bytes, said: tuple[Content, Address | None]
) -> Line:
    """The line with the terminal's signature, once it is seen to say this, signed by this pass or by none."""
    new_head = journal.advance(head, entry)
    line = Line(sequence, entry, new_head, terminal.sign_journal(sequence, new_head))
    content, pays = said
    signed = wire_entry.unpack(line.entry)
    if signed is None or signed.content != content:
        raise Broken("the entry does not say what was approved: this machine computes wrongly")
    if signed.signer(terminal.domain, terminal.address, sequence) != pays:
        raise Broken("the pass's signature does not come out: this machine computes wrongly")
    if not journal.is_signed(terminal.domain, terminal.address, sequence, new_head, line.signature):
        raise Broken("the terminal's signature does not come out: this machine computes wrongly")
    return line
