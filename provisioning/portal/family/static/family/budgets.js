// What is left of each budget, and when it can be used.

import { rows } from "./fill.js";
import { follow } from "./live.js";
import { euros } from "./money.js";
import * as session from "./session.js";
import { day } from "./when.js";

const NO_LIMIT = 2 ** 32 - 1; // as the contract has it

export const start = (section) => follow(() => draw(section));

function draw(section) {
  const state = session.state();
  const budgets = state?.budgets ?? [];
  const made = rows(section, "left-row", budgets.map((each) => told(each, state.time)));
  section.querySelector("[data-empty]").hidden = !state || budgets.length > 0;
  made.forEach((each, place) => {
    const { left, granted } = budgets[place];
    each.querySelector("progress").value = granted ? Math.round((100 * left) / granted) : 0;
  });
}

function told(budget, now) {
  const [ahead, over] = [now < budget.begins, now > budget.ends];
  return {
    name: budget.name,
    left: euros(budget.left),
    granted: euros(budget.granted),
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
