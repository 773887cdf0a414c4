"""What the things that are known of a family are called on paper."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from provisioning.portal.applying.models import Document
from provisioning.portal.deciding.reasons import SAID
from provisioning.portal.orders.models import Order
from provisioning.portal.rules.explaining import WHY

NAMES: dict[str, Promise | str] = {
    "number": _("Number here"),
    "name": _("Name"),
    "address": _("Street and house number"),
    "postcode": _("Postcode"),
    "town": _("Town"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "town_number": _("Number at the social service"),
    "language": _("Language of letters"),
    "from_social_service": _("Known from the social service"),
    "known_since": _("Known since"),
    "kept_until": _("Kept until"),
    "children": _("Children"),
    "born": _("Born"),
    "passes": _("Passes"),
    "label": _("Number of the pass"),
    "state": _("State"),
    "budgets": _("Budgets"),
    "programme": _("Programme"),
    "cents": _("Amount"),
    "due": _("Comes on"),
    "stopped": _("Stopped"),
    "on": _("On"),
    "orders": _("Orders"),
    "shop": _("Shop"),
    "products": _("Products"),
    "stands": _("State"),
    "applications": _("Applications"),
    "code": _("Code"),
    "sent": _("Sent"),
    "who": _("Who applied"),
    "answers": _("Answers"),
    "living": _("Lives"),
    "income": _("Income a month"),
    "savings": _("Savings"),
    "rules_said": _("What the rules said"),
    "reason": _("Reason"),
    "reasons": _("Reasons"),
    "documents": _("Documents"),
    "kind": _("Kind"),
    "bytes": _("Bytes"),
    "conversation": _("Questions and answers"),
    "by": _("By"),
    "text": _("Text"),
    "decisions": _("Decisions"),
    "verdict": _("Decision"),
    "words": _("Words in the letter"),
    "why": _("Why other amounts"),
    "back": _("Why it was taken back"),
    "trail": _("What was done with it"),
    "at": _("At"),
    "what": _("What"),
}

VALUES: dict[str, Promise | str] = {
    "True": _("Yes"),
    "False": _("No"),
    "alone": _("Alone, with the children"),
    "together": _("Together with somebody"),
    "submitted": _("To decide"),
    "asked": _("We asked for more"),
    "granted": _("Granted"),
    "rejected": _("Rejected"),
    "withdrawn": _("Withdrawn"),
    "grant": _("Granted"),
    "reject": _("Rejected"),
    "proposed": _("For a second person"),
    "final": _("Final"),
    "returned": _("Returned"),
    "undone": _("Undone"),
    "made": _("In use"),
    "blocked": _("Blocked"),
    "replaced": _("Replaced"),
    "family": _("Family"),
    "town": _("Municipality"),
}
"""Codes in words; a code that is not here stands as it is."""

CODES: dict[str, Mapping[str, Promise | str]] = {
    "reason": {code.value: said for code, said in WHY.items()},
    "reasons": SAID,
    "kind": dict(Document.Kind.choices),
    "stands": dict(Order.State.choices),
}
"""Of what has codes of its own."""

MONEY = {"cents", "income", "savings"}
"""What is cents."""
