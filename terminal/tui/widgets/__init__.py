"""The parts of the counter's screen, one a file."""
