"""What each stage of the sale says: one headline, one figure, one note, and the keys that work now. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from contracts.wire.reasons import MEANINGS, Reason
from terminal.link import Question, Screen, Stage, sayings
from terminal.tui.formatting import money
from terminal.tui.look import Look


class Mark(StrEnum):
    """The drawing beside the words: it tells yes from no by its shape alone."""

    NONE = ""
    CHECK = "check"
    CROSS = "cross"


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on the counter at one moment, from large to small."""

    headline: str
    figure: str = ""
    note: str = ""
    help: str = ""
    keys: tuple[str, ...] = ()
    mark: Mark = Mark.NONE
    code: bool = False
    """Whether the test code stands beside the words."""


def words(screen: Screen, look: Look) -> Words:
    """What this screen says."""
    return _STAGES[screen.stage](screen, look)


def gone(look: Look) -> Words:
    """What is said when the daemon cannot be reached."""
    return Words(look.texts.gone, note=look.texts.gone_how, help=whom_to_call(look), mark=Mark.CROSS)


def _ready(_screen: Screen, look: Look) -> Words:
    return Words(look.texts.scan, note=look.texts.scan_how, keys=(look.texts.key_open_menu,))


def _choose(screen: Screen, look: Look) -> Words:
    choices = "\n".join(f"{choice.key}   {choice.programme}" for choice in screen.choices)
    return Words(look.texts.choose, note=choices, keys=(look.texts.key_digit, look.texts.key_cancel))


def _amount(screen: Screen, look: Look) -> Words:
    texts = look.texts
    left = "" if screen.left is None else texts.left.format(left=money(screen.left))
    keys = (texts.key_confirm, texts.key_correct, texts.key_double_zero, texts.key_cancel, texts.key_menu)
    return Words(texts.amount, money(screen.amount), _line(screen.programme, left), keys=keys)


def _part(screen: Screen, look: Look) -> Words:
    texts = look.texts
    note = _rest(screen, look)
    return Words(texts.part, money(screen.amount), note, keys=(texts.key_confirm_part, texts.key_cancel))


def _again(screen: Screen, look: Look) -> Words:
    texts = look.texts
    note = _lines(texts.again_how, _rest(screen, look))
    return Words(texts.again, money(screen.amount), note, keys=(texts.key_confirm_again, texts.key_cancel))


def _working(screen: Screen, look: Look) -> Words:
    return Words(look.texts.working, money(screen.amount), look.texts.working_how)


def _approved(screen: Screen, look: Look) -> Words:
    texts = look.texts
    note = _lines(_rest(screen, look), entry_state(screen, look))
    return Words(texts.approved, money(screen.amount), note, keys=(texts.key_next,), mark=Mark.CHECK)


def _refused(screen: Screen, look: Look) -> Words:
    note = sentence(screen.reason, look)
    return Words(
        look.texts.refused,
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


def _learn(screen: Screen, look: Look) -> Words:
    texts = look.texts
    headline, how = {
        None: (texts.wait, texts.wait_how),
        Question.SCAN: (texts.learn_scan, texts.learn_scan_how),
        Question.PRESS: (texts.learn_press, texts.learn_press_how),
    }[screen.question]
    scans = screen.question is Question.SCAN
    return Words(headline, note=_lines(how, *_said(screen, look)), keys=(texts.key_stop_learning,), code=scans)


def _keep(screen: Screen, look: Look) -> Words:
    texts = look.texts
    return Words(
        texts.keep, note=_lines(*_said(screen, look), texts.keep_how), keys=(texts.key_confirm_keep, texts.key_cancel)
    )


def _changing(_screen: Screen, look: Look) -> Words:
    return Words(look.texts.wait, note=look.texts.wait_how)


def _learnt(screen: Screen, look: Look) -> Words:
    return Words(look.texts.learnt, note=_lines(*_said(screen, look)), keys=(look.texts.key_next,))


def _unlearnt(screen: Screen, look: Look) -> Words:
    note = _lines(*_said(screen, look))
    return Words(look.texts.unlearnt, note=note, help=whom_to_call(look), keys=(look.texts.key_next,))


def _said(screen: Screen, look: Look) -> list[str]:
    """Each thing that learning says, as a sentence."""
    sentences = (sayings.sentence(said, look.language) for said in screen.said)
    return [sentence[:1].upper() + sentence[1:] for sentence in sentences]


_STAGES: dict[Stage, Callable[[Screen, Look], Words]] = {
    Stage.READY: _ready,
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
}


def sentence(reason: int, look: Look) -> str:
    """What this reason tells the shopkeeper; nothing for a number of a newer terminal than this screen."""
    if reason not in _NUMBERS:
        return ""
    meaning = MEANINGS[Reason(reason)]
    return meaning.nl if look.language == "nl" else meaning.en


def entry_state(screen: Screen, look: Look) -> str:
    """How far the approved entry has come: it turns from waiting to paid while it is looked at."""
    line = next((line for line in screen.recent if line.sequence == screen.sequence), None)
    if line is None:
        return ""
    return look.texts.entry.format(sequence=line.sequence, state=look.texts.states[line.state])


def whom_to_call(look: Look, number: int = 0) -> str:
    """The number, and the support line to give it to."""
    support = look.texts.help.format(support=look.support) if look.support else ""
    reference = look.texts.number.format(number=number) if number else ""
    return _line(reference, support)


_NUMBERS = frozenset(int(reason) for reason in Reason)


def _rest(screen: Screen, look: Look) -> str:
    return look.texts.rest.format(rest=money(screen.rest)) if screen.rest else ""


def _line(*parts: str) -> str:
    return "   ".join(part for part in parts if part)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
