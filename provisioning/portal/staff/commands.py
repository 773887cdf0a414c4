"""`kindpakket portal user` and `kindpakket portal code`: who may sign in, said by whoever runs the portal."""

import argparse
import getpass
import sys
from collections.abc import Callable

from contracts.wire.errors import Broken
from provisioning.portal import config
from provisioning.portal.running import entering

_EXAMPLE = """examples:
  kindpakket portal user add clerk-01 --role grants --role shops
  kindpakket portal user add shop-03-keeper --role keeper --shop 3
  kindpakket portal user list
  kindpakket portal user roles clerk-01 --role auditor
  kindpakket portal user reset clerk-01
  kindpakket portal user disable clerk-01

The roles: grants sees families, decides and gives passes; shops admits shops and terminals; finance makes programmes
and rules, and pays; auditor reads figures and the trail. One account may have several of these. A keeper sees the own
pages of one shop, and nothing else; the desk makes such accounts too, on the page of the shop.

The password is printed once, or asked for with --ask. Whoever signs in with it, within a week, chooses another and sets
up a phone. `reset` is for a lost phone or password: it ends every session of the account, and opens a disabled one.
"""


def main(argv: list[str]) -> int:
    """Do one of the five. Raises Broken with what to do when it cannot be done."""
    arguments = _parser().parse_args(argv)
    entering.enter(arguments.folder)
    print(arguments.run(arguments))
    return 0


def code(argv: list[str]) -> int:
    """Print the code that an account's phone shows, on a portal that is tried out. Raises Broken on any other."""
    parser = argparse.ArgumentParser(
        prog="kindpakket portal code",
        description="The six digits that an account's phone shows now: for a portal that brings its own chain alone.",
        epilog="example:\n  kindpakket portal code grants",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME")
    entering.add_folder(parser)
    arguments = parser.parse_args(argv)
    if not config.load(entering.enter(arguments.folder)).embedded:
        raise Broken("codes are shown by each account's own phone; only a portal with embedded = true shows them here")
    from provisioning.portal.staff import accounts  # noqa: PLC0415 -- Django is set up only now

    print(accounts.code_now(arguments.name))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindpakket portal user",
        description="Say who may sign in: at the desk, or on a shop's own pages.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    add = _has_roles(_named(_verb(verbs, "add", "a new account, with its first password", _add)))
    add.add_argument("--shop", type=int, metavar="NUMBER", help="for a keeper: the shop's number on the contract")
    _asks(add)
    _verb(verbs, "list", "every account, and what it may", _list)
    _has_roles(_named(_verb(verbs, "roles", "give an account these roles, and no others", _roles)))
    _asks(_named(_verb(verbs, "reset", "a first password again, and no phone", _reset)))
    _named(_verb(verbs, "disable", "let nobody in by this account", _disable))
    return parser


_Run = Callable[[argparse.Namespace], str]


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, about: str, run: _Run
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=about, epilog=_EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter)
    entering.add_folder(verb)
    verb.set_defaults(run=run)
    return verb


def _named(verb: argparse.ArgumentParser) -> argparse.ArgumentParser:
    verb.add_argument("name", metavar="NAME")
    return verb


def _has_roles(verb: argparse.ArgumentParser) -> argparse.ArgumentParser:
    help_ = "grants, shops, finance or auditor, each of which may be given with others; or keeper"
    verb.add_argument("--role", action="append", required=True, dest="roles", metavar="ROLE", help=help_)
    return verb


def _asks(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--ask", action="store_true", help="ask for the password, instead of making and printing one")


def _add(arguments: argparse.Namespace) -> str:
    from provisioning.portal.access import Role  # noqa: PLC0415 -- Django is set up only now
    from provisioning.portal.staff import accounts  # noqa: PLC0415

    roles = accounts.named_roles(arguments.roles)
    if roles == [Role.KEEPER]:
        return _told(arguments, _add_keeper(arguments))
    if arguments.shop is not None:
        raise Broken("a shop is for a keeper alone: --role keeper --shop NUMBER")
    return _told(arguments, accounts.add(arguments.name, roles, _asked(arguments)))


def _add_keeper(arguments: argparse.Namespace) -> str:
    from provisioning.portal.selling import keepers  # noqa: PLC0415 -- Django is set up only now

    return keepers.add(None, keepers.shop_numbered(arguments.shop), arguments.name, _asked(arguments))


def _list(_arguments: argparse.Namespace) -> str:
    from provisioning.portal.staff import accounts  # noqa: PLC0415 -- Django is set up only now

    return "\n".join(accounts.described()) or "nobody is let in yet"


def _roles(arguments: argparse.Namespace) -> str:
    from provisioning.portal.staff import accounts  # noqa: PLC0415 -- Django is set up only now

    roles = accounts.named_roles(arguments.roles)
    accounts.change_roles(arguments.name, roles)
    return f"{arguments.name} has {', '.join(roles)}, from the next page on"


def _reset(arguments: argparse.Namespace) -> str:
    from provisioning.portal.staff import accounts  # noqa: PLC0415 -- Django is set up only now

    return _told(arguments, accounts.reset(arguments.name, _asked(arguments)))


def _disable(arguments: argparse.Namespace) -> str:
    from provisioning.portal.staff import accounts  # noqa: PLC0415 -- Django is set up only now

    accounts.disable(arguments.name)
    return f"{arguments.name} is let in no more"


def _asked(arguments: argparse.Namespace) -> str | None:
    if not arguments.ask:
        return None
    given = getpass.getpass("first password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if not given:
        raise Broken("no password was given")
    return given


def _told(arguments: argparse.Namespace, password: str) -> str:
    if arguments.ask:
        return f"{arguments.name} signs in with that password once, within a week, and then chooses another"
    return (
        f"{arguments.name} signs in with this password once, within a week, and then chooses another. It is not shown "
        f"again:\n{password}"
    )
