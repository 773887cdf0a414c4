"""What there are words for on the screen; `dutch` and `english` have them.

Sentences for refusals stand in contracts.wire.reasons, and what learning devices says in terminal.link.sayings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from terminal.link import Item, Trouble, Wait

Language = Literal["nl", "en"]


@dataclass(frozen=True, slots=True)
class Texts:
    """One language. What stands in braces is filled in; headlines are drawn with blocks, in capitals."""

    scan: str
    scan_how: str
    order: str
    order_more: str
    choose: str
    amount: str
    part: str
    rest: str
    again: str
    again_how: str
    working: str
    working_how: str
    asking: str
    asking_how: str
    asking_steps: Mapping[Wait, str]
    asking_over: str
    ask_paid: str
    ask_paid_how: str
    approved: str
    refused: str
    refused_refund: str
    locked: str
    gone: str
    gone_how: str

    menu: str
    items: Mapping[Item, str]
    pin: str
    pin_how: str
    pin_wait: str
    refund: str
    refund_scan_how: str
    refund_choose: str
    refund_searching: str
    refund_elsewhere: str
    refund_amount: str
    refund_whole: str
    refund_sale: str
    void: str
    void_how: str
    refunded: str
    refunded_how: str
    call: str
    call_how: str
    call_wait: str
    close_day: str
    close_day_how: str
    day_closed: str
    day_turnover: str
    day_open: str
    day_open_none: str
    lost: str
    lost_refund: str
    lost_more: str

    learn_scan: str
    learn_scan_how: str
    learn_press: str
    learn_press_how: str
    keep: str
    keep_how: str
    wait: str
    wait_how: str
    learnt: str
    unlearnt: str

    left: str
    entry: str
    entry_number: str
    number: str
    help: str

    key_confirm: str
    key_confirm_part: str
    key_hand_over: str
    key_leave_order: str
    key_next_order: str
    key_confirm_again: str
    key_cancel: str
    key_correct: str
    key_double_zero: str
    key_menu: str
    key_open_menu: str
    key_confirm_keep: str
    key_stop_learning: str
    key_stop_waiting: str
    key_handed_over: str
    key_give_back: str
    key_later: str
    key_confirm_refund: str
    key_confirm_void: str
    key_confirm_close: str
    key_older: str
    key_next: str
    key_digit: str

    recent: str
    recent_none: str
    states: Mapping[str, str]
    """Of payments, by the names of EntryState; the next two are of asks and of refunds."""
    ask_states: Mapping[str, str]
    refund_states: Mapping[str, str]
    drawn: str

    online: str
    offline: str
    no_gateway: str
    no_chain: str
    stops: str
    stopped: str
    waiting_none: str
    waiting_one: str
    waiting: str
    lost_count: str
    time_unsure: str
    devices_none: str
    device: Mapping[str, str]
    """By the drivers' words for a status; what works needs no word."""
    troubles: Mapping[Trouble, str]
    """What is wrong with the machine, and what to do about it."""
    scanner_types: str
