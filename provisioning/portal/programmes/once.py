"""Doing on the contract what has no reference there, once: whatever is killed, wherever it was.

The transaction is signed and kept before it is sent. Whoever begins again finds it, and sends the same bytes, which
count once; another is signed only when that one can never count any more.
"""

import hashlib
from dataclasses import dataclass, fields
from typing import Any, Literal

from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from contracts.chain import Reverted, Sent, Signed
from contracts.wire.errors import TryAgain
from contracts.wire.units import Hash
from provisioning.portal.programmes.models import Once
from provisioning.town import Town


def town(of: Town, code: str) -> Town:
    """The town, where each call under this code counts once. The same call twice under one code is one call."""
    return _OnceTown(**{field.name: getattr(of, field.name) for field in fields(of)}, code=code)


@dataclass(frozen=True, slots=True)
class _OnceTown(Town):
    code: str = ""

    def send(self, call: Any) -> Sent:
        """As Town's. Raises Reverted, Broken or TryAgain."""
        said = hashlib.sha256(f"{call.address} {call.fn_name} {call.args}".encode()).hexdigest()
        order = Once.objects.get_or_create(code=f"{self.code} {said[:24]}")[0]
        try:
            return _earlier(self, order) or _first(self, order, call)
        except Reverted:
            Once.objects.filter(pk=order.pk).update(transaction=None, raw=None)  # it failed, and may be tried anew
            raise


def _earlier(of: Town, order: Once) -> Sent | None:
    """What became of the transaction that was signed before; None when there is none that can count."""
    if order.raw is None or order.transaction is None:
        return None
    raw, name = bytes(order.raw), Hash(bytes(order.transaction))
    over = _is_spent(of, raw, "finalized")  # asked first: a block may come between
    found = of.chain.sent(name)
    if found is not None or over:
        return found
    if not of.chain.knows(name):
        if _is_spent(of, raw, "latest"):
            raise TryAgain("another transaction took its place, in a block that is not final yet")
        of.chain.submit(Signed(name, raw))
    return of.chain.wait(name)


def _first(of: Town, order: Once, call: Any) -> Sent:
    signed = of.chain.sign(of.signer(), call)
    order.transaction, order.raw = signed.transaction, signed.raw
    order.save()
    of.chain.submit(signed)
    return of.chain.wait(signed.transaction)


def _is_spent(of: Town, raw: bytes, which: Literal["latest", "finalized"]) -> bool:
    """Whether its nonce is, by whoever signed it: the worker may have another key since.

    The newest block may be undone, and of several nodes behind one address one may not know it.
    """
    nonce = int(TypedTransaction.from_bytes(HexBytes(raw)).as_dict()["nonce"])
    return of.chain.transactions(Account.recover_transaction(raw), which) > nonce
