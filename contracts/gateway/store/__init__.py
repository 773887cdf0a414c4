"""What the gateway keeps, and how it commits."""
