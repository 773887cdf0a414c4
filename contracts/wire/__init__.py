"""Bytes that two machines must agree on. Pure: no clock, no randomness, no I/O, no web3.

Read in this order: `passcode` (what a scan means), `entry` (what a payment is), `journal` (how entries
are chained and signed), `batch` (how they reach the contract), `reasons` (every "no", and what it costs).
"""
