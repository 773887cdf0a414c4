"""The sale, pure: `step(state, event) -> (state, effects)`. No clock, no randomness, no I/O.

Read in this order: `sale` (the rules), `table` (what leads where), `moves`, `confirming`, `storing`, `asking`,
`refunding`, `pin` and `menu` (what each row does), `approve` (why approved is paid), `ends` (how an ask ends).
"""
