// The page of a shared code: it draws the code that stands behind the # of its address, and sends nothing.

import { draw } from "./drawing.js";
import { Refused } from "./errors.js";
import { euros } from "./money.js";
import { day } from "./when.js";
import { parse } from "./wire.js";

const part = (name) => document.querySelector(`[data-part=${name}]`);

function show() {
  const text = location.hash.slice(1);
  const code = read(text);
  part("whole").hidden = !code;
  part("none").hidden = Boolean(code);
  if (!code) return;
  draw(part("code"), text.toUpperCase());
  part("ceiling").textContent = euros(code.ceiling);
  part("until").textContent = day(code.expiry);
  part("late").hidden = code.expiry >= Date.now() / 1000;
}

/** What a phone's code says; null for anything else, a letter's secret above all. */
function read(text) {
  try {
    const code = parse(text, Number(document.getElementById("pass").dataset.network));
    return code.signature ? code : null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return null;
  }
}

navigator.serviceWorker?.register("/pass/worker.js", { scope: "/pass/" });
window.addEventListener("hashchange", show);
show();
