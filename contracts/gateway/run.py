"""`kindpakket gateway run`: the relay between terminals and the contract, as a process."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from contracts.deployment import Deployment
from contracts.gateway.http.server import Outside
from contracts.gateway.operating.logs import log_to_stderr, secrets_of
from contracts.gateway.service import Service, Settings, listen
from contracts.gateway.settling.batcher import Limits
from contracts.gateway.settling.fees import GWEI
from contracts.gateway.settling.follower import Terms
from contracts.gateway.store.place import add_options, place
from contracts.keys import KeySource
from contracts.wire.errors import Broken

_KEY = KeySource("KINDPAKKET_GATEWAY_KEY", "KINDPAKKET_GATEWAY_PASSWORD")
_EXAMPLE = f"""example:
  {_KEY.key}=0x... kindpakket gateway run --record deployment.json --rpc http://127.0.0.1:8545 \\
      --data ./gateway --port 8700

Prints "ready http://..." when it answers. Its key pays gas and holds no budgets; several, with commas between them,
send side by side. With --keystore FILE the password is read from {_KEY.password}. The HTTP
interface is described at /openapi.json.
"""


def main(argv: list[str]) -> int:
    """Run the gateway until SIGTERM. Raises Broken with what to do when it cannot start or must stop."""
    arguments = _parser().parse_args(argv)
    log_to_stderr(_secrets(arguments))
    settings = _settings(arguments)
    with listen(arguments.host, arguments.port) as listener:
        host, port = listener.getsockname()
        url = f"{settings.outside.scheme}://{host}:{port}"
        Service(settings).run(listener, lambda: _say_ready(url))
    return 0


def _say_ready(url: str) -> None:
    sys.stdout.write(f"ready {url}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindpakket gateway run",
        description="Take terminals' journals over HTTP, settle them on the contract, and answer what became of them.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--record", type=Path, required=True, metavar="FILE", help="the deployment's record")
    about = "JSON-RPC of a node; when given again, each stands in for those before it"
    parser.add_argument("--rpc", required=True, action="append", metavar="URL", help=about)
    about = "a block is final when N lie on top of it (default: when the node says so)"
    parser.add_argument("--final-depth", type=_depth, metavar="N", help=about)
    add_options(parser)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=_port, default=8700, help="the port to listen on; 0 takes a free one")
    parser.add_argument(
        "--tls-cert", type=Path, metavar="FILE", help="answer over TLS with this certificate chain (PEM)"
    )
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="the certificate's private key (PEM)")
    parser.add_argument(
        "--proxy", default="127.0.0.1", metavar="ADDRESS", help="the reverse proxy whose X-Forwarded-For is believed"
    )
    about = f"instead of {_KEY.key}; may be given again, for several accounts"
    parser.add_argument("--keystore", type=Path, action="append", default=[], metavar="FILE", help=about)
    about = f"what is paid at most for a unit of gas (default {Terms().ceiling // GWEI})"
    parser.add_argument("--fee-ceiling", type=_gwei, default=Terms().ceiling, metavar="GWEI", help=about)
    about = f"after how many seconds in no block a transaction is replaced by a dearer one (default {Terms().stuck})"
    parser.add_argument("--stuck-seconds", type=_stuck_seconds, default=Terms().stuck, metavar="N", help=about)
    about = "how many seconds entries may gather (default %(default)g)"
    parser.add_argument("--batch-seconds", type=_batch_seconds, default=Limits().age, metavar="N", help=about)
    about = "after how many seconds the node is asked again (default %(default)g)"
    parser.add_argument("--poll-seconds", type=_poll_seconds, default=1.0, metavar="N", help=about)
    parser.add_argument("--rebuild", action="store_true", help="forget what was read from the chain, read it again")
    return parser


def _settings(arguments: argparse.Namespace) -> Settings:
    return Settings(
        record=Deployment.load(arguments.record),
        rpc_urls=arguments.rpc,
        final_depth=arguments.final_depth,
        where=place(arguments),
        accounts=_KEY.accounts(arguments.keystore, os.environ, _no_password),
        limits=replace(Limits(), age=arguments.batch_seconds),
        terms=Terms(arguments.fee_ceiling, arguments.stuck_seconds),
        poll=arguments.poll_seconds,
        rebuild=arguments.rebuild,
        outside=_outside(arguments),
    )


def _outside(arguments: argparse.Namespace) -> Outside:
    certificate, key = arguments.tls_cert, arguments.tls_key
    if (certificate is None) != (key is None):
        raise Broken("a certificate needs its key: give both --tls-cert and --tls-key, or neither")
    return Outside(certificate, key, arguments.proxy)


def _no_password() -> str:
    raise Broken(f"a keystore needs its password in {_KEY.password}: a service has nobody to ask")


def _secrets(arguments: argparse.Namespace) -> list[str]:
    """What must stand in no log, wherever it came from."""
    named = [os.environ.get(name, "") for name in (_KEY.key, _KEY.password, "PGPASSWORD")]
    keys = [key.strip().removeprefix("0x") for key in named[0].split(",")]
    return [*keys, *named, *(secret for url in (arguments.database, *arguments.rpc) for secret in secrets_of(url))]


def _port(text: str) -> int:
    return int(_bounded(int(text), 0, 65_535))


def _depth(text: str) -> int:
    return int(_bounded(int(text), 0, 100_000))


def _gwei(text: str) -> int:
    return int(_bounded(float(text), 0.001, 1_000_000) * GWEI)


def _stuck_seconds(text: str) -> int:
    return int(_bounded(int(text), 5, 86_400))


def _batch_seconds(text: str) -> int:
    return int(_bounded(int(text), 0, 3_600))


def _poll_seconds(text: str) -> float:
    return _bounded(float(text), 0.05, 3_600)


def _bounded(value: float, least: float, most: float) -> float:
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{value:g} is not {least:g} to {most:g}")
    return value
