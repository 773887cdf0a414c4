"""The sale, pure: `step(state, event) -> (state, effects)`. No clock, no randomness, no I/O.

Read in this order: `sale` (the transition table), `moves` and `menu` (what each row does), `approve` (why approved is
paid).
"""
