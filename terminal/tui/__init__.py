"""The counter's screen: a process of its own that shows the newest moment and sends keys, and holds nothing else.

Read `stages` (what each moment says), then `counter` (how it is laid out), then `app` (the link and the keys).
"""
