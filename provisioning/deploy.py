"""`kindpakket chain deploy`: the contract on a chain, and the record of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account.signers.local import LocalAccount

from contracts.chain import Chain, Collided, Reverted, Sent, Signed, checksum, created
from contracts.deployment import Deployment
from contracts.wire.errors import Broken
from contracts.wire.units import Address, address, from_hex, to_hex
from provisioning import bytecode, desk, finality
from provisioning.desk import Answer
from provisioning.progress import Plan, Progress
from provisioning.town import account_of

_EXAMPLE = """  KINDPAKKET_KEY=0x... kindpakket chain deploy --rpc http://127.0.0.1:8545 --network 7 \\
      --development-euro --record deployment.json

It waits until the deployment cannot be undone. Interrupted, it goes on where it was when the same command is given
again, and never deploys twice: what it sent stands in FILE.progress until the record is written."""


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
    finality.add_confirmations(parser)
    desk.add_keystore(parser)
    desk.add_json(parser)
    arguments = parser.parse_args(argv)
    require_absent(arguments.record)
    account, chain = account_of(arguments), Chain(arguments.rpc)
    progress = Progress.open(arguments.record, _plan(chain, account, arguments.network, arguments.token))
    deployment = _Deployer(chain, account, progress, arguments.confirmations).deploy(arguments.rpc)
    deployment.save(arguments.record)
    progress.forget()
    _answer(deployment, finality.seconds(chain)).say(as_json=arguments.json)
    return 0


def deploy(rpc_url: str, account: LocalAccount, network: int, token: Address | None) -> Deployment:
    """Deploy the contract, and a development euro when no token is given, and wait until that is final.

    Nothing is kept of it, so one that is interrupted is begun anew. Raises Reverted, Broken or TryAgain.
    """
    chain = Chain(rpc_url)
    return _Deployer(chain, account, Progress(_plan(chain, account, network, token))).deploy(rpc_url)


def require_absent(record: Path) -> None:
    """Raises Broken when the record is there already: found out before anything is paid for."""
    if record.exists():
        raise Broken(f"{record} is there already and stays as it is: name another file for the record")
    if not record.parent.is_dir():
        raise Broken(f"{record.parent} is no folder: make it, or name another file for the record")


def _plan(chain: Chain, account: LocalAccount, network: int, token: Address | None) -> Plan:
    deployer = address(from_hex(account.address))
    return Plan(chain_id=chain.chain_id(), deployer=deployer, network=network, token=token)


@dataclass(frozen=True, slots=True)
class _Deployer:
    """Signs each step once, and sends it until it is deep enough."""

    chain: Chain
    account: LocalAccount
    progress: Progress
    confirmations: int | None = None

    def deploy(self, rpc_url: str) -> Deployment:
        plan = self.progress.plan
        if plan.token is not None and not self.chain.code(plan.token):
            raise Broken(f"there is no contract at {to_hex(plan.token)}, so it is no token")
        token = plan.token or created(self._create("development_euro"))
        office = created(self._create("office"))
        self._create("kindpakket", plan.network, checksum(office))
        sent = self._until_deep()
        contract = created(sent)
        deployment = Deployment(
            chain_id=plan.chain_id,
            contract=contract,
            block=sent.block,
            code_hash=bytecode.hashed(self.chain.code(contract)),
            network=plan.network,
            token=token,
            rpc_url=rpc_url,
        )
        bytecode.require_ours(self.chain.code, deployment)
        return deployment

    def _create(self, name: str, *arguments: Any) -> Sent:
        """Create that contract, or find it where it was created before; in a block, and perhaps not yet for good."""
        signed = self.progress.find(name)
        if signed is None:
            signed = self.chain.sign(self.account, self.chain.creation(name, *arguments))
            self.progress.keep(name, signed)
        else:
            desk.progress(f"{name}: goes on with transaction {to_hex(signed.transaction)}")
        return self._look(signed)

    def _until_deep(self) -> Sent:
        """Wait until nothing of it can be undone; the last transaction. The earlier ones lie deeper."""
        return finality.wait(
            self.chain, lambda: [self._look(signed) for signed in self.progress.all()][-1], self.confirmations
        )

    def _look(self, signed: Signed) -> Sent:
        """The transaction in its block; it is sent, and sent again when its block was undone."""
        try:
            sent = self.chain.sent(signed.transaction)
            if sent is None and not self.chain.knows(signed.transaction):
                self._submit(signed)
            return sent or self.chain.wait(signed.transaction)
        except Reverted as failure:
            raise Broken(f"{failure}; {self._way_out()}") from failure

    def _submit(self, signed: Signed) -> None:
        try:
            self.chain.submit(signed)
        except (Broken, Collided) as refusal:
            raise Broken(f"{refusal}; {self._way_out()}") from refusal

    def _way_out(self) -> str:
        if self.progress.path is None:
            return "nothing was deployed"
        return f"if the account sent something else meanwhile, remove {self.progress.path} and begin anew"


def _answer(deployment: Deployment, waits: int) -> Answer:
    sentence = (
        f"deployed {to_hex(deployment.contract)} on chain {deployment.chain_id} in block {deployment.block}; "
        f"programmes pay in {to_hex(deployment.token)}"
    )
    told = finality.told(waits)
    data = {**deployment.model_dump(mode="json"), "finality_seconds": waits}
    return Answer(f"{sentence}\n{told}" if told else sentence, data)
