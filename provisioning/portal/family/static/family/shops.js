// Where the pass can be used: by name, by what they sell, or the nearest first.

import { here, metres, said } from "./distance.js";
import { filled, rows } from "./fill.js";
import { follow } from "./live.js";
import { say } from "./say.js";
import * as session from "./session.js";

const AT_ONCE = 50; // shops that are drawn before somebody asks for more

let [place, count] = [null, AT_ONCE];

export function start(section) {
  const search = section.querySelector("input");
  const redraw = () => draw(section, search.value);
  const again = () => { count = AT_ONCE; redraw(); sayCount(section); };
  const nearest = () => locate(section).then(again);
  const byName = () => { place = null; again(); };
  const further = () => more(section, redraw);
  const wired = [
    [search, "input", again],
    [section.querySelector("[data-by=name]"), "click", byName],
    [section.querySelector("[data-by=distance]"), "click", nearest],
    [section.querySelector("[data-more]"), "click", further],
  ];
  for (const [element, name, act] of wired) element.addEventListener(name, act);
  const stop = follow(redraw);
  return () => {
    stop();
    for (const [element, name, act] of wired) element.removeEventListener(name, act);
  };
}

function draw(section, wanted) {
  const state = session.state();
  const found = ordered(matching(state?.shops ?? [], wanted));
  const names = new Map((state?.budgets ?? []).map((each) => [each.programme, each.name]));
  const made = rows(section, "shops-row", found.slice(0, count).map((each) => told(each, names)));
  made.forEach((each, at) => (each.querySelector("[data-products]").href = `#shop-${found[at].number}`));
  if (!state) section.querySelector("[data-empty]").hidden = true;
  section.querySelector("[data-more]").hidden = found.length <= count;
  section.querySelector("[data-count]").replaceChildren(filled("shops-count", { count: found.length }));
  for (const each of section.querySelectorAll("[data-by]")) {
    each.setAttribute("aria-pressed", String((each.dataset.by === "distance") === Boolean(place)));
  }
}

/** Those whose name or category has each of the words. */
function matching(shops, wanted) {
  const words = plain(wanted).split(/\s+/).filter(Boolean);
  return shops.filter((each) => words.every((word) => plain(`${each.name} ${each.category}`).includes(word)));
}

/** By name, or the nearest first and those of which nobody said where they are after them. */
function ordered(shops) {
  const away = new Map(shops.map((each) => [each, distance(each)]));
  return [...shops].sort((one, other) => away.get(one) - away.get(other) || one.name.localeCompare(other.name));
}

/** Metres; the same for all while they are by name. */
function distance(shop) {
  if (!place) return 0;
  return shop.latitude === null ? Number.MAX_SAFE_INTEGER : metres(place, shop);
}

function told(shop, names) {
  const away = place && shop.latitude !== null;
  return {
    ...shop,
    town: `${shop.postcode} ${shop.town}`.trim(),
    away: away ? said(distance(shop)) : "",
    many: names.size > 1,
    budgets: shop.programmes.map((each) => names.get(each)).filter(Boolean).join(", "),
  };
}

async function locate(section) {
  try {
    place = await here();
  } catch {
    place = null;
  }
  section.querySelector("[data-nowhere]").hidden = place !== null;
}

/** The next ones, with the first of them where the reader goes on. */
function more(section, redraw) {
  const first = count;
  count += AT_ONCE;
  redraw();
  const next = section.querySelectorAll("[data-rows] > li")[first];
  next.tabIndex = -1;
  next.focus();
}

const sayCount = (section) => say(section.querySelector("[data-count]").textContent);
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
