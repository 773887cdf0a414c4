"""`kindpakket chain deploy`: the contract on a chain, and the record of it."""

from pathlib import Path

from eth_account.signers.local import LocalAccount

from contracts.chain import Chain
from contracts.deployment import Deployment
from contracts.wire.errors import Broken
from contracts.wire.units import Address, to_hex
from provisioning import desk
from provisioning.desk import Answer
from provisioning.town import account_of

_EXAMPLE = """  KINDPAKKET_KEY=0x... kindpakket chain deploy --rpc http://127.0.0.1:8545 --network 7 \\
      --development-euro --record deployment.json"""


def main(argv: list[str]) -> int:
    """Deploy, and write the record."""
    parser = desk.parser("chain deploy", "Put the contract on a chain; the key that signs becomes its owner.", _EXAMPLE)
    parser.add_argument("--rpc", required=True, metavar="URL", help="JSON-RPC of a node")
    parser.add_argument(
        "--network", type=desk.option(desk.network), required=True, metavar="N", help="whose passes: 0 to 65535"
    )
    token = parser.add_mutually_exclusive_group(required=True)
    token.add_argument(
        "--token", type=desk.option(desk.address), metavar="ADDRESS", help="the ERC-20 euro that programmes pay in"
    )
    token.add_argument("--development-euro", action="store_true", help="deploy a euro that is worth nothing")
    parser.add_argument("--record", type=Path, required=True, metavar="FILE", help="where the record is written")
    desk.add_keystore(parser)
    desk.add_json(parser)
    arguments = parser.parse_args(argv)
    require_absent(arguments.record)
    deployment = deploy(arguments.rpc, account_of(arguments), arguments.network, arguments.token)
    deployment.save(arguments.record)
    _answer(deployment).say(as_json=arguments.json)
    return 0


def deploy(rpc_url: str, account: LocalAccount, network: int, token: Address | None) -> Deployment:
    """Deploy the contract, and a development euro when no token is given. Raises Reverted, Broken or TryAgain."""
    chain = Chain(rpc_url)
    chain_id = chain.chain_id()
    if token is None:
        token, _ = chain.deploy(account, "development_euro")
    elif chain.code_hash(token) is None:
        raise Broken(f"there is no contract at {to_hex(token)}, so it is no token")
    contract, sent = chain.deploy(account, "kindpakket", network)
    code_hash = chain.code_hash(contract)
    if code_hash is None:
        raise Broken(f"the node shows no code at {to_hex(contract)}, where it was just deployed")
    return Deployment(
        chain_id=chain_id,
        contract=contract,
        block=sent.block,
        code_hash=code_hash,
        network=network,
        token=token,
        rpc_url=rpc_url,
    )


def require_absent(record: Path) -> None:
    """Raises Broken when the record is there already: found out before anything is paid for."""
    if record.exists():
        raise Broken(f"{record} is there already and stays as it is: name another file for the record")
    if not record.parent.is_dir():
        raise Broken(f"{record.parent} is no folder: make it, or name another file for the record")


def _answer(deployment: Deployment) -> Answer:
    sentence = (
        f"deployed {to_hex(deployment.contract)} on chain {deployment.chain_id} in block {deployment.block}; "
        f"programmes pay in {to_hex(deployment.token)}"
    )
    return Answer(sentence, deployment.model_dump(mode="json"))
