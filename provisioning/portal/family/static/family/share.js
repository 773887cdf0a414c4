// Sharing with a grandparent: a code for one purchase, up to an amount and until a date, and what became of each.

import { Chooser } from "./chooser.js";
import { ceilingOf, fateOf, make, usable } from "./codes.js";
import { draw, picture } from "./drawing.js";
import { current, now } from "./keyring.js";
import { euros } from "./money.js";
import { state } from "./session.js";
import * as vault from "./vault.js";
import { day } from "./when.js";

const DAY = 86_400; // seconds
const DAYS = 31;
const FILE = "pass-code.png";

/** Offer it in this section until the function that is given back is called. */
export function start(section) {
  const wired = new AbortController();
  const view = new ShareView(section, wired.signal);
  const on = (target, name, does) => target.addEventListener(name, does, { signal: wired.signal });
  on(document, "state", () => view.follow());
  on(view.part("form"), "submit", (event) => view.share(event));
  on(section, "click", (event) => view.pressed(event.target.closest("button")));
  return () => wired.abort();
}

class ShareView {
  constructor(section, signal) {
    this.section = section;
    this.part = (name) => section.querySelector(`[data-part=${name}]`);
    this.form = this.part("form").elements;
    this.chooser = new Chooser(this.part("programmes"), () => this.bound(), signal);
    this.part("send").hidden = !navigator.canShare;
    this.part("made").hidden = true;
    this.follow();
  }

  follow() {
    const budgets = state() ? usable(state()) : [];
    this.chooser.offer(budgets);
    this.part("form").hidden = !budgets.length;
    this.part("empty").hidden = budgets.length > 0;
    if (budgets.length) this.bound();
    return this.list();
  }

  budget(programme) {
    return state()?.budgets.find((each) => each.programme === programme);
  }

  /** Nothing above what is left, and nothing later than the programme's end. */
  bound() {
    const budget = this.budget(this.chooser.programme);
    const last = Math.min(now() + DAYS * DAY, budget.ends - 1);
    [this.form.until.min, this.form.until.max] = [dateOf(now()), dateOf(last)];
    this.form.until.value ||= dateOf(Math.min(now() + 7 * DAY, last));
    this.part("most").textContent = euros(ceilingOf(state(), budget));
  }

  async share(event) {
    event.preventDefault();
    const budget = this.budget(this.chooser.programme);
    const [ceiling, { value, min, max }] = [cents(this.form.amount.value), this.form.until];
    const tooMuch = this.mark("amount", ceiling === null || ceiling > ceilingOf(state(), budget));
    const tooLate = this.mark("until", value < min || value > max);
    if (tooMuch || tooLate) return this.form[tooMuch ? "amount" : "until"].focus();
    const expiry = Math.min(endOf(value), budget.ends - 1);
    const [pass, note] = [current(), this.form.note.value.trim()];
    if (this.making) return; // pressed twice: each code could be spent
    this.making = make(pass, budget, ceiling, expiry).finally(() => (this.making = null));
    const code = await this.making;
    await vault.addShared({ ...code, address: pass.address, note });
    this.show(code);
    await this.list();
  }

  /** Say whether a field is wrong, beside it. */
  mark(name, wrong) {
    this.part(`wrong-${name}`).hidden = !wrong;
    if (wrong) this.form[name].setAttribute("aria-invalid", "true");
    else this.form[name].removeAttribute("aria-invalid");
    return wrong;
  }

  show(code) {
    this.code = code;
    draw(this.part("code"), code.text);
    this.part("about").textContent = `${euros(code.ceiling)}, ${day(code.expiry)}`;
    this.part("said").textContent = "";
    this.part("by-hand").hidden = true;
    this.part("made").hidden = false;
    this.part("made").focus();
  }

  async pressed(button) {
    const does = {
      keep: () => this.keep(),
      send: () => this.send(),
      copy: () => this.copy(),
      again: () => this.again(Number(button.dataset.id)),
    };
    await does[button?.dataset.does]?.();
  }

  link() {
    return `${location.origin}/pass/shared#${this.code.text}`;
  }

  async keep() {
    const kept = document.createElement("a");
    kept.href = URL.createObjectURL(await picture(this.code.text));
    kept.download = FILE;
    kept.click();
    setTimeout(() => URL.revokeObjectURL(kept.href), 60_000);
  }

  /** By the phone's own way of sharing; whoever turns away from that shared nothing. */
  async send() {
    try {
      const files = [new File([await picture(this.code.text)], FILE, { type: "image/png" })];
      const whole = navigator.canShare({ files }) ? { files } : { url: this.link() };
      await navigator.share(whole);
    } catch (error) {
      if (error.name !== "AbortError") this.failed("unsent");
    }
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.link());
      this.part("said").textContent = this.section.dataset.copied;
    } catch {
      this.failed("uncopied"); // the browser has no clipboard for this page, or its owner forbids it
    }
  }

  /** Say it, and show the link itself: it can be copied by hand. */
  failed(what) {
    this.part("said").textContent = this.section.dataset[what];
    this.part("by-hand").hidden = false;
    this.part("link").value = this.link();
    this.part("link").select();
  }

  async again(id) {
    this.show((await vault.shared(current().address)).find((each) => each.id === id));
  }

  async list() {
    const all = current() ? await vault.shared(current().address) : [];
    this.part("shared").hidden = !all.length;
    this.part("list").replaceChildren(...all.map((each) => this.row(each)));
  }

  row(code) {
    const made = this.part("row").content.cloneNode(true);
    const part = (name) => made.querySelector(`[data-part=${name}]`);
    const fate = this.fate(code);
    part("amount").textContent = euros(code.ceiling);
    part("until").textContent = day(code.expiry);
    part("note").textContent = code.note;
    for (const each of made.querySelectorAll("[data-fate]")) each.hidden = each.dataset.fate !== fate;
    Object.assign(part("again"), { hidden: fate !== "open" }).dataset.id = code.id;
    return made;
  }

  fate(code) {
    const budget = this.budget(code.programme);
    const fate = budget ? fateOf(code.counter, budget) : "open";
    return fate === "open" && code.expiry < now() ? "lapsed" : fate;
  }
}

/** Cents of an amount as people type it: 12, 12.50 or 12,50; null for anything else. */
function cents(text) {
  const found = /^(?:€|eur)?\s*(\d{1,6})(?:[.,](\d{2}))?$/i.exec(text.trim());
  const amount = found ? Number(found[1]) * 100 + Number(found[2] ?? 0) : 0;
  return amount || null;
}

/** The day of a moment where this phone is, as a date field has it. */
function dateOf(seconds) {
  const at = new Date(seconds * 1000);
  const two = (number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The last second of that day here. */
const endOf = (date) => Math.floor(new Date(`${date}T23:59:59`).getTime() / 1000);
