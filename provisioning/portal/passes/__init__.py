"""Passes: who has one, its letter, a lost one, and what was granted to it."""
