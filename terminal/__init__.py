"""The device on the counter: a pure core, adapters around it, a daemon that joins them, and a screen apart."""
