"""Between the daemon and its screens: a Unix socket, whole snapshots out, key presses in.

What a screen shows is named here for the screen's process, which knows nothing else of the terminal.
"""

from terminal.core.screen import Choice, EntryState, Lamp, Line, Screen, Stage, Status

__all__ = ["Choice", "EntryState", "Lamp", "Line", "Screen", "Stage", "Status"]
