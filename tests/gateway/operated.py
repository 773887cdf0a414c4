"""Facts about a gateway that does well, of which each test changes what it is about."""

from dataclasses import fields, replace
from typing import Any

from contracts.gateway.operating.facts import (
    WEI_PER_GWEI,
    Chain,
    Endpoint,
    Facts,
    Journal,
    Settled,
    Spent,
    Stored,
)
from contracts.wire.units import Address, Timestamp

NOW = Timestamp(1_800_000_000)
ETHER = 10**18
TERMINAL, OTHER, ACCOUNT = Address(b"t" * 20), Address(b"o" * 20), Address(b"a" * 20)


def journal(seconds: int, waiting: int = 1, sent: int = 0, mined: int = 0, terminal: Address = TERMINAL) -> Journal:
    return Journal(terminal, 7, Timestamp(NOW - seconds), waiting, sent, mined)


def spent(a_day_gwei: int, days: int = 7) -> Spent:
    return Spent(ACCOUNT, 20, 900, 11_000_000, 8 * a_day_gwei, days, days * a_day_gwei)


def facts(**changes: Any) -> Facts:
    """A gateway with nothing to do; what is named differently is different, wherever it stands."""
    stored = Stored(
        contract=Address(b"c" * 20),
        chain_id=1337,
        block=1_000,
        terminals=12,
        journals=(),
        troubles=(),
        draws=(),
        slices=(),
        settled=Settled(900, 2, 1),
        transactions=(),
        spent=(spent(WEI_PER_GWEI // 100),),
        processes=("gateway-1",),
        senders=(ACCOUNT,),
    )
    chain = Chain(
        endpoints=(Endpoint("http://node-1:8545", ""), Endpoint("http://node-2:8545", "")),
        latest=1_010,
        latest_at=Timestamp(NOW - 4),
        final=1_000,
        final_at=Timestamp(NOW - 90),
        base_fee=WEI_PER_GWEI,
        ceiling=200 * WEI_PER_GWEI,
        balances={ACCOUNT: 10 * ETHER},
    )
    whole = Facts(NOW, stored, chain, 50 * 2**30)
    mine = {field.name for field in fields(Stored)}, {field.name for field in fields(Chain)}
    stored = replace(stored, **{name: value for name, value in changes.items() if name in mine[0]})
    chain = replace(chain, **{name: value for name, value in changes.items() if name in mine[1]})
    rest = {name: value for name, value in changes.items() if name not in mine[0] | mine[1]}
    return replace(whole, **{"stored": stored, "chain": chain, **rest})
