"""The portal's words as they stand in templates and code, and what the translators made of them."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

PORTAL = Path(__file__).parents[2] / "provisioning" / "portal"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...]] = {
    "_": (1,), "gettext": (1,), "gettext_lazy": (1,), "gettext_noop": (1,),
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


class Said(NamedTuple):
    """A text to be translated. `plural` is empty where there is one form."""

    where: str
    context: str | None
    text: str
    plural: str


def parts() -> list[Path]:
    return sorted(path for path in PORTAL.iterdir() if (path / "apps.py").exists())


def said(part: Path) -> Iterator[Said]:
    """What a part says, as its templates and its code have it."""
    for path in sorted([*part.rglob("*.html"), *part.rglob("*.txt"), *part.rglob("*.py")]):
        text = path.read_text()
        source = text if path.suffix == ".py" else templatize(text, origin=str(path))
        for line, messages, _, context in extract("python", io.BytesIO(source.encode()), KEYWORDS, ()):
            first, *rest = (messages,) if isinstance(messages, str) else messages
            yield Said(f"{path.relative_to(PORTAL)}:{line}", context, first, rest[0] if rest else "")


def catalogues(part: Path) -> Iterator[Path]:
    yield from sorted(part.glob("locale/*/LC_MESSAGES/django.po"))


def read(path: Path) -> Catalog:
    """The catalogue there; an empty one where there is none."""
    if not path.exists():
        return Catalog()
    with path.open("rb") as file:
        return read_po(file) if path.suffix == ".po" else read_mo(file)


def dutch(part: Path) -> Catalog:
    return read(part / "locale" / "nl" / "LC_MESSAGES" / "django.po")


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def table(catalogue: Catalog) -> dict[tuple[str | None, tuple[str, ...]], tuple[str, ...]]:
    """What each text became."""
    return {(each.context, forms(each.id)): forms(each.string) for each in catalogue if each.id}


def placeholders(text: str) -> list[str]:
    return sorted(set(_PLACEHOLDER.findall(text)))


def sentences(text: str) -> Iterator[list[str]]:
    """The words of each sentence; a placeholder is one word."""
    for sentence in re.split(r"(?<=[.!?:;])\s+|\n+", _PLACEHOLDER.sub("x", re.sub(r"<[^>]+>", " ", text))):
        if words := re.findall(r"[\w'\u2019€%@/.,-]*\w[\w'\u2019€%@/-]*", sentence):
            yield words
