"""From a plain Debian or Raspberry Pi OS to a terminal: steps that can each be interrupted and undone."""
