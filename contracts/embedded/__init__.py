"""A chain in one process: py-evm behind JSON-RPC over HTTP, for laptops, demos and tests. Not for real money.

Read in this order: `node` (blocks, calls, transactions), `store` (how it survives a kill), `methods` (JSON-RPC),
`server` (HTTP and the clock's heartbeat). web3, httpx and anything else that speaks to a node speak to this one.

What differs from a public network, on purpose:
- every transaction is mined at once in a block of its own, so there is no pool, and a nonce too high is refused;
- `safe` and `finalized` are the newest block, and there are no reorganisations;
- a block's time is the real time, so that several blocks may share a second;
- blob transactions and state overrides are refused; one HTTP request carries one call.
"""
