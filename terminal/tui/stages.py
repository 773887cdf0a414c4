"""What each stage of the sale says: one headline, one figure, one note, and the keys that work now. Pure."""

from collections.abc import Callable

from contracts.wire.reasons import Reason
from terminal.link import Booked, Question, SaleChoice, Screen, Stage, Wait, sayings
from terminal.tui.formatting import money, money_back, short_countdown, short_day_and_clock
from terminal.tui.look import Look
from terminal.tui.words import Mark, Row, Words, entry_state, joined, lines, rest, sentence, whom_to_call


def words(screen: Screen, look: Look) -> Words:
    """What this screen says."""
    return _STAGES[screen.stage](screen, look)


def gone(look: Look) -> Words:
    """What is said when the daemon cannot be reached."""
    return Words(look.texts.gone, note=look.texts.gone_how, help=whom_to_call(look), mark=Mark.CROSS)


def _ready(screen: Screen, look: Look) -> Words:
    """What a person must know goes before what he knows already."""
    number = screen.lost.reason if screen.lost else screen.status.attention
    trouble = lines(_lost(screen, look), sentence(number, look)) if number else _machine(screen, look)
    note, help_ = (trouble, whom_to_call(look, number)) if trouble else (look.texts.scan_how, "")
    return Words(look.texts.scan, note=note, help=help_, keys=(look.texts.key_open_menu,))


def _machine(screen: Screen, look: Look) -> str:
    """The worst that is wrong with the machine itself: one thing to do at a time."""
    troubles = screen.status.troubles
    return look.texts.troubles[troubles[0]] if troubles else ""


def _lost(screen: Screen, look: Look) -> str:
    """Which approved entry was rejected, if any was."""
    line, texts = screen.lost, look.texts
    if line is None:
        return ""
    one = texts.lost_refund if line.kind is Booked.REFUND else texts.lost
    said = one if screen.status.lost == 1 else texts.lost_more
    return said.format(sequence=line.sequence, amount=money(line.amount), count=screen.status.lost)


def _order(screen: Screen, look: Look) -> Words:
    """What it is called comes from the shop itself; nothing of what is left, and nothing of whose it is."""
    texts, more = look.texts, screen.more_orders
    note = lines(joined(screen.order, screen.programme), texts.order_more.format(count=more) if more else "")
    keys = (texts.key_hand_over, texts.key_next_order if more else texts.key_leave_order)
    return Words(texts.order, money(screen.amount), note, keys=keys)


def _choose(screen: Screen, look: Look) -> Words:
    choices = "\n".join(f"{choice.key}   {choice.programme}" for choice in screen.choices)
    return Words(look.texts.choose, note=choices, keys=(look.texts.key_digit, look.texts.key_cancel))


def _amount(screen: Screen, look: Look) -> Words:
    texts = look.texts
    left = "" if screen.left is None else texts.left.format(left=money(screen.left))
    keys = (texts.key_confirm, texts.key_correct, texts.key_double_zero, texts.key_cancel, texts.key_menu)
    return Words(texts.amount, money(screen.amount), joined(screen.programme, left), keys=keys)


def _part(screen: Screen, look: Look) -> Words:
    texts = look.texts
    note = rest(screen, look)
    return Words(texts.part, money(screen.amount), note, keys=(texts.key_confirm_part, texts.key_cancel))


def _again(screen: Screen, look: Look) -> Words:
    texts = look.texts
    note = lines(texts.again_how, rest(screen, look))
    return Words(texts.again, money(screen.amount), note, keys=(texts.key_confirm_again, texts.key_cancel))


def _working(screen: Screen, look: Look) -> Words:
    return Words(look.texts.working, money(screen.amount), look.texts.working_how)


def _asking(screen: Screen, look: Look) -> Words:
    texts = look.texts
    step = texts.asking_steps[screen.wait or Wait.GATEWAY].format(left=short_countdown(screen.seconds))
    note = lines(texts.asking_how, step if screen.seconds else texts.asking_over, rest(screen, look))
    return Words(texts.asking, money(screen.amount), note, keys=(texts.key_stop_waiting,))


def _ask_paid(screen: Screen, look: Look) -> Words:
    texts = look.texts
    note = lines(_which(screen, look), texts.ask_paid_how)
    keys = (texts.key_handed_over, texts.key_give_back, texts.key_later)
    return Words(texts.ask_paid, money(screen.amount), note, keys=keys)


def _approved(screen: Screen, look: Look) -> Words:
    texts = look.texts
    note = lines(rest(screen, look), entry_state(screen, look))
    return Words(texts.approved, money(screen.amount), note, keys=(texts.key_next,), mark=Mark.CHECK)


def _refused(screen: Screen, look: Look) -> Words:
    note = sentence(screen.reason, look)
    refund = screen.reason == Reason.REFUND_NOTHING
    return Words(
        look.texts.refused_refund if refund else look.texts.refused,
        note=note,
        help=whom_to_call(look, screen.reason),
        keys=(look.texts.key_next,),
        mark=Mark.CROSS,
    )


def _locked(screen: Screen, look: Look) -> Words:
    note = sentence(screen.reason, look)
    return Words(look.texts.locked, note=note, help=whom_to_call(look, screen.reason), mark=Mark.CROSS)


def _menu(screen: Screen, look: Look) -> Words:
    texts = look.texts
    items = "\n".join(f"{key}   {texts.items[item]}" for key, item in enumerate(screen.items, start=1))
    return Words(texts.menu, note=items, keys=(texts.key_digit, texts.key_cancel))


def _pin(screen: Screen, look: Look) -> Words:
    texts = look.texts
    wait = texts.pin_wait.format(left=short_countdown(screen.seconds)) if screen.seconds else ""
    note = lines(sentence(screen.reason, look) if screen.reason else texts.pin_how, wait)
    keys = (texts.key_cancel,) if wait else (texts.key_confirm, texts.key_correct, texts.key_cancel)
    dots = "●" * screen.typed or " "  # room for them from the start, so that nothing jumps at the first digit
    return Words(texts.pin, dots, note, keys=keys)


def _refund_scan(_screen: Screen, look: Look) -> Words:
    texts = look.texts
    return Words(texts.refund, note=texts.refund_scan_how, keys=(texts.key_cancel,))


def _refund_choose(screen: Screen, look: Look) -> Words:
    texts = look.texts
    rows = tuple(_row(sale, look) for sale in screen.sales)
    keys = (texts.key_digit if rows else "", texts.key_older if screen.older else "", texts.key_cancel)
    searching = texts.refund_searching if screen.searching else ""
    return Words(texts.refund_choose, note=searching, keys=tuple(filter(None, keys)), rows=rows)


def _row(sale: SaleChoice, look: Look) -> Row:
    texts = look.texts
    which = texts.entry_number.format(sequence=sale.sequence) if sale.here else texts.refund_elsewhere
    return Row(sale.key, short_day_and_clock(sale.time), money(sale.amount), which)


def _refund_amount(screen: Screen, look: Look) -> Words:
    texts = look.texts
    sale = texts.refund_sale.format(time=short_day_and_clock(screen.time))
    note = lines(joined(sale, screen.programme), texts.refund_whole.format(whole=money(screen.whole)))
    keys = (texts.key_confirm_refund, texts.key_correct, texts.key_double_zero, texts.key_cancel)
    return Words(texts.refund_amount, money(screen.amount), note, keys=keys)


def _void(screen: Screen, look: Look) -> Words:
    texts = look.texts
    note = lines(_which(screen, look), texts.void_how)
    return Words(texts.void, money(screen.amount), note, keys=(texts.key_confirm_void, texts.key_cancel))


def _refunded(screen: Screen, look: Look) -> Words:
    texts = look.texts
    note = lines(texts.refunded_how, entry_state(screen, look))
    return Words(texts.refunded, money(screen.amount), note, keys=(texts.key_next,), mark=Mark.BACK)


def _close_day(_screen: Screen, look: Look) -> Words:
    texts = look.texts
    return Words(texts.close_day, note=texts.close_day_how, keys=(texts.key_confirm_close, texts.key_cancel))


def _help(screen: Screen, look: Look) -> Words:
    texts = look.texts
    note = lines(screen.help, texts.call_how) if screen.help else texts.call_wait
    return Words(texts.call, note=note, help=whom_to_call(look), keys=(texts.key_cancel,), qr=screen.help)


def _day_closed(screen: Screen, look: Look) -> Words:
    texts, day = look.texts, screen.day
    if day is None:
        return Words(texts.day_closed.format(number=""), keys=(texts.key_next,))
    turnover = money_back(day.turnover) if day.is_negative else money(day.turnover)
    open_ = texts.day_open.format(count=day.carried) if day.carried else texts.day_open_none
    note = lines(texts.day_turnover.format(turnover=turnover), open_)
    return Words(texts.day_closed.format(number=day.number), note=note, keys=(texts.key_next,))


def _which(screen: Screen, look: Look) -> str:
    """The entry that is looked at: when it was made, its number, its programme."""
    number = look.texts.entry_number.format(sequence=screen.sequence)
    return joined(short_day_and_clock(screen.time), number, screen.programme)


def _learn(screen: Screen, look: Look) -> Words:
    texts = look.texts
    headline, how = {
        None: (texts.wait, texts.wait_how),
        Question.SCAN: (texts.learn_scan, texts.learn_scan_how),
        Question.PRESS: (texts.learn_press, texts.learn_press_how),
    }[screen.question]
    scans = screen.question is Question.SCAN
    return Words(headline, note=lines(how, *_said(screen, look)), keys=(texts.key_stop_learning,), code=scans)


def _keep(screen: Screen, look: Look) -> Words:
    texts = look.texts
    return Words(
        texts.keep, note=lines(*_said(screen, look), texts.keep_how), keys=(texts.key_confirm_keep, texts.key_cancel)
    )


def _changing(_screen: Screen, look: Look) -> Words:
    return Words(look.texts.wait, note=look.texts.wait_how)


def _learnt(screen: Screen, look: Look) -> Words:
    return Words(look.texts.learnt, note=lines(*_said(screen, look)), keys=(look.texts.key_next,))


def _unlearnt(screen: Screen, look: Look) -> Words:
    note = lines(*_said(screen, look))
    return Words(look.texts.unlearnt, note=note, help=whom_to_call(look), keys=(look.texts.key_next,))


def _said(screen: Screen, look: Look) -> list[str]:
    """Each thing that learning says, as a sentence."""
    sentences = (sayings.sentence(said, look.language) for said in screen.said)
    return [sentence[:1].upper() + sentence[1:] for sentence in sentences]


_STAGES: dict[Stage, Callable[[Screen, Look], Words]] = {
    Stage.READY: _ready,
    Stage.ORDER: _order,
    Stage.CHOOSE: _choose,
    Stage.AMOUNT: _amount,
    Stage.PART: _part,
    Stage.AGAIN: _again,
    Stage.WORKING: _working,
    Stage.APPROVED: _approved,
    Stage.REFUSED: _refused,
    Stage.LOCKED: _locked,
    Stage.MENU: _menu,
    Stage.LEARN: _learn,
    Stage.KEEP: _keep,
    Stage.CHANGING: _changing,
    Stage.LEARNT: _learnt,
    Stage.UNLEARNT: _unlearnt,
    Stage.ASKING: _asking,
    Stage.ASK_PAID: _ask_paid,
    Stage.PIN: _pin,
    Stage.REFUND_SCAN: _refund_scan,
    Stage.REFUND_CHOOSE: _refund_choose,
    Stage.REFUND_AMOUNT: _refund_amount,
    Stage.VOID: _void,
    Stage.REFUNDED: _refunded,
    Stage.CLOSE_DAY: _close_day,
    Stage.DAY_CLOSED: _day_closed,
    Stage.HELP: _help,
}
