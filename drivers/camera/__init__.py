"""A camera as a scanner: a driver in the daemon's process, the camera and its native decoder in one of their own.

Read `driver` (starts, hears and restarts the process), then `process` (what runs there), then `sources` (where pictures
come from) and `decoders` (from a picture to codes). The two processes speak `messages` over a pipe.
"""
