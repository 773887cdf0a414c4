"""Shops that ask to join, and their terminals."""
