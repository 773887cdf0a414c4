"""What each kind of task is called on pages. The kinds stand in the parts' `chain.py`, which pages do not load."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: dict[str, Promise] = {
    "passes.grant": _("Give budgets"),
    "passes.block": _("Block or unblock a pass"),
    "passes.reissue": _("Replace a pass"),
    "programmes.create": _("Begin a programme"),
    "programmes.change": _("Change a programme"),
    "programmes.pause": _("Pause or resume a programme"),
    "programmes.fund": _("Put money into a programme"),
    "programmes.withdraw": _("Take money out of a programme"),
    "programmes.close": _("Close a programme"),
    "shops.admit": _("Admit a shop"),
    "shops.place": _("Place a shop in a programme"),
    "shops.offer": _("Make a sheet for a till"),
    "shops.enrol": _("Admit a till"),
    "shops.raise": _("Set money apart for a till"),
    "shops.replace": _("Replace a till"),
    "shops.revoke": _("Block a till"),
    "shops.release": _("Free the money of a till"),
    "payouts.plan": _("Plan a bank file"),
    "payouts.pay": _("Make a bank file"),
    "payouts.drop": _("Drop a bank file"),
    "payouts.confirm": _("Note that payments arrived"),
    "payouts.refused": _("Take back what the bank refused"),
    "payouts.repay": _("Settle what a shop owes"),
    "payouts.tokens": _("Pay a shop in tokens"),
    "orders.set_aside": _("Set money aside for an order"),
    "orders.free": _("Give the money of an order back"),
}
