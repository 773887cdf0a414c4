// The first screen: put a pass on this phone, by the code of its letter, scanned or typed in.

import { Refused } from "./errors.js";
import { everyPass } from "./keyring.js";
import { accept, arrival, dismiss, unlock } from "./session.js";
import { label, typed } from "./wire.js";

/** Ask for a code, or whether one that arrived is to be added, until the function that is given back is called. */
export function start(section) {
  const wired = new AbortController();
  const screen = new First(section);
  const on = (target, name, does) => target.addEventListener(name, does, { signal: wired.signal });
  on(screen.part("typing"), "submit", (event) => screen.read(event));
  on(screen.part("adding"), "submit", (event) => screen.add(event));
  on(screen.part("back"), "click", dismiss);
  screen.look();
  return () => wired.abort();
}

class First {
  constructor(section) {
    this.section = section;
    this.part = (name) => section.querySelector(`[data-part=${name}]`);
  }

  /** Show what waits: a question about a second pass, what is wrong with a code, or the field alone. */
  look() {
    const { pass, error } = arrival() ?? {};
    this.pass = pass;
    this.part("adding").hidden = !pass;
    this.part("typing").hidden = Boolean(pass);
    this.part("back").hidden = !everyPass().length;
    if (pass) this.part("number").textContent = label(pass.address);
    this.wrong(error ? this.why(error) : "");
  }

  async read(event) {
    event.preventDefault();
    const field = this.part("typing").elements.code;
    try {
      const pass = unlock(typed(field.value));
      field.value = "";
      this.wrong("");
      await accept(pass, this.part("typing").elements.name.value.trim());
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.wrong(this.why(error));
      field.focus();
    }
  }

  async add(event) {
    event.preventDefault();
    await accept(this.pass, this.part("adding").elements.name.value.trim());
  }

  /** The sentence about a code that is none. */
  why({ code }) {
    const words = this.section.querySelector("template").content;
    return (words.querySelector(`[data-wrong~=${code}]`) ?? words.querySelector("[data-wrong=other]")).textContent;
  }

  wrong(text) {
    const [said, field] = [this.part("wrong"), this.part("typing").elements.code];
    said.textContent = text;
    said.hidden = !text;
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}
