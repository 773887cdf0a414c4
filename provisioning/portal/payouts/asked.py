"""What a file is asked to pay, with whose accounts, and where its plan and marks are kept."""

from provisioning.payout.accounts import Account
from provisioning.payout.folder import Place
from provisioning.payout.planning import Wanted
from provisioning.portal import settings
from provisioning.portal.payouts.models import ACCOUNTS, BankFile
from provisioning.portal.people import sealing
from provisioning.portal.shops.models import Shop

FOLDER = "payouts"


def place(file: BankFile) -> Place:
    """Its files in the portal's folder; only the worker looks there."""
    return Place(settings.PLACE / FOLDER, file.reference)


def payer() -> Account | None:
    """The town's own account; None when it is not told, or is none that a bank takes."""
    try:
        return Account.read(settings.PORTAL.payer_name or "", settings.PORTAL.payer_iban or "")
    except ValueError:
        return None


def accounts() -> dict[int, Account]:
    """The account of every shop on the contract that has one."""
    found = {}
    for shop in Shop.objects.filter(number__isnull=False):
        contact = shop.contact
        try:
            account = Account.read(contact.get("account_name") or shop.name, contact.get("iban") or "")
        except ValueError:
            continue
        if shop.number is not None:
            found[shop.number] = account
    return found


def sealed(payer: Account, accounts: dict[int, Account]) -> bytes:
    """Both, for `BankFile.accounts`."""
    shops = {str(number): [each.holder, each.iban] for number, each in accounts.items()}
    return sealing.seal_json(ACCOUNTS, {"payer": [payer.holder, payer.iban], "shops": shops})


def wanted(file: BankFile) -> Wanted:
    """As the command line would ask for it. Whoever confirmed the file made sure of the changed accounts."""
    opened = file.opened
    shops = {int(number): Account(*each) for number, each in opened["shops"].items()}
    about = file.day, file.least, file.changed
    return Wanted(file.reference, file.programmes, Account(*opened["payer"]), shops, *about)
