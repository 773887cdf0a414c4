// What was paid with the pass: shop, day and amount, and what a shop gave back.

import { rows } from "./fill.js";
import { follow } from "./live.js";
import { euros } from "./money.js";
import * as session from "./session.js";
import { day } from "./when.js";

export const start = (section) => follow(() => draw(section));

function draw(section) {
  const state = session.state();
  const names = new Map((state?.budgets ?? []).map((each) => [each.programme, each.name]));
  rows(section, "payments-row", (state?.payments ?? []).map((each) => told(each, names)));
  if (!state) section.querySelector("[data-empty]").hidden = true;
}

function told(payment, names) {
  return {
    shop: payment.shop_name,
    time: day(payment.time),
    name: names.get(payment.programme),
    many: names.size > 1,
    cents: euros(payment.cents),
    refunded: payment.refunded > 0,
    refund: euros(payment.refunded),
  };
}
