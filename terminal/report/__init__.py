"""What a shop's day comes to: the X report so far, and the Z report that closes it.

Read in this order: `sums` (what is added up), `day` (the X report), `closing` (the Z report), `pages` and `spreadsheet`
(how both are shown), `command`.
"""
