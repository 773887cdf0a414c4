// Asking the portal, signed by the pass in use. Its key signs here and is sent nowhere.

import { toHex, utf8 } from "./bytes.js";
import { Refused, TryAgain } from "./errors.js";
import { correct, current, now, place } from "./keyring.js";
import { request, sign } from "./typed_data.js";

const ROOT = "/pass/api/";
const PATIENCE = 15_000; // milliseconds
const AGAIN = new Set([429, 502, 503, 504]);

/**
 * What the portal answers to POST /pass/api/`name`. A clock that is off is corrected, once.
 * Throws TryAgain when it is out of reach, Refused with its code and its sentence.
 */
export async function call(name, body = {}) {
  const first = await ask(name, body);
  if (first.found.error !== "clock") return understood(first);
  await correct(first.found.time);
  return understood(await ask(name, body));
}

async function ask(name, body) {
  const content = utf8(JSON.stringify(body));
  try {
    const answer = await fetch(ROOT + name, {
      method: "POST",
      headers: signed(ROOT + name, content),
      body: content,
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    return { status: answer.status, found: await answer.json() };
  } catch (error) {
    throw new TryAgain(error.message);
  }
}

function signed(target, body) {
  const [{ address, key }, time] = [current(), now()];
  const message = request(place().domain, { address, method: "POST", target, body, time });
  return {
    "Content-Type": "application/json",
    "Accept-Language": document.documentElement.lang,
    "X-Pass": address,
    "X-Time": String(time),
    "X-Signature": toHex(sign(key, message)),
  };
}

function understood({ status, found }) {
  if (status === 200) return found;
  if (AGAIN.has(status) || !found.error) throw new TryAgain(found.said ?? `status ${status}`);
  throw new Refused(found.error, found.said);
}
