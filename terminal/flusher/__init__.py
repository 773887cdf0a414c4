"""Hands the journal in at the gateway and brings back what became of it. It can be lied to and delayed, never robbed.

Read in this order: `answers` (what counts as an answer), `gateway` (the requests), `drain` (the journal's loop),
`following` (the snapshot's).
"""

from terminal.flusher.drain import Flusher
from terminal.flusher.following import Follower
from terminal.flusher.gateway import Gateway

__all__ = ["Flusher", "Follower", "Gateway"]
