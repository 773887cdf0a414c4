// A shop's products, and an order of some of them: chosen, looked at, and sent by one press.

import { Basket } from "./basket.js";
import { Chooser } from "./chooser.js";
import { Refused, TryAgain } from "./errors.js";
import { fill, filled } from "./fill.js";
import { follow } from "./live.js";
import { euros } from "./money.js";
import { Draft, TAKEN, usable } from "./ordering.js";
import * as products from "./products.js";
import * as session from "./session.js";
import { moment } from "./when.js";

const CHANGED = new Set(["price", "stock", "gone"]);

export function start(section, argument) {
  const controller = new AbortController();
  new Shop(section, Number(argument), controller.signal);
  return () => controller.abort();
}

class Shop {
  constructor(section, number, signal) {
    [this.section, this.number, this.signal] = [section, number, signal];
    this.basket = new Basket();
    this.draft = null;
    this.chooser = new Chooser(this.part("programmes"), () => this.summarise(), signal);
    const acts = { look: () => this.look(), order: () => this.order(), back: () => this.step("list") };
    section.addEventListener("click", (event) => acts[event.target.closest("[data-does]")?.dataset.does]?.(), { signal });
    section.addEventListener("change", (event) => this.choose(event.target), { signal });
    signal.addEventListener("abort", follow(() => this.title()));
    this.step("list", false);
    this.load();
  }

  part(name) {
    return this.section.querySelector(`[data-part=${name}]`);
  }

  get shop() {
    return session.state()?.shops.find((each) => each.number === this.number);
  }

  title() {
    this.section.querySelector("h2").textContent = this.shop?.name ?? "";
  }

  /** Ask what there is now, and keep what was chosen as far as it is there yet. */
  async load() {
    const found = await products.of(this.number, this.signal);
    if (this.signal.aborted) return;
    this.part("offline").hidden = found !== null;
    if (found === null) return;
    this.basket.offer(found);
    products.draw(this.section, found, this.basket);
    this.count();
  }

  choose(select) {
    if (!select.matches("select")) return;
    this.basket.put(Number(select.dataset.product), Number(select.value));
    this.part("changed").hidden = true;
    this.count();
  }

  count() {
    this.part("basket").hidden = this.basket.isEmpty;
    fill(this.part("basket"), { total: euros(this.basket.total) });
  }

  /** What would be ordered, with what is kept for it and what is left. */
  look() {
    this.chooser.offer(usable(session.state(), this.shop));
    const lines = this.basket.lines.map(({ name, quantity, cents }) => ({ name, quantity, cents: euros(cents * quantity) }));
    this.part("lines").replaceChildren(...lines.map((each) => filled("shop-line", each)));
    this.summarise();
    this.step("sure");
  }

  summarise() {
    const state = session.state();
    const budget = state?.budgets.find((each) => each.programme === this.chooser.programme);
    this.draft = new Draft(this.basket, this.number, budget, state?.order_days);
    const { total, left, until, fits } = this.draft;
    const values = { total: euros(total), left: euros(left), after: euros(Math.max(left - total, 0)), until: moment(until) };
    fill(this.section.querySelector("[data-step=sure]"), values);
    this.section.querySelector("[data-does=order]").disabled = !fits;
    this.wrong(fits ? "" : filled("shop-short", {}).textContent);
  }

  async order() {
    const button = this.section.querySelector("[data-does=order]");
    button.disabled = true;
    try {
      await this.sent(await this.draft.send());
    } catch (error) {
      if (error instanceof TryAgain) this.wrong(filled("shop-away", {}).textContent);
      else if (error instanceof Refused) await this.refused(error);
      else throw error;
    } finally {
      button.disabled = !this.draft.fits;
    }
  }

  async sent({ order }) {
    fill(this.section.querySelector("[data-step=done]"), { code: order.order });
    this.basket.clear();
    this.step("done");
    this.load();
    await session.refresh();
  }

  /** What the portal says against it; what is there meanwhile is shown where that is why. */
  async refused(error) {
    if (error.code === TAKEN) await session.refresh(); // the order before this one is there
    this.summarise(); // signed anew when it is tried again
    this.wrong(error.said);
    if (!CHANGED.has(error.code)) return;
    await this.load();
    this.step("list");
    [this.part("changed").textContent, this.part("changed").hidden] = [error.said, false];
  }

  wrong(text) {
    [this.part("wrong").textContent, this.part("wrong").hidden] = [text, !text];
  }

  /** Show this step, and take whoever reads along to it. */
  step(name, move = true) {
    for (const each of this.section.querySelectorAll("[data-step]")) each.hidden = each.dataset.step !== name;
    if (move) (name === "list" ? this.section.querySelector("h2") : this.section.querySelector(`[data-step=${name}]`)).focus();
  }
}
