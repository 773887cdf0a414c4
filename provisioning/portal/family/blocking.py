"""A pass that blocks itself: whoever lost the letter, and still has the pass on a phone, waits for nobody."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.wire.units import Address, Hash
from provisioning.portal.family.signed import SKEW_SECONDS, Wrong
from provisioning.portal.passes import replacing
from provisioning.portal.passes.models import Heard, Pass
from provisioning.portal.staff import trail
from provisioning.portal.tasks.models import Task

KIND = "passes.block"
_KEPT = timedelta(seconds=4 * SKEW_SECONDS)
"""A clock may be behind or ahead, so a signature holds for twice that; and a little more for our own clock."""


def block(holder: Address, digest: Hash) -> str:
    """Ask for it, once: `asked`, or `blocked` when it is so already. Raises Wrong for a pass that cannot be blocked.

    The contract does it for whatever key the pass has; only the desk unblocks, which the same request sent again by
    somebody does not undo: `digest` is what the pass signed.
    """
    is_new = _is_new(digest)
    with transaction.atomic():
        return _block(holder, is_new=is_new)


def _is_new(digest: Hash) -> bool:
    """Whether it was not heard yet, and is from now on, as long as its signature's time may last."""
    Heard.objects.filter(at__lt=timezone.now() - _KEPT).delete()
    return Heard.objects.get_or_create(digest=digest)[1]


def _block(holder: Address, *, is_new: bool) -> str:
    found = Pass.objects.get_or_create(address=holder)[0]  # one that was granted by another way than the desk, too
    if found.state == Pass.State.BLOCKED:
        return "blocked"
    if not is_waiting(found):
        if not is_new:
            raise _changed()
        _ask(found)
    return "asked"


def is_waiting(found: Pass) -> bool:
    """Whether a block was asked for that the contract does not have yet."""
    task = found.task
    return task is not None and (task.kind, task.state) == (KIND, Task.State.WAITING) and task.arguments["blocked"]


def _ask(found: Pass) -> None:
    try:
        task = replacing.set_blocked(None, found, blocked=True)
    except replacing.Changed:
        raise _changed() from None
    trail.note(None, "passes.blocked_itself", f"pass {found.pk}", task=task.pk)


def _changed() -> Wrong:
    return Wrong(409, "changed", _("This pass cannot be blocked from here now. Call us."))
