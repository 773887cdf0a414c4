"""One Screen for every picture, at a fixed time: Tuesday 24 November 2026, 14:05 in Amsterdam."""

from dataclasses import replace

from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal.link import (
    Booked,
    Choice,
    Day,
    EntryState,
    Item,
    Lamp,
    Line,
    Question,
    Said,
    SaleChoice,
    Saying,
    Screen,
    Stage,
    Status,
    Trouble,
    Wait,
)

NOW = Timestamp(1_795_525_500)

ONLINE = Status(
    gateway=True,
    chain=True,
    waiting=2,
    unsent=1,
    approves_until=Timestamp(NOW + 86_400),
    time=NOW,
    synchronised=True,
    devices=(Lamp("scanner", "ready"), Lamp("keypad", "ready")),
)
OFFLINE = replace(
    ONLINE,
    gateway=False,
    chain=False,
    waiting=14,
    unsent=14,
    approves_until=Timestamp(NOW + 9_300),
    devices=(Lamp("scanner", "lost"), Lamp("keypad", "ready")),
)
RECENT = (
    Line(12, Cents(12_50), EntryState.WAITING, 0),
    Line(11, Cents(8_00), EntryState.FORWARDED, 0),
    Line(10, Cents(49_95), EntryState.PAID, 0),
    Line(9, Cents(20_00), EntryState.PAID, Reason.BUDGET_SHORT),
    Line(8, Cents(5_25), EntryState.REJECTED, Reason.TERMINAL_REVOKED),
)
READY = Screen(
    stage=Stage.READY,
    amount=Cents(0),
    rest=Cents(0),
    programme="",
    choices=(),
    left=None,
    reason=0,
    sequence=0,
    recent=RECENT[1:],
    status=ONLINE,
)
AMOUNT = replace(READY, stage=Stage.AMOUNT, amount=Cents(12_50), programme="Kindpakket")
APPROVED = replace(AMOUNT, stage=Stage.APPROVED, sequence=12, recent=RECENT)

ORDER = replace(READY, stage=Stage.ORDER, amount=Cents(89_00), programme="Kindpakket", order="fiets")
LONG = "Kinderfiets 20 inch, rood, met zijwielen"
"""As long as it gets."""

NAME = "USB Barcode Scanner HID"
HEARS = (Said(Saying.HEARS, (NAME,)), Said(Saying.TROUBLE, ("ttyS0", "no permission; add the user to dialout")))
AGAIN = Said(Saying.AGAIN, (NAME, "layout fr, prefix <<"))
FOUND = (Said(Saying.SCANNER_PAUSE, (NAME,)), Said(Saying.KEYPAD, ("USB Numeric Keypad",)))
BACKUP = "/etc/kindpakket/terminal.toml.20261124T140500000000.bak"
UNWRITTEN = Said(Saying.UNWRITTEN, (f"{BACKUP[:30]}: cannot be written, as this user may not change /etc/kindpakket",))
LEARN = replace(READY, stage=Stage.LEARN, question=Question.SCAN, said=(*HEARS, AGAIN))

ASKING = replace(
    AMOUNT,
    stage=Stage.ASKING,
    amount=Cents(120_00),
    sequence=13,
    wait=Wait.CONTRACT,
    seconds=105,
    recent=(Line(13, Cents(120_00), EntryState.FORWARDED, 0, Booked.ASK), *RECENT[:4]),
)
SOLD = Timestamp(NOW - 600)
SALES = (
    SaleChoice("1", 12, here=True, amount=Cents(12_50), programme="Kindpakket", time=SOLD),
    SaleChoice("2", 207, here=False, amount=Cents(1_049_95), programme="Schoolspullen", time=Timestamp(NOW - 86_400)),
    SaleChoice("3", 9, here=True, amount=Cents(20_00), programme="Kindpakket", time=Timestamp(NOW - 9 * 86_400)),
)
MANY = tuple(
    replace(SALES[2], key=str(digit), sequence=1000 - digit, time=Timestamp(NOW - digit * 90_000))
    for digit in range(1, 10)
)
CHOOSING = replace(READY, stage=Stage.REFUND_CHOOSE, sales=SALES)
REFUND = replace(AMOUNT, stage=Stage.REFUND_AMOUNT, sequence=12, time=SOLD, whole=Cents(12_50))
OF_EVERY_KIND = (
    Line(16, Cents(12_50), EntryState.FORWARDED, 0, Booked.REFUND),
    Line(15, Cents(60_00), EntryState.WAITING, 0, Booked.ASK),
    Line(14, Cents(75_00), EntryState.REJECTED, Reason.ASK_BUDGET_SHORT, Booked.ASK),
    Line(13, Cents(149_95), EntryState.REJECTED, Reason.REFUND_TOO_MUCH, Booked.REFUND),
    Line(12, Cents(12_50), EntryState.PAID, 0),
)

HELP = "KPH1 8F3A22C1 V0.1.0 UP12D4H S3 FAIL WAITING WARN POWER CLOCK GATEWAY CHAIN UNSENT REJECTED DISK HEAT SCANNER"
"""As long as it gets (terminal.care.summary)."""

MOMENTS: dict[str, Screen | None] = {
    "ready": replace(READY, recent=()),
    "order": ORDER,
    "order-more": replace(ORDER, more_orders=1),
    "order-long": replace(ORDER, amount=Cents(1_234_50), order=LONG, more_orders=2),
    "choose": replace(READY, stage=Stage.CHOOSE, choices=(Choice("1", "Kindpakket"), Choice("2", "Schoolspullen"))),
    "amount": AMOUNT,
    "amount-left": replace(AMOUNT, left=Cents(87_50)),
    "amount-large": replace(AMOUNT, amount=Cents(1_234_50)),
    "part": replace(AMOUNT, stage=Stage.PART, amount=Cents(7_50), rest=Cents(5_00)),
    "again": replace(AMOUNT, stage=Stage.AGAIN),
    "again-rest": replace(AMOUNT, stage=Stage.AGAIN, amount=Cents(7_50), rest=Cents(5_00)),
    "working": replace(AMOUNT, stage=Stage.WORKING),
    "approved": APPROVED,
    "approved-rest": replace(APPROVED, rest=Cents(5_00)),
    "paid": replace(APPROVED, recent=(replace(RECENT[0], state=EntryState.PAID), *RECENT[1:])),
    "refused": replace(AMOUNT, stage=Stage.REFUSED, reason=Reason.PASS_BLOCKED),
    "refused-product": replace(READY, stage=Stage.REFUSED, reason=Reason.SCAN_PRODUCT),
    "locked": replace(READY, stage=Stage.LOCKED, reason=Reason.FORK),
    "offline": replace(READY, status=OFFLINE),
    "attention": replace(READY, status=replace(ONLINE, attention=Reason.REQUEST_SIGNATURE)),
    "stopped": replace(READY, status=replace(OFFLINE, approves_until=Timestamp(0), synchronised=False)),
    "menu": replace(READY, stage=Stage.MENU, items=tuple(Item)),
    "learn": replace(LEARN, question=None, said=()),
    "learn-scan": LEARN,
    "learn-press": replace(LEARN, question=Question.PRESS, said=(FOUND[0], HEARS[0])),
    "keep": replace(READY, stage=Stage.KEEP, said=FOUND),
    "changing": replace(READY, stage=Stage.CHANGING),
    "learnt": replace(READY, stage=Stage.LEARNT, said=(Said(Saying.KEPT, (BACKUP,)),)),
    "unlearnt": replace(READY, stage=Stage.UNLEARNT, said=(UNWRITTEN,)),
    "asking": ASKING,
    "asking-gateway": replace(ASKING, wait=Wait.GATEWAY, seconds=118),
    "asking-finality": replace(ASKING, wait=Wait.FINALITY, seconds=9, rest=Cents(5_00)),
    "asking-over": replace(ASKING, seconds=0),
    "ask-paid": replace(ASKING, stage=Stage.ASK_PAID, wait=None, seconds=0, time=SOLD, recent=RECENT),
    "pin": replace(READY, stage=Stage.PIN),
    "pin-typed": replace(READY, stage=Stage.PIN, typed=4),
    "pin-wrong": replace(READY, stage=Stage.PIN, reason=Reason.PIN_WRONG),
    "pin-wait": replace(READY, stage=Stage.PIN, reason=Reason.PIN_WRONG, seconds=30),
    "refund-scan": replace(READY, stage=Stage.REFUND_SCAN),
    "refund-choose": CHOOSING,
    "refund-searching": replace(CHOOSING, sales=(), searching=True),
    "refund-many": replace(CHOOSING, sales=MANY, older=True, searching=True),
    "refund-amount": REFUND,
    "refund-part": replace(REFUND, amount=Cents(5_00)),
    "refund-nothing": replace(READY, stage=Stage.REFUSED, reason=Reason.REFUND_NOTHING),
    "void": replace(REFUND, stage=Stage.VOID, whole=Cents(0)),
    "close-day": replace(READY, stage=Stage.CLOSE_DAY),
    "day-closed": replace(READY, stage=Stage.DAY_CLOSED, day=Day(12, Cents(1_234_50), is_negative=False, carried=3)),
    "day-closed-back": replace(READY, stage=Stage.DAY_CLOSED, day=Day(13, Cents(12_50), is_negative=True, carried=0)),
    "help-wait": replace(READY, stage=Stage.HELP),
    "help": replace(READY, stage=Stage.HELP, help=HELP),
    "trouble": replace(READY, status=replace(ONLINE, troubles=(Trouble.POWER_WEAK, Trouble.HOT))),
    "lost": replace(READY, status=replace(ONLINE, lost=1), lost=RECENT[4]),
    "lost-refund": replace(READY, status=replace(ONLINE, lost=1), lost=OF_EVERY_KIND[3]),
    "lost-many": replace(READY, status=replace(OFFLINE, lost=12), lost=RECENT[4]),
    "refunded": replace(AMOUNT, stage=Stage.REFUNDED, sequence=16, recent=OF_EVERY_KIND),
    "retired": replace(READY, stage=Stage.LOCKED, reason=Reason.TERMINAL_IS_RETIRED),
    "every-kind": replace(READY, recent=OF_EVERY_KIND),
    "gone": None,
}
