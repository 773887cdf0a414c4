// The family's page: which of its sections is open, and what is said above all of them.

import { filled } from "./fill.js";
import { say } from "./say.js";
import { SECTIONS } from "./sections.js";
import * as session from "./session.js";
import { moment } from "./when.js";

const REFRESH = 60_000; // milliseconds
const FIRST = "pay";
const [notice, whose] = ["notice", "whose"].map((id) => document.getElementById(id));
const ways = document.querySelectorAll("[data-ways]");

let [open, leave] = ["", null];

/** The section that the address asks for, and what of it: "#shop-3" is {name: "shop", argument: "3"}. */
function asked() {
  const [name, argument = ""] = location.hash.slice(1).split("-");
  return name in SECTIONS && name !== "ended" && name !== "first" ? { name, argument } : { name: FIRST, argument: "" };
}

/** What there is to show: the first screen without a pass, and what became of a pass that is no longer in use. */
function wanted() {
  if (!session.current() || session.arrival()) return { name: "first", argument: "" };
  const found = asked();
  const ended = (session.state()?.pass.state ?? "made") !== "made";
  return ended && found.name !== "passes" ? { name: "ended", argument: "" } : found;
}

/** Open the section that is wanted; `move` takes whoever reads along with it. */
function show(move) {
  const { name, argument } = wanted();
  leave?.();
  for (const each of Object.keys(SECTIONS)) document.getElementById(each).hidden = each !== name;
  const section = document.getElementById(name);
  [open, leave] = [`${name}-${argument}`, SECTIONS[name].start(section, argument) ?? null];
  mark(name);
  if (move) toTitle(section);
}

function toTitle(section) {
  const title = section.querySelector("h2");
  title.tabIndex = -1;
  title.focus();
}

function mark(name) {
  for (const each of ways) each.hidden = name === "first" || name === "ended";
  for (const each of document.querySelectorAll("[data-ways] a, #whose")) {
    if (each.hash === `#${name}` || (name === "shop" && each.hash === "#shops")) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
}

/** What the portal said last is new: a pass that was blocked meanwhile has other sections. */
function follow() {
  tell();
  const { name, argument } = wanted();
  if (open !== `${name}-${argument}`) show(true);
}

/** What holds for every section: whose pass it is, and how old that is which is shown. */
function tell() {
  const pass = session.current();
  whose.textContent = pass ? [pass.name, pass.label].filter(Boolean).join(", ") : "";
  whose.hidden = !pass;
  const before = notice.textContent;
  notice.replaceChildren(...pass ? said() : []);
  notice.hidden = !notice.childElementCount;
  if (!notice.hidden && notice.textContent !== before) say(notice.textContent);
}

function said() {
  if (session.refused()) return [filled("notice-refused", { said: session.refused().said })];
  if (session.online()) return [];
  const state = session.state();
  return [state ? filled("notice-kept", { time: moment(state.time) }) : filled("notice-never", {})];
}

function refresh() {
  if (document.visibilityState === "visible") session.refresh();
}

/** Some browsers keep nothing of a site, as in a private window; then there is no pass to use here. */
function nothingKept() {
  notice.replaceChildren(filled("notice-nothing-kept", {}));
  [document.getElementById("pass").hidden, notice.hidden] = [false, false];
  say(notice.textContent);
}

async function start() {
  try {
    await session.begin();
  } catch (error) {
    nothingKept();
    throw error;
  }
  document.getElementById("pass").hidden = false;
  addEventListener("hashchange", () => show(true));
  document.addEventListener("state", follow);
  document.addEventListener("pass", () => { tell(); show(true); });
  document.addEventListener("arrived", () => show(true));
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, REFRESH);
  tell();
  show(false);
  refresh();
}

start();
