"""A buzzer that writes down what it would sound: a line with the pitch at each beginning, and a 0 at each end."""

from pathlib import Path

from drivers.signals import Signal, absolute


def signal(file: str) -> Signal:
    """A buzzer that appends to this file, whose folder must be there."""
    return Signal(Notebook(absolute(file)))


class Notebook:
    """The device of it."""

    def __init__(self, path: Path) -> None:
        self.name = f"simulated signal in {path}"
        self.place = path.parent
        self._path = path

    def open(self) -> None:
        """Begin the file, if there is none."""
        self._path.touch()

    def set(self, hertz: int) -> None:
        """One more line."""
        with self._path.open("a", encoding="ascii") as file:
            file.write(f"{hertz}\n")

    def check(self) -> None:
        """It is there as long as the file is."""
        self._path.stat()

    def close(self) -> None:
        """Nothing is held."""
