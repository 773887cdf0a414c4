"""What families order at a shop, set aside until it is handed over."""
