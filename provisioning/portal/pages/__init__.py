"""What all pages share: their frame, their looks, their errors."""
