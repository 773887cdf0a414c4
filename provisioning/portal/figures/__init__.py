"""What was activated and spent, for those who pay for it."""
