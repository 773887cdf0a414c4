"""The sale, pure: `step(state, event) -> (state, effects)`. No clock, no randomness, no I/O.

Read in this order: `sale` (the transition table), `approve` (why approved is paid), `screen` (what to show).
"""
