"""`kindpakket portal serve`: the pages alone. This process has no key to the contract, and refuses to be given one."""

import argparse
import os
import signal
import socket
import sys
from typing import Any, NoReturn

from contracts.wire.errors import Broken
from provisioning import desk
from provisioning.enrolling import TOKEN_VARIABLE
from provisioning.portal import config
from provisioning.portal.running import entering
from terminal.signer.memory import forbid_core_dumps

SECRETS = (desk.KEY_VARIABLE, desk.PASSWORD_VARIABLE, TOKEN_VARIABLE)
"""What stands in the worker's environment, and never in that of the pages."""
BODY_BYTES_MAX = 8 * 1024 * 1024
_IN_MEMORY = 64 * 1024 * 1024
_EXAMPLE = """example:
  kindpakket portal serve --folder /var/lib/kindpakket-portal --port 8800

Prints "ready http://..." when it answers. What pages ask for on the contract is done by `kindpakket portal work`.
"""


def main(argv: list[str]) -> int:
    """Answer until SIGTERM. Raises Broken when it cannot start."""
    parser = argparse.ArgumentParser(
        prog="kindpakket portal serve",
        description="The town hall's pages, without any key to the contract.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_options(parser)
    arguments = parser.parse_args(argv)
    _refuse_keys()
    forbid_core_dumps()
    place = entering.enter(arguments.folder)
    with listen(arguments.listen, arguments.port) as listener:
        _serve(listener, limits(arguments.proxy if config.load(place).https else None))
    return 0


def add_options(to: argparse.ArgumentParser) -> None:
    """The options that say where the pages are."""
    entering.add_folder(to)
    to.add_argument("--listen", default="127.0.0.1", metavar="ADDRESS", help="where it listens (default 127.0.0.1)")
    port = desk.option(lambda text: desk.whole(text, 0, 65_535))
    to.add_argument("--port", type=port, default=8800, help="the port (default 8800); 0 takes a free one")
    about = "with https = true, the reverse proxy whose X-Forwarded-For and -Proto are believed (default 127.0.0.1)"
    to.add_argument("--proxy", default="127.0.0.1", metavar="ADDRESS", help=about)


def listen(address: str, port: int) -> socket.socket:
    """A socket there. Raises Broken when it is taken."""
    try:
        return socket.create_server((address, port))
    except OSError as error:
        raise Broken(f"nothing can listen on {address}:{port} ({error.strerror}): name another --port") from error


def limits(proxy: str | None) -> dict[str, Any]:
    """What waitress is held to. What comes in and goes out stays in memory, as families' papers and codes are in it."""
    believed = {"trusted_proxy": proxy, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}
    return {
        "threads": 8,
        "connection_limit": 100,
        "channel_timeout": 30,
        "cleanup_interval": 10,
        "max_request_header_size": 16 * 1024,
        "max_request_body_size": BODY_BYTES_MAX,
        "inbuf_overflow": 2 * BODY_BYTES_MAX,
        "outbuf_overflow": _IN_MEMORY,
        "outbuf_high_watermark": _IN_MEMORY,
        "ident": None,
        **(believed if proxy else {}),
    }


def _refuse_keys() -> None:
    if given := [name for name in SECRETS if name in os.environ]:
        raise Broken(f"pages must not have a key, and {given[0]} is set: give it to `kindpakket portal work` alone")


def _serve(listener: socket.socket, held_to: dict[str, Any]) -> None:
    from django.urls import get_resolver  # noqa: PLC0415 -- Django is set up only now
    from waitress import create_server  # noqa: PLC0415

    from provisioning.portal.running import tables  # noqa: PLC0415 -- Django is set up only now
    from provisioning.portal.web import application  # noqa: PLC0415

    tables.migrate()
    _ = get_resolver().url_patterns  # every page is loaded before anybody is told that they are there
    server = create_server(application, sockets=[listener], **held_to)
    signal.signal(signal.SIGTERM, _end)
    host, port = listener.getsockname()[:2]
    sys.stdout.write(f"ready http://{host}:{port}\n")
    sys.stdout.flush()
    server.run()


def _end(*_: object) -> NoReturn:
    raise SystemExit(0)
