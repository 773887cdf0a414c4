"""All that must be in place before the first scan: the chain, the sponsor's side, terminals, passes, and the demo.

`cli` is the program's entry. Each command is a module with `main(argv) -> int` over public functions, which take and
give plain values, so that a script can do what a person does at a shell.
"""
