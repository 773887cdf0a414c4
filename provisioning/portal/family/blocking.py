"""A pass that blocks itself: whoever lost the letter, and still has the pass on a phone, waits for nobody."""

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.wire.units import Address
from provisioning.portal.family.signed import Wrong
from provisioning.portal.passes import replacing
from provisioning.portal.passes.models import Pass
from provisioning.portal.staff import trail
from provisioning.portal.tasks.models import Task

KIND = "passes.block"


@transaction.atomic
def block(holder: Address) -> str:
    """Ask for it, once: `asked`, or `blocked` when it is so already. Raises Wrong for a pass that cannot be blocked.

    The contract does it for whatever key the pass has; only the desk unblocks.
    """
    found = Pass.objects.get_or_create(address=holder)[0]  # one that was granted by another way than the desk, too
    if found.state == Pass.State.BLOCKED:
        return "blocked"
    if not is_waiting(found):
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
        raise Wrong(409, "changed", _("This pass cannot be blocked from here now. Call us.")) from None
    trail.note(None, "passes.blocked_itself", f"pass {found.pk}", task=task.pk)
