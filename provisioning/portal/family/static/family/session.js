// What the page begins with and goes by: the pass in use and what the portal said last of it.

import { call } from "./api.js";
import { Refused } from "./errors.js";
import * as keyring from "./keyring.js";
import * as vault from "./vault.js";
import { addressOf, parse, privateKey } from "./wire.js";

export { current } from "./keyring.js";

/** The page where it is open besides: it is told when a pass is taken off this phone, and begins anew without it. */
const others = new BroadcastChannel("passes");

let [waiting, reached, refusal] = [null, true, null];

/** Open the vault, and take a code that stands in the address out of it. */
export async function begin() {
  const code = takeCode();
  others.addEventListener("message", () => location.reload()); // before the passes are read, or one is missed
  await keyring.load();
  window.addEventListener("hashchange", arrive);
  navigator.serviceWorker?.register("/pass/worker.js", { scope: "/pass/" });
  if (code !== null) await receive(code);
}

/** What the first screen is to ask or say: {pass} of a second pass, {error} of a code that is none, {} of one to type, or null. */
export const arrival = () => waiting;

/** Have the first screen ask for another code. */
export function another() {
  waiting = {};
  tell("arrived");
}

/** Nothing waits on the first screen any more: back to the pass in use. */
export function dismiss() {
  waiting = null;
  tell("pass");
}

/** What the portal said last of the pass in use, or null. */
export const state = () => keyring.current()?.state ?? null;

/** Whether the portal was reached when it was asked last. */
export const online = () => reached;

/** Why the portal knows nothing of the pass in use (a Refused), or null. */
export const refused = () => refusal;

/** Ask the portal anew, keep it for when it is out of reach, and tell the page by the event "state". */
export async function refresh() {
  const pass = keyring.current();
  if (!pass) return;
  try {
    const found = await ask(pass.state);
    await keyring.correct(found.time);
    await vault.keepState(pass.address, found);
    hear(pass, { state: found, reached: true, refusal: null });
  } catch (error) {
    const isRefused = error instanceof Refused;
    hear(pass, { state: pass.state, reached: isRefused, refusal: isRefused ? error : null });
  }
}

/** What was heard of the pass in use; of another one, which was in use when it was asked, nothing is said. */
function hear({ address }, heard) {
  const pass = keyring.current();
  if (pass?.address !== address) return;
  pass.state = heard.state;
  [reached, refusal] = [heard.reached, heard.refusal];
  tell("state");
}

/** All of it but the shops where those are known: there may be many, and not every phone is paid by the month. */
async function ask(before) {
  const found = await call("state", { shops: before?.shops_tag ?? "" });
  return { ...found, shops: found.shops ?? before.shops };
}

/** The pass behind a code, {address, network, key}. Throws Refused. */
export function unlock(text) {
  const code = parse(text, keyring.place().network);
  if (!code.secret) throw new Refused("SCAN_PHONE");
  const key = privateKey(code);
  return { address: addressOf(key), network: code.network, key };
}

/** Put a pass on this phone, and use it. */
export async function accept(pass, name) {
  await keep(pass, name);
  await use(pass.address);
}

/** Use another pass, and tell the page by the event "pass". */
export async function use(address) {
  await keyring.choose(address);
  [waiting, refusal] = [null, null];
  tell("pass");
  await refresh();
}

/** Call a pass something that only this phone knows. */
export async function rename(address, name) {
  await vault.rename(address, name);
  await keyring.load();
  tell("pass");
}

/** Take a pass off this phone. */
export async function remove(address) {
  await vault.remove(address);
  others.postMessage("removed");
  await keyring.load(); // another pass may be in use now, or none: what was said of the one before is over
  refusal = null;
  tell("pass");
  await refresh();
}

/** Take everything off this phone: the page begins anew wherever it is open, with nothing left of what it showed. */
export async function clear() {
  await vault.clear();
  others.postMessage("cleared");
  location.reload();
}

/** The first pass, and one that was here already, are in use at once; a second one is asked about. */
async function receive(code) {
  try {
    const pass = unlock(code);
    const known = keyring.everyPass().some((each) => each.address === pass.address);
    waiting = known || !keyring.everyPass().length ? null : { pass };
    if (known) await keyring.choose(pass.address);
    else if (!waiting) await keep(pass);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    waiting = { error };
  }
}

async function keep(pass, name = "") {
  await vault.add({ ...pass, name });
  navigator.storage?.persist?.();
  await keyring.load();
}

/** A code that stands behind the # of the address, which is taken out before anything else can read it; or null. */
function takeCode() {
  const text = location.hash.slice(1);
  if (!/^K[PR]\d/i.test(text)) return null;
  history.replaceState(null, "", location.pathname);
  return text;
}

/** A letter was scanned while the page was open. */
async function arrive() {
  const code = takeCode();
  if (code === null) return;
  await receive(code);
  tell(waiting ? "arrived" : "pass");
  await refresh();
}

const tell = (name) => document.dispatchEvent(new CustomEvent(name));
