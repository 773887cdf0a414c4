"""The pages of accounts and of the trail."""
