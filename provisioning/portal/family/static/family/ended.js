// A pass that is blocked or was replaced: what that means, and whom to call.

import { follow } from "./live.js";
import * as session from "./session.js";

export const start = (section) => follow(() => draw(section));

function draw(section) {
  const state = session.state()?.pass.state;
  for (const each of section.querySelectorAll("[data-state]")) each.hidden = each.dataset.state !== state;
}
