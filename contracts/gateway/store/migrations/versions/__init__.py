"""One file for each step. A step is frozen once it is released: it names no table of `tables`."""
