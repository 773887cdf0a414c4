"""A stock Debian with systemd in the virtual machine: what the installer does there, and what becomes of it.

`make test-install`. See docs/hardware-tests.md.
"""
