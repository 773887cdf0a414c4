"""What a terminal is served with: its entries taken in, outcomes, snapshots, sales."""
