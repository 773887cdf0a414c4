"""Every "no" and every "not from the budget", in one table: number, name, money, and what to tell the shopkeeper.

Used by contract, gateway, terminal and screens. The numbers are part of the wire and never change meaning:

    0          paid from the budget
    1 .. 31    drawn: approved, not plainly valid when judged, paid from the terminal's slice
    32 .. 63   rejected by the contract: consumed, not paid
    64 .. 95   a segment refused by the contract: nothing is consumed, the right bytes may come later
    96 .. 127  refused at the counter before anything was approved
    128 .. 159 a scan that is not a pass of ours
    160 .. 191 refused by the gateway: nothing is taken in
    192 .. 223 a receipt that does not hold

A terminal that refuses a sale for a rule of the programme uses the number under which the contract would draw. An ask
that breaks such a rule is not drawn but rejected, under that number and ASK. 139 was used once and is not given again.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum


class Reason(IntEnum):
    """The reason codes. `MEANINGS` says what each one means."""

    PAID = 0

    PASS_UNKNOWN = 1
    PASS_BLOCKED = 2
    PROGRAMME_PAUSED = 3
    PERIOD_NOT_BEGUN = 4
    PERIOD_OVER = 5
    SHOP_NOT_ADMITTED = 6
    ABOVE_FLOOR_LIMIT = 7
    BUDGET_SHORT = 8
    CLOCK_AHEAD = 9
    DAY_LIMIT = 10
    PHONE_CODE_EXPIRED = 11
    PHONE_CODE_CEILING = 12
    PHONE_CODE_USED = 13

    FORM = 32
    SIGNATURE = 33
    AMOUNT_ZERO = 34
    SLICE_SHORT = 35
    TERMINAL_REVOKED = 36
    PHONE_CODE_REPEATED = 37
    ASK_TOO_LATE = 38
    TERMINAL_RETIRED = 39
    ASK_PASS_UNKNOWN = 41
    ASK_PASS_BLOCKED = 42
    ASK_PROGRAMME_PAUSED = 43
    ASK_PERIOD_NOT_BEGUN = 44
    ASK_PERIOD_OVER = 45
    ASK_SHOP_NOT_ADMITTED = 46
    ASK_BUDGET_SHORT = 48
    ASK_DAY_LIMIT = 50
    ASK_PHONE_CODE_EXPIRED = 51
    ASK_PHONE_CODE_CEILING = 52
    ASK_PHONE_CODE_USED = 53
    REFUND_SALE = 54
    REFUND_TOO_MUCH = 55

    SEGMENT_FORM = 64
    TERMINAL_UNKNOWN = 65
    JOURNAL_SIGNATURE = 66
    GAP = 67
    FORK = 68
    NOTHING_NEW = 69

    NOT_SET_UP = 96
    OFFLINE_TOO_LONG = 97
    TOO_MANY_WAITING = 98
    SLICE_USED_UP = 99
    STORAGE_FAULT = 100
    TERMINAL_LOCKED = 101
    CLOCK_UNKNOWN = 102
    ASK_OPEN = 103
    ASK_OFFLINE = 104
    PIN_WRONG = 105
    REFUND_NOTHING = 106
    TERMINAL_IS_RETIRED = 107
    ENDPOINTS_DISAGREE = 108
    DAY_NOT_CLOSED = 109
    ORDER_OFFLINE = 110
    ORDER_ASK_OPEN = 111
    ORDER_OVER = 112
    ORDER_CODE = 113

    SCAN_EMPTY = 128
    SCAN_PRODUCT = 129
    SCAN_LINK = 130
    SCAN_WIFI = 131
    SCAN_FOREIGN = 132
    SCAN_VERSION = 133
    SCAN_INCOMPLETE = 134
    SCAN_TOO_LONG = 135
    SCAN_DAMAGED = 136
    SCAN_KIND = 137
    SCAN_NETWORK = 138
    SCAN_RECEIPT = 140

    REQUEST_FORM = 160
    REQUEST_SIGNATURE = 161
    REQUEST_CLOCK = 162
    REQUEST_TOO_LARGE = 163
    ADMIN_UNKNOWN = 164
    ADMIN_ROLE = 165
    ENROL_CODE = 166
    ENROL_CONSENT = 167

    RECEIPT_FOREIGN = 192
    RECEIPT_IS_PASS = 193
    RECEIPT_VERSION = 194
    RECEIPT_INCOMPLETE = 195
    RECEIPT_TOO_LONG = 196
    RECEIPT_DAMAGED = 197
    RECEIPT_KIND = 198
    RECEIPT_TERMINAL_SIGNATURE = 199
    RECEIPT_PASS_SIGNATURE = 200


ASK = 40
"""What a rejected ask adds to the number of the rule that it breaks."""


class Money(Enum):
    """What a reason means for the money."""

    FROM_BUDGET = "paid from the budget"
    FROM_SLICE = "paid from the slice"
    NOT_PAID = "not paid"
    UNDECIDED = "not decided: the same bytes may be sent again"
    NOTHING_HAPPENED = "nothing was approved, nothing moved"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a reason means for the money, and one sentence for the shopkeeper with what to do next."""

    money: Money
    nl: str
    en: str


def money_of(reason: Reason) -> Money:
    """What the reason means for the money; it follows from the range in which the number stands."""
    bounds = ((1, Money.FROM_BUDGET), (32, Money.FROM_SLICE), (64, Money.NOT_PAID), (96, Money.UNDECIDED))
    return next((money for bound, money in bounds if reason < bound), Money.NOTHING_HAPPENED)


_SENTENCES: dict[Reason, tuple[str, str]] = {
    Reason.PAID: ("Betaald uit het tegoed.", "Paid from the budget."),
    Reason.PASS_UNKNOWN: (
        "Deze pas is hier niet bekend. Laat de klant contact opnemen met de gemeente.",
        "This pass is not known here. The customer can contact the municipality.",
    ),
    Reason.PASS_BLOCKED: (
        "Deze pas is geblokkeerd. De klant krijgt van de gemeente een nieuwe.",
        "This pass is blocked. The municipality gives the customer a new one.",
    ),
    Reason.PROGRAMME_PAUSED: (
        "Deze regeling staat nu stil. Probeer het later opnieuw of bel de gemeente.",
        "This programme is paused. Try again later or call the municipality.",
    ),
    Reason.PERIOD_NOT_BEGUN: (
        "Deze regeling is nog niet begonnen. De pas werkt vanaf de begindatum.",
        "This programme has not begun. The pass works from its first day.",
    ),
    Reason.PERIOD_OVER: (
        "Deze regeling is afgelopen. De pas kan niet meer gebruikt worden.",
        "This programme is over. The pass can no longer be used.",
    ),
    Reason.SHOP_NOT_ADMITTED: (
        "Deze winkel doet niet mee aan deze regeling. Bel de gemeente om mee te doen.",
        "This shop is not part of this programme. Call the municipality to join.",
    ),
    Reason.ABOVE_FLOOR_LIMIT: (
        "Dit bedrag is te hoog voor een keer. Neem een lager bedrag.",
        "This amount is too high for one payment. Take a lower amount.",
    ),
    Reason.BUDGET_SHORT: (
        "Er staat te weinig op de pas. Neem een lager bedrag of laat bijbetalen.",
        "There is not enough on the pass. Take a lower amount or have the rest paid otherwise.",
    ),
    Reason.CLOCK_AHEAD: (
        "De klok van deze kassa liep voor. De gemeente ziet dit; laat de klok nakijken.",
        "This terminal's clock was ahead. The municipality sees this; have the clock checked.",
    ),
    Reason.DAY_LIMIT: (
        "Het maximum van deze pas voor vandaag is bereikt. Morgen kan het weer.",
        "This pass has reached its limit for today. It works again tomorrow.",
    ),
    Reason.PHONE_CODE_EXPIRED: (
        "Deze telefooncode is verlopen. Laat de klant een nieuwe tonen.",
        "This phone code has expired. Ask the customer to show a new one.",
    ),
    Reason.PHONE_CODE_CEILING: (
        "Dit bedrag is hoger dan deze telefooncode toestaat. Vraag een nieuwe code.",
        "The amount is above what this phone code allows. Ask for a new code.",
    ),
    Reason.PHONE_CODE_USED: (
        "Deze telefooncode is al gebruikt. Laat de klant een nieuwe tonen.",
        "This phone code has been used. Ask the customer to show a new one.",
    ),
    Reason.FORM: (
        "Deze boeking wordt niet begrepen. Bel de helpdesk en noem het nummer.",
        "This entry is not understood. Call support and give them the number.",
    ),
    Reason.SIGNATURE: (
        "De handtekening van de pas klopt niet. Bel de helpdesk en noem het nummer.",
        "The signature of the pass is wrong. Call support and give them the number.",
    ),
    Reason.AMOUNT_ZERO: ("Het bedrag is nul. Toets een bedrag in.", "The amount is zero. Type an amount."),
    Reason.SLICE_SHORT: (
        "Het deel van deze kassa was niet groot genoeg. Bel de gemeente.",
        "This terminal's slice was not large enough. Call the municipality.",
    ),
    Reason.TERMINAL_REVOKED: (
        "Deze kassa is ingetrokken. Verkoop niet verder en bel de gemeente.",
        "This terminal has been revoked. Stop selling and call the municipality.",
    ),
    Reason.PHONE_CODE_REPEATED: (
        "Deze telefooncode stond al in het journaal van deze kassa. Bel de helpdesk.",
        "This phone code already stood in this terminal's journal. Call support.",
    ),
    Reason.ASK_TOO_LATE: (
        "Het antwoord kwam te laat. Er is niets afgeschreven; probeer het opnieuw.",
        "The answer came too late. Nothing was taken; try again.",
    ),
    Reason.TERMINAL_RETIRED: (
        "Deze kassa was al afgemeld toen dit werd geboekt. Bel de helpdesk en noem het nummer.",
        "This terminal was retired before this entry was made. Call support and give them the number.",
    ),
    Reason.REFUND_SALE: (
        "De verkoop van deze teruggave is niet van deze winkel. Bel de helpdesk en noem het nummer.",
        "The sale that was given back is not one of this shop. Call support and give them the number.",
    ),
    Reason.REFUND_TOO_MUCH: (
        "Er is meer teruggegeven dan de pas heeft uitgegeven. Bel de helpdesk en noem het nummer.",
        "More was given back than the pass had spent. Call support and give them the number.",
    ),
    Reason.SEGMENT_FORM: (
        "Het bericht aan het contract klopt niet. De betaling staat veilig; bel de helpdesk.",
        "The message to the contract is malformed. The payment is safe; call support.",
    ),
    Reason.TERMINAL_UNKNOWN: (
        "Deze kassa is niet aangemeld. De betaling staat veilig; bel de gemeente.",
        "This terminal is not registered. The payment is safe; call the municipality.",
    ),
    Reason.JOURNAL_SIGNATURE: (
        "Onderweg is iets veranderd. De betaling staat veilig en wordt opnieuw verstuurd.",
        "Something was changed on the way. The payment is safe and is sent again.",
    ),
    Reason.GAP: (
        "Er ontbreken eerdere boekingen. De betaling staat veilig en wordt opnieuw verstuurd.",
        "Earlier entries are missing. The payment is safe and is sent again.",
    ),
    Reason.FORK: (
        "Dit journaal wijkt af van wat al verwerkt is. Verkoop niet verder en bel de helpdesk.",
        "This journal differs from what is settled. Stop selling and call support.",
    ),
    Reason.NOTHING_NEW: ("Dit was al verwerkt. U hoeft niets te doen.", "This was settled before. Nothing to do."),
    Reason.NOT_SET_UP: (
        "Deze kassa heeft nog geen gegevens. Maak verbinding met internet en wacht even.",
        "This terminal has no data yet. Connect it to the internet and wait a moment.",
    ),
    Reason.OFFLINE_TOO_LONG: (
        "Deze kassa is te lang zonder verbinding. Herstel het internet om verder te gaan.",
        "This terminal has been offline too long. Restore the internet to go on.",
    ),
    Reason.TOO_MANY_WAITING: (
        "Er wachten te veel betalingen. Herstel het internet om verder te gaan.",
        "Too many payments are waiting. Restore the internet to go on.",
    ),
    Reason.SLICE_USED_UP: (
        "Deze kassa heeft zijn grens bereikt. Wacht tot de betalingen verwerkt zijn.",
        "This terminal has reached its limit. Wait until its payments are settled.",
    ),
    Reason.STORAGE_FAULT: (
        "Deze kassa kan niets opslaan. Er is niets betaald; bel de helpdesk.",
        "This terminal cannot store anything. Nothing was paid; call support.",
    ),
    Reason.TERMINAL_LOCKED: (
        "Deze kassa is vergrendeld omdat zijn journaal niet klopt. Bel de helpdesk.",
        "This terminal is locked because its journal does not match. Call support.",
    ),
    Reason.CLOCK_UNKNOWN: (
        "Deze kassa weet niet hoe laat het is. Maak een keer verbinding met internet.",
        "This terminal does not know the time. Connect it to the internet once.",
    ),
    Reason.ASK_OPEN: (
        "Er loopt nog een aanvraag. Wacht op het antwoord, of neem een lager bedrag.",
        "Another request is still open. Wait for its answer, or take a lower amount.",
    ),
    Reason.ASK_OFFLINE: (
        "Dit bedrag moet eerst gevraagd worden, en er is geen verbinding. Neem een lager bedrag.",
        "This amount must be asked for first, and there is no connection. Take a lower amount.",
    ),
    Reason.PIN_WRONG: ("De pincode klopt niet. Probeer het opnieuw.", "The PIN is wrong. Try again."),
    Reason.REFUND_NOTHING: (
        "Met deze pas is hier niets betaald dat terug kan. Controleer of het de juiste pas is.",
        "Nothing was paid here with this pass that can be given back. Check that it is the right pass.",
    ),
    Reason.TERMINAL_IS_RETIRED: (
        "Deze kassa is afgemeld. Hij verstuurt nog wat er wacht; gebruik een andere kassa.",
        "This terminal is retired. It still sends what waits; use another terminal.",
    ),
    Reason.ENDPOINTS_DISAGREE: (
        "De controleservers zeggen niet hetzelfde. Deze kassa verkoopt tot zijn termijn; bel de helpdesk.",
        "The control servers do not agree. This terminal sells until its window ends; call support.",
    ),
    Reason.DAY_NOT_CLOSED: (
        "De dag is niet afgesloten, en er is niets veranderd. Probeer het opnieuw of bel de helpdesk.",
        "The day is not closed, and nothing was changed. Try again or call support.",
    ),
    Reason.ORDER_OFFLINE: (
        "Een bestelling meegeven kan alleen met internet. Herstel het internet en scan opnieuw.",
        "Handing over an order needs the internet. Restore it and scan again.",
    ),
    Reason.ORDER_ASK_OPEN: (
        "Er loopt nog een aanvraag. Wacht op het antwoord en scan de pas opnieuw.",
        "Another request is still open. Wait for its answer and scan the pass again.",
    ),
    Reason.ORDER_OVER: (
        "De bestelling is niet op tijd opgehaald. Het geld gaat terug naar de pas.",
        "The order was not fetched in time. The money goes back to the pass.",
    ),
    Reason.ORDER_CODE: (
        "Deze telefooncode is niet voor deze bestelling. Vraag de klant om een andere code.",
        "This phone code is not for this order. Ask the customer for another code.",
    ),
    Reason.SCAN_EMPTY: ("Er is niets gelezen. Scan de pas opnieuw.", "Nothing was read. Scan the pass again."),
    Reason.SCAN_PRODUCT: (
        "Dit is de streepjescode van een product. Scan de QR-code van de pas.",
        "This is the barcode of a product. Scan the QR code of the pass.",
    ),
    Reason.SCAN_LINK: (
        "Dit is een link naar een website. Scan de QR-code van de pas.",
        "This is a link to a website. Scan the QR code of the pass.",
    ),
    Reason.SCAN_WIFI: (
        "Dit is een code voor wifi. Scan de QR-code van de pas.",
        "This is a code for Wi-Fi. Scan the QR code of the pass.",
    ),
    Reason.SCAN_FOREIGN: (
        "Dit is geen pas van deze regeling. Scan de QR-code van de pas.",
        "This is not a pass of this scheme. Scan the QR code of the pass.",
    ),
    Reason.SCAN_VERSION: (
        "Deze pas is van een andere versie. Laat de kassa bijwerken of bel de helpdesk.",
        "This pass is of another version. Have the terminal updated or call support.",
    ),
    Reason.SCAN_INCOMPLETE: (
        "De pas is maar half gelezen. Scan hem opnieuw.",
        "Only part of the pass was read. Scan it again.",
    ),
    Reason.SCAN_TOO_LONG: (
        "Er zijn twee codes tegelijk gelezen. Scan de pas opnieuw.",
        "Two codes were read at once. Scan the pass again.",
    ),
    Reason.SCAN_DAMAGED: (
        "De pas is niet goed gelezen. Scan hem opnieuw, of vraag een nieuwe pas aan.",
        "The pass was not read well. Scan it again, or ask for a new pass.",
    ),
    Reason.SCAN_KIND: (
        "Deze kassa kent dit soort pas niet. Laat de kassa bijwerken of bel de helpdesk.",
        "This terminal does not know this kind of pass. Have it updated or call support.",
    ),
    Reason.SCAN_NETWORK: (
        "Deze pas is van een andere gemeente. Hij kan hier niet gebruikt worden.",
        "This pass belongs to another municipality. It cannot be used here.",
    ),
    Reason.SCAN_RECEIPT: (
        "Dit is de code van een bon. Scan de QR-code van de pas.",
        "This is the code of a receipt. Scan the QR code of the pass.",
    ),
    Reason.REQUEST_FORM: (
        "De centrale begrijpt het bericht niet. De betaling staat veilig; bel de helpdesk.",
        "The gateway does not understand the message. The payment is safe; call support.",
    ),
    Reason.REQUEST_SIGNATURE: (
        "De centrale herkent deze kassa niet. De betaling staat veilig; bel de helpdesk.",
        "The gateway does not recognise this terminal. The payment is safe; call support.",
    ),
    Reason.REQUEST_CLOCK: (
        "De klok van deze kassa loopt niet gelijk. De kassa herstelt dit zelf.",
        "This terminal's clock is off. The terminal corrects this by itself.",
    ),
    Reason.REQUEST_TOO_LARGE: (
        "Het bericht aan de centrale is te groot. De betaling staat veilig; bel de helpdesk.",
        "The message to the gateway is too large. The payment is safe; call support.",
    ),
    Reason.ADMIN_UNKNOWN: (
        "De centrale kent deze beheerder niet. Controleer het beheerderswachtwoord.",
        "The gateway does not know this admin. Check the credential.",
    ),
    Reason.ADMIN_ROLE: (
        "Deze beheerder mag dit niet. Vraag iemand met de juiste rol.",
        "This admin may not do this. Ask somebody who has the role.",
    ),
    Reason.ENROL_CODE: (
        "Deze aanmeldcode is onbekend, verlopen of al gebruikt. Vraag de gemeente om een nieuwe.",
        "This enrolment code is unknown, expired or used already. Ask the municipality for a new one.",
    ),
    Reason.ENROL_CONSENT: (
        "De instemming van de kassa klopt niet met deze winkel. Meld de kassa opnieuw aan.",
        "The terminal's consent does not fit this shop. Enrol the terminal again.",
    ),
    Reason.RECEIPT_FOREIGN: (
        "Dit is geen bon van deze regeling. Scan de QR-code die onder op de bon staat.",
        "This is not a receipt of this scheme. Scan the QR code at the foot of the receipt.",
    ),
    Reason.RECEIPT_IS_PASS: (
        "Dit is een pas en geen bon. Geef deze code aan niemand door.",
        "This is a pass, not a receipt. Do not hand this code to anybody.",
    ),
    Reason.RECEIPT_VERSION: (
        "Deze bon is van een andere versie. Controleer hem met een nieuwer programma.",
        "This receipt is of another version. Check it with a newer program.",
    ),
    Reason.RECEIPT_INCOMPLETE: (
        "De bon is maar half gelezen. Scan hem opnieuw.",
        "Only part of the receipt was read. Scan it again.",
    ),
    Reason.RECEIPT_TOO_LONG: (
        "Er is meer gelezen dan een bon. Scan hem opnieuw.",
        "More than one receipt was read. Scan it again.",
    ),
    Reason.RECEIPT_DAMAGED: (
        "De bon is niet goed gelezen. Scan hem opnieuw, of laat hem opnieuw afdrukken.",
        "The receipt was not read well. Scan it again, or have it printed again.",
    ),
    Reason.RECEIPT_KIND: (
        "Deze bon is van een soort die dit programma niet kent. Controleer hem met een nieuwer.",
        "This receipt is of a kind that this program does not know. Check it with a newer one.",
    ),
    Reason.RECEIPT_TERMINAL_SIGNATURE: (
        "De kassa op deze bon heeft dit niet ondertekend: hij is veranderd of verzonnen.",
        "The terminal on this receipt did not sign this: it was changed or made up.",
    ),
    Reason.RECEIPT_PASS_SIGNATURE: (
        "Geen pas heeft de betaling op deze bon ondertekend. Bel de gemeente.",
        "No pass signed the payment on this receipt. Call the municipality.",
    ),
}


def _sentences(reason: Reason) -> tuple[str, str]:
    """A rejected ask is explained as the rule that it breaks."""
    return _SENTENCES[reason] if reason in _SENTENCES else _SENTENCES[Reason(reason - ASK)]


MEANINGS: dict[Reason, Meaning] = {reason: Meaning(money_of(reason), *_sentences(reason)) for reason in Reason}
