"""Shops' own accounts and pages, and the products that they sell."""
