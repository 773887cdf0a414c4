"""The program `kindpakket`: a table of commands, of which only the one that was asked for is loaded.

A terminal's daemon must start in a moment and stay small, so nothing here may import what a command needs.
"""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from contracts.wire.errors import Broken, Refused, TryAgain
from contracts.wire.reasons import MEANINGS

# The first that fits is run, so a longer command stands before the one that it begins with.
COMMANDS: dict[tuple[str, ...], tuple[str, str]] = {
    ("terminal", "run"): ("terminal.daemon:main", "sell: the daemon that owns scanner, keypad, key and journal"),
    ("terminal", "ui"): ("terminal.tui.app:main", "the counter's screen, attached to a running daemon"),
    ("terminal", "learn"): ("terminal.learn:main", "find the scanner and the keypad by using them"),
    ("terminal", "doctor"): ("terminal.doctor:main", "what works here, what does not, and what to do"),
    ("terminal", "journal"): ("terminal.journal:main", "list, show, export or verify the journal's entries"),
    ("terminal", "report"): ("terminal.report.command:main", "the day so far, and closed days"),
    ("terminal", "pin"): ("terminal.set_pin:main", "set the PIN that opens the counter's menu"),
    ("terminal", "enrol"): ("terminal.enrol:main", "make this terminal, and hand it in by a code from the sponsor"),
    ("terminal", "update"): ("terminal.update.command:main", "take a newer release, or go back to the one before"),
    ("terminal", "self-test"): ("terminal.self_test:main", "sell one cent on a test pass, and give it back"),
    ("terminal", "rotate"): ("terminal.rotate:main", "give this counter a new key: end the terminal that it is"),
    ("terminal", "wipe"): ("terminal.wipe:main", "remove key, configuration and journal from this machine"),
    ("terminal", "retire"): ("terminal.retire:main", "end this terminal: the last entry of its journal"),
    ("gateway", "status"): (
        "contracts.gateway.operating.status:main",
        "whether shops are being paid, and what is wrong",
    ),
    ("gateway", "run"): ("contracts.gateway.run:main", "the relay between terminals and the contract"),
    ("gateway", "migrate"): (
        "contracts.gateway.store.commands:migrate",
        "bring the store's tables up to date, or back",
    ),
    ("gateway", "backup"): ("contracts.gateway.store.commands:backup", "copy the store, also while the gateway runs"),
    ("gateway", "restored"): ("contracts.gateway.store.commands:restored", "tell the store that it was put back"),
    ("gateway", "admin"): ("contracts.gateway.admin:main", "who may operate a gateway, and what each may"),
    ("chain", "dev"): ("contracts.embedded.run:main", "a development chain that needs no node"),
    ("chain", "deploy"): ("provisioning.deploy:main", "put the contract on a chain and write its record"),
    ("chain", "verify"): ("provisioning.verify:main", "prove that the code on the chain is the code here"),
    ("chain", "status"): ("provisioning.status:main", "what the contract holds, and whether it adds up"),
    ("chain", "owner"): ("provisioning.owner:main", "who registers sponsors, and handing that over"),
    ("chain", "settle"): ("provisioning.settle:main", "settle an exported journal, without any gateway"),
    ("chain", "compensate"): ("provisioning.compensate:main", "pay a shop for an entry that can no longer be settled"),
    ("provision", "sponsor"): (
        "provisioning.sponsor:main",
        "let a municipality fund programmes, and others act for it",
    ),
    ("provision", "programme"): (
        "provisioning.programme_commands:main",
        "create, fund, change, pause, close a programme",
    ),
    ("provision", "shop", "bank", "file"): ("provisioning.payout.commands:main", "make a file that pays shops by bank"),
    ("provision", "shop", "bank", "refused"): (
        "provisioning.payout.refused:main",
        "take back what the bank refused of such a file",
    ),
    ("provision", "shop", "bank"): ("provisioning.bank:main", "pay shops by bank, if they chose that"),
    ("provision", "shop"): ("provisioning.shop:main", "register shops, place them in programmes, pay them out"),
    ("provision", "terminal", "install"): ("provisioning.installer.command:main", "make this machine a terminal"),
    ("provision", "terminal", "upgrade"): (
        "provisioning.installer.upgrade:main",
        "bring the system's security updates in, when they are due",
    ),
    ("provision", "terminal"): ("provisioning.terminal:main", "make, register, fund and replace terminals"),
    ("provision", "grant"): ("provisioning.grant:main", "give passes a budget"),
    ("provision", "pass"): ("provisioning.passes:main", "make passes as QR codes, block and replace lost ones"),
    ("provision", "release"): (
        "provisioning.release.commands:main",
        "make what an installer carries to a terminal",
    ),
    ("provision", "report"): ("provisioning.report:main", "how many passes are in use, and what was spent where"),
    ("portal", "run"): (
        "provisioning.portal.running.run:main",
        "the town hall's desk: pages, and who does what they ask",
    ),
    ("portal", "serve"): ("provisioning.portal.running.serve:main", "the desk's pages alone, without any key"),
    ("portal", "work"): ("provisioning.portal.running.work:main", "do on the contract what the pages ask for"),
    ("portal", "setup"): (
        "provisioning.portal.running.setup:main",
        "make a desk's folder, or bring its tables up to date",
    ),
    ("portal", "backup"): ("provisioning.portal.running.backup:main", "copy the desk's folder, also while it runs"),
    ("portal", "forget"): ("provisioning.portal.people.command:main", "delete people whose time is over"),
    ("portal", "user"): ("provisioning.portal.staff.commands:main", "who may sign in at the desk, and what each may"),
    ("portal", "code"): ("provisioning.portal.staff.commands:code", "a phone's code, at a desk that is tried out"),
    ("demo",): ("provisioning.demo.main:main", "a shop's day on this machine, with everything simulated"),
}

_EXTRAS = "pip install 'kindpakket[demo]' installs everything that the commands need"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status: 0 done, 1 refused or failed with a reason, 2 wrong use."""
    words = list(sys.argv[1:] if argv is None else argv)
    command = next((command for command in COMMANDS if tuple(words[: len(command)]) == command), None)
    if command is None:
        return _explain(words)
    try:
        return _load(COMMANDS[command][0])(words[len(command) :])
    except (Refused, TryAgain, Broken) as error:
        return _fail(_sentence(error))
    except KeyboardInterrupt:
        return _fail("stopped")
    except ModuleNotFoundError as error:
        return _fail(f"{error.name} is not installed; {_EXTRAS}")


def _load(target: str) -> Callable[[list[str]], int]:
    """The function behind `module:function`."""
    module, name = target.split(":")
    command: Callable[[list[str]], int] = getattr(import_module(module), name)
    return command


def _explain(words: list[str]) -> int:
    """Say what there is: on stdout when asked to, else on stderr as wrong use."""
    asked = bool(words) and words[-1] in {"-h", "--help"}
    given = tuple(words[:-1] if asked else words)
    found = {command: about for command, (_, about) in COMMANDS.items() if command[: len(given)] == given}
    if asked and found:
        print(_overview(given, found))
        return 0
    group = given[:1] if any(command[:1] == given[:1] for command in COMMANDS) else ()
    inside = {command: about for command, (_, about) in COMMANDS.items() if command[: len(group)] == group}
    print(_overview(group, inside), file=sys.stderr)
    if given != group:
        print(f"\nthere is no command `kindpakket {' '.join(given)[:64]}`", file=sys.stderr)
    return 2


def _overview(group: tuple[str, ...], commands: dict[tuple[str, ...], str]) -> str:
    """The commands of a group, a line each."""
    width = max(len(" ".join(command)) for command in commands)
    lines = [f"  {' '.join(command):{width}}  {about}" for command, about in commands.items()]
    usage = " ".join(("usage: kindpakket", *group, "<command> [--help]"))
    return "\n".join([usage, "", *lines, "", "Every command explains itself with --help."])


def _sentence(error: Exception) -> str:
    """What happened and what to do, without a traceback."""
    if isinstance(error, Refused):
        return " ".join(filter(None, (MEANINGS[error.reason].en, error.detail)))
    return str(error)


def _fail(sentence: str) -> int:
    print(f"kindpakket: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
