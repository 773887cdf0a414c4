"""A terminal takes a newer release, and returns to the one before when the newer does not work.

Read in this order: `program` (what stands on the disk, and what each name there promises), `switching` (the one order
of steps that any power cut may end), `draining` (when), `machine` (the supervisor and the doctor), `command`.
"""
