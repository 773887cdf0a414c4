"""Scanners and keypads, each behind one small protocol. Imports nothing else of this project.

Read `base` (what a driver is), then `registry` (which there are), then `decode` (from bytes to codes).
"""
