"""Programmes: their period, money, limits, and what could be lost by them."""
