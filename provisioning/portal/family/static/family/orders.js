// What was ordered: where each order stands, until when it can be fetched, and the way to cancel it.

import { call } from "./api.js";
import { Refused, TryAgain } from "./errors.js";
import { filled, rows } from "./fill.js";
import { follow } from "./live.js";
import { euros } from "./money.js";
import { say } from "./say.js";
import * as session from "./session.js";
import { moment } from "./when.js";

const LOOK = 5_000; // milliseconds between two looks while the contract has something to do for an order

let [sure, wrong] = ["", ""]; // the order that is about to be cancelled, and why it was not

export function start(section) {
  [sure, wrong] = ["", ""];
  const acts = { sure: (code) => ask(section, code), keep: () => keep(section), cancel: () => cancel(section) };
  const press = (event) => {
    const pressed = event.target.closest("[data-does]");
    if (pressed) acts[pressed.dataset.does](pressed.closest("li").dataset.order);
  };
  section.addEventListener("click", press);
  const stop = follow(() => draw(section));
  const timer = setInterval(() => isMoving() && session.refresh(), LOOK);
  return () => {
    stop();
    clearInterval(timer);
    section.removeEventListener("click", press);
  };
}

function draw(section) {
  const [state, focused] = [session.state(), section.contains(document.activeElement) && document.activeElement];
  const orders = state?.orders ?? [];
  const names = new Map((state?.budgets ?? []).map((each) => [each.programme, each.name]));
  const made = rows(section, "orders-row", orders.map((each) => told(each, names)));
  made.forEach((each, place) => complete(each, orders[place]));
  if (!state) section.querySelector("[data-empty]").hidden = true;
  if (focused && !focused.isConnected) again(section, focused);
}

function told(order, names) {
  const asked = order.can_cancel && order.order === sure;
  return {
    ...order,
    cents: euros(order.cents),
    until: moment(order.until),
    many: names.size > 1,
    budget: names.get(order.programme),
    asks: order.can_cancel && !asked,
    sure: asked,
    wrong: asked ? wrong : "",
  };
}

function complete(row, order) {
  row.dataset.order = order.order;
  row.dataset.state = order.state;
  row.querySelector("[data-part=lines]").replaceChildren(...order.lines.map((each) => filled("orders-line", each)));
}

/** What had the focus is drawn anew: give it back, or take the reader to the top of the list. */
function again(section, before) {
  const code = before.closest("li")?.dataset.order;
  const what = before.dataset.does ? `[data-does="${before.dataset.does}"]` : "[data-part=sure]";
  const now = section.querySelector(`[data-order="${code}"] ${what}`);
  (now?.checkVisibility() ? now : section.querySelector("h2")).focus();
}

function ask(section, code) {
  [sure, wrong] = [code, ""];
  draw(section);
  section.querySelector("[data-part=sure]:not([hidden])").focus();
}

function keep(section) {
  const code = sure;
  sure = "";
  draw(section);
  section.querySelector(`[data-order="${code}"] [data-does=sure]`)?.focus();
}

async function cancel(section) {
  try {
    const { order } = await call("order-cancel", { order: sure });
    sure = "";
    await session.refresh();
    say(order.said);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof TryAgain)) throw error;
    wrong = error.said ?? filled("orders-away", {}).textContent;
    draw(section);
  }
}

/** Whether the money of an order is on its way. */
function isMoving() {
  return (session.state()?.orders ?? []).some((each) => each.moving);
}
