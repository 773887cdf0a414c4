// The passes on this phone while its page is open, which of them is in use, and what time it is at the portal.

import * as vault from "./vault.js";
import { label } from "./wire.js";

let [all, chosen, offset] = [[], null, 0];

/** Read them from the vault. */
export async function load() {
  all = (await vault.passes()).map((pass) => ({ ...pass, label: label(pass.address) }));
  offset = (await vault.fact("offset")) ?? 0;
  chosen = (await vault.fact("current")) ?? null;
  if (!current() && all.length) await choose(all[0].address);
}

/** Every pass here: as `vault.passes`, with its label. */
export const everyPass = () => all;

/** The pass in use, or null. */
export const current = () => all.find((each) => each.address === chosen) ?? null;

/** What a person calls a pass: a name of their own, or its number. */
export const called = (pass) => pass.name || pass.label;

/** Use this pass. */
export async function choose(address) {
  chosen = address;
  await vault.setFact("current", address);
}

/** Seconds since 1970 by the portal's clock, as far as it told. */
export const now = () => Math.floor(Date.now() / 1000) + offset;

/** Go by the portal's clock from now on; a second or two is the way there and back. */
export async function correct(time) {
  const found = time - Math.floor(Date.now() / 1000);
  if (Math.abs(found - offset) <= 2) return;
  offset = found;
  await vault.setFact("offset", offset);
}

/** The contract that this portal's passes are for: {chain_id, contract}, and its network. Told by the page itself. */
export function place() {
  const told = document.getElementById("pass").dataset;
  return { domain: { chain_id: Number(told.chainId), contract: told.contract }, network: Number(told.network) };
}
