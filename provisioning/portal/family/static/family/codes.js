// One-use codes of the pass in use: what they allow, how they are made, and what became of them.

import { now, place } from "./keyring.js";
import { isAtHand } from "./standing.js";
import { delegation, sign } from "./typed_data.js";
import * as vault from "./vault.js";
import { makePhone } from "./wire.js";

export const SHOWN = 120; // seconds
export const GRACE = 60; // seconds that a code counts after it was shown, for the till's turn
const WINDOW = 64n;

/** The programmes in which there is something to pay with now: the state's budgets. */
export const usable = (state) => state.budgets.filter((each) => isOpen(each) && ceilingOf(state, each) > 0);

/** The most that a code allows, in cents: what may be spent today of what is left, or an order that lies ready. */
export function ceilingOf(state, budget) {
  const orders = state.orders.filter((each) => each.programme === budget.programme && isFetchable(each));
  return Math.max(Math.min(budget.left, budget.day_limit), ...orders.map((each) => each.cents));
}

/** A code of `pass` for one payment of at most `ceiling` cents until `expiry`: {text, counter, programme, ceiling, expiry}. */
export async function make(pass, budget, ceiling, expiry) {
  const counter = await vault.takeCounter(pass.address, budget.programme, budget.counter);
  const { domain, network } = place();
  const terms = { programme: budget.programme, ceiling, expiry, counter };
  return { ...terms, text: makePhone(network, { ...terms, signature: sign(pass.key, delegation(domain, terms)) }) };
}

/** What became of a counter by what the contract has: "open", "used", or "lapsed" when it looks no further back. */
export function fateOf(counter, budget) {
  if (counter > budget.counter) return "open";
  const behind = BigInt(budget.counter - counter);
  if (behind >= WINDOW) return "lapsed";
  return (BigInt(budget.window) >> behind) & 1n ? "used" : "open";
}

function isOpen({ begins, ends, paused }) {
  return !paused && begins <= now() && now() < ends;
}

const isFetchable = (order) => isAtHand(order) && order.until >= now();
