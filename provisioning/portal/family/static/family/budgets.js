// What is left of each budget, and when it can be used.

import { rows } from "./fill.js";
import { follow } from "./live.js";
import { euros } from "./money.js";
import * as session from "./session.js";
import { isKept } from "./standing.js";
import { day } from "./when.js";

const NO_LIMIT = 2 ** 32 - 1; // as the contract has it

export const start = (section) => follow(() => draw(section));

function draw(section) {
  const state = session.state();
  const budgets = state?.budgets ?? [];
  const made = rows(section, "left-row", budgets.map((each) => told(each, state)));
  section.querySelector("[data-empty]").hidden = !state || budgets.length > 0;
  made.forEach((each, place) => {
    const { left, granted } = budgets[place];
    each.querySelector("progress").value = granted ? Math.round((100 * left) / granted) : 0;
  });
}

function told(budget, { time, orders }) {
  const [ahead, over, kept] = [time < budget.begins, time > budget.ends, keptOf(budget, orders)];
  return {
    name: budget.name,
    left: euros(budget.left),
    granted: euros(budget.granted),
    kept: kept ? euros(kept) : "",
    begins: day(budget.begins),
    ends: day(budget.ends),
    day_limit: euros(budget.day_limit),
    limited: budget.day_limit < NO_LIMIT && !over,
    ahead,
    over,
    runs: !over,
    paused: budget.paused && !over,
  };
}

/** Cents that are kept for orders. */
function keptOf({ programme }, orders) {
  const kept = orders.filter((each) => each.programme === programme && isKept(each));
  return kept.reduce((total, { cents }) => total + cents, 0);
}
