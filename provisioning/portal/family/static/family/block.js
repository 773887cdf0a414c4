// A lost pass is blocked at once: asked twice, then followed until it is done.

import { call } from "./api.js";
import { fill } from "./fill.js";
import { Refused, TryAgain } from "./errors.js";
import * as session from "./session.js";

const LOOK = 3_000; // milliseconds between two looks while it is being blocked

export function start(section) {
  const acts = { sure: () => step(section, "sure"), no: () => step(section, "ask"), block: () => block(section) };
  const press = (event) => acts[event.target.closest("[data-act]")?.dataset.act]?.();
  section.addEventListener("click", press);
  step(section, session.state()?.pass.blocking ? "waits" : "ask", false);
  const timer = setInterval(() => is(section, "waits") && session.refresh(), LOOK);
  return () => {
    clearInterval(timer);
    section.removeEventListener("click", press);
  };
}

async function block(section) {
  const button = section.querySelector("[data-act=block]");
  button.disabled = true;
  try {
    await call("block");
    step(section, "waits");
    await session.refresh();
  } catch (error) {
    if (!(error instanceof Refused || error instanceof TryAgain)) throw error;
    failed(section, error);
  } finally {
    button.disabled = false;
  }
}

function failed(section, error) {
  fill(section, { said: error.said ?? "" });
  step(section, "failed");
}

/** Show this step, and take whoever reads along to what it says. */
function step(section, name, move = true) {
  for (const each of section.querySelectorAll("[data-step]")) each.hidden = each.dataset.step !== name;
  const shown = section.querySelector(`[data-step=${name}]`);
  if (move) (shown.querySelector("[tabindex], button") ?? shown).focus();
}

const is = (section, name) => !section.querySelector(`[data-step=${name}]`).hidden;
