"""Why an application is rejected, in codes and in a sentence to the family."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from provisioning.portal.rules.explaining import WHY
from provisioning.portal.rules.judging import Reason

SAID: dict[str, Promise | str] = {
    **{code.value: WHY[code] for code in (Reason.POSTCODE, Reason.INCOME, Reason.SAVINGS, Reason.CHILDREN)},
    "incomplete": _("We asked you for more, and we did not get it."),
    "before": _("Your child has this budget already."),
    "other": _("There is another reason. You read it below."),
}

NOT_POSSIBLE: dict[str, Promise] = {
    "state": _("Somebody else was first: this application is no longer open."),
    "programme": _("The scheme has no running programme. Ask Finance first."),
    "budget": _("A child of this family has a budget of this programme already."),
    "number": _("A family with this number is known here. Choose that family."),
    "self": _("Somebody else must do this: you made the proposal."),
    "given": _("A pass has this budget already. It can no longer be undone."),
    "gone": _("This decision can no longer be changed."),
}


class NotPossibleError(Exception):
    """It cannot be done now. `code` is one of NOT_POSSIBLE."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def said(self) -> str:
        """To whoever asked for it."""
        return str(NOT_POSSIBLE[self.code])
