"""What is carried to a terminal that has no compiler and may have no network: made, signed, shown."""
