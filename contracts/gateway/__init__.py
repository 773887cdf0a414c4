"""The relay between terminals and contract. It can delay, and cannot take, invent or redirect a cent.

Read in this order: `api` (what terminals ask), `intake` (what is taken in), `batcher` and `sender` (how it reaches the
contract), `reader` and `projection` (what the contract made of it), `snapshot` (what terminals are told of budgets),
`worker` (who does this, when) and `run` (the process).
"""
