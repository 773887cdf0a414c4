// The view that is held up to a till: a code of one use, large and bright, and a new one every two minutes.

import { call } from "./api.js";
import { Chooser } from "./chooser.js";
import { GRACE, SHOWN, ceilingOf, fateOf, make, usable } from "./codes.js";
import { Countdown } from "./countdown.js";
import { draw } from "./drawing.js";
import { current, now } from "./keyring.js";
import { euros } from "./money.js";
import { say } from "./say.js";
import { online, refresh, refused, state } from "./session.js";
import { WakeLock } from "./wake.js";

const IN_A_ROW = 5;
const ASK_EVERY = 10; // seconds, while a code is shown

/** Show codes in this section until the function that is given back is called. */
export function start(section) {
  const view = new CodeView(section);
  return () => view.end();
}

class CodeView {
  constructor(section) {
    this.section = section;
    this.part = (name) => section.querySelector(`[data-part=${name}]`);
    this.awake = new WakeLock();
    this.wired = new AbortController();
    this.chooser = new Chooser(this.part("programmes"), () => this.next(), this.wired.signal);
    this.listen();
    this.restart();
  }

  listen() {
    const on = (target, name, does) => target.addEventListener(name, does, { signal: this.wired.signal });
    on(document, "state", () => this.follow());
    on(document, "visibilitychange", () => this.seen());
    on(this.part("again"), "click", () => this.anew());
    on(this.part("hold"), "click", () => this.hold());
  }

  end() {
    this.wired.abort();
    this.rest();
  }

  /** Stop counting, and let the screen go dark. */
  rest() {
    this.countdown?.stop();
    this.awake.release();
    this.code = null;
  }

  restart() {
    this.rest();
    [this.ended, this.row] = [null, 0];
    this.follow();
  }

  /** Go by what is known now: show a first code, or that the code was used, or why there is none. */
  follow() {
    const budgets = state() ? usable(state()) : [];
    this.part("offline").hidden = online() || !budgets.length;
    this.part("hold").hidden = !state()?.demo_counter;
    if (this.code && this.isUsed()) this.paid();
    this.chooser.offer(budgets);
    if (!budgets.length && this.ended !== "paid") this.tell(this.why());
    else if (!this.code && !this.ended) this.next();
  }

  /** Why there is no code to show; the page itself says when the pass is unknown, or the portal was never reached. */
  why() {
    this.rest();
    if (refused()) return "refused";
    if (!state()) return online() ? "asking" : "away";
    return "empty";
  }

  budget(programme) {
    return state().budgets.find((each) => each.programme === programme);
  }

  isUsed() {
    const budget = this.budget(this.code.programme);
    return budget !== undefined && fateOf(this.code.counter, budget) === "used";
  }

  paid() {
    const budget = this.budget(this.code.programme);
    this.part("rest").textContent = euros(budget.left);
    this.stopFor("paid");
  }

  stopFor(reason) {
    this.rest();
    this.ended = reason;
    this.tell(reason);
    say(this.section.dataset[reason]);
  }

  anew() {
    this.restart();
    this.section.querySelector("h2").focus();
  }

  /** Show a code that was never shown before. */
  async next() {
    this.countdown?.stop();
    if (document.hidden || this.making) return;
    this.making = true;
    const [pass, budget] = [current(), this.budget(this.chooser.programme)];
    const made = make(pass, budget, ceilingOf(state(), budget), now() + SHOWN + GRACE);
    const code = await made.finally(() => (this.making = false));
    if (this.wired.signal.aborted || current()?.address !== pass.address) return;
    if (code.programme === this.chooser.programme) this.show(code);
    else this.next();
  }

  show(code) {
    [this.code, this.ended, this.row] = [code, null, this.row + 1];
    draw(this.part("code"), this.code.text);
    this.part("ceiling").textContent = euros(this.code.ceiling);
    if (this.row > 1) say(this.section.dataset.fresh);
    this.tell("showing");
    if (this.row === 1) this.section.querySelector("[data-when=showing]").scrollIntoView({ block: "nearest" });
    this.awake.hold();
    this.countdown = new Countdown(SHOWN, {
      shown: (left) => this.count(left),
      near: () => say(this.section.dataset.near),
      over: () => (this.row < IN_A_ROW ? this.next() : this.stopFor("resting")),
    });
  }

  count(left) {
    this.part("bar").value = left;
    this.part("left").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left < SHOWN && left % ASK_EVERY === 0) refresh();
  }

  /** Nothing is made unseen; whoever looks again sees the code while it lasts, and then a new one. */
  seen() {
    if (document.hidden || this.ended) return;
    if (this.code && this.countdown.left() > 0) this.awake.hold();
    else this.restart();
  }

  /** Have the demo's till read it, as if the phone were held up to its scanner. */
  async hold() {
    if (!this.code) return;
    this.part("said").textContent = this.section.dataset.held;
    await call("hold", { code: this.code.text }).catch((error) => {
      this.part("said").textContent = error.said || this.section.dataset.failed;
    });
  }

  /** Show the panels that fit. */
  tell(view) {
    for (const panel of this.section.querySelectorAll("[data-when]")) {
      panel.hidden = !panel.dataset.when.split(" ").includes(view);
    }
  }
}
