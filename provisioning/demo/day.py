"""One shop day, scene by scene. Whatever can go wrong at a counter goes wrong, and at the end the books must agree."""

from contracts.wire.errors import Broken
from provisioning.demo.acting import Say, Scene
from provisioning.demo.books import Lost
from provisioning.demo.evening import Evening
from provisioning.demo.morning import Morning
from provisioning.demo.returns import Returns
from provisioning.demo.setting import Setting
from provisioning.demo.storm import Storm


class Day:
    """The script. `say` gets one line for each thing that happens."""

    def __init__(self, setting: Setting, say: Say) -> None:
        self._say = say
        self._parts = tuple(part(setting, say) for part in (Morning, Storm, Returns, Evening))

    @property
    def lost(self) -> list[Lost]:
        """What was approved and went under with a terminal."""
        return [each for part in self._parts for each in part.lost]

    def scenes(self) -> tuple[Scene, ...]:
        """What happens, in order."""
        return tuple(scene for part in self._parts for scene in part.scenes())

    async def play(self) -> None:
        """All scenes. Raises Broken, naming the scene, when something is not as it must be."""
        for scene in self.scenes():
            title = (scene.__doc__ or "").splitlines()[0].rstrip(".")
            self._say(f"\n{title}")
            try:
                await scene()
            except Broken as broken:
                raise Broken(f"in the scene '{title}': {broken}") from broken
