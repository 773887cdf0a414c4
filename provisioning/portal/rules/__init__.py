"""Who is entitled to what, as data: written, explained in words, tried, and then in force."""
