"""What holds on every page, asked of the page as a browser shows it. Each gives what is wrong, a line each."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "build" / "node" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
ZOOMED = {"width": 640, "height": 450}
"""A window of 1280 by 900 at 200% has these CSS pixels."""

_FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
_SEEN = f"""() => [...document.querySelectorAll({json.dumps(_FOCUSABLE)})]
    .filter(one => !one.disabled && one.tabIndex >= 0 && one.checkVisibility() && (one.type !== "radio" || (() => {{
        const group = [...document.querySelectorAll("input[type=radio]")]
            .filter(each => each.name === one.name && each.form === one.form);
        return one === (group.find(each => each.checked) ?? group[0]);
    }})()))"""
"""Of radio buttons that belong together Tab comes to one: the chosen, or the first."""
_WHERE = f"""() => {{
    const one = document.activeElement, shown = getComputedStyle(one);
    const visible = shown.outlineStyle !== "none" || shown.boxShadow !== "none";
    return [({_SEEN})().indexOf(one), visible, one.outerHTML.slice(0, 120)];
}}"""
_FROM_THE_TOP = """() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    window.scrollTo(0, 0);
}"""
"""Tab goes on from where the focus was last, even when nothing has it now."""
_ACROSS = """() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"""
_SMALL = """() => [...document.querySelectorAll("button, .button, input[type=submit], nav a")]
    .filter(one => one.checkVisibility() && !one.closest(".scroll"))
    .map(one => [one.getBoundingClientRect(), one.outerHTML.slice(0, 90)])
    .filter(([box]) => box.width && (box.height < 43.5 || box.width < 24)).map(([box, html]) => html)"""


def accessible(page: Page) -> list[str]:
    """axe-core's violations. The page's own policy forbids scripts from elsewhere, so it is not added to the page."""
    page.evaluate(AXE.read_text() + "; undefined")
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", RULES
    )
    return [
        f"{each['id']}: {node['html'][:120]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for each in found["violations"]
        for node in each["nodes"][:3]
    ]


def fits(page: Page) -> list[str]:
    """Whether nothing must be scrolled sideways: on a narrow phone, at 200%, and with letters of twice their size."""
    wrong = [f"{name}: {wide} of {room} px" for name, size in (("360 px", NARROW), ("200%", ZOOMED))
             if (wide := _across(page, size)) > (room := size["width"])]  # fmt: skip
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide, room = page.evaluate(_ACROSS)
    page.evaluate("document.documentElement.style.fontSize = ''")
    return wrong + ([f"letters of 200%: {wide} of {room} px"] if wide > room else [])


def _across(page: Page, size: dict[str, int]) -> int:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    wide: int = page.evaluate(_ACROSS)[0]
    return wide


def large_enough(page: Page) -> list[str]:
    """Buttons and the ways on are large enough for a thumb."""
    return [f"small: {html}" for html in page.evaluate(_SMALL)]


def by_keyboard(page: Page) -> list[str]:
    """Whether Tab reaches all that can be used, in its order, and shows where it is."""
    page.evaluate(_FROM_THE_TOP)
    count: int = page.evaluate(f"({_SEEN})().length")
    reached, wrong = list[int](), list[str]()
    # day, month, year and the calendar are one after the other
    parts = page.locator("input[type=date]:visible").count() * 3
    for _ in range(count + parts):
        page.keyboard.press("Tab")
        index, visible, html = page.evaluate(_WHERE)
        reached.append(index)
        if not visible:
            wrong.append(f"focus is not seen on {html}")
    missed = sorted(set(range(count)) - set(reached))
    names = page.evaluate(f"([...missed]) => missed.map(n => ({_SEEN})()[n].outerHTML.slice(0, 120))", missed)
    return wrong + [f"Tab never comes to {html}" for html in names]


def all_of(page: Page) -> list[str]:
    """Everything that is wrong with the page that is open."""
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    found = [*accessible(page), *large_enough(page), *by_keyboard(page), *fits(page)]
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    found += [f"at 360 px: {each}" for each in (*accessible(page), *large_enough(page))]
    return found
