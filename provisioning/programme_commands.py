"""`kindpakket provision programme`: the commands over `programme`."""

import argparse
from dataclasses import asdict

from contracts.wire.errors import Broken
from contracts.wire.units import to_hex
from provisioning import categories, desk, period
from provisioning.desk import Answer, Command
from provisioning.programme import (
    NO_LIMIT,
    Programme,
    Terms,
    change,
    close,
    create,
    fund,
    pause,
    revoke_terminal,
    show,
    sweep,
    withdraw,
)
from provisioning.town import open_town

OFFLINE_HOURS_MAX = 24 * 14
_NAME_BYTES_MAX = 64


def main(argv: list[str]) -> int:
    """Run one of the sub-commands."""
    return desk.run(desk.group("provision programme", "A sponsor's programmes.", _COMMANDS), argv)


# Options


def _add_name(to: argparse.ArgumentParser) -> None:
    to.add_argument("--name", type=desk.option(_name), required=True, help="what people call it, at most 64 bytes")
    to.add_argument("--token", type=desk.option(desk.address), help="default: the deployment's")


def _add_period(to: argparse.ArgumentParser) -> None:
    _add_dates(to, required=True)


def _add_new_period(to: argparse.ArgumentParser) -> None:
    _add_dates(to, required=False)


def _add_dates(to: argparse.ArgumentParser, *, required: bool) -> None:
    to.add_argument("--begins", type=desk.option(period.begins), required=required, help="the first day: 2026-01-01")
    to.add_argument("--ends", type=desk.option(period.ends), required=required, help="the last day: 2026-12-31")


def _add_limits(to: argparse.ArgumentParser) -> None:
    about = "the most that a terminal approves by itself at once, 50,00; above it the contract is asked first"
    to.add_argument("--floor-limit", type=desk.option(desk.amount), help=about)
    about = "the most that one pass spends in a day, as 150,00; a copied pass costs no more. `none` for no limit"
    to.add_argument("--day-limit", type=desk.option(_day_limit), help=about)
    about = "whose shops take part: kleding,2,sport; `none` for only those that are admitted one by one"
    to.add_argument("--categories", type=desk.option(categories.read_all), metavar="LIST", help=about)
    to.add_argument("--offline-hours", type=desk.option(_hours), help="how long a terminal may sell offline: 24")


def _add_fund(to: argparse.ArgumentParser) -> None:
    _add_amount(to)
    to.add_argument("--mint", action="store_true", help="make the euros first: development euro only")


def _add_amount(to: argparse.ArgumentParser) -> None:
    to.add_argument("--amount", type=desk.option(desk.money), required=True, help="as 10000,00")


def _name(text: str) -> str:
    if not 1 <= len(text.encode()) <= _NAME_BYTES_MAX:
        raise ValueError(f"a programme's name has 1 to {_NAME_BYTES_MAX} bytes")
    return text


def _day_limit(text: str) -> int:
    return NO_LIMIT if text == "none" else desk.amount(text)


def _hours(text: str) -> int:
    return desk.whole(text, 1, OFFLINE_HOURS_MAX)


# What they do


def _create(arguments: argparse.Namespace) -> Answer:
    terms = _with_options(Terms(arguments.begins, arguments.ends), arguments)
    programme = create(open_town(arguments), arguments.name, terms, arguments.token)
    return Answer(f"programme {programme}: {arguments.name}", {"programme": programme})


def _set_period(arguments: argparse.Namespace) -> Answer:
    town = open_town(arguments)
    change(town, arguments.programme, _with_options(show(town, arguments.programme).terms, arguments))
    return _described(show(town, arguments.programme))


def _with_options(terms: Terms, arguments: argparse.Namespace) -> Terms:
    """The terms with what the options say instead."""
    hours, of = arguments.offline_hours, arguments.categories
    return Terms(
        arguments.begins or terms.begins,
        arguments.ends or terms.ends,
        arguments.floor_limit or terms.floor_limit,
        arguments.day_limit or terms.day_limit,
        hours * 3600 if hours else terms.offline_window,
        terms.categories if of is None else of,
    )


def _pause(arguments: argparse.Namespace) -> Answer:
    pause(open_town(arguments), arguments.programme)
    return Answer(f"programme {arguments.programme} is paused", {"programme": arguments.programme, "paused": True})


def _resume(arguments: argparse.Namespace) -> Answer:
    pause(open_town(arguments), arguments.programme, paused=False)
    return Answer(f"programme {arguments.programme} goes on", {"programme": arguments.programme, "paused": False})


def _fund(arguments: argparse.Namespace) -> Answer:
    received = fund(open_town(arguments), arguments.programme, arguments.amount, mint=arguments.mint)
    data = {"programme": arguments.programme, "cents": received}
    return Answer(f"programme {arguments.programme} received {desk.euros(received)}", data)


def _withdraw(arguments: argparse.Namespace) -> Answer:
    town = open_town(arguments)
    cents = withdraw(town, arguments.programme, arguments.amount)
    sentence = f"{desk.euros(cents)} of programme {arguments.programme}'s free reserve are back at {town.me().lower()}"
    return Answer(sentence, {"programme": arguments.programme, "cents": cents})


def _show(arguments: argparse.Namespace) -> Answer:
    return _described(show(open_town(arguments, signs=False), arguments.programme))


def _described(found: Programme) -> Answer:
    state = "".join(f" ({word})" for word, holds in (("paused", found.paused), ("closed", found.closed)) if holds)
    of = ", ".join(map(categories.said, categories.numbers(found.categories)))
    a_day = "no limit a day" if found.day_limit == NO_LIMIT else f"{desk.euros(found.day_limit)} a pass a day"
    lines = (
        f"programme {found.programme} of sponsor {found.sponsor}: {found.name}{state}",
        f"  from {period.shown(found.begins)} until {period.shown(found.ends)}",
        f"  {desk.euros(found.floor_limit)} at once by a terminal itself, {a_day}",
        f"  terminals sell {found.offline_window // 3600} h offline",
        f"  for shops of {of}, and those that are admitted" if of else "  for shops that are admitted",
        f"  holds {desk.euros(found.held)}, of which {desk.euros(found.reserve)} free reserve",
    )
    return Answer("\n".join(lines), {**asdict(found), "categories": categories.numbers(found.categories)})


def _revoke_terminal(arguments: argparse.Namespace) -> Answer:
    returned = revoke_terminal(open_town(arguments), arguments.programme, arguments.terminal)
    terminal = to_hex(arguments.terminal)
    sentence = f"{terminal} is out of programme {arguments.programme}; {desk.euros(returned)} went back to the reserve"
    return Answer(sentence, {"programme": arguments.programme, "terminal": terminal, "cents": returned})


def _close(arguments: argparse.Namespace) -> Answer:
    close(open_town(arguments), arguments.programme)
    sentence = f"programme {arguments.programme} is closed for good; `sweep` brings what is left of it to its reserve"
    return Answer(sentence, {"programme": arguments.programme, "closed": True})


def _sweep(arguments: argparse.Namespace) -> Answer:
    town = open_town(arguments)
    if not show(town, arguments.programme).closed:
        raise Broken(f"programme {arguments.programme} is not closed: `close` it first, 90 days after its end")
    swept = sweep(town, arguments.programme)
    sentence = (
        f"{desk.euros(swept.cents)} from {swept.budgets} budgets, {swept.orders} orders and {swept.slices} slices went "
        f"to the reserve of programme {arguments.programme}; `withdraw` brings it home"
    )
    return Answer(sentence, {"programme": arguments.programme, **asdict(swept)})


_NUMBER = (desk.add_programme,)
_CREATED = (
    '--name "Kindpakket 2026" \\\n      --begins 2026-01-01 --ends 2026-12-31 '
    "--day-limit 150,00 --categories kleding,schoenen"
)
_COMMANDS = (
    Command(
        "create",
        "begin a programme",
        _CREATED,
        _create,
        (_add_name, _add_period, _add_limits),
    ),
    Command(
        "set-period",
        "change the period, the limits or the categories",
        "--programme 1 --ends 2027-01-31",
        _set_period,
        (*_NUMBER, _add_new_period, _add_limits),
    ),
    Command("pause", "stop it for now", "--programme 1", _pause, _NUMBER),
    Command("resume", "let it go on", "--programme 1", _resume, _NUMBER),
    Command(
        "fund", "move your tokens into its reserve", "--programme 1 --amount 10000,00", _fund, (*_NUMBER, _add_fund)
    ),
    Command(
        "withdraw", "move free reserve back to you", "--programme 1 --amount 500,00", _withdraw, (*_NUMBER, _add_amount)
    ),
    Command("show", "its rules and its money", "--programme 1", _show, _NUMBER, signs=False),
    Command(
        "revoke-terminal",
        "take a terminal out of it for good",
        "--programme 1 --terminal 0x...",
        _revoke_terminal,
        (*_NUMBER, desk.add_terminal),
    ),
    Command("close", "end it for good, 90 days after its period at the earliest", "--programme 1", _close, _NUMBER),
    Command("sweep", "bring what is left of a closed programme to its reserve", "--programme 1", _sweep, _NUMBER),
)
