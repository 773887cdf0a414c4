"""The only place where people are known: households and their children, sealed, and for how long."""
