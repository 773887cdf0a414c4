"""What shops have to be paid, and the statement by which they match it."""
