"""A town in one window: chain, gateway, two shops, and everything that goes wrong at a counter.

Nothing here is a part of the product that a shop uses; it only starts the real programs and plays people.
"""
