"""A virtual machine with a real kernel, in which drivers and daemon meet real /dev/input and /dev/ttyUSB devices.

Read `scenario` (what is tried), then `machine` (the cables), `guest` (inside), `image` (how it is made).
"""
