"""How the machine itself is: what doctor says of it, and what the daemon looks at each minute.

`root` reads files, `readings` is the table of what is made of their text, and `summary` what the support line is told.
"""
