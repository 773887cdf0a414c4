"""Who works at the town hall, how they sign in, and the trail of what they did."""
